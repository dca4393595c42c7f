#include "tools/sql/query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/sql/names.hpp"
#include "tools/sql/spelling.hpp"

namespace sql {
namespace {

constexpr std::size_t most_results = 1664;  // MaxTupleAttributeNumber, htup_details.h

}  // namespace

Outputs table_outputs(const models::Table& table) {
  Outputs outputs;
  outputs.complete = !(table.kind == models::Table::Kind::view && table.columns.empty());
  for (const models::Column& column : table.columns)
    outputs.columns.push_back({column.name,
                               {.name = column.type,
                                .typmod = column.typmod,
                                .stored = true,
                                .is_enum = column.is_enum}});
  return outputs;
}

std::size_t QueryReader::enter_with(Node with, const Scope* outer) {
  const std::size_t mark = ctes_.size();
  for (const Node element : with["ctes"]) {
    const Node cte = element.content();
    const std::string name = cte["ctename"].string();
    const std::size_t own = ctes_.size();
    if (with["recursive"].flag())
      ctes_.push_back({name, {{}, false}});  // while its own query is read
    const bool before = std::exchange(recursive_, with["recursive"].flag());
    Outputs outputs = any_query(cte["ctequery"], outer);
    recursive_ = before;
    const Node names = cte["aliascolnames"];
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i == outputs.columns.size()) outputs.columns.emplace_back();
      outputs.columns[i].name = names[i].as("String")["sval"].string();
    }
    if (cte["search_clause"] || cte["cycle_clause"]) outputs.complete = false;
    leave_with(own);
    ctes_.push_back({name, std::move(outputs)});
  }
  return mark;
}

Outputs QueryReader::any_query(Node node, const Scope* outer) {
  if (const Node select = node.as("SelectStmt")) {
    Outputs outputs = query(select, outer);
    for (Output& output : outputs.columns) output.type.literal = false;
    return outputs;
  }
  if (on_write) on_write(node);
  return {{}, false};
}

Outputs QueryReader::query(Node select, const Scope* outer) {
  const std::size_t mark = enter_with(select["withClause"], outer);
  Outputs outputs;
  const std::string_view op = select["op"].text();
  if (select["larg"] && op != "SETOP_NONE") {
    outputs = set_operation(select, outer);
  } else if (select["valuesLists"]) {
    outputs = values(select["valuesLists"], outer);
  } else {
    Scope scope{{}, outer};
    select_in(select, scope, outputs);
  }
  leave_with(mark);
  return outputs;
}

void QueryReader::select_in(Node select, Scope& scope, Outputs& outputs,
                            std::vector<ColumnUse>* where_uses) {
  from(select["fromClause"], scope);
  targets(select["targetList"], scope, outputs);
  auto* const uses_before = uses;
  if (where_uses != nullptr) uses = where_uses;
  expression(select["whereClause"], scope);
  uses = uses_before;
  expressions(select["distinctClause"], scope);
  expression(select["havingClause"], scope);
  // GROUP BY and ORDER BY may name a column of the result.
  for (const char* clause : {"groupClause", "sortClause", "windowClause"})
    for (const Node element : select[clause]) {
      const Node sorted = element.is("SortBy") ? element.content()["node"] : element;
      const std::string name = last_name(sorted.as("ColumnRef")["fields"]);
      if (std::none_of(outputs.columns.begin(), outputs.columns.end(),
                       [&](const Output& output) { return output.name == name; }))
        expression(sorted, scope);
    }
  expression(select["limitCount"], scope);
  expression(select["limitOffset"], scope);
}

Outputs QueryReader::set_operation(Node select, const Scope* outer) {
  // UNION chains lean to the left and may be thousands long: walk down in a loop.
  std::vector<Node> right;
  Node left = select;
  do {
    right.push_back(left["rarg"]);
    left = left["larg"];
  } while (left["larg"] && !left["withClause"]);
  Outputs outputs = query(left, outer);
  for (auto arm = right.rbegin(); arm != right.rend(); ++arm) {
    const Outputs other = query(*arm, outer);
    outputs.complete = outputs.complete && other.complete;
    for (std::size_t i = 0; i < std::min(outputs.columns.size(), other.columns.size()); ++i) {
      Type& type = outputs.columns[i].type;
      if (!recursive_ || other.columns[i].type.known())
        type = wider_type(type, other.columns[i].type);
    }
  }
  return outputs;
}

Outputs QueryReader::values(Node lists, const Scope* outer) {
  const Scope scope{{}, outer};
  Outputs outputs;
  for (const Node list : lists) {
    std::size_t i = 0;
    for (const Node value : list.as("List")["items"]) {
      const Type type = expression(value, scope);
      if (i == outputs.columns.size())
        outputs.columns.push_back({"column" + std::to_string(i + 1), type});
      else
        outputs.columns[i].type = wider_type(outputs.columns[i].type, type);
      ++i;
    }
  }
  return outputs;
}

