#include "tools/sql/foreign_cost.hpp"

#include <algorithm>
#include <cmath>

namespace sql {
namespace {

using Kind = Expr::Kind;

constexpr double eq_unknown = 0.005, inequality = 1.0 / 3, match = 0.005;  // selfuncs.h defaults
constexpr double range_pair = 0.005;
constexpr double work_mem = 4 << 20;
constexpr double tuple_header = 24;

double log2_of(double x) { return std::log2(std::max(x, 2.0)); }

const Expr* column_of(const Expr& expr) {
  const Expr* at = &expr;
  while (at->kind == Kind::relabel && at->args.size() == 1) at = at->args[0];
  return at->kind == Kind::column && at->column >= 0 ? at : nullptr;
}

}  // namespace

double ForeignStatistics::rows(double width) const {
  if (analyzed) return std::max(1.0, table->rows.value);
  return std::max(1.0, std::floor(10 * 8192 / (width + tuple_header)));
}

double ForeignStatistics::pages(double width) const {
  if (!analyzed) return 10;
  double row = 0;
  for (const models::Column& column : table->columns) row += planner_width(column, true);
  const double per_page =
      std::max(1.0, std::floor(8168 / (std::ceil((tuple_header + row) / 8) * 8 + 4)));
  return std::max(std::ceil(rows(width) / per_page), 1.0);
}

double ForeignStatistics::distinct(int column, double width) const {
  const double all = rows(width);
  if (!analyzed) return std::min(all, 200.0);
  const double given = table->columns[static_cast<std::size_t>(column)].distinct;
  return given > 0 ? std::min(given, all) : all;
}

double planner_width(const models::Column& column, bool analyzed) {
  const std::string& t = column.type;
  if (t == "boolean" || t == "\"char\"") return 1;
  if (t == "smallint") return 2;
  if (t == "integer" || t == "real" || t == "date" || t == "oid") return 4;
  if (t == "bigint" || t == "double precision" || t.starts_with("timestamp") || t == "money" ||
      t == "time without time zone")
    return 8;
  if (t == "uuid" || t == "interval") return 16;
  if (analyzed && column.width.value > 0) return column.width.value + 1;
  if (column.typmod > 0 && t.starts_with("character")) {
    if (t == "character" || column.typmod <= 32) return column.typmod;
    if (column.typmod < 1000) return 32 + (column.typmod - 32) / 2.0;
    return 32 + (1000 - 32) / 2.0;
  }
  return 32;
}

double selectivity(const Expr& clause,
                   const std::function<double(const Expr& column)>& distinct_of) {
  const auto distinct = [&](const Expr& side) {
    const Expr* column = column_of(side);
    return column == nullptr ? 200.0 : distinct_of(*column);
  };
  switch (clause.kind) {
    case Kind::boolean: {
      double share = clause.name == "OR" ? 0 : 1;
      for (const Expr* arg : clause.args) {
        const double one = selectivity(*arg, distinct_of);
        if (clause.name == "NOT") return 1 - one;
        share = clause.name == "OR" ? share + one - share * one : share * one;
      }
      return share;
    }
    case Kind::null_test: {
      const bool no_null = clause.name == "IS NOT NULL";
      return no_null ? 1 - eq_unknown : eq_unknown;
    }
    case Kind::distinct:
      return 1 - 1 / distinct(*clause.args[0]);
    case Kind::column:
      return 0.5;
    case Kind::array_op: {
      double values = 10;
      if (!clause.value.empty()) values = std::strtod(clause.value.c_str(), nullptr);
      const double one = clause.estimator == "neqsel" ? 1 - 1 / distinct(*clause.args[0])
                                                      : 1 / distinct(*clause.args[0]);
      return clause.estimator == "neqsel" ? std::max(0.0, 1 - values * (1 - one))
                                          : std::min(1.0, values * one);
    }
    case Kind::op: {
      const std::string& by = clause.estimator;
      const Expr& left = *clause.args[0];
      const bool column_left = column_of(left) != nullptr;
      const double d =
          column_left || clause.args.size() < 2 ? distinct(left) : distinct(*clause.args[1]);
      if (by == "eqsel") return d > 0 ? 1 / d : eq_unknown;
      if (by == "neqsel") return 1 - 1 / d;
      if (by.starts_with("scalar")) return inequality;
      if (by == "nlikesel" || by == "nregexeqsel" || by == "icnlikesel" || by == "icregexnesel")
        return 1 - match;
      return by.empty() ? 0.5 : match;
    }
    default:
      return clause.kind == Kind::function ? inequality : 0.5;
  }
}

double clause_cost(const Expr& clause) {
  double cost = 0;
  walk(clause, [&](const Expr& part) {
    if (part.kind == Kind::op || part.kind == Kind::function || part.kind == Kind::distinct)
      cost += cpu_operator_cost;
    else if (part.kind == Kind::array_op)
      cost += cpu_operator_cost * std::strtod(part.value.c_str(), nullptr) * 0.5;
    else if (part.kind == Kind::other)
      cost += cpu_operator_cost;
  });
  return cost;
}

PlanCost sorted(const PlanCost& input, double limit) {
  const double n = std::max(input.rows, 2.0), compare = 2 * cpu_operator_cost;
  PlanCost cost = input;
  const double out = limit > 0 && limit < n ? limit : n;
  const double bytes = n * (input.width + tuple_header),
               out_bytes = out * (input.width + tuple_header);
  cost.startup = input.total;
  if (out_bytes > work_mem) {
    const double pages = std::ceil(bytes / 8192);
    cost.startup += compare * n * log2_of(n) + 2 * pages * (0.75 + 0.25 * 4);
  } else if (n > 2 * out || bytes > work_mem) {
    cost.startup += compare * n * log2_of(2 * out);
  } else {
    cost.startup += compare * n * log2_of(n);
  }
  cost.total = cost.startup + cpu_operator_cost * n;
  return cost;
}

PlanCost aggregated(const PlanCost& input, std::size_t group_columns, double groups, double steps) {
  PlanCost cost = input;
  cost.startup =
      input.total + input.rows * (steps * cpu_operator_cost +
                                  cpu_operator_cost * static_cast<double>(group_columns));
  cost.rows = std::max(groups, 1.0);
  cost.total = cost.startup + cost.rows * cpu_tuple_cost;
  return cost;
}

PlanCost hash_joined(const PlanCost& outer, const PlanCost& inner, std::size_t clauses,
                     double rows) {
  const double per_clause = cpu_operator_cost * static_cast<double>(clauses);
  PlanCost cost;
  cost.startup = outer.startup + inner.total + (per_clause + cpu_tuple_cost) * inner.rows;
  cost.total = cost.startup + (outer.total - outer.startup) + per_clause * outer.rows * 1.5 +
               cpu_tuple_cost * rows;
  cost.rows = rows;
  cost.width = outer.width + inner.width;
  return cost;
}

PlanCost limited(const PlanCost& input, double limit) {
  PlanCost cost = input;
  if (limit <= 0 || limit >= input.rows) return cost;
  cost.total = input.startup + (input.total - input.startup) * limit / input.rows;
  cost.rows = limit;
  return cost;
}

PlanCost fetched(PlanCost remote, double startup_cost, double tuple_cost) {
  remote.startup += startup_cost;
  remote.total += startup_cost + (tuple_cost + cpu_tuple_cost) * remote.rows;
  return remote;
}

}  // namespace sql
