#include "tools/sql/shippable.hpp"

#include <fmt/format.h>

namespace sql {
namespace {

using Kind = Expr::Kind;

std::string_view what_to_do_about(const Expr& expr) {
  if (expr.name == "now" || expr.name.starts_with("current_") || expr.name.starts_with("local"))
    return "compute the value in the application and pass it as a literal or parameter";
  if (expr.type == "date" || expr.name == "date_trunc" || expr.name == "to_char")
    return "compare the column itself with constants: a half-open range of the same type";
  return "use an immutable function, or filter on a plain column as well";
}

}  // namespace

std::string in_words(const Expr& expr) {
  switch (expr.kind) {
    case Kind::column:
      return expr.name;
    case Kind::constant:
      return expr.value.empty() ? "a constant" : "'" + expr.value + "'";
    case Kind::function:
    case Kind::aggregate:
      return expr.name + "()";
    case Kind::op:
    case Kind::array_op:
      return fmt::format("{} {} {}", in_words(*expr.args[0]), expr.name,
                         expr.args.size() > 1 ? in_words(*expr.args[1]) : "");
    case Kind::null_test:
      return in_words(*expr.args[0]) + " " + expr.name;
    case Kind::relabel:
      return in_words(*expr.args[0]);
    default:
      return expr.name;
  }
}

void Shippability::merge(Collation& outer, const Collation& inner) {
  if (inner.state > outer.state) {
    outer = inner;
  } else if (inner.state == outer.state && inner.state == State::safe && inner.name != outer.name) {
    if (outer.name == "default")
      outer.name = inner.name;
    else if (inner.name != "default")
      outer.state = State::unsafe;
  }
}

/// A result collates safely when it got its collation from a foreign column.
Shippability::Collation Shippability::result(const Expr& expr, const Collation& inner) {
  if (expr.collation.empty()) return {};
  if (inner.state == State::safe && inner.name == expr.collation) return inner;
  if (expr.collation == "default") return {expr.collation, State::none};
  return {expr.collation, State::unsafe};
}

std::optional<Refusal> Shippability::compared(const Expr& expr, const Collation& inner) const {
  if (expr.input_collation.empty()) return std::nullopt;
  if (article_collation && expr.input_collation == "default")
    return Refusal{in_words(expr),
                   "compares text by default collations that differ (fdw_collation_model: article; "
                   "PostgreSQL sends it and may answer wrongly)",
                   "declare the column COLLATE \"C\" on both sides", expr.location};
  if (inner.state == State::safe && inner.name == expr.input_collation) return std::nullopt;
  const bool mixed = inner.state == State::unsafe;
  return Refusal{in_words(expr),
                 fmt::format("compares by collation {}, which {}", expr.input_collation,
                             mixed ? "is not that of the foreign columns it reads"
                                   : "comes from no column of the foreign table"),
                 "give the column that collation on both sides, and leave COLLATE out of the query",
                 expr.location};
}

std::optional<Refusal> Shippability::object(const Expr& expr) const {
  if (expr.kind == Kind::function && expr.volatility == 'u') {
    if (shippable_name && shippable_name(expr.name)) return std::nullopt;
    return Refusal{
        in_words(expr), "is no built-in function",
        "use built-in functions, or list its extension in the server's `extensions` option",
        expr.location};
  }
  return std::nullopt;
}

Shippability::Found Shippability::column(const Expr& expr) const {
  if (!foreign_(expr.relation)) {
    // A value from elsewhere: sent as a parameter.
    const bool plain = expr.collation.empty() || expr.collation == "default";
    return {{expr.collation, plain ? State::none : State::unsafe}, {}};
  }
  if (expr.column == -2)
    return {{}, Refusal{expr.name, "is a system column, whose value is local", "", expr.location}};
  if (expr.column == -1)
    return {{},
            Refusal{expr.name, "is a whole row, whose type exists locally only", "name the columns",
                    expr.location}};
  return {{expr.collation, expr.collation.empty() ? State::none : State::safe}, {}};
}

Shippability::Found Shippability::args_of(const Expr& expr) const {
  Found found;
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    Found inner = walk(*expr.args[i]);
    if (inner.refusal) return inner;
    // Conditions of CASE compare on their own; its results decide.
    if (expr.kind == Kind::case_ && static_cast<int>(i) < expr.column) {
      if (inner.collation.state == State::unsafe)
        return {{}, compared(*expr.args[i], inner.collation)};
      continue;
    }
    merge(found.collation, inner.collation);
  }
  return found;
}

