#include <fmt/format.h>

#include <algorithm>

#include "tools/sql/foreign_expression.hpp"
#include "tools/sql/names.hpp"

namespace sql {

const Expr* ExpressionReader::call(const std::string& name, std::vector<const Expr*> args,
                                   Node node) {
  std::vector<std::string> given;
  for (const Expr* arg : args) given.push_back(arg->type);
  const std::optional<PgCatalog::Resolved> found = catalog_.find_function(name, given);
  if (!found) {
    // A type's name as a function is a cast; else a function of the user's or of an extension.
    if (args.size() == 1 && catalog_.type(name) != nullptr && !catalog_.has_function(name))
      return coerce(args[0], name, 'e');
    const bool known = catalog_.has_function(name);
    Expr& user = make(Expr::Kind::function, name, "text", node.location());
    user.volatility = known ? 'i' : 'u';  // nobody knows
    user.args = std::move(args);
    user.strict = false;
    return finish(user);
  }
  for (std::size_t i = 0; i < args.size(); ++i)
    if (args[i]->type == "unknown" || !found->arguments[i].starts_with("any"))
      args[i] = coerce(args[i], found->arguments[i], 'i');
  const bool aggregate = found->function->kind == 'a';
  Expr& expr = make(aggregate ? Expr::Kind::aggregate : Expr::Kind::function, name, found->result,
                    node.location());
  expr.volatility = found->function->volatility;
  expr.set_returning = found->function->returns_set;
  expr.window = found->function->kind == 'w';
  expr.args = std::move(args);
  return finish(expr);
}

const Expr* ExpressionReader::function(Node node, const ForeignScope& scope) {
  const Node names = node["funcname"];
  const std::string name = last_name(names);
  std::vector<const Expr*> args;
  for (const Node arg : node["args"])
    args.push_back(read(arg.is("NamedArgExpr") ? arg.content()["arg"] : arg, scope));
  if (node["over"]) {
    const Expr* window = call(name, args, node);
    // The keys it needs its rows sorted by come first; `column` counts them.
    std::vector<const Expr*> keys;
    for (const char* clause : {"partitionClause", "orderClause"})
      for (const Node item : node["over"][clause])
        keys.push_back(read(item.is("SortBy") ? item.content()["node"] : item, scope));
    const auto count = static_cast<int>(keys.size());
    keys.insert(keys.end(), args.begin(), args.end());
    other("a window function", window->type, node, std::move(keys));
    arena_.back().column = count;
    return &arena_.back();
  }
  if (node["agg_within_group"].flag()) {
    for (const Node sorted : node["agg_order"])
      args.push_back(read(sorted.content()["node"], scope));
    Expr& ordered = make(Expr::Kind::aggregate, name, args.back()->type, node.location());
    if (name.ends_with("_cont") && args.back()->type != "interval") {
      ordered.type = "float8";
      args.back() = coerce(args.back(), "float8", 'i');
    }
    ordered.args = std::move(args);
    return finish(ordered);
  }
  const bool user_schema =
      names.size() > 1 && names.front().as("String")["sval"].text() != "pg_catalog";
  const Expr* made = nullptr;
  if (user_schema) {
    Expr& user = make(Expr::Kind::function, dotted_name(names), "text", node.location());
    user.volatility = 'u';
    user.args = args;
    made = finish(user);
  } else {
    made = call(name, args, node);
  }
  if (made->kind != Expr::Kind::aggregate) return made;
  // FILTER and ORDER BY travel with the aggregate.
  Expr& full = make(Expr::Kind::aggregate, name, made->type, node.location());
  full = *made;
  full.value = node["agg_distinct"].flag() ? "DISTINCT" : "";
  for (const Node sorted : node["agg_order"]) {
    full.args.push_back(read(sorted.content()["node"], scope));
    full.value += " ORDER BY";
  }
  if (node["agg_filter"]) full.args.push_back(read(node["agg_filter"], scope));
  return &full;
}

/// args: pairs of condition and result, then the default; `CASE x WHEN …` compares x first.
const Expr* ExpressionReader::case_expression(Node node, const ForeignScope& scope) {
  Expr& expr = make(Expr::Kind::case_, "CASE", "", node.location());
  const Expr* subject = node["arg"] ? read(node["arg"], scope) : nullptr;
  std::vector<const Expr*> conditions, results;
  for (const Node item : node["args"]) {
    const Node when = item.content();
    const Expr* condition = read(when["expr"], scope);
    conditions.push_back(subject == nullptr ? coerce(condition, "bool", 'i')
                                            : comparison("=", subject, condition, when.location()));
    results.push_back(read(when["result"], scope));
  }
  if (node["defresult"]) results.push_back(read(node["defresult"], scope));
  std::vector<std::string> types;
  for (const Expr* result : results) types.push_back(result->type);
  expr.type = catalog_.common_type(types);
  for (const Expr*& result : results) result = coerce(result, expr.type, 'i');
  expr.args = results;  // decide the collation
  expr.strict = false;
  finish(expr);
  expr.args = conditions;
  expr.args.insert(expr.args.end(), results.begin(), results.end());
  expr.column = static_cast<int>(conditions.size());  // results start here
  return &expr;
}

const Expr* ExpressionReader::read_compound(Node node, const ForeignScope& scope) {
  const Node content = node.content();
  if (node.is("BoolExpr")) {
    std::vector<const Expr*> args;
    for (const Node arg : content["args"]) args.push_back(read(arg, scope));
    const std::string_view op = content["boolop"].text();
    return boolean(op == "AND_EXPR"  ? "AND"
                   : op == "OR_EXPR" ? "OR"
                                     : "NOT",
                   std::move(args), content.location());
  }
  if (node.is("NullTest")) {
    const Expr* arg = read(content["arg"], scope);
    if (content["arg"].is("RowExpr")) return other("IS NULL of a row", "bool", content, {arg});
    Expr& expr = make(Expr::Kind::null_test,
                      content["nulltesttype"].text() == "IS_NULL" ? "IS NULL" : "IS NOT NULL",
                      "bool", content.location());
    expr.args = {arg};
    expr.strict = expr.name == "IS NOT NULL";
    return &expr;
  }
  if (node.is("BooleanTest"))
    return other("IS TRUE and its kin", "bool", content, {read(content["arg"], scope)});
  if (node.is("CollateClause")) {
    const Expr* arg = read(content["arg"], scope);
    if (arg->type == "unknown") arg = coerce(arg, "text", 'i');
    Expr& expr = make(Expr::Kind::relabel, arg->type, arg->type, content.location());
    expr.collation = last_name(content["collname"]);
    expr.implicit_collation = expr.explicit_collation = true;
    expr.args = {arg};
    return finish(expr);
  }
  if (node.is("A_Indirection")) {
    const Expr* base = read(content["arg"], scope);
    const PgType* type = catalog_.type(base->type);
    std::vector<const Expr*> args{base};
    bool slice = false, subscripts = false;
    for (const Node step : content["indirection"])
      if (const Node indices = step.as("A_Indices")) {
        subscripts = true;
        slice = slice || indices["is_slice"].flag();
        for (const char* bound : {"lidx", "uidx"})
          if (indices[bound]) args.push_back(read(indices[bound], scope));
      }
    if (!subscripts || type == nullptr)
      return other("a field of a row", "text", content, std::move(args));
    Expr& expr = make(Expr::Kind::subscript, "[]", base->type, content.location());
    if (!slice && !type->element.empty()) expr.type = std::string{type->element};
    expr.args = std::move(args);
    return finish(expr);
  }
  return nullptr;
}

const Expr* ExpressionReader::read(Node node, const ForeignScope& scope) {
  const Node content = node.content();
  if (node.is("ColumnRef")) return column_ref(content, scope);
  if (node.is("A_Const")) return constant(content);
  if (node.is("A_Expr")) return a_expr(content, scope);
  if (node.is("FuncCall")) return function(content, scope);
  if (node.is("TypeCast")) return type_cast(content, scope);
  if (node.is("CaseExpr")) return case_expression(content, scope);
  if (node.is("CoalesceExpr")) return common("COALESCE", content["args"], content, scope);
  if (node.is("MinMaxExpr"))
    return common(content["op"].text() == "IS_LEAST" ? "LEAST" : "GREATEST", content["args"],
                  content, scope);
  if (node.is("A_ArrayExpr")) return array(content, scope);
  if (node.is("ParamRef")) {
    Expr& expr = make(Expr::Kind::parameter, "a parameter", "unknown", content.location());
    return &expr;
  }
  if (node.is("SubLink")) return on_sublink(content, scope);
  if (node.is("SQLValueFunction")) {
    const std::string_view op = content["op"].text();
    Expr& expr = make(Expr::Kind::function, "current_user", "name", content.location());
    expr.volatility = 's';
    struct Kind {
      std::string_view op, name, type;
    };
    static constexpr Kind kinds[] = {
        {"SVFOP_CURRENT_DATE", "current_date", "date"},
        {"SVFOP_CURRENT_TIMESTAMP", "current_timestamp", "timestamptz"},
        {"SVFOP_CURRENT_TIMESTAMP_N", "current_timestamp", "timestamptz"},
        {"SVFOP_LOCALTIMESTAMP", "localtimestamp", "timestamp"},
        {"SVFOP_CURRENT_TIME", "current_time", "timetz"},
        {"SVFOP_LOCALTIME", "localtime", "time"}};
    for (const Kind& kind : kinds)
      if (kind.op == op) {
        expr.name = kind.name;
        expr.type = kind.type;
      }
    if (expr.type == "name") expr.collation = "C";
    return &expr;
  }
  if (const Expr* made = read_compound(node, scope)) return made;
  std::vector<const Expr*> args;
  if (node.is("RowExpr"))
    for (const Node item : content["args"]) args.push_back(read(item, scope));
  return other(node.is("RowExpr")   ? "a row"
               : node.is("XmlExpr") ? "XML"
                                    : std::string{node.type_name()},
               "record", content, std::move(args));
}

}  // namespace sql
