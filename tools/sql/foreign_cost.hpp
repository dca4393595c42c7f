#pragma once

#include <vector>

#include "models/table.hpp"
#include "tools/sql/foreign_expression.hpp"

/// Costs in the planner's units, for the choice between plans that are all allowed.
/// Source    src/backend/optimizer/path/costsize.c (cost_sort, cost_agg, final_cost_hashjoin),
///           contrib/postgres_fdw/postgres_fdw.c (estimate_path_cost_size)
namespace sql {

inline constexpr double cpu_tuple_cost = 0.01;
inline constexpr double cpu_operator_cost = 0.0025;

struct PlanCost {
  double startup = 0, total = 0;
  double rows = 0, width = 0;
};

/// What the planner knows of a foreign table: after ANALYZE its size and distinct values, before it
/// ten pages.
struct ForeignStatistics {
  const models::Table* table = nullptr;
  bool analyzed = true;
  double rows(double width) const;  // `width` of the columns read: decides when never analyzed
  double pages(double width) const;
  double distinct(int column, double width) const;
};

/// Average bytes of a column's value as the planner sees it (get_typavgwidth before ANALYZE).
double planner_width(const models::Column& column, bool analyzed);

/// Share of the rows that pass a clause, by the estimator of its operator; constants' places in a
/// histogram are not known, so a range is a third.
double selectivity(const Expr& clause,
                   const std::function<double(const Expr& column)>& distinct_of);

/// Operators and functions that a clause evaluates per row.
double clause_cost(const Expr& clause);

PlanCost sorted(const PlanCost& input, double limit);
PlanCost aggregated(const PlanCost& input, std::size_t group_columns, double groups, double steps);
PlanCost hash_joined(const PlanCost& outer, const PlanCost& inner, std::size_t clauses,
                     double rows);
/// Rows of a path up to a LIMIT.
PlanCost limited(const PlanCost& input, double limit);

/// What fetching adds to what the remote server does.
PlanCost fetched(PlanCost remote, double startup_cost, double tuple_cost);

}  // namespace sql