void QueryReader::star(std::string_view qualifier, const Scope& scope, Outputs& outputs) {
  constexpr std::size_t most_expanded =
      1'000'000;  // in one statement; beyond, columns are not known
  for (const Relation& relation : scope.relations) {
    if (!qualifier.empty() && relation.name != qualifier) continue;
    const Outputs& given = relation.outputs();
    expanded_ += given.columns.size();
    outputs.complete = outputs.complete && given.complete && expanded_ < most_expanded;
    if (expanded_ >= most_expanded || outputs.columns.size() > most_results) return;
    for (const Output& output : given.columns)
      if (!qualifier.empty() || !relation.merged.contains(output.name))
        outputs.columns.push_back(output);
  }
}

void QueryReader::targets(Node list, const Scope& scope, Outputs& outputs) {
  for (const Node element : list) {
    const Node target = element.as("ResTarget");
    const Node fields = target["val"].as("ColumnRef")["fields"];
    if (fields && fields.back().is("A_Star")) {
      const std::string qualifier =
          fields.size() > 1 ? fields[fields.size() - 2].as("String")["sval"].string() : "";
      star(qualifier, scope, outputs);
      continue;
    }
    Type type = expression(target["val"], scope);
    std::string name = target["name"].string();
    if (name.empty()) name = figured_name(target["val"]);
    if (outputs.columns.size() >= most_results) {
      complain_(target.location(), fmt::format("more than {} columns in a SELECT", most_results),
                {});
      outputs.complete = false;
      return;
    }
    outputs.columns.push_back({name.empty() ? "?column?" : name, std::move(type)});
  }
}

void QueryReader::from(Node list, Scope& scope) {
  for (const Node item : list) from_item(item, scope);
}

void QueryReader::from_item(Node item, Scope& scope) {
  if (item.is("RangeVar")) {
    add_table(item.content(), scope);
  } else if (const Node joined = item.as("JoinExpr")) {
    join(joined, scope);
  } else if (const Node subselect = item.as("RangeSubselect")) {
    range_subselect(subselect, scope);
  } else if (const Node function = item.as("RangeFunction")) {
    range_function(function, scope);
  } else if (const Node sample = item.as("RangeTableSample")) {
    from_item(sample["relation"], scope);
    expressions(sample["args"], scope);
  } else {  // XMLTABLE and what comes next
    Relation relation;
    relation.own.complete = false;
    apply_alias(item.content()["alias"], relation);
    expression(item, scope);
    scope.relations.push_back(std::move(relation));
  }
}

/// The alias and its column names, as far as they go.
void QueryReader::apply_alias(Node alias, Relation& relation) {
  if (!alias) return;
  relation.name = alias["aliasname"].string();
  if (alias["colnames"] && relation.shared != nullptr)
    relation.own = *std::exchange(relation.shared, nullptr);
  std::size_t i = 0;
  for (const Node name : alias["colnames"]) {
    if (i == relation.own.columns.size()) relation.own.columns.emplace_back();
    relation.own.columns[i++].name = name.as("String")["sval"].string();
  }
}

int QueryReader::add_table(Node range_var, Scope& scope) {
  const std::string schema = range_var["schemaname"].string();
  const std::string name = range_var["relname"].string();
  Relation relation;
  relation.name = name;
  if (schema.empty())
    for (auto cte = ctes_.rbegin(); cte != ctes_.rend(); ++cte)
      if (cte->name == name) {
        relation.shared = &cte->outputs;
        apply_alias(range_var["alias"], relation);
        scope.relations.push_back(std::move(relation));
        return -1;
      }
  relation.table = find_(schema, name);
  if (relation.table >= 0) {
    const auto found = table_outputs_.find(relation.table);
    relation.shared =
        found != table_outputs_.end()
            ? &found->second
            : &table_outputs_
                   .emplace(relation.table,
                            table_outputs(tables_[static_cast<std::size_t>(relation.table)]))
                   .first->second;
    reads.insert(relation.table);
  } else {
    relation.own.complete = false;
    const bool catalog = schema == "pg_catalog" || schema == "information_schema" ||
                         (schema.empty() && name.starts_with("pg_"));
    if (!catalog) {
      unknown_table(range_var.location(), schema, name);
    }
  }
  const int table = relation.table;
  apply_alias(range_var["alias"], relation);
  scope.relations.push_back(std::move(relation));
  return table;
}

