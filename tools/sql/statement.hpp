#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/statement.hpp"
#include "models/table.hpp"
#include "tools/sql/problem.hpp"
#include "tools/sql/schema.hpp"
#include "tools/sql/source.hpp"

namespace sql {

/// The tables a statement may name: those of one database, found without copying them.
struct Catalog {
  const std::vector<models::Table>& tables;
  int database = -1;               // only tables with this Table::database; -1: all of them
  const Schema* schema = nullptr;  // of the same DDL when at hand: enums, views, partitions
  std::vector<std::string> search_path = {"public"};  // resolves unqualified names
};

struct ParsedStatement {
  /// `table` and `reads` index Catalog::tables; sql, file, line and column are filled in. Columns
  /// that an enabled BEFORE ROW trigger assigns count as written. `rows` is 1 unless the text says
  /// otherwise.
  models::Statement statement;
  /// The text tells how many rows: VALUES lists, generate_series with constant bounds, a unique key
  /// compared with `=`. Otherwise the scenario has to (`rows:`); SELECT, TRUNCATE, REFRESH, VACUUM,
  /// ANALYZE and CHECKPOINT need none.
  bool rows_known = true;
};

/// One statement of a workload. Parameters may be $1, ? or psql variables (:name, :'name').
///
/// Returns   nothing when there was an error; then problems has it
/// Refuses   by name what no shape exists for (CALL, DO, EXPLAIN, LOCK, DDL …) and a statement with
/// several writes
std::optional<ParsedStatement> parse_statement(const Source& source, int postgres_major,
                                               const Catalog& catalog,
                                               std::vector<Problem>& problems);

}  // namespace sql
