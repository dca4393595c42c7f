#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "models/table.hpp"
#include "sim/rng.hpp"

namespace accuracy {

/// Draws of one workload.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t number) : rng_{seed, number, 0, 0} {}
  double uniform() { return rng_.uniform(); }
  bool chance(double probability) { return rng_.uniform() < probability; }
  std::int64_t between(std::int64_t low, std::int64_t high) { return rng_.between(low, high); }
  double log_uniform(double low, double high);
  template <typename Choice>
  Choice one_of(std::initializer_list<Choice> choices) {
    const auto last = static_cast<std::int64_t>(choices.size()) - 1;
    return *(choices.begin() + between(0, last));
  }

 private:
  sim::Rng rng_;
};

/// A drawn table with its indexes and the statements that run on it, as parts of a scenario.
class RandomTable {
 public:
  /// Takes  counted  whether it needs rows and a counter for a bulk update
  ///        tables   of the workload, which share its rate
  RandomTable(Dice& dice, int number, int horizon, bool counted, int tables);

  const std::string& name() const { return name_; }
  std::int64_t rows() const { return rows_; }
  std::string ddl(const std::string& indent) const;
  std::string sizes(const std::string& indent) const;
  std::string streams(const std::string& indent) const { return indented(streams_, indent); }

 private:
  struct Column {
    models::Column column;  // its width, distinct count, order and nulls
    std::string ddl;        // type with modifier
  };
  void add_column(const std::string& name, const std::string& type, const std::string& ddl);
  void draw_columns(Dice& dice, bool counted);
  void draw_plain_column(Dice& dice, int number);
  void draw_indexes(Dice& dice);
  void draw_streams(Dice& dice, int horizon, int tables);
  bool add_stream(Dice& dice, double rate, int horizon);
  void add_insert(Dice& dice, double rate);
  void add_update(Dice& dice, double rate);
  void add_keyed(Dice& dice, const std::string& name, const std::string& sql, double rate);
  std::string draw_skew(Dice& dice) const;
  std::string values_list(int row) const;
  std::string column_names() const;
  static std::string indented(const std::vector<std::string>& lines, const std::string& indent);

  std::string name_;
  std::int64_t rows_ = 0;
  int fillfactor_ = 100;
  std::vector<Column> columns_;  // the first is the primary key
  std::vector<std::string> indexes_;
  std::vector<std::size_t> indexed_;  // columns under a secondary index
  std::vector<std::string> streams_;
  bool inserts_ = false, deletes_ = false;
};

}  // namespace accuracy
