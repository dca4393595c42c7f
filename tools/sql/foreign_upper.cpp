#include <fmt/format.h>

#include <algorithm>

#include "models/type_layout.hpp"
#include "tools/sql/foreign_planner.hpp"

namespace sql {
namespace {

using Kind = Expr::Kind;

constexpr double cent = 0.01;  // EXPLAIN rounds costs to it

std::vector<const Expr*> aggregates_of(const Expr& expr) {
  std::vector<const Expr*> found;
  walk(expr, [&](const Expr& part) {
    if (part.kind == Kind::aggregate) found.push_back(&part);
  });
  return found;
}

bool contains(const std::vector<const Expr*>& list, const Expr& expr) {
  return std::any_of(list.begin(), list.end(), [&](const Expr* each) { return same(*each, expr); });
}

/// Each aggregate of a block once.
std::vector<const Expr*> aggregates_of(const QueryBlock& block) {
  std::vector<const Expr*> aggregates;
  for (const auto* list : {&block.targets, &block.having, &block.order})
    for (const Expr* expr : *list)
      for (const Expr* aggregate : aggregates_of(*expr))
        if (!contains(aggregates, *aggregate)) aggregates.push_back(aggregate);
  return aggregates;
}

/// Text bytes of an aggregate's or expression's result, by type: what a table's column does not
/// say.
double text_bytes_of(const Expr& expr) {
  if (expr.type == "int8" || expr.type == "numeric") return 8;
  if (expr.type == "float8") return 12;
  if (expr.type == "bool") return 1;
  if (expr.type == "date") return 10;
  if (expr.type.starts_with("timestamp")) return 26;
  return 6;
}

/// A key that some condition fixes to a constant sorts nothing (pathkeys.c,
/// pathkey_is_redundant()).
bool is_fixed(const Expr& key, const std::vector<const Expr*>& conditions) {
  if (key.kind == Kind::constant) return true;
  return std::any_of(conditions.begin(), conditions.end(), [&](const Expr* condition) {
    if (condition->kind != Kind::op || condition->estimator != "eqsel" ||
        condition->args.size() != 2)
      return false;
    const Expr &left = *condition->args[0], &right = *condition->args[1];
    return (same(left, key) && right.kind == Kind::constant) ||
           (same(right, key) && left.kind == Kind::constant);
  });
}

/// Aggregates that are the first value of an order (pg_aggregate.aggsortop).
bool is_extreme(const std::string& aggregate) {
  return aggregate == "min" || aggregate == "max" || aggregate == "bool_and" ||
         aggregate == "bool_or" || aggregate == "every";
}

/// Grouping of rows that come sorted: no row waits for the last one.
PlanCost grouped(const PlanCost& input, std::size_t group_columns, double groups, double steps) {
  PlanCost cost = aggregated(input, group_columns, groups, steps);
  cost.startup = input.startup;
  return cost;
}

}  // namespace

double ForeignPlanner::groups_of(const std::vector<const Expr*>& group, double rows) const {
  double groups = 1;
  for (const Expr* expr : group) {
    double most = expr->kind == Kind::constant ? 1 : 0;
    walk(*expr, [&](const Expr& part) {
      if (part.kind == Kind::column) most = std::max(most, distinct_of(part, true));
    });
    groups *= std::max(most, 1.0);
  }
  return std::clamp(groups, 1.0, std::max(rows, 1.0));
}

/// foreign_grouping_ok(): the first reason why the grouping stays here; `sent` is the remote
/// statement's select list otherwise.
std::optional<Refusal> ForeignPlanner::grouping_refusal(const Unit& unit, const QueryBlock& block,
                                                        std::vector<const Expr*>& sent) {
  if (!unit.local.empty())
    return Refusal{"the aggregate",
                   "needs a filter that is checked locally: " + in_words(*unit.local.front()),
                   "make the filter shippable", unit.local.front()->location};
  if (block.grouping_sets)
    return Refusal{"GROUPING SETS", "is never sent", "use one GROUP BY, or UNION ALL", -1};
  const Shippability rules = shippability(unit, true);
  for (const Expr* expr : block.group) {
    if (auto refused = rules.refusal(*expr)) {
      refused->what = "GROUP BY " + refused->what;
      return refused;
    }
    if (!contains(sent, *expr)) sent.push_back(expr);
  }
  std::vector<const Expr*> outputs = block.targets;
  outputs.insert(outputs.end(), block.order.begin(), block.order.end());
  for (const Expr* expr : outputs) {
    if (contains(block.group, *expr)) continue;
    const bool whole = !rules.refusal(*expr) && expr->kind != Kind::constant;
    if (whole && relations_of(*expr).empty() && aggregates_of(*expr).empty()) continue;
    if (whole) {
      if (!contains(sent, *expr)) sent.push_back(expr);
      continue;
    }
    for (const Expr* aggregate : aggregates_of(*expr)) {
      if (auto refused = rules.refusal(*aggregate)) return refused;
      if (!contains(sent, *aggregate)) sent.push_back(aggregate);
    }
  }
  for (const Expr* expr : block.having)
    if (rules.refusal(*expr))
      for (const Expr* aggregate : aggregates_of(*expr)) {
        if (auto refused = rules.refusal(*aggregate)) return refused;
        if (!contains(sent, *aggregate)) sent.push_back(aggregate);
      }
  return std::nullopt;
}

/// What grouping on this side costs. A draw with sorted groups goes to them: costs within 1 % are
/// one to add_path(), and order is worth having.
ForeignPlanner::LocalGrouping ForeignPlanner::local_grouping(const Unit& unit,
                                                             const QueryBlock& block) const {
  LocalGrouping here;
  // Keys that are fixed count no groups from 16 on (root->processed_groupClause).
  std::vector<const Expr*> counted = block.group;
  if (catalog_.major >= 16)
    std::erase_if(counted, [&](const Expr* key) { return is_fixed(*key, unit.remote); });
  here.groups = groups_of(counted, unit.cost.rows);
  const std::vector<const Expr*> aggregates = aggregates_of(block);
  here.steps = static_cast<double>(aggregates.size());
  const bool sorts = std::any_of(aggregates.begin(), aggregates.end(),
                                 [](const Expr* each) { return !each->value.empty(); });
  PlanCost input = total(unit);
  if (sorts && catalog_.major >= 16) input = sorted(input, 0);
  here.hashed = aggregated(input, block.group.size(), here.groups, here.steps);
  here.fixed = std::all_of(block.group.begin(), block.group.end(),
                           [&](const Expr* key) { return is_fixed(*key, unit.remote); });
  here.sorted = grouped(here.fixed ? total(unit) : sorted(total(unit), 0), block.group.size(),
                        here.groups, here.steps);
  return here;
}

bool ForeignPlanner::group_pushed(const Unit& unit, const QueryBlock& block,
                                  models::ForeignScan& scan) {
  std::vector<const Expr*> sent;
  if (auto refused = grouping_refusal(unit, block, sent)) {
    refuse(std::move(*refused));
    return false;
  }
  const LocalGrouping here = local_grouping(unit, block);
  const PlanCost pushed =
      fetched(aggregated(unit.cost, block.group.size(), here.groups, here.steps),
              catalog_.options.fdw_startup_cost, tuple_cost());
  const PlanCost& local = here.hashed;
  const bool draw = !block.group.empty() && (here.fixed ? pushed.total > here.sorted.total
                                             : catalog_.options.use_remote_estimate
                                                 ? pushed.total * 1.01 > here.sorted.total
                                                 : false);
  for (const PlanCost& other : {here.hashed, here.sorted})
    if (pushed.total > other.total * 0.99 && pushed.total < other.total * 1.01)
      plan_.uncertain = true;
  if (!chosen(pushed.total <= local.total * 1.01 && !draw)) {
    refuse({"the aggregate",
            fmt::format("may be sent, but {:.0f} groups of {:.0f} rows are not estimated cheaper",
                        here.groups, unit.cost.rows),
            catalog_.options.analyzed ? "" : "ANALYZE the foreign table", -1});
    return false;
  }
  scan.aggregated = true;
  for (const Expr* aggregate : aggregates_of(block))
    if ((aggregate->name == "min" || aggregate->name == "max") &&
        aggregate->input_collation == "default")
      collation_hazard(in_words(*aggregate) + " of text", "finds another value",
                       aggregate->location);
  scan.relations = fmt::format("Aggregate on ({})", unit.name);
  scan.rows = std::min(groups_of(block.group, unit.sent), std::max(unit.sent, 1.0));
  if (block.group.empty()) scan.rows = 1;
  scan.grows = scan.grows && !block.group.empty() && scan.rows >= unit.sent;
  const Shippability rules = shippability(unit, true);
  for (const Expr* expr : block.having) {
    if (auto refused = rules.refusal(*expr)) {
      ++scan.local_conditions;
      refuse(std::move(*refused));
    } else {
      ++scan.remote_conditions;
      scan.rows = std::max(1.0, scan.rows / 3);
    }
  }
  const std::vector<models::ForeignColumn> columns = std::move(scan.columns);
  scan.columns.clear();
  for (const Expr* expr : sent) {
    models::ForeignColumn out{
        expr->kind == Kind::column || expr->kind == Kind::aggregate ? expr->name : "?column?", "",
        text_bytes_of(*expr), 0};
    if (expr->name == "count")
      out.text_bytes =
          models::decimal_digits(unit.sent / std::max(groups_of(block.group, unit.sent), 1.0));
    if (expr->kind == Kind::column)
      for (const models::ForeignColumn& column : columns)
        if (column.name == expr->name) out = column;
    scan.columns.push_back(std::move(out));
  }
  write_sql(unit, sent, block, scan);
  return true;
}

/// planagg.c: min(x) alone is ORDER BY x LIMIT 1 where that is cheaper. The LIMIT stays here: the
/// path is taken before upper relations are planned, so that one batch is fetched.
bool ForeignPlanner::minmax_pushed(const Unit& unit, const QueryBlock& block,
                                   const models::ForeignScan& scan) {
  if (unit.joined || !block.group.empty() || !block.having.empty() || block.targets.empty())
    return false;
  std::vector<const Expr*> extremes;
  for (const Expr* expr : block.targets)
    for (const Expr* aggregate : aggregates_of(*expr)) {
      if (!is_extreme(aggregate->name) || aggregate->args.size() != 1 || !aggregate->value.empty())
        return false;
      if (!contains(extremes, *aggregate)) extremes.push_back(aggregate);
    }
  if (extremes.empty() || catalog_.options.use_remote_estimate) return false;
  PlanCost walked = unit.cost;
  walked.startup *= 1.2;
  walked.total *= 1.2;
  walked = limited(fetched(walked, catalog_.options.fdw_startup_cost, tuple_cost()), 1);
  const auto n = static_cast<double>(extremes.size());
  const PlanCost pushed =
      fetched(aggregated(unit.cost, 0, 1, n), catalog_.options.fdw_startup_cost, tuple_cost());
  if (walked.total * n >= pushed.total) return false;
  for (const Expr* extreme : extremes) {
    models::ForeignScan one = scan;
    one.ordered = true;
    one.limited = false;
    one.rows = std::min<double>(catalog_.options.fetch_size, std::max(unit.sent, 1.0));
    one.grows = false;
    one.columns.clear();
    const Expr& of = *extreme->args[0];
    // The planner drops the test of a column that is NOT NULL, from 17 on.
    const bool tested = catalog_.major < 17 || !is_not_null_column(of);
    one.remote_conditions += tested ? 1 : 0;
    if (extreme->input_collation == "default")
      collation_hazard(in_words(*extreme) + " of text", "finds another value", extreme->location);
    if (shippability(unit, false).refusal(of)) return false;
    for (const models::ForeignColumn& column : scan.columns)
      if (column.name == of.name) one.columns.push_back(column);
    if (one.columns.empty()) one.columns.push_back({of.name, "", text_bytes_of(of), 0});
    write_sql(unit, {&of}, block, one);
    const std::string column = written(unit, of);
    if (tested)
      one.sql +=
          fmt::format("{} (({} IS NOT NULL))",
                      unit.remote.size() > unit.joined_conditions ? " AND" : " WHERE", column);
    one.sql += fmt::format(" ORDER BY {} ASC NULLS LAST", column);
    plan_.scans.push_back(std::move(one));
  }
  return true;
}

/// query_pathkeys: what the first step above the scan wants its rows sorted by. Plain GROUP BY,
/// where there is enough to group, and DISTINCT hash instead.
std::vector<const Expr*> ForeignPlanner::keys_of_local_step(const Unit& unit,
                                                            const QueryBlock& block) const {
  bool sorts = block.grouping_sets;
  for (const Expr* aggregate : aggregates_of(block)) sorts = sorts || !aggregate->value.empty();
  if (!sorts && !block.group.empty()) {
    const LocalGrouping here = local_grouping(unit, block);
    sorts = here.sorted.total <= here.hashed.total * 1.01;
  }
  if (block.aggregates || !block.group.empty() || block.grouping_sets)
    return sorts ? block.group : std::vector<const Expr*>{};
  std::vector<const Expr*> keys;
  for (const Expr* expr : block.targets)
    walk(*expr, [&](const Expr& part) {
      if (keys.empty() && part.name == "a window function" && part.column > 0)
        keys.assign(part.args.begin(), part.args.begin() + part.column);
    });
  return keys;
}

/// Whether rows sorted over there are cheaper than sorting them here. With remote estimates both
/// cost alike: a draw goes to the other side, and a LIMIT is only sent where it saves sorting;
/// without them an order costs a fifth more over there, and a LIMIT is favoured.
///
/// Source    postgres_fdw.c, estimate_path_cost_size(), add_foreign_final_paths()
bool ForeignPlanner::order_is_sent(const Unit& unit, const QueryBlock& block, bool aggregated_there,
                                   const std::vector<const Expr*>& keys, double limit,
                                   bool& limit_sent) {
  const auto fetch = [&](const PlanCost& cost) {
    return fetched(cost, catalog_.options.fdw_startup_cost, tuple_cost());
  };
  PlanCost remote = unit.cost, local = total(unit);
  if (aggregated_there) {
    remote = aggregated(unit.cost, block.group.size(), groups_of(block.group, unit.cost.rows), 1);
    local = fetch(remote);
  }
  PlanCost walked = remote;
  const bool of_group = std::all_of(keys.begin(), keys.end(),
                                    [&](const Expr* key) { return contains(block.group, *key); });
  const bool estimated = catalog_.options.use_remote_estimate && !aggregated_there;
  if (estimated || (aggregated_there && !of_group)) {
    walked = sorted(remote, limit);
  } else {
    const double dearer = aggregated_there ? 1.05 : 1.2;
    walked.startup *= dearer;
    walked.total *= dearer;
  }
  if (estimated && limit_sent)
    limit_sent =
        fetch(limited(walked, limit)).total + cent < limited(fetch(sorted(remote, 0)), limit).total;
  if (limit_sent) walked = limited(walked, limit);
  walked = fetch(walked);
  local.rows *= share(unit.local, true);
  local = sorted(local, limit);
  if (limit_sent) local = limited(local, limit);
  if (close(walked, local)) plan_.uncertain = true;
  return estimated ? walked.total <= local.total + cent : walked.total < local.total;
}

/// The keys that a scan may come sorted by: those of the first step above it.
void ForeignPlanner::order_and_limit(const Unit& unit, const QueryBlock& block,
                                     models::ForeignScan& scan) {
  const bool local_step = block.windows || block.distinct ||
                          (!scan.aggregated && (block.aggregates || !block.group.empty()));
  const bool plain = !local_step && !block.set_returning && !block.with_ties;
  std::vector<const Expr*> keys = local_step ? keys_of_local_step(unit, block) : block.order;
  // An order of which nothing is left is not sent, and no LIMIT behind it (qp_is_pushdown_safe).
  const bool sorts = !keys.empty();
  std::erase_if(keys, [&](const Expr* key) { return is_fixed(*key, unit.remote); });
  const Shippability rules = shippability(unit, scan.aggregated);
  bool shippable = true;
  for (const Expr* key : keys) {
    if (auto refused = rules.refusal(*key)) {
      shippable = false;
      refused->what = "ORDER BY " + refused->what;
      refuse(std::move(*refused));
      break;
    }
  }
  const bool local_filter = scan.local_conditions > 0;
  const double limit = block.has_limit && block.limit_known ? block.limit : 0;
  bool limit_sent = block.has_limit && plain && shippable && !local_filter && !block.locks &&
                    (scan.aggregated || sorts == !keys.empty());
  if (!keys.empty() && shippable)
    scan.ordered = order_is_sent(unit, block, scan.aggregated, keys, limit, limit_sent);
  if (block.has_limit && local_filter)
    refuse({"LIMIT",
            "waits for a filter that is checked locally: rows are fetched by whole batches",
            "make the filter shippable, or choose a small fetch_size", -1});
  scan.limited = limit_sent && (keys.empty() || scan.ordered);
  if (scan.ordered)
    for (const Expr* key : keys)
      if (key->collation == "default")
        collation_hazard(
            "ORDER BY " + in_words(*key),
            block.has_limit ? "sorts otherwise, so LIMIT keeps other rows" : "sorts otherwise",
            key->location);
  if (scan.ordered)
    for (std::size_t i = 0; i < keys.size(); ++i)
      scan.sql +=
          fmt::format("{}{} ASC NULLS LAST", i == 0 ? " ORDER BY " : ", ", written(unit, *keys[i]));
  if (scan.limited) scan.sql += fmt::format(" LIMIT {}::bigint", limit);
  if (scan.limited && limit > 0) {
    scan.rows = std::min(scan.rows, limit);
    scan.grows = scan.grows && scan.rows < limit;
  }
}

void ForeignPlanner::finish_single(Unit& unit, const QueryBlock& block) {
  models::ForeignScan scan = scan_of(unit, block);
  const bool grouping = block.aggregates || !block.group.empty();
  if (catalog_.options.use_remote_estimate) plan_.estimates += grouping ? 3 : 1;
  if (grouping && minmax_pushed(unit, block, scan)) return;
  if (grouping && !block.set_returning) group_pushed(unit, block, scan);
  if (block.windows)
    refuse({"a window function", "is never sent", "fetch the rows that it needs only: filter first",
            -1});
  if (block.distinct) refuse({"DISTINCT", "is never sent", "write it as GROUP BY", -1});
  order_and_limit(unit, block, scan);
  plan_.scans.push_back(std::move(scan));
}

}  // namespace sql
