#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/sql/ddl.hpp"
#include "tools/sql/statement.hpp"

/// What the tests of tools/sql share.
namespace sql {

/// A file of tests/tools/sql/data.
inline std::string read_file(const std::string& name) {
  std::ifstream file{std::string{SQL_TEST_DATA} + "/" + name};
  if (!file) throw std::runtime_error{"no file " + name};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A schema with what was said about it.
struct Read {
  Schema schema;
  std::vector<Problem> problems;

  const models::Table& table(const std::string& name) const {
    for (const models::Table& each : schema.tables)
      if (each.qualified_name() == name) return each;
    throw std::runtime_error{"no table " + name};
  }
  /// `line:column: message` of every problem that is no notice.
  std::vector<std::string> complaints() const {
    std::vector<std::string> texts;
    for (const Problem& problem : problems)
      if (problem.severity != Problem::Severity::notice)
        texts.push_back(std::to_string(problem.line) + ":" + std::to_string(problem.column) + ": " +
                        problem.message);
    return texts;
  }
  std::vector<std::string> notices() const {
    std::vector<std::string> texts;
    for (const Problem& problem : problems)
      if (problem.severity == Problem::Severity::notice) texts.push_back(problem.message);
    return texts;
  }
};

inline Read read_ddl(const std::string& text, int major = 15) {
  Read read;
  load_ddl({text, "ddl.sql"}, major, read.schema, read.problems);
  return read;
}

inline std::vector<std::string> names_of(const models::Table& table,
                                         const std::vector<int>& columns) {
  std::vector<std::string> names;
  for (const int column : columns)
    names.push_back(table.columns.at(static_cast<std::size_t>(column)).name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace sql
