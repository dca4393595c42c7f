#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/sql/names.hpp"
#include "tools/sql/query.hpp"
#include "tools/sql/spelling.hpp"

namespace sql {
namespace {

constexpr std::size_t most_unknown = 20;  // names of one statement that are complained about

constexpr std::array<std::string_view, 7> system_columns{"ctid", "xmin", "xmax",    "cmin",
                                                         "cmax", "oid",  "tableoid"};

/// A column with just this name would be ambiguous with a whole row: count(t), row_to_json(t).
bool names_relation(const Scope* scope, std::string_view name) {
  for (; scope != nullptr; scope = scope->outer)
    for (const Relation& relation : scope->relations)
      if (relation.name == name) return true;
  return false;
}

}  // namespace

void QueryReader::expressions(Node list, const Scope& scope) {
  for (const Node node : list) expression(node, scope);
}

Type QueryReader::expression(Node node, const Scope& scope) {
  struct Reader {
    std::string_view type;
    Type (*read)(QueryReader&, Node, const Scope&);
  };
  using R = QueryReader;
  static constexpr std::array readers{
      Reader{"ColumnRef", [](R& r, Node n, const Scope& s) { return r.column_ref(n, s); }},
      Reader{"A_Const", [](R&, Node n, const Scope&) { return constant_type(n); }},
      Reader{"A_Expr", [](R& r, Node n, const Scope& s) { return r.operator_expression(n, s); }},
      Reader{"FuncCall", [](R& r, Node n, const Scope& s) { return r.function_call(n, s); }},
      Reader{"TypeCast",
             [](R& r, Node n, const Scope& s) {
               r.expression(n["arg"], s);
               return resolve_type(n["typeName"], r.types_);
             }},
      Reader{"CollateClause",
             [](R& r, Node n, const Scope& s) { return r.expression(n["arg"], s); }},
      Reader{"BoolExpr",
             [](R& r, Node n, const Scope& s) {
               r.expressions(n["args"], s);
               return builtin("boolean");
             }},
      Reader{"NullTest",
             [](R& r, Node n, const Scope& s) {
               r.expression(n["arg"], s);
               return builtin("boolean");
             }},
      Reader{"BooleanTest",
             [](R& r, Node n, const Scope& s) {
               r.expression(n["arg"], s);
               return builtin("boolean");
             }},
      Reader{"SubLink", [](R& r, Node n, const Scope& s) { return r.sublink(n, s); }},
      Reader{"CaseExpr", [](R& r, Node n, const Scope& s) { return r.case_expression(n, s); }},
      Reader{"CoalesceExpr",
             [](R& r, Node n, const Scope& s) { return r.common_type(n["args"], s); }},
      Reader{"MinMaxExpr",
             [](R& r, Node n, const Scope& s) { return r.common_type(n["args"], s); }},
      Reader{"A_ArrayExpr",
             [](R& r, Node n, const Scope& s) { return r.common_type(n["elements"], s).array(); }},
      Reader{"A_Indirection", [](R& r, Node n, const Scope& s) { return r.indirection(n, s); }},
      Reader{"SQLValueFunction",
             [](R&, Node n, const Scope&) { return value_function_type(n["op"].text()); }},
      Reader{"XmlExpr",
             [](R& r, Node n, const Scope& s) {
               r.expressions(n["named_args"], s);
               r.expressions(n["args"], s);
               return builtin("xml");
             }},
      Reader{"SelectStmt",
             [](R& r, Node n, const Scope& s) {
               r.query(n, &s);
               return Type{};
             }},
  };
  if (!node) return {};
  const std::string_view type = node.type_name();
  for (const Reader& reader : readers)
    if (reader.type == type) return reader.read(*this, node.content(), scope);
  for (const Node child : node)
    expression(child, scope);  // rows, lists, windows, named arguments …
  return {};
}

Type QueryReader::resolve(std::string_view qualifier, std::string_view name, const Scope& scope,
                          bool& found, bool& qualifier_known, bool& certain) {
  for (const Scope* level = &scope; level != nullptr; level = level->outer)
    for (std::size_t r = 0; r < level->relations.size(); ++r) {
      const Relation& relation = level->relations[r];
      if (!qualifier.empty() && relation.name != qualifier) continue;
      qualifier_known = true;
      certain = certain && relation.outputs().complete;
      const auto& columns = relation.outputs().columns;
      const auto column = std::find_if(columns.begin(), columns.end(),
                                       [&](const Output& output) { return output.name == name; });
      if (column == columns.end()) continue;
      found = true;
      if (uses != nullptr)
        uses->push_back(
            {level, r, static_cast<int>(relation.table >= 0 ? column - columns.begin() : -1)});
      return column->type;
    }
  return {};
}

Type QueryReader::column_ref(Node node, const Scope& scope) {
  const Node fields = node["fields"];
  const std::size_t parts = fields.size();
  const auto part = [&](std::size_t i) { return fields[i].as("String")["sval"].text(); };
  if (fields.back().is("A_Star")) return {};  // count(t.*)
  const std::string_view name = part(parts - 1);
  const std::string_view qualifier = parts > 1 ? part(parts - 2) : std::string_view{};
  if (std::find(system_columns.begin(), system_columns.end(), name) != system_columns.end())
    return name == "ctid" ? builtin("tid") : builtin(name == "tableoid" ? "oid" : "xid");
  bool found = false, qualifier_known = false, certain = true;
  Type type = resolve(qualifier, name, scope, found, qualifier_known, certain);
  if (found || !certain) return type;
  if (qualifier.empty() && names_relation(&scope, name)) return {};  // a whole row
  unknown_column(node, qualifier, name, scope, qualifier_known);
  return {};
}

void QueryReader::unknown_column(Node node, std::string_view qualifier, std::string_view name,
                                 const Scope& scope, bool qualifier_known) {
  if (++unknown_ > most_unknown) return;  // to look for the nearest spelling takes its time
  if (!qualifier.empty() && !qualifier_known) {
    if (any_qualifier) return;
    std::vector<std::string> names;
    for (const Scope* level = &scope; level != nullptr; level = level->outer)
      for (const Relation& relation : level->relations) names.push_back(relation.name);
    // t.c may be a field of a composite column t.
    bool found = false, known = false, certain = true;
    resolve({}, qualifier, scope, found, known, certain);
    if (found || !certain) return;
    const std::string near = nearest(qualifier, names);
    return complain_(node.location(),
                     fmt::format("{} is no table or alias of this statement", qualifier),
                     near.empty() ? "" : fmt::format("did you mean {}?", near));
  }
  std::vector<std::string> names;
  std::string where = "this statement";
  for (const Scope* level = &scope; level != nullptr; level = level->outer)
    for (const Relation& relation : level->relations) {
      if (!qualifier.empty() && relation.name != qualifier) continue;
      if (level == &scope && relation.table >= 0 && where == "this statement")
        where = tables_[static_cast<std::size_t>(relation.table)].qualified_name();
      for (const Output& output : relation.outputs().columns) names.push_back(output.name);
    }
  const std::string near = nearest(name, names);
  const bool one_table = scope.relations.size() == 1 || !qualifier.empty();
  complain_(node.location(),
            one_table && where != "this statement"
                ? fmt::format("table {} has no column {}", where, name)
                : fmt::format("no table of this statement has a column {}", name),
            near.empty() ? "" : fmt::format("did you mean {}?", near));
}

Type QueryReader::operator_expression(Node node, const Scope& scope) {
  // A chain of one operator leans to the left: walk down in a loop, type it on the way up.
  std::vector<Node> chain{node};
  while (const Node left = chain.back()["lexpr"].as("A_Expr")) chain.push_back(left);
  Type type = expression(chain.back()["lexpr"], scope);
  for (auto each = chain.rbegin(); each != chain.rend(); ++each) {
    const Type right = expression((*each)["rexpr"], scope);
    const std::string_view each_kind = (*each)["kind"].text();
    if (each_kind == "AEXPR_OP")
      type = (*each)["lexpr"] ? operator_type(last_name((*each)["name"]), type, right)
                              : prefix_operator_type(last_name((*each)["name"]), right);
    else if (each_kind != "AEXPR_NULLIF")
      type = builtin("boolean");
  }
  return type;
}

Type QueryReader::function_call(Node node, const Scope& scope) {
  std::vector<Type> arguments;
  for (const Node argument : node["args"]) arguments.push_back(expression(argument, scope));
  for (const Node sort : node["agg_order"]) {
    Type type = expression(sort.as("SortBy")["node"], scope);
    if (node["agg_within_group"].flag()) arguments.push_back(std::move(type));
  }
  expression(node["agg_filter"], scope);
  expressions(node["over"]["partitionClause"], scope);
  expressions(node["over"]["orderClause"], scope);
  const std::string name = last_name(node["funcname"]);
  const bool foreign_schema = node["funcname"].size() > 1 &&
                              node["funcname"].front().as("String")["sval"].text() != "pg_catalog";
  return foreign_schema && !is_extension_function(name) ? Type{} : function_type(name, arguments);
}

Type QueryReader::sublink(Node node, const Scope& scope) {
  expression(node["testexpr"], scope);
  const Outputs outputs = any_query(node["subselect"], &scope);
  const std::string_view type = node["subLinkType"].text();
  Type first = outputs.columns.empty() ? Type{} : outputs.columns.front().type;
  if (type == "EXPR_SUBLINK") return first;
  if (type == "ARRAY_SUBLINK") return first.array();
  return builtin("boolean");
}

Type QueryReader::case_expression(Node node, const Scope& scope) {
  expression(node["arg"], scope);
  Type result = literal_type();  // without ELSE: NULL
  for (const Node element : node["args"]) {
    const Node when = element.as("CaseWhen");
    expression(when["expr"], scope);
    result = wider_type(result, expression(when["result"], scope));
  }
  return node["defresult"] ? wider_type(result, expression(node["defresult"], scope)) : result;
}

Type QueryReader::common_type(Node list, const Scope& scope) {
  Type result = literal_type();
  for (const Node element : list) result = wider_type(result, expression(element, scope));
  return result;
}

Type QueryReader::indirection(Node node, const Scope& scope) {
  Type type = expression(node["arg"], scope);
  for (const Node step : node["indirection"]) {
    if (const Node subscript = step.as("A_Indices")) {
      expression(subscript["lidx"], scope);
      expression(subscript["uidx"], scope);
      if (type.name == "jsonb" || subscript["is_slice"].flag()) continue;
      type = type.element();
    } else {
      type = {};  // a field of a composite value
    }
  }
  return type;
}

}  // namespace sql
