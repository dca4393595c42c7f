#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/table.hpp"

/// COPY … FROM STDIN of a table's own values (tests/harness/values.hpp).
namespace harness {

/// Columns that a COPY names: the given ones, else all that are not generated.
std::vector<int> copied_columns(const models::Table& table, const std::vector<int>& given = {});
std::string copy_statement(const models::Table& table, const std::vector<int>& columns);
/// One row in the text format, with its newline.
std::string copy_line(const models::Table& table, const std::vector<int>& columns,
                      std::int64_t row);

}  // namespace harness
