#include "tools/sql/foreign_expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/sql/names.hpp"
#include "tools/sql/types.hpp"

namespace sql {
namespace {

constexpr std::array<std::string_view, 6> system_columns{"ctid", "xmin", "xmax",
                                                         "cmin", "cmax", "tableoid"};

std::string op_name(Node node) { return last_name(node["name"]); }

}  // namespace

void conjuncts_of(const Expr* expr, std::vector<const Expr*>& conjuncts) {
  if (expr->kind == Expr::Kind::boolean && expr->name == "AND")
    for (const Expr* arg : expr->args) conjuncts_of(arg, conjuncts);
  else if (!(expr->kind == Expr::Kind::constant && expr->value == "true"))
    conjuncts.push_back(expr);
}

void walk(const Expr& expr, const std::function<void(const Expr&)>& visit) {
  visit(expr);
  for (const Expr* arg : expr.args) walk(*arg, visit);
}

bool same(const Expr& a, const Expr& b) {
  if (a.kind != b.kind || a.name != b.name || a.type != b.type || a.relation != b.relation ||
      a.column != b.column || a.value != b.value || a.collation != b.collation ||
      a.args.size() != b.args.size())
    return false;
  for (std::size_t i = 0; i < a.args.size(); ++i)
    if (!same(*a.args[i], *b.args[i])) return false;
  return true;
}

Expr& ExpressionReader::make(Expr::Kind kind, std::string name, std::string type, int location) {
  Expr& expr = arena_.emplace_back();
  expr.kind = kind;
  expr.name = std::move(name);
  expr.type = std::move(type);
  expr.location = location;
  return expr;
}

/// parse_collate.c: the collation of a node is that of its collatable arguments, a column's own
/// winning over the default, an explicit one over both; then eval_const_expressions.
const Expr* ExpressionReader::finish(Expr& expr) {
  std::string merged;
  bool implicit = false, is_explicit = false, conflict = false;
  for (const Expr* each : expr.args) {
    const Expr& arg = *each;
    if (arg.collation.empty()) continue;
    if (arg.explicit_collation && !is_explicit) {
      merged = arg.collation;
      is_explicit = true;
      conflict = false;
    } else if (!is_explicit) {
      if (!implicit || merged == "default")
        merged = arg.collation;
      else if (arg.collation != merged && arg.collation != "default")
        conflict = true;
      implicit = true;
    }
  }
  const bool compares = expr.kind == Expr::Kind::op || expr.kind == Expr::Kind::function ||
                        expr.kind == Expr::Kind::distinct || expr.kind == Expr::Kind::array_op ||
                        expr.kind == Expr::Kind::aggregate || expr.kind == Expr::Kind::subscript;
  if (compares && !conflict) expr.input_collation = merged;
  const PgType* type = catalog_.type(expr.type);
  const PgType* element =
      type != nullptr && !type->element.empty() ? catalog_.type(type->element) : nullptr;
  if (type != nullptr && (type->collatable || (element != nullptr && element->collatable)) &&
      expr.collation.empty()) {
    expr.collation = !merged.empty() ? merged : expr.type == "name" ? "C" : "default";
    expr.implicit_collation = true;
    expr.explicit_collation = is_explicit;
  }
  const bool folds = (expr.kind == Expr::Kind::function || expr.kind == Expr::Kind::op ||
                      expr.kind == Expr::Kind::relabel || expr.kind == Expr::Kind::array ||
                      expr.kind == Expr::Kind::array_op || expr.kind == Expr::Kind::distinct ||
                      expr.kind == Expr::Kind::other) &&
                     expr.volatility == 'i' && !expr.set_returning && !expr.args.empty() &&
                     std::all_of(expr.args.begin(), expr.args.end(),
                                 [](const Expr* arg) { return arg->kind == Expr::Kind::constant; });
  if (folds) {
    if (expr.kind == Expr::Kind::relabel || expr.args.size() == 1)
      expr.value = expr.args[0]->value;
    else
      expr.value = expr.kind == Expr::Kind::array ? fmt::format("{} values", expr.args.size()) : "";
    expr.kind = Expr::Kind::constant;
    expr.args.clear();
  }
  return &expr;
}

const Expr* ExpressionReader::other(std::string name, std::string type, Node node,
                                    std::vector<const Expr*> args) {
  Expr& expr = make(Expr::Kind::other, std::move(name), std::move(type), node.location());
  expr.args = std::move(args);
  expr.strict = false;
  return finish(expr);
}

const Expr* ExpressionReader::coerce(const Expr* value, const std::string& type, char context) {
  if (value->type == type || type.empty() || type == "any") return value;
  if (value->type == "unknown") {
    Expr& typed = make(value->kind, value->name, type, value->location);
    typed.value = value->value;
    return finish(typed);
  }
  const std::optional<PgCast> cast = catalog_.cast(value->type, type, context);
  if (!cast) {
    Expr& odd = make(Expr::Kind::other, "a cast to " + type, type, value->location);
    odd.args = {value};
    return finish(odd);
  }
  Expr& made = make(Expr::Kind::relabel, type, type, value->location);
  made.args = {value};
  made.volatility = cast->volatility;
  if (cast->method == 'f') made.kind = Expr::Kind::function;
  if (cast->method == 'i' || cast->method == 'a') {
    made.kind = Expr::Kind::other;
    made.name = cast->method == 'i'
                    ? fmt::format("a cast from {} to {} by its text form", value->type, type)
                    : fmt::format("a cast of an array to {}", type);
    made.volatility = value->kind == Expr::Kind::constant ? 'i' : 's';
  }
  return finish(made);
}

const Expr* ExpressionReader::column(int entry, int output) {
  const RangeEntry& relation = range_table[static_cast<std::size_t>(entry)];
  const RangeEntry::Output& given = relation.outputs[static_cast<std::size_t>(output)];
  if (given.expression != nullptr) return given.expression;
  Expr& expr = make(Expr::Kind::column, given.name, given.type, -1);
  expr.relation = entry;
  expr.column = output;
  expr.collation = given.collation;
  expr.implicit_collation = !given.collation.empty();
  return &expr;
}

const Expr* ExpressionReader::column_ref(Node node, const ForeignScope& scope) {
  const Node fields = node["fields"];
  const std::string name = fields.back().as("String")["sval"].string();
  const std::string qualifier =
      fields.size() > 1 ? fields[fields.size() - 2].as("String")["sval"].string() : "";
  for (const ForeignScope* level = &scope; level != nullptr; level = level->outer) {
    for (const int e : level->entries) {
      const RangeEntry& entry = range_table[static_cast<std::size_t>(e)];
      if (!qualifier.empty() && entry.alias != qualifier) continue;
      for (std::size_t o = 0; o < entry.outputs.size(); ++o)
        if (entry.outputs[o].name == name) {
          const Expr* found = column(e, static_cast<int>(o));
          if (found->kind == Expr::Kind::column && found->location < 0) {
            Expr& here = make(Expr::Kind::column, found->name, found->type, node.location());
            const int location = here.location;
            here = *found;
            here.location = location;
            return &here;
          }
          return found;
        }
      const bool system =
          std::find(system_columns.begin(), system_columns.end(), name) != system_columns.end();
      if (system && (!qualifier.empty() || level->entries.size() == 1)) {
        const std::string type = name == "ctid"          ? "tid"
                                 : name == "tableoid"    ? "oid"
                                 : name.starts_with('x') ? "xid"
                                                         : "cid";
        Expr& expr = make(Expr::Kind::column, name, type, node.location());
        expr.relation = e;
        expr.column = name == "ctid" ? -3 : -2;
        return &expr;
      }
    }
    if (qualifier.empty())
      for (const int e : level->entries)
        if (range_table[static_cast<std::size_t>(e)].alias == name) {
          Expr& row = make(Expr::Kind::column, name, "record", node.location());
          row.relation = e;
          return &row;
        }
  }
  complain_(node.location(), fmt::format("column {} is not known", dotted_name(fields)));
  return other("an unknown column", "text", node, {});
}

const Expr* ExpressionReader::constant(Node node) {
  Expr& expr = make(Expr::Kind::constant, "", "unknown", node.location());
  if (const Node string = node["sval"]) {
    expr.value = string["sval"].string();
  } else if (const Node integer = node["ival"]) {
    expr.type = "int4";
    expr.value = integer["ival"] ? integer["ival"].string() : "0";
  } else if (const Node real = node["fval"]) {
    expr.value = real["fval"].string();
    const bool whole = expr.value.find_first_not_of("0123456789") == std::string::npos;
    expr.type = whole && expr.value.size() < 19 ? "int8" : "numeric";
  } else if (const Node flag = node["boolval"]) {
    expr.type = "bool";
    expr.value = flag["boolval"].flag() ? "true" : "false";
  } else if (node["bsval"]) {
    expr.type = "bit";
  } else {
    expr.name = "NULL";
  }
  return &expr;
}

const Expr* ExpressionReader::boolean(std::string name, std::vector<const Expr*> args,
                                      int location) {
  Expr& expr = make(Expr::Kind::boolean, std::move(name), "bool", location);
  for (const Expr*& arg : args) arg = coerce(arg, "bool", 'i');
  expr.args = std::move(args);
  expr.strict = expr.name == "NOT";
  return &expr;
}

const Expr* ExpressionReader::comparison(std::string_view op, const Expr* left, const Expr* right,
                                         int location) {
  const PgOperator* found =
      catalog_.find_operator(op, left == nullptr ? "" : left->type, right->type);
  Expr& expr = make(Expr::Kind::op, std::string{op}, "bool", location);
  if (found == nullptr) {  // a user's type: its columns say so
    if (left != nullptr) expr.args.push_back(left);
    expr.args.push_back(right);
    return &expr;
  }
  expr.type = std::string{found->result};
  expr.volatility = found->volatility;
  expr.estimator = std::string{found->estimator};
  expr.hashable = found->hashable;
  const auto concrete = [&](const Expr* value, std::string_view declared, const Expr* against) {
    const bool generic = declared.starts_with("any");
    if (!generic) return coerce(value, std::string{declared}, 'i');
    return value->type == "unknown" && against != nullptr ? coerce(value, against->type, 'i')
                                                          : value;
  };
  if (left != nullptr) expr.args.push_back(concrete(left, found->left, right));
  expr.args.push_back(concrete(right, found->right, left));
  if (expr.type.starts_with("any")) expr.type = expr.args[0]->type;
  return finish(expr);
}

const Expr* ExpressionReader::in_list(Node node, const ForeignScope& scope) {
  const bool negated = op_name(node) == "<>";
  const Expr* left = read(node["lexpr"], scope);
  std::vector<const Expr*> values;
  for (const Node item : node["rexpr"].as("List")["items"]) values.push_back(read(item, scope));
  std::vector<std::string> types{left->type};
  bool plain = true;
  for (const Expr* value : values) {
    types.push_back(value->type);
    walk(*value, [&](const Expr& e) { plain = plain && e.kind != Expr::Kind::column; });
  }
  const std::string type = catalog_.common_type(types);
  const std::string_view array_type = catalog_.array_of(type);
  if (values.size() == 1 || !plain || array_type.empty()) {
    std::vector<const Expr*> each;
    for (const Expr* value : values)
      each.push_back(comparison(negated ? "<>" : "=", left, value, node.location()));
    if (each.size() == 1) return each[0];
    return boolean(negated ? "AND" : "OR", std::move(each), node.location());
  }
  Expr& list = make(Expr::Kind::array, "ARRAY", std::string{array_type}, node.location());
  for (const Expr* value : values) list.args.push_back(coerce(value, type, 'i'));
  const PgOperator* found = catalog_.find_operator(negated ? "<>" : "=", left->type, type);
  Expr& expr = make(Expr::Kind::array_op, negated ? "<>" : "=", "bool", node.location());
  if (found == nullptr) {
    expr.kind = Expr::Kind::other;
    expr.name = "IN over type " + left->type;
    expr.args = {left};
    return &expr;
  }
  expr.volatility = found->volatility;
  expr.estimator = std::string{found->estimator};
  expr.value = std::to_string(values.size());
  expr.args = {found->left.starts_with("any") ? left : coerce(left, std::string{found->left}, 'i'),
               finish(list)};
  return finish(expr);
}

const Expr* ExpressionReader::between(Node node, const ForeignScope& scope) {
  const bool negated = node["kind"].text().find("NOT") != std::string_view::npos;
  const bool symmetric = node["kind"].text().ends_with("SYM");
  const Expr* value = read(node["lexpr"], scope);
  const Node items = node["rexpr"].as("List")["items"];
  const Expr *low = read(items[0], scope), *high = read(items[1], scope);
  const auto within = [&](const Expr* a, const Expr* b) {
    return boolean(negated ? "OR" : "AND",
                   {comparison(negated ? "<" : ">=", value, a, node.location()),
                    comparison(negated ? ">" : "<=", value, b, node.location())},
                   node.location());
  };
  if (!symmetric) return within(low, high);
  return boolean(negated ? "AND" : "OR", {within(low, high), within(high, low)}, node.location());
}

const Expr* ExpressionReader::any_all(Node node, const ForeignScope& scope) {
  const Expr *left = read(node["lexpr"], scope), *right = read(node["rexpr"], scope);
  if (right->type == "unknown")
    right = coerce(
        right, std::string{catalog_.array_of(left->type == "varchar" ? "text" : left->type)}, 'i');
  const PgType* array = catalog_.type(right->type);
  const std::string element = array != nullptr ? std::string{array->element} : "";
  const PgOperator* found = catalog_.find_operator(op_name(node), left->type, element);
  Expr& expr = make(Expr::Kind::array_op, op_name(node), "bool", node.location());
  if (found == nullptr) {
    expr.kind = Expr::Kind::other;
    expr.name = "ANY over type " + left->type;
    expr.args = {left, right};
    return &expr;
  }
  const std::string wanted = found->right.starts_with("any") ? element : std::string{found->right};
  expr.volatility = found->volatility;
  expr.estimator = std::string{found->estimator};
  expr.value = "10";  // elements of an array nobody knows, selfuncs.c estimate_array_length
  expr.args = {found->left.starts_with("any") ? left : coerce(left, std::string{found->left}, 'i'),
               coerce(right, std::string{catalog_.array_of(wanted)}, 'i')};
  return finish(expr);
}

/// Rows are equal when their fields are; other comparisons of rows stay whole.
const Expr* ExpressionReader::row_comparison(Node node, const ForeignScope& scope) {
  std::vector<const Expr*> sides[2];
  for (const int side : {0, 1})
    for (const Node item : node[side == 0 ? "lexpr" : "rexpr"].as("RowExpr")["args"])
      sides[side].push_back(read(item, scope));
  const std::string op = op_name(node);
  if (sides[0].size() == sides[1].size() && (op == "=" || op == "<>")) {
    std::vector<const Expr*> fields;
    for (std::size_t i = 0; i < sides[0].size(); ++i)
      fields.push_back(comparison(op, sides[0][i], sides[1][i], node.location()));
    return boolean(op == "=" ? "AND" : "OR", std::move(fields), node.location());
  }
  sides[0].insert(sides[0].end(), sides[1].begin(), sides[1].end());
  return other("a row comparison", "bool", node, std::move(sides[0]));
}

const Expr* ExpressionReader::a_expr(Node node, const ForeignScope& scope) {
  const std::string_view kind = node["kind"].text();
  if (kind == "AEXPR_IN") return in_list(node, scope);
  if (kind.find("BETWEEN") != std::string_view::npos) return between(node, scope);
  if (kind == "AEXPR_OP_ANY" || kind == "AEXPR_OP_ALL") return any_all(node, scope);
  const Node l = node["lexpr"];
  if (l.is("RowExpr") || node["rexpr"].is("RowExpr")) return row_comparison(node, scope);
  const Expr* left = l ? read(l, scope) : nullptr;
  const Expr* right = read(node["rexpr"], scope);
  if (kind == "AEXPR_DISTINCT" || kind == "AEXPR_NOT_DISTINCT") {
    const Expr* equal = comparison("=", left, right, node.location());
    if (equal->kind != Expr::Kind::op) return equal;
    Expr& expr = make(Expr::Kind::distinct, "IS DISTINCT FROM", "bool", node.location());
    const int location = expr.location;
    expr = *equal;
    expr.kind = Expr::Kind::distinct;
    expr.location = location;
    expr.strict = false;
    if (kind == "AEXPR_DISTINCT") return &expr;
    return boolean("NOT", {&expr}, node.location());
  }
  if (kind == "AEXPR_NULLIF") return other("NULLIF", left->type, node, {left, right});
  return comparison(op_name(node), left, right, node.location());
}

const Expr* ExpressionReader::type_cast(Node node, const ForeignScope& scope) {
  const Type resolved = resolve_type(node["typeName"], schema_);
  const std::string type = catalog_.name_of(resolved.name);
  const Expr* value = read(node["arg"], scope);
  const Expr* cast = coerce(value, type, 'e');
  // numeric(10,2) and varchar(5): a call that fits the value to its length.
  if (resolved.typmod >= 0 && cast->kind != Expr::Kind::constant && cast->type == type) {
    Expr& fitted = make(Expr::Kind::function, type, type, node.location());
    fitted.args = {cast};
    return finish(fitted);
  }
  return cast;
}

const Expr* ExpressionReader::common(std::string what, Node list, Node node,
                                     const ForeignScope& scope) {
  std::vector<const Expr*> args;
  std::vector<std::string> types;
  for (const Node item : list) {
    args.push_back(read(item, scope));
    types.push_back(args.back()->type);
  }
  const std::string type = catalog_.common_type(types);
  for (const Expr*& arg : args) arg = coerce(arg, type, 'i');
  return other(std::move(what), type, node, std::move(args));
}

const Expr* ExpressionReader::array(Node node, const ForeignScope& scope) {
  Expr& list = make(Expr::Kind::array, "ARRAY", "", node.location());
  std::vector<std::string> types;
  for (const Node item : node["elements"]) {
    list.args.push_back(read(item, scope));
    types.push_back(list.args.back()->type);
  }
  const std::string type = catalog_.common_type(types);
  for (const Expr*& arg : list.args) arg = coerce(arg, type, 'i');
  list.type = std::string{catalog_.array_of(type)};
  return finish(list);
}

}  // namespace sql