Shippability::Found Shippability::walk(const Expr& expr) const {
  Found found;
  switch (expr.kind) {
    case Kind::column:
      found = column(expr);
      break;
    case Kind::constant:
    case Kind::parameter: {
      const bool plain = expr.collation.empty() || expr.collation == "default";
      found.collation = {expr.collation, plain ? State::none : State::unsafe};
      break;
    }
    case Kind::other:
      return {{},
              Refusal{expr.name, "is nothing postgres_fdw sends",
                      "rewrite it with operators, CASE and plain functions", expr.location}};
    case Kind::aggregate:
      if (!upper_)
        return {{},
                Refusal{in_words(expr), "is an aggregate below its grouping", "", expr.location}};
      [[fallthrough]];
    default:
      found = args_of(expr);
      if (found.refusal) return found;
      if (auto refused = object(expr)) return {{}, std::move(refused)};
      if (auto refused = compared(expr, found.collation)) return {{}, std::move(refused)};
      found.collation = result(expr, found.collation);
      break;
  }
  if (found.refusal) return found;
  if (expr.type != "unknown" && catalog_.type(expr.type) == nullptr && expr.column > -3 &&
      !(shippable_name && shippable_name(expr.type)))
    return {
        {},
        Refusal{in_words(expr), fmt::format("has type {}, which is not built in", expr.type),
                "store contract columns in built-in types, or list the extension in `extensions`",
                expr.location}};
  return found;
}

/// contain_mutable_functions(): the first that is not immutable.
std::optional<Refusal> Shippability::mutability(const Expr& expr) {
  std::optional<Refusal> refused;
  sql::walk(expr, [&](const Expr& part) {
    if (refused || part.volatility == 'i' || part.volatility == 'u') return;
    const std::string what =
        part.kind == Kind::op || part.kind == Kind::array_op ? in_words(part)
        : part.kind == Kind::function && part.args.size() == 1 && part.name == part.type
            ? fmt::format("the cast from {} to {}", part.args[0]->type, part.type)
            : in_words(part);
    refused =
        Refusal{what,
                part.volatility == 's'
                    ? "is stable, not immutable: its result depends on settings or on the clock"
                    : "is volatile: it must run once per row here",
                std::string{what_to_do_about(part)}, part.location};
  });
  return refused;
}

std::optional<Refusal> Shippability::refusal(const Expr& expr) const {
  Found found = walk(expr);
  if (found.refusal) {
    // That a function is not immutable explains more than the collation of its arguments.
    std::optional<Refusal> changing = mutability(expr);
    return changing ? changing : found.refusal;
  }
  if (article_collation && expr.collation == "default")
    return Refusal{in_words(expr),
                   "orders or groups text by default collations that differ "
                   "(fdw_collation_model: article; PostgreSQL sends it)",
                   "declare the column COLLATE \"C\" on both sides", expr.location};
  if (found.collation.state == State::unsafe)
    return Refusal{
        in_words(expr),
        fmt::format("has collation {}, which comes from no column of the foreign table",
                    found.collation.name),
        "give the column that collation on both sides, and leave COLLATE out of the query",
        expr.location};
  return mutability(expr);
}

std::optional<Refusal> Shippability::refusal_of_condition(const Expr& condition) const {
  if (condition.kind == Kind::op && condition.name == "=" && condition.estimator == "eqsel")
    for (const Expr* side : condition.args)
      if (side->kind != Kind::constant && !side->collation.empty() &&
          !condition.input_collation.empty() && side->collation != condition.input_collation)
        return Refusal{in_words(condition),
                       fmt::format("compares a column of collation {} by collation {}",
                                   side->collation, condition.input_collation),
                       "give both columns the same collation", condition.location};
  return refusal(condition);
}

}  // namespace sql
