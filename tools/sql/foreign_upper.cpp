#include <fmt/format.h>

#include <algorithm>

#include "models/type_layout.hpp"
#include "tools/sql/foreign_planner.hpp"

namespace sql {
namespace {

using Kind = Expr::Kind;

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

bool ForeignPlanner::group_pushed(const Unit& unit, const QueryBlock& block,
                                  models::ForeignScan& scan) {
  std::vector<const Expr*> sent;
  if (auto refused = grouping_refusal(unit, block, sent)) {
    refuse(std::move(*refused));
    return false;
  }
  const double groups = groups_of(block.group, unit.cost.rows);
  std::vector<const Expr*> aggregates;
  for (const auto* list : {&block.targets, &block.having, &block.order})
    for (const Expr* expr : *list)
      for (const Expr* aggregate : aggregates_of(*expr))
        if (!contains(aggregates, *aggregate)) aggregates.push_back(aggregate);
  const auto steps = static_cast<double>(aggregates.size());
  PlanCost remote = aggregated(unit.cost, block.group.size(), groups, steps);
  const PlanCost pushed = fetched(remote, catalog_.options.fdw_startup_cost, tuple_cost());
  bool sorts = false;
  for (const Expr* aggregate : aggregates) sorts = sorts || !aggregate->value.empty();
  PlanCost input = total(unit);
  if (sorts && catalog_.major >= 16) input = sorted(input, 0);
  const PlanCost local = aggregated(input, block.group.size(), groups, steps);
  if (pushed.total > local.total * 0.99 && pushed.total < local.total * 1.01)
    plan_.uncertain = true;
  if (pushed.total > local.total * 1.01) {
    refuse({"the aggregate",
            fmt::format("may be sent, but {:.0f} groups of {:.0f} rows are not estimated cheaper",
                        groups, unit.cost.rows),
            catalog_.options.analyzed ? "" : "ANALYZE the foreign table", -1});
    return false;
  }
  scan.aggregated = true;
  for (const Expr* aggregate : aggregates)
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

/// planagg.c: min(x) alone is ORDER BY x LIMIT 1 where that is cheaper.
bool ForeignPlanner::minmax_pushed(const Unit& unit, const QueryBlock& block,
                                   const models::ForeignScan& scan) {
  if (unit.joined || !block.group.empty() || !block.having.empty() || block.targets.empty())
    return false;
  std::vector<const Expr*> extremes;
  for (const Expr* expr : block.targets)
    for (const Expr* aggregate : aggregates_of(*expr)) {
      if ((aggregate->name != "min" && aggregate->name != "max") || aggregate->args.size() != 1 ||
          !aggregate->value.empty())
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
    one.rows = 1;
    one.grows = false;
    one.remote_conditions += 1;  // IS NOT NULL
    one.columns.clear();
    const Expr& of = *extreme->args[0];
    if (extreme->input_collation == "default")
      collation_hazard(in_words(*extreme) + " of text", "finds another value", extreme->location);
    if (shippability(unit, false).refusal(of)) return false;
    for (const models::ForeignColumn& column : scan.columns)
      if (column.name == of.name) one.columns.push_back(column);
    if (one.columns.empty()) one.columns.push_back({of.name, "", text_bytes_of(of), 0});
    one.limited = one.local_conditions == 0;
    one.sql =
        fmt::format("SELECT {0} FROM {1} WHERE (({0} IS NOT NULL)) ORDER BY {0} ASC NULLS LAST{2}",
                    written(unit, of), unit.from, one.limited ? " LIMIT 1::bigint" : "");
    plan_.scans.push_back(std::move(one));
  }
  return true;
}

/// query_pathkeys: what the first step above the scan wants its rows sorted by. Plain GROUP BY and
/// DISTINCT hash instead.
std::vector<const Expr*> ForeignPlanner::keys_of_local_step(const QueryBlock& block) const {
  bool sorts = block.grouping_sets;
  for (const auto* list : {&block.targets, &block.having})
    for (const Expr* expr : *list)
      for (const Expr* aggregate : aggregates_of(*expr)) sorts = sorts || !aggregate->value.empty();
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

/// The keys that a scan may come sorted by: those of the first step above it.
void ForeignPlanner::order_and_limit(const Unit& unit, const QueryBlock& block,
                                     models::ForeignScan& scan) {
  const bool local_step = block.windows || block.distinct ||
                          (!scan.aggregated && (block.aggregates || !block.group.empty()));
  const bool plain = !local_step && !block.set_returning && !block.with_ties;
  std::vector<const Expr*> keys = local_step ? keys_of_local_step(block) : block.order;
  std::erase_if(keys, [](const Expr* key) { return key->kind == Kind::constant; });
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
  PlanCost fetched_plain = total(unit);
  PlanCost remote = unit.cost;
  if (scan.aggregated) {
    remote = aggregated(unit.cost, block.group.size(), groups_of(block.group, unit.cost.rows), 1);
    fetched_plain = fetched(remote, catalog_.options.fdw_startup_cost, tuple_cost());
  }
  const bool limit_sent = block.has_limit && plain && shippable && !local_filter && !block.locks;
  if (!keys.empty() && shippable) {
    PlanCost walked = remote;
    if (scan.aggregated) {
      const bool of_group = std::all_of(
          keys.begin(), keys.end(), [&](const Expr* key) { return contains(block.group, *key); });
      if (of_group) {
        walked.startup *= 1.05;
        walked.total *= 1.05;
      } else {
        walked = sorted(remote, limit);
      }
    } else if (catalog_.options.use_remote_estimate) {
      walked = sorted(remote, limit);
    } else {
      walked.startup *= 1.2;
      walked.total *= 1.2;
    }
    if (limit_sent) walked = limited(walked, limit);
    walked = fetched(walked, catalog_.options.fdw_startup_cost, tuple_cost());
    PlanCost local = fetched_plain;
    local.rows *= share(unit.local, true);
    local = sorted(local, limit);
    if (limit_sent) local = limited(local, limit);
    scan.ordered = walked.total < local.total * 1.0;
    if (close(walked, local)) plan_.uncertain = true;
  }
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
