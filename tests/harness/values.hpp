#pragma once

#include <cstdint>
#include <string>

#include "models/statement.hpp"
#include "models/table.hpp"

/// Values and row choices of a lab run: the same functions fill a table, insert into it and look
/// its rows up, so that any row's key can be recomputed from the row's number.
namespace harness {

/// The value of one column in one row (counted from 1), as text for COPY and parameters; `null` is
/// set instead for the column's null_fraction of the rows.
struct Value {
  std::string text;
  bool null = false;
};

/// Takes     row      number of the row in order of insertion
///           version  0 for the value it was inserted with, else the number of a later assignment
/// Follows   Column's width, distinct, order and null_fraction. Ascending values count rows (or
///           versions) and ignore `distinct`; others without it are unique per row, integers as a
///           random permutation of the row number
/// Throws    HarnessError for a type it has no values of
Value column_value(const models::Column& column, std::int64_t row, std::int64_t version = 0);

/// A random permutation of 0 … count-1 (Feistel network with cycle walking); fixed by `key`.
std::uint64_t permuted(std::uint64_t index, std::uint64_t count, std::uint64_t key);

/// Chooses the rows that a statement touches.
class RowPicker {
 public:
  /// Takes  access     its shares and exponents as fixed values
  ///        start_rows rows the table was loaded with: scattered keys are spread over these
  RowPicker(const models::Access& access, std::int64_t start_rows, std::uint64_t seed);

  /// A row number from 1 to `rows`, the number of rows by now.
  std::int64_t pick(std::int64_t rows);

 private:
  std::uint64_t bits();
  double uniform();
  double rank(double rows);
  double zipf_rank(double rows);

  models::Access access_;
  std::int64_t start_rows_;
  std::uint64_t state_;
  // Rejection-inversion for weight rank^-s, see zipf_rank.
  double rows_ = 0, top_ = 0, bottom_ = 0, cut_ = 0;
};

}  // namespace harness
