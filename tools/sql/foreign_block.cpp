#include "tools/sql/foreign_block.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/sql/names.hpp"

namespace sql {
namespace {

using Output = RangeEntry::Output;

/// is_simple_subquery(): may the sub-select become part of the query around it?
bool is_simple(Node select) {
  for (const char* clause :
       {"groupClause", "havingClause", "sortClause", "distinctClause", "limitCount", "limitOffset",
        "lockingClause", "withClause", "valuesLists", "windowClause", "larg"})
    if (select[clause]) return false;
  if (select["fromClause"].size() == 0) return false;
  for (const Node target : select["targetList"])
    for (Node::Walk walk{target}; !walk.done(); walk.enter())
      if (walk.field() == "FuncCall") {
        const Node call = walk.node();
        static constexpr std::string_view odd[] = {"count",
                                                   "sum",
                                                   "avg",
                                                   "min",
                                                   "max",
                                                   "array_agg",
                                                   "string_agg",
                                                   "random",
                                                   "generate_series",
                                                   "unnest",
                                                   "jsonb_agg",
                                                   "json_agg",
                                                   "bool_and",
                                                   "bool_or",
                                                   "nextval",
                                                   "clock_timestamp"};
        const std::string name = last_name(call["funcname"]);
        if (call["over"] || std::find(std::begin(odd), std::end(odd), name) != std::end(odd))
          return false;
      }
  return true;
}

std::size_t references(Node whole, const std::string& name) {
  std::size_t count = 0;
  for (Node::Walk walk{whole}; !walk.done(); walk.enter())
    if (walk.field() == "RangeVar" && walk.node()["relname"].text() == name &&
        !walk.node()["schemaname"])
      ++count;
  return count;
}

}  // namespace

std::set<int> relations_of(const Expr& expr) {
  std::set<int> relations;
  walk(expr, [&](const Expr& part) {
    if (part.kind == Expr::Kind::column && part.relation >= 0) relations.insert(part.relation);
  });
  return relations;
}

BlockReader::BlockReader(const ForeignCatalog& catalog, const PgCatalog& types,
                         ExpressionReader::Complain complain_to)
    : expressions{types,
                  [&]() -> const Schema& {
                    static const Schema empty;
                    return catalog.schema != nullptr ? *catalog.schema : empty;
                  }(),
                  complain_to},
      complain{std::move(complain_to)},
      catalog_{catalog} {
  expressions.on_sublink = [this](Node node, const ForeignScope& scope) {
    return sublink(node, scope);
  };
}

/// A sub-select in an expression is planned on its own; uncorrelated scalar ones are run first and
/// their value is sent as a parameter.
const Expr* BlockReader::sublink(Node node, const ForeignScope& scope) {
  std::vector<Output> outputs;
  const QueryBlock block = read(node["subselect"].content(), &scope, &outputs);
  on_separate(block);
  std::set<int> inside(block.relations.begin(), block.relations.end());
  bool correlated = false;
  const auto look = [&](const std::vector<const Expr*>& list) {
    for (const Expr* expr : list)
      for (const int r : relations_of(*expr)) correlated = correlated || !inside.contains(r);
  };
  look(block.conditions);
  look(block.targets);
  for (const QueryBlock::Join& join : block.joins) {
    inside.insert(join.right.begin(), join.right.end());
    look(join.conditions);
  }
  const bool scalar = node["subLinkType"].text() == "EXPR_SUBLINK";
  Expr& value = values_.emplace_back();
  value.location = node.location();
  value.type = scalar && !outputs.empty() ? outputs[0].type : "bool";
  value.collation = scalar && !outputs.empty() ? outputs[0].collation : "";
  value.kind = scalar && !correlated ? Expr::Kind::parameter : Expr::Kind::other;
  value.name = correlated ? "a correlated sub-select" : "a sub-select";
  return &value;
}

void BlockReader::enter_with(Node with, Node whole, const ForeignScope* outer) {
  for (const Node element : with["ctes"]) {
    const Node cte = element.content();
    Cte made{cte["ctename"].string(), cte["ctequery"].content(), false, {}};
    const std::string_view how = cte["ctematerialized"].text();
    made.separate = with["recursive"].flag() || how == "CTEMaterializeAlways" ||
                    (how != "CTEMaterializeNever" && references(whole, made.name) != 1) ||
                    !cte["ctequery"].is("SelectStmt");
    if (made.separate && cte["ctequery"].is("SelectStmt") && !with["recursive"].flag())
      on_separate(read(made.query, outer, &made.outputs));
    ctes_.push_back(std::move(made));
  }
}

QueryBlock BlockReader::read(Node select, const ForeignScope* outer, std::vector<Output>* outputs) {
  QueryBlock block;
  const std::size_t with = ctes_.size();
  enter_with(select["withClause"], select, outer);
  std::vector<Output> own;
  std::vector<Output>& result = outputs != nullptr ? *outputs : own;
  if (select["larg"]) {
    block.set_operation = true;
    std::vector<Output> right;
    on_separate(read(select["larg"], outer, &result));
    on_separate(read(select["rarg"], outer, &right));
  } else {
    ForeignScope scope{{}, outer};
    for (const Node item : select["fromClause"]) from_item(item, block, scope);
    if (const Node where = select["whereClause"]) condition(where, block, scope);
    select_list(select, block, scope, result);
    clauses(select, block, scope, result);
  }
  ctes_.erase(ctes_.begin() + static_cast<std::ptrdiff_t>(with), ctes_.end());
  return block;
}

std::set<int> BlockReader::from_item(Node item, QueryBlock& block, ForeignScope& scope) {
  if (item.is("RangeVar")) return table(item.content(), block, scope);
  if (item.is("JoinExpr")) return join(item.content(), block, scope);
  if (const Node sub = item.as("RangeSubselect"))
    return subselect(sub["subquery"].content(), sub["alias"]["aliasname"].string(), block, scope);
  std::vector<Output> outputs;
  const std::string alias = item.content()["alias"]["aliasname"].string();
  const std::string column = alias.empty() ? "value" : alias;
  outputs.push_back({column, nullptr, "int4", ""});
  return {add_local(alias, std::move(outputs), block, scope)};
}

int BlockReader::add_local(const std::string& alias, std::vector<Output> outputs, QueryBlock& block,
                           ForeignScope& scope) {
  const auto entry = static_cast<int>(expressions.range_table.size());
  for (Output& output : outputs) output.expression = nullptr;
  expressions.range_table.push_back({alias, -1, std::move(outputs)});
  block.relations.push_back(entry);
  scope.entries.push_back(entry);
  return entry;
}

std::set<int> BlockReader::table(Node node, QueryBlock& block, ForeignScope& scope) {
  const std::string name = node["relname"].string(), schema = node["schemaname"].string();
  const Node given = node["alias"]["aliasname"];
  const std::string alias = given ? given.string() : name;
  if (schema.empty())
    for (auto cte = ctes_.rbegin(); cte != ctes_.rend(); ++cte)
      if (cte->name == name) {
        if (cte->separate) return {add_local(alias, cte->outputs, block, scope)};
        return subselect(cte->query, alias, block, scope);
      }
  const int found = catalog_.find(schema, name);
  if (found < 0) {
    complain(node.location(), fmt::format("table {} is not known here", name));
    return {add_local(alias, {}, block, scope)};
  }
  RangeEntry entry{alias, found, {}};
  const PgCatalog& types = expressions.catalog();
  for (const models::Column& column : catalog_.tables[static_cast<std::size_t>(found)].columns) {
    const std::string type = types.name_of(column.type);
    const PgType* known = types.type(type);
    const PgType* element =
        known != nullptr && !known->element.empty() ? types.type(known->element) : nullptr;
    const bool collatable =
        known != nullptr && (known->collatable || (element != nullptr && element->collatable));
    entry.outputs.push_back({column.name, nullptr, type,
                             !collatable                 ? ""
                             : !column.collation.empty() ? column.collation
                             : type == "name"            ? "C"
                                                         : "default"});
  }
  const auto index = static_cast<int>(expressions.range_table.size());
  expressions.range_table.push_back(std::move(entry));
  block.relations.push_back(index);
  scope.entries.push_back(index);
  return {index};
}

std::set<int> BlockReader::subselect(Node query, const std::string& alias, QueryBlock& block,
                                     ForeignScope& scope) {
  std::vector<Output> outputs;
  if (!is_simple(query)) {
    on_separate(read(query, scope.outer, &outputs));
    return {add_local(alias, std::move(outputs), block, scope)};
  }
  QueryBlock inner = read(query, scope.outer, &outputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].expression = inner.targets[i];
  expressions.range_table.push_back({alias, -1, std::move(outputs)});
  scope.entries.push_back(static_cast<int>(expressions.range_table.size()) - 1);
  block.relations.insert(block.relations.end(), inner.relations.begin(), inner.relations.end());
  block.conditions.insert(block.conditions.end(), inner.conditions.begin(), inner.conditions.end());
  block.joins.insert(block.joins.end(), inner.joins.begin(), inner.joins.end());
  return {inner.relations.begin(), inner.relations.end()};
}

std::set<int> BlockReader::join(Node node, QueryBlock& block, ForeignScope& scope) {
  const std::size_t first = scope.entries.size();
  std::set<int> left = from_item(node["larg"], block, scope);
  const std::size_t middle = scope.entries.size();
  std::set<int> right = from_item(node["rarg"], block, scope);
  std::vector<const Expr*> conditions;
  const auto equal = [&](const std::string& name) {
    const auto side = [&](std::size_t from, std::size_t to) -> const Expr* {
      for (std::size_t e = from; e < to; ++e) {
        const auto& outputs =
            expressions.range_table[static_cast<std::size_t>(scope.entries[e])].outputs;
        for (std::size_t o = 0; o < outputs.size(); ++o)
          if (outputs[o].name == name)
            return expressions.column(scope.entries[e], static_cast<int>(o));
      }
      return nullptr;
    };
    const Expr *a = side(first, middle), *b = side(middle, scope.entries.size());
    if (a != nullptr && b != nullptr) conditions.push_back(expressions.comparison("=", a, b, -1));
  };
  for (const Node name : node["usingClause"]) equal(name.as("String")["sval"].string());
  if (node["quals"])
    conjuncts_of(expressions.as_boolean(expressions.read(node["quals"], scope)), conditions);
  const std::string_view kind = node["jointype"].text();
  if (kind == "JOIN_INNER") {
    block.conditions.insert(block.conditions.end(), conditions.begin(), conditions.end());
  } else {
    QueryBlock::Join outer{QueryBlock::Join::Kind::left, left, right, std::move(conditions)};
    if (kind == "JOIN_RIGHT") std::swap(outer.left, outer.right);
    if (kind == "JOIN_FULL") outer.kind = QueryBlock::Join::Kind::full;
    block.joins.push_back(std::move(outer));
  }
  left.merge(right);
  return left;
}

void BlockReader::condition(Node node, QueryBlock& block, ForeignScope& scope) {
  if (const Node both = node.as("BoolExpr")) {
    if (both["boolop"].text() == "AND_EXPR") {
      for (const Node arg : both["args"]) condition(arg, block, scope);
      return;
    }
    const Node arg = both["args"].front();
    if (both["boolop"].text() == "NOT_EXPR" && arg.is("SubLink") &&
        arg.content()["subLinkType"].text() == "EXISTS_SUBLINK" &&
        semi_join(arg.content(), true, block, scope))
      return;
  }
  if (node.is("SubLink") && semi_join(node.content(), false, block, scope)) return;
  conjuncts_of(expressions.as_boolean(expressions.read(node, scope)), block.conditions);
}

/// convert_ANY_sublink_to_join(), convert_EXISTS_sublink_to_join().
bool BlockReader::semi_join(Node node, bool negated, QueryBlock& block, ForeignScope& scope) {
  const bool exists = node["subLinkType"].text() == "EXISTS_SUBLINK";
  const Node query = node["subselect"].content();
  if (!exists && node["subLinkType"].text() != "ANY_SUBLINK") return false;
  if (!is_simple(query) && !exists) {
    // A sub-select that stays separate is joined as a local relation.
    std::vector<Output> outputs;
    on_separate(read(query, scope.outer, &outputs));
    if (outputs.empty()) return false;
    const int entry = add_local("subquery", outputs, block, scope);
    scope.entries.pop_back();
    block.relations.pop_back();
    const Expr* left = expressions.read(node["testexpr"], scope);
    block.joins.push_back(
        {QueryBlock::Join::Kind::semi,
         relations_of(*left),
         {entry},
         {expressions.comparison("=", left, expressions.column(entry, 0), node.location())}});
    return true;
  }
  if (!is_simple(query)) return false;
  std::vector<Output> outputs;
  const QueryBlock inner = read(query, &scope, &outputs);
  if (!inner.joins.empty()) return false;
  QueryBlock::Join made{
      negated ? QueryBlock::Join::Kind::anti : QueryBlock::Join::Kind::semi, {}, {}, {}};
  made.right.insert(inner.relations.begin(), inner.relations.end());
  made.conditions = inner.conditions;
  if (!exists) {
    const Expr* left = expressions.read(node["testexpr"], scope);
    made.conditions.push_back(
        expressions.comparison("=", left, inner.targets.front(), node.location()));
  }
  for (const Expr* each : made.conditions)
    for (const int r : relations_of(*each))
      if (!made.right.contains(r)) made.left.insert(r);
  block.joins.push_back(std::move(made));
  return true;
}

void BlockReader::select_list(Node select, QueryBlock& block, const ForeignScope& scope,
                              std::vector<Output>& outputs) {
  for (const Node element : select["targetList"]) {
    const Node target = element.as("ResTarget");
    const Node fields = target["val"].as("ColumnRef")["fields"];
    if (fields && fields.back().is("A_Star")) {
      const std::string qualifier =
          fields.size() > 1 ? fields.front().as("String")["sval"].string() : "";
      for (const int e : scope.entries) {
        const auto e_size = static_cast<std::size_t>(e);
        if (!qualifier.empty() && expressions.range_table[e_size].alias != qualifier) continue;
        for (std::size_t o = 0; o < expressions.range_table[e_size].outputs.size(); ++o) {
          const Expr* column = expressions.column(e, static_cast<int>(o));
          block.targets.push_back(column);
          outputs.push_back({expressions.range_table[e_size].outputs[o].name, nullptr, column->type,
                             column->collation});
        }
      }
      continue;
    }
    const Expr* value = expressions.read(target["val"], scope);
    std::string name = target["name"].string();
    if (name.empty()) name = figured_name(target["val"]);
    block.targets.push_back(value);
    outputs.push_back({std::move(name), nullptr, value->type == "unknown" ? "text" : value->type,
                       value->collation});
  }
}

/// A GROUP BY or ORDER BY item: a position, a name of the select list, or an expression.
const Expr* BlockReader::listed(Node node, const QueryBlock& block, const ForeignScope& scope,
                                const std::vector<Output>& outputs, bool alias_first) {
  if (const Node constant = node.as("A_Const"); constant && constant["ival"]) {
    const auto position = static_cast<std::size_t>(constant["ival"]["ival"].number());
    if (position >= 1 && position <= block.targets.size()) return block.targets[position - 1];
  }
  const Node fields = node.as("ColumnRef")["fields"];
  if (fields && fields.size() == 1) {
    const std::string name = fields.front().as("String")["sval"].string();
    bool is_column = false;
    for (const int e : scope.entries)
      for (const Output& output : expressions.range_table[static_cast<std::size_t>(e)].outputs)
        is_column = is_column || output.name == name;
    if (alias_first || !is_column)
      for (std::size_t i = 0; i < outputs.size() && i < block.targets.size(); ++i)
        if (outputs[i].name == name) return block.targets[i];
  }
  return expressions.read(node, scope);
}

void BlockReader::clauses(Node select, QueryBlock& block, const ForeignScope& scope,
                          const std::vector<Output>& outputs) {
  for (const Node item : select["groupClause"]) {
    if (const Node set = item.as("GroupingSet")) {
      block.grouping_sets = true;
      for (const Node each : set["content"])
        if (!each.is("GroupingSet") && !each.is("List") && !each.is("RowExpr"))
          block.group.push_back(listed(each, block, scope, outputs, false));
    } else
      block.group.push_back(listed(item, block, scope, outputs, false));
  }
  if (select["havingClause"])
    conjuncts_of(expressions.as_boolean(expressions.read(select["havingClause"], scope)),
                 block.having);
  for (const Node item : select["sortClause"])
    block.order.push_back(listed(item.content()["node"], block, scope, outputs, true));
  block.distinct = static_cast<bool>(select["distinctClause"]);
  block.locks = static_cast<bool>(select["lockingClause"]);
  block.with_ties = select["limitOption"].text() == "LIMIT_OPTION_WITH_TIES";
  for (const std::vector<const Expr*>* list : {&block.targets, &block.having, &block.order})
    for (const Expr* expr : *list)
      walk(*expr, [&](const Expr& part) {
        block.aggregates = block.aggregates || part.kind == Expr::Kind::aggregate;
        block.windows = block.windows || part.name == "a window function";
        block.set_returning = block.set_returning || part.set_returning;
      });
  if (select["limitCount"] || select["limitOffset"]) {
    block.has_limit = true;
    block.limit_known = true;
    for (const char* clause : {"limitCount", "limitOffset"}) {
      if (!select[clause]) continue;
      const Expr* rows = expressions.read(select[clause], scope);
      if (rows->kind == Expr::Kind::constant)
        block.limit += std::strtod(rows->value.c_str(), nullptr);
      else
        block.limit_known = false;
    }
    if (!select["limitCount"]) block.has_limit = false;
  }
}

}  // namespace sql
