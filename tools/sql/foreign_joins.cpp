#include <fmt/format.h>

#include <algorithm>

#include "tools/sql/foreign_planner.hpp"

/// Which joins are sent as one statement.
namespace sql {
namespace {

using Join = QueryBlock::Join;

}  // namespace

double ForeignPlanner::joined_rows(const Unit& left, const Unit& right,
                                   const std::vector<const Expr*>& conditions) const {
  double rows = left.cost.rows * right.cost.rows;
  for (const Expr* condition : conditions) {
    if (condition->kind == Expr::Kind::op && condition->estimator == "eqsel" &&
        relations_of(*condition).size() == 2) {
      double most = 1;
      walk(*condition, [&](const Expr& part) {
        if (part.kind == Expr::Kind::column) most = std::max(most, distinct_of(part, true));
      });
      rows /= most;
    } else {
      rows *= share({condition}, true);
    }
  }
  return std::max(1.0, rows);
}

/// foreign_join_ok(): may the two be joined remotely? The unit then has the join's conditions.
std::optional<ForeignPlanner::Unit> ForeignPlanner::pushed_join(const Unit& left, const Unit& right,
                                                                const QueryBlock& block) {
  Unit joined;
  joined.relations = left.relations;
  joined.relations.insert(right.relations.begin(), right.relations.end());
  joined.server = left.server;
  joined.joined = true;
  const Join* outer = nullptr;
  for (const Join& join : block.joins)
    if (touches(join.left, joined.relations) && touches(join.right, joined.relations) &&
        !(within(join.left, left.relations) && within(join.right, left.relations)) &&
        !(within(join.left, right.relations) && within(join.right, right.relations)))
      outer = &join;
  const auto no = [&](std::string reason, std::string fix) -> std::optional<Unit> {
    refuse({fmt::format("the join of {} and {}", left.name, right.name), std::move(reason),
            std::move(fix), -1});
    return std::nullopt;
  };
  for (const Unit* side : {&left, &right})
    if (!side->local.empty())
      return no(fmt::format("needs a condition on {} that is checked locally", side->name),
                "make that condition shippable, or filter after the join");
  std::string kind = "INNER";
  std::vector<const Expr*> conditions;
  if (outer != nullptr) {
    kind = outer->kind == Join::Kind::left   ? "LEFT"
           : outer->kind == Join::Kind::full ? "FULL"
                                             : "SEMI";
    if (outer->kind == Join::Kind::anti)
      return no("is an anti join (NOT EXISTS), which is never sent",
                "use LEFT JOIN … IS NULL, or send the keys");
    if (outer->kind == Join::Kind::semi && catalog_.major < 17)
      return no("is a semi join (EXISTS, IN), sent from PostgreSQL 17 on only",
                "write it as a join with a unique key");
    for (const Expr* condition : outer->conditions)
      if (relations_of(*condition).size() != 1 || outer->kind == Join::Kind::full)
        conditions.push_back(condition);
    for (const Expr* condition : conditions)
      if (auto refused = shippability(joined, false).refusal_of_condition(*condition)) {
        refuse(*refused);
        return no(fmt::format("has a condition that stays local: {}", refused->what),
                  "make every condition of ON shippable");
      }
  }
  for (const Expr* condition : block.conditions) {
    const std::set<int> reads = relations_of(*condition);
    if (within(reads, joined.relations) && !within(reads, left.relations) &&
        !within(reads, right.relations))
      conditions.push_back(condition);
    else if (outer != nullptr && outer->kind != Join::Kind::semi &&
             within(reads, joined.relations) && touches(reads, outer->right))
      conditions.push_back(condition);
  }
  classify(joined, conditions);
  const std::size_t clauses = joined.remote.size();
  joined.remote.insert(joined.remote.end(), left.remote.begin(), left.remote.end());
  joined.remote.insert(joined.remote.end(), right.remote.begin(), right.remote.end());
  joined.name = fmt::format("({}) {} JOIN ({})", left.name, kind, right.name);
  const auto side = [&](const Unit& unit) {
    return unit.joined ? unit.from : fmt::format("{} r{}", unit.from, *unit.relations.begin() + 1);
  };
  std::string on;
  for (std::size_t i = 0; i < clauses; ++i)
    on += fmt::format("{}({})", i == 0 ? "" : " AND ", written(joined, *joined.remote[i]));
  joined.from = fmt::format("({} {} JOIN {} ON ({}))", side(left), kind, side(right), on);
  joined.joined_conditions = clauses;
  const double cross = left.cost.rows * right.cost.rows;
  joined.cost.rows = std::min(cross, joined_rows(left, right, conditions));
  if (outer != nullptr && outer->kind == Join::Kind::semi)
    joined.cost.rows = std::min(joined.cost.rows, left.cost.rows);
  if (outer != nullptr && outer->kind == Join::Kind::left)
    joined.cost.rows = std::max(joined.cost.rows, left.cost.rows);
  joined.rows = joined.cost.rows;
  if (!catalog_.options.analyzed) joined.rows = std::max(left.rows, right.rows);
  joined.sent = joined.rows;
  joined.scanned = left.scanned + right.scanned;
  double per_row = 0;
  for (const Expr* condition : conditions) per_row += clause_cost(*condition);
  if (catalog_.options.use_remote_estimate) {
    const PlanCost remote = hash_joined(left.cost, right.cost, clauses, joined.cost.rows);
    joined.cost.total = remote.total;
    joined.cost.startup = remote.startup;
  } else {
    joined.cost.total = left.cost.total + right.cost.total + cross * per_row;
  }
  joined.cost.width = width_of(columns_above(joined, block));
  return joined;
}

bool ForeignPlanner::join_is_cheaper(const Unit& joined, const Unit& left, const Unit& right,
                                     std::size_t clauses) {
  const Unit& big = left.cost.rows >= right.cost.rows ? left : right;
  const Unit& small = &big == &left ? right : left;
  const PlanCost local =
      hash_joined(total(big), total(small), std::max<std::size_t>(clauses, 1), joined.cost.rows);
  const PlanCost pushed = total(joined);
  if (close(local, pushed)) plan_.uncertain = true;
  return chosen(pushed.total < local.total);
}

/// Joins remotely what may be and is cheaper so; what is left stays apart.
void ForeignPlanner::join_units(std::vector<Unit>& units, const QueryBlock& block) {
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < units.size() && !again; ++i)
      for (std::size_t j = i + 1; j < units.size() && !again; ++j) {
        if (units[i].server < 0 || units[i].server != units[j].server) continue;
        const bool connected =
            std::any_of(block.conditions.begin(), block.conditions.end(),
                        [&](const Expr* condition) {
                          const std::set<int> reads = relations_of(*condition);
                          return touches(reads, units[i].relations) &&
                                 touches(reads, units[j].relations);
                        }) ||
            std::any_of(block.joins.begin(), block.joins.end(), [&](const Join& join) {
              return (touches(join.left, units[i].relations) &&
                      touches(join.right, units[j].relations)) ||
                     (touches(join.right, units[i].relations) &&
                      touches(join.left, units[j].relations));
            });
        if (!connected && units.size() > 2) continue;
        std::optional<Unit> joined = pushed_join(units[i], units[j], block);
        if (!joined) continue;
        if (units.size() > 2 || joined->relations.size() > 2) plan_.uncertain = true;
        if (!join_is_cheaper(*joined, units[i], units[j], joined->remote.size())) {
          refuse({fmt::format("the join of {} and {}", units[i].name, units[j].name),
                  fmt::format("may be sent, but is estimated dearer than fetching both: without "
                              "use_remote_estimate it is costed as {:.0f} x {:.0f} comparisons",
                              units[i].cost.rows, units[j].cost.rows),
                  "set use_remote_estimate 'true' on the server", -1});
          continue;
        }
        units[i] = std::move(*joined);
        units.erase(units.begin() + static_cast<std::ptrdiff_t>(j));
        again = true;
      }
  }
}