void QueryReader::unknown_table(int location, const std::string& schema, const std::string& name) {
  // An unqualified name is looked for in every schema: it may just not be on the search path.
  std::vector<std::string> names, qualified;
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (candidate && !candidate(static_cast<int>(i))) continue;
    qualified.push_back(tables_[i].qualified_name());
    names.push_back(schema.empty() ? tables_[i].name : qualified.back());
  }
  const std::string shown = schema.empty() ? name : schema + "." + name;
  std::string near = nearest(shown, names);
  if (!near.empty() && schema.empty() && find_({}, near) < 0)
    near = qualified[static_cast<std::size_t>(std::find(names.begin(), names.end(), near) -
                                              names.begin())];
  complain_(location, fmt::format("table {} does not exist", shown),
            near.empty() ? "declare it in the DDL of the domain's database"
                         : fmt::format("did you mean {}?", near));
}

void QueryReader::join(Node node, Scope& scope) {
  // Like UNION, a join chain leans to the left.
  std::vector<Node> chain{node};
  while (const Node left = chain.back()["larg"].as("JoinExpr")) {
    if (left["alias"]) break;
    chain.push_back(left);
  }
  const std::size_t first = scope.relations.size();
  from_item(chain.back()["larg"], scope);
  for (auto each = chain.rbegin(); each != chain.rend(); ++each) {
    const std::size_t right = scope.relations.size();
    from_item((*each)["rarg"], scope);
    const auto has = [&](std::size_t from, std::size_t to, std::string_view name) {
      for (std::size_t r = from; r < to; ++r)
        for (const Output& output : scope.relations[r].outputs().columns)
          if (output.name == name) return true;
      return false;
    };
    for (std::size_t r = right; r < scope.relations.size(); ++r)
      for (const Output& output : scope.relations[r].outputs().columns)
        if ((*each)["isNatural"].flag() && has(first, right, output.name))
          scope.relations[r].merged.insert(output.name);
    for (const Node name : (*each)["usingClause"])
      for (std::size_t r = right; r < scope.relations.size(); ++r)
        scope.relations[r].merged.insert(name.as("String")["sval"].string());
    expression((*each)["quals"], scope);
  }
  if (const Node alias = node["alias"]) {  // (a JOIN b …) AS j hides a and b
    Relation joined;
    for (std::size_t r = first; r < scope.relations.size(); ++r) {
      const Scope one{{scope.relations[r]}, nullptr};
      star("", one, joined.own);
    }
    apply_alias(alias, joined);
    scope.relations.resize(first);
    scope.relations.push_back(std::move(joined));
  }
}

void QueryReader::range_subselect(Node node, Scope& scope) {
  Relation relation;
  relation.own = any_query(node["subquery"], node["lateral"].flag() ? &scope : scope.outer);
  apply_alias(node["alias"], relation);
  scope.relations.push_back(std::move(relation));
}

void QueryReader::range_function(Node node, Scope& scope) {
  struct Columns {
    std::string_view function;
    std::array<std::string_view, 2> names;
  };
  static constexpr std::array composite{
      Columns{"jsonb_each", {"key", "value"}}, Columns{"json_each", {"key", "value"}},
      Columns{"jsonb_each_text", {"key", "value"}}, Columns{"json_each_text", {"key", "value"}}};
  static constexpr std::array<std::string_view, 4> named_value{
      "jsonb_array_elements", "json_array_elements", "jsonb_array_elements_text",
      "json_array_elements_text"};
  Relation relation;
  for (const Node element : node["functions"]) {
    const Node call = element.as("List")["items"].front();
    const Type type = expression(call, scope);
    const std::string name = last_name(call.as("FuncCall")["funcname"]);
    relation.name = name;
    const auto found = std::find_if(composite.begin(), composite.end(),
                                    [&](const Columns& entry) { return entry.function == name; });
    if (found != composite.end()) {
      for (const std::string_view column : found->names)
        relation.own.columns.push_back({std::string{column}, {}});
    } else if (type.known()) {
      const bool value =
          std::find(named_value.begin(), named_value.end(), name) != named_value.end();
      const Node alias = node["alias"]["aliasname"];
      relation.own.columns.push_back({value ? "value" : alias ? alias.string() : name, type});
    } else {
      relation.own.complete = false;
    }
    for (const Node column : element.as("List")["items"][1].as("List")["items"])
      relation.own.columns.push_back({column.content()["colname"].string(),
                                      resolve_type(column.content()["typeName"], types_)});
  }
  if (node["ordinality"].flag()) relation.own.columns.push_back({"ordinality", builtin("bigint")});
  for (const Node column : node["coldeflist"]) {
    relation.own.complete = true;
    relation.own.columns.push_back(
        {column.content()["colname"].string(), resolve_type(column.content()["typeName"], types_)});
  }
  apply_alias(node["alias"], relation);
  scope.relations.push_back(std::move(relation));
}

}  // namespace sql
