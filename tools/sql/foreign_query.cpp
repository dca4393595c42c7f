#include "tools/sql/foreign_query.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/tuple.hpp"
#include "tools/sql/depth.hpp"
#include "tools/sql/foreign_deparse.hpp"
#include "tools/sql/foreign_planner.hpp"

namespace sql {
namespace {

using Join = QueryBlock::Join;

/// A condition that no row of NULLs passes.
bool is_strict(const Expr& condition) {
  if (condition.kind == Expr::Kind::null_test) return condition.name == "IS NOT NULL";
  bool strict = condition.kind == Expr::Kind::op || condition.kind == Expr::Kind::array_op;
  walk(condition, [&](const Expr& part) {
    strict = strict && (part.strict || part.kind == Expr::Kind::array);
  });
  return strict;
}

/// reduce_outer_joins(): WHERE that no NULL passes makes an outer join an inner one.
QueryBlock reduced(QueryBlock block) {
  for (auto join = block.joins.begin(); join != block.joins.end();) {
    const auto forces = [&](const std::set<int>& side) {
      return std::any_of(block.conditions.begin(), block.conditions.end(), [&](const Expr* each) {
        return is_strict(*each) && touches(relations_of(*each), side);
      });
    };
    if (join->kind == Join::Kind::full) {
      const bool left = forces(join->left), right = forces(join->right);
      if (left || right) join->kind = Join::Kind::left;
      if (right && !left) std::swap(join->left, join->right);
      if (!(left && right)) {
        ++join;
        continue;
      }
    }
    if (join->kind == Join::Kind::left && forces(join->right)) {
      block.conditions.insert(block.conditions.end(), join->conditions.begin(),
                              join->conditions.end());
      join = block.joins.erase(join);
    } else {
      ++join;
    }
  }
  return block;
}

}  // namespace

ForeignPlanner::ForeignPlanner(const Prepared& prepared, const ForeignCatalog& catalog,
                               BlockReader& blocks, Choice choice)
    : prepared_{prepared}, catalog_{catalog}, blocks_{blocks}, choice_{choice} {}

int ForeignPlanner::server_of(int relation) const {
  const int table = entry(relation).table;
  return table < 0 ? -1 : catalog_.server_of(table);
}

Shippability ForeignPlanner::shippability(const Unit& unit, bool upper) const {
  Shippability rules{blocks_.expressions.catalog(),
                     [&unit](int relation) { return unit.relations.contains(relation); }, upper};
  rules.article_collation = catalog_.options.article_collation;
  if (!catalog_.options.extensions.empty())
    rules.shippable_name = [this](const std::string& name) {
      return !blocks_.expressions.catalog().has_function(name);
    };
  return rules;
}

void ForeignPlanner::refuse(Refusal refusal) {
  for (const models::ForeignRefusal& known : plan_.refusals)
    if (known.what == refusal.what && known.reason == refusal.reason) return;
  const Problem at = prepared_.problem(refusal.location, Problem::Severity::notice, "");
  plan_.refusals.push_back({std::move(refusal.what),
                            std::move(refusal.reason),
                            std::move(refusal.fix),
                            {at.file, at.line, at.column}});
}

ForeignStatistics ForeignPlanner::statistics(int relation, bool as_planner) const {
  return {&catalog_.tables[static_cast<std::size_t>(entry(relation).table)],
          !as_planner || catalog_.options.analyzed};
}

double ForeignPlanner::distinct_of(const Expr& column, bool as_planner) const {
  if (column.relation < 0 || entry(column.relation).table < 0 || column.column < 0) return 200;
  return statistics(column.relation, as_planner).distinct(column.column, 32);
}

/// Source    src/backend/optimizer/plan/initsplan.c, restriction_is_always_true() (17)
bool ForeignPlanner::is_never_null(const Expr& condition) const {
  return condition.kind == Expr::Kind::null_test && condition.name == "IS NOT NULL" &&
         is_not_null_column(*condition.args[0]);
}

bool ForeignPlanner::is_not_null_column(const Expr& column) const {
  if (column.kind != Expr::Kind::column || column.column < 0 || entry(column.relation).table < 0)
    return false;
  return catalog_.tables[static_cast<std::size_t>(entry(column.relation).table)]
      .columns[static_cast<std::size_t>(column.column)]
      .not_null;
}

double ForeignPlanner::share(const std::vector<const Expr*>& conditions, bool as_planner) const {
  double all = 1;
  for (const Expr* each : conditions)
    all *= selectivity(*each, [&](const Expr& column) { return distinct_of(column, as_planner); });
  return all;
}

bool ForeignPlanner::close(const PlanCost& a, const PlanCost& b) const {
  return a.total <= b.total * 1.1 && b.total <= a.total * 1.1;
}

void ForeignPlanner::collation_hazard(std::string what, std::string effect, int location) {
  for (const models::ForeignRefusal& known : plan_.collation_hazards)
    if (known.what == what) return;
  const Problem at = prepared_.problem(location, Problem::Severity::notice, "");
  plan_.collation_hazards.push_back(
      {std::move(what),
       std::move(effect),
       "declare the column COLLATE \"C\" (or one named collation) on both sides",
       {at.file, at.line, at.column}});
}

/// Ranges of text are decided by the remote server's default collation; equality is not.
void ForeignPlanner::note_collation(const Expr& condition) {
  walk(condition, [&](const Expr& part) {
    const bool order = part.kind == Expr::Kind::op && part.estimator.starts_with("scalar");
    if (order && part.input_collation == "default")
      collation_hazard(in_words(part), "selects other rows", part.location);
  });
}

/// Columns that leave the unit: what stands above it, and what its own local conditions read.
ForeignPlanner::Columns ForeignPlanner::columns_above(const Unit& unit,
                                                      const QueryBlock& block) const {
  Columns columns;
  const auto add = [&](const Expr* expr) {
    walk(*expr, [&](const Expr& part) {
      if (part.kind != Expr::Kind::column || !unit.relations.contains(part.relation)) return;
      if (part.column == -1) {  // the whole row
        for (std::size_t o = 0; o < entry(part.relation).outputs.size(); ++o)
          columns.push_back(blocks_.expressions.column(part.relation, static_cast<int>(o)));
        return;
      }
      if (part.column == -2) return;
      columns.push_back(&part);
    });
  };
  for (const auto* list : {&block.targets, &block.group, &block.having, &block.order, &unit.local})
    for (const Expr* expr : *list) add(expr);
  for (const Expr* expr : block.conditions)
    if (!within(relations_of(*expr), unit.relations)) add(expr);
  for (const Join& join : block.joins)
    for (const Expr* expr : join.conditions)
      if (!(within(join.left, unit.relations) && within(join.right, unit.relations)) &&
          !within(relations_of(*expr), unit.relations))
        add(expr);
  Columns once;
  for (const Expr* column : columns)
    if (std::none_of(once.begin(), once.end(), [&](const Expr* known) {
          return known->relation == column->relation && known->column == column->column;
        }))
      once.push_back(column);
  return once;
}

double ForeignPlanner::width_of(const Columns& columns) const {
  double width = 0;
  for (const Expr* column : columns)
    if (column->column >= 0 && entry(column->relation).table >= 0)
      width +=
          planner_width(catalog_.tables[static_cast<std::size_t>(entry(column->relation).table)]
                            .columns[static_cast<std::size_t>(column->column)],
                        catalog_.options.analyzed);
  return width;
}

void ForeignPlanner::classify(Unit& unit, const std::vector<const Expr*>& conditions) {
  const Shippability rules = shippability(unit, false);
  for (const Expr* condition : conditions) {
    if (std::optional<Refusal> refused = rules.refusal_of_condition(*condition)) {
      unit.local.push_back(condition);
      refuse(std::move(*refused));
    } else {
      unit.remote.push_back(condition);
      note_collation(*condition);
    }
  }
}

std::string ForeignPlanner::qualified(int relation) const {
  return catalog_.tables[static_cast<std::size_t>(entry(relation).table)].qualified_name();
}

std::string ForeignPlanner::written(const Unit& unit, const Expr& expr) const {
  return deparsed(expr, blocks_.expressions.catalog(), [&](const Expr& column) {
    return unit.joined ? fmt::format("r{}.{}", column.relation + 1, column.name) : column.name;
  });
}

/// SELECT … FROM … WHERE; what comes after is added by the steps above.
void ForeignPlanner::write_sql(const Unit& unit, const std::vector<const Expr*>& select,
                               const QueryBlock& block, models::ForeignScan& scan) const {
  std::string list;
  for (const Expr* expr : select) list += (list.empty() ? "" : ", ") + written(unit, *expr);
  scan.sql = fmt::format("SELECT {} FROM {}", list.empty() ? "NULL" : list, unit.from);
  for (std::size_t i = unit.joined_conditions; i < unit.remote.size(); ++i)
    scan.sql += fmt::format("{}({})", i == unit.joined_conditions ? " WHERE " : " AND ",
                            written(unit, *unit.remote[i]));
  if (scan.aggregated && !block.group.empty()) {
    scan.sql += " GROUP BY ";
    for (std::size_t i = 1; i <= block.group.size(); ++i)
      scan.sql += fmt::format("{}{}", i == 1 ? "" : ", ", i);
  }
}

/// A base relation with the conditions that concern it alone.
ForeignPlanner::Unit ForeignPlanner::base(int relation, const QueryBlock& block) {
  Unit unit;
  unit.relations = {relation};
  unit.server = server_of(relation);
  unit.name = entry(relation).alias;
  std::vector<const Expr*> own;
  const bool nullable = std::any_of(block.joins.begin(), block.joins.end(), [&](const Join& join) {
    return (join.kind == Join::Kind::left && join.right.contains(relation)) ||
           (join.kind == Join::Kind::full &&
            (join.right.contains(relation) || join.left.contains(relation)));
  });
  const auto mine = [&](const Expr& condition) {
    const std::set<int> reads = relations_of(condition);
    const bool volatile_only = reads.empty() && block.relations.size() == 1;
    return volatile_only || reads == std::set<int>{relation};
  };
  if (!nullable)
    for (const Expr* condition : block.conditions)
      if (mine(*condition)) own.push_back(condition);
  for (const Join& join : block.joins)
    if (join.kind != Join::Kind::full && join.right.contains(relation))
      for (const Expr* condition : join.conditions)
        if (mine(*condition)) own.push_back(condition);
  if (entry(relation).table < 0 || unit.server < 0) {
    unit.server = -1;
    unit.rows = entry(relation).table < 0
                    ? 1000
                    : std::max(1.0, statistics(relation, false).rows(32) * share(own, false));
    unit.cost = {0, unit.rows * cpu_tuple_cost, unit.rows, 32};
    return unit;
  }
  // From 17 on the planner drops IS NOT NULL of columns that cannot be NULL.
  if (catalog_.major >= 17 && !nullable)
    std::erase_if(own, [&](const Expr* condition) { return is_never_null(*condition); });
  classify(unit, own);
  unit.from = qualified(relation);
  const double width = width_of(columns_above(unit, block));
  const ForeignStatistics known = statistics(relation, true), real = statistics(relation, false);
  unit.scanned = real.rows(width);
  unit.sent = unit.scanned * share(unit.remote, false);
  unit.rows = unit.sent * share(unit.local, false);
  double per_row = cpu_tuple_cost;
  for (const Expr* condition : own) per_row += clause_cost(*condition);
  const double planned = known.rows(width);
  unit.cost = {0, known.pages(width) + per_row * planned,
               std::max(1.0, std::round(planned * share(unit.remote, true))), width};
  return unit;
}

models::ForeignScan ForeignPlanner::scan_of(const Unit& unit, const QueryBlock& block) const {
  models::ForeignScan scan;
  scan.relations = unit.name;
  scan.server = unit.server;
  scan.joined = unit.joined;
  scan.remote_conditions = static_cast<int>(unit.remote.size());
  scan.local_conditions = static_cast<int>(unit.local.size());
  scan.rows = unit.sent;
  scan.scanned_rows = unit.scanned;
  if (unit.relations.size() == 1) {
    scan.table = entry(*unit.relations.begin()).table;
    scan.grows = true;
  }
  for (const Expr* column : columns_above(unit, block)) {
    models::ForeignColumn out{column->name, "", 0, 0};
    if (column->column >= 0 && entry(column->relation).table >= 0) {
      const models::Column& of =
          catalog_.tables[static_cast<std::size_t>(entry(column->relation).table)]
              .columns[static_cast<std::size_t>(column->column)];
      const models::RowWidths widths = models::row_widths(
          catalog_.tables[static_cast<std::size_t>(entry(column->relation).table)]);
      out = {of.name, of.type, widths.text[static_cast<std::size_t>(column->column)],
             of.null_fraction};
    } else {
      out = {"ctid", "tid", 8, 0};
    }
    scan.columns.push_back(std::move(out));
  }
  write_sql(unit, columns_above(unit, block), block, scan);
  return scan;
}

void ForeignPlanner::plan(const QueryBlock& given) {
  if (given.relations.empty() && given.joins.empty()) return;
  const QueryBlock block = reduced(given);
  std::vector<Unit> units;
  std::set<int> all(block.relations.begin(), block.relations.end());
  for (const Join& join : block.joins) all.insert(join.right.begin(), join.right.end());
  for (const int relation : all) units.push_back(base(relation, block));
  if (units.size() > 1 && catalog_.options.use_remote_estimate)
    plan_.estimates += 4 * static_cast<int>(units.size());
  join_units(units, block);
  if (units.size() == 1) {
    if (units[0].server >= 0) finish_single(units[0], block);
    return;
  }
  std::vector<models::ForeignScan> scans;
  for (const Unit& unit : units)
    if (unit.server >= 0) scans.push_back(scan_of(unit, block));
  if (scans.empty()) return;
  parameterize(scans, units, block);
  if (block.aggregates || !block.group.empty())
    refuse({"the aggregate", "runs on a join that is not sent as a whole",
            "join tables of one server only, with use_remote_estimate", -1});
  plan_.scans.insert(plan_.scans.end(), scans.begin(), scans.end());
}

namespace {

/// What is joined and aggregated where: what tells two plans of a query apart.
std::vector<std::string> relations_of(const models::ForeignPlan& plan) {
  std::vector<std::string> relations;
  for (const models::ForeignScan& scan : plan.scans)
    relations.push_back(scan.relations + (scan.loops > 1 ? " per row" : ""));
  return relations;
}

}  // namespace

std::optional<models::ForeignPlan> plan_foreign_query(const Source& source,
                                                      const ForeignCatalog& catalog,
                                                      std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  const Script script = lex(source, problems);
  if (problems.size() > before) return std::nullopt;
  if (script.pieces.size() != 1 || script.meta_commands > 0) {
    problems.push_back(problem_at(source, 0, Problem::Severity::error, "one query is wanted",
                                  "write one SELECT per entry of queries:"));
    return std::nullopt;
  }
  const Piece& piece = script.pieces.front();
  std::size_t levels = 0;
  if (!small_enough(source, piece, levels, problems)) return std::nullopt;
  std::optional<models::ForeignPlan> plan;
  with_stack_for(levels, [&] {
    const auto prepared = prepare(source, piece, catalog.major, true, problems);
    if (!prepared) return;
    const Node select = prepared->statement().as("SelectStmt");
    if (!select) {
      problems.push_back(prepared->error(-1, "only SELECT is modelled as a federated query"));
      return;
    }
    const auto complain = [&](int location, const std::string& message) {
      problems.push_back(prepared->error(location, message));
    };
    const auto planned = [&](ForeignPlanner::Choice choice) {
      BlockReader blocks{catalog, PgCatalog::of(catalog.major), complain};
      ForeignPlanner planner{*prepared, catalog, blocks, choice};
      blocks.on_separate = [&](const QueryBlock& block) { planner.plan(block); };
      planner.plan(blocks.read(select, nullptr));
      return planner.take();
    };
    models::ForeignPlan found = planned(ForeignPlanner::Choice::by_cost);
    if (problems.size() > before) return;
    if (found.uncertain)
      for (const auto choice : {ForeignPlanner::Choice::always, ForeignPlanner::Choice::never}) {
        models::ForeignPlan other = planned(choice);
        if (relations_of(other) != relations_of(found)) found.alternative = std::move(other.scans);
      }
    plan = std::move(found);
  });
  return plan;
}

}  // namespace sql
