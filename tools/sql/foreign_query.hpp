#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/foreign_query.hpp"
#include "models/table.hpp"
#include "tools/sql/problem.hpp"
#include "tools/sql/schema.hpp"
#include "tools/sql/source.hpp"

namespace sql {

/// The tables a federated query sees: foreign ones with the remote database they are in, and local
/// ones.
struct ForeignCatalog {
  const std::vector<models::Table>& tables;
  /// The table of this name, -1 when there is none; schema is empty for unqualified names.
  std::function<int(const std::string& schema, const std::string& name)> find;
  /// Number of the remote server of a table, -1 for a local one.
  std::function<int(int table)> server_of;
  models::ForeignServer options;
  const Schema* schema = nullptr;  // enums and domains of the tables' DDL
  int major = 15;                  // of the consumer's server
};

/// What postgres_fdw sends for a query, and what it does not send and why.
///
/// `allowed` follows postgres_fdw's rules exactly; where several plans are allowed the cheapest by
/// the planner's own formulas is taken (foreign_cost.hpp), and ForeignPlan::uncertain tells when
/// costs are too close or not modelled.
///
/// Returns   nothing when the text has errors, which `problems` then has
/// Source    contrib/postgres_fdw: foreign_expr_walker, foreign_join_ok, foreign_grouping_ok,
///           add_foreign_ordered_paths, add_foreign_final_paths
std::optional<models::ForeignPlan> plan_foreign_query(const Source& source,
                                                      const ForeignCatalog& catalog,
                                                      std::vector<Problem>& problems);

}  // namespace sql