/// With remote estimates a small local side may drive a parameterised remote scan.
void ForeignPlanner::parameterize(std::vector<models::ForeignScan>& scans,
                                  const std::vector<Unit>& units, const QueryBlock& block) {
  if (!catalog_.options.use_remote_estimate || units.size() != 2) return;
  const std::size_t foreign = units[0].server >= 0 ? 0 : 1;
  const Unit &remote = units[foreign], &local = units[1 - foreign];
  if (local.server >= 0 || remote.server < 0 || scans.size() != 1) return;
  double matches = remote.cost.rows;
  int clauses = 0;
  for (const Expr* condition : block.conditions)
    if (condition->kind == Expr::Kind::op && condition->estimator == "eqsel" &&
        touches(relations_of(*condition), local.relations) &&
        touches(relations_of(*condition), remote.relations) &&
        !shippability(remote, false).refusal(*condition)) {
      ++clauses;
      for (const Expr* side : condition->args)
        walk(*side, [&](const Expr& part) {
          if (part.kind == Expr::Kind::column && remote.relations.contains(part.relation))
            matches = std::min(matches, remote.cost.rows / distinct_of(part, true));
        });
    }
  if (clauses == 0) return;
  const PlanCost whole = total(remote);
  const double looped =
      local.cost.total + local.rows * (catalog_.options.fdw_startup_cost + whole.total * 0.001 +
                                       8.3 + (tuple_cost() + cpu_tuple_cost) * matches);
  const double hashed = hash_joined(whole, local.cost, 1, remote.cost.rows).total;
  if (looped < hashed * 1.2 && hashed < looped * 1.2) plan_.uncertain = true;
  if (!chosen(looped < hashed)) return;
  scans[0].loops = std::max(1.0, local.rows);
  scans[0].rows = std::max(matches, 0.0);
  scans[0].remote_conditions += clauses;
}

}  // namespace sql
