#include "tests/harness/copy_text.hpp"

#include <fmt/format.h>

#include "tests/harness/connection.hpp"
#include "tests/harness/schema_sql.hpp"
#include "tests/harness/values.hpp"

namespace harness {

using models::Column;
using models::Table;

std::vector<int> copied_columns(const Table& table, const std::vector<int>& given) {
  if (!given.empty()) return given;
  std::vector<int> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (!table.columns[i].generated) columns.push_back(static_cast<int>(i));
  return columns;
}

std::string copy_statement(const Table& table, const std::vector<int>& columns) {
  std::string names;
  for (const int column : columns)
    names += (names.empty() ? "" : ", ") +
             quote_identifier(table.columns[static_cast<std::size_t>(column)].name);
  return fmt::format("COPY {} ({}) FROM STDIN", quoted_name(table), names);
}

std::string copy_line(const Table& table, const std::vector<int>& columns, std::int64_t row) {
  std::string line;
  for (const int column : columns) {
    const Value value = column_value(table.columns[static_cast<std::size_t>(column)], row);
    if (!line.empty()) line += '\t';
    line += value.null ? "\\N" : value.text;
  }
  return line + '\n';
}

}  // namespace harness
