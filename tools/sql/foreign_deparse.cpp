#include "tools/sql/foreign_deparse.hpp"

#include <fmt/format.h>

namespace sql {
namespace {

using Kind = Expr::Kind;

class Deparser {
 public:
  Deparser(const PgCatalog& catalog, const std::function<std::string(const Expr&)>& column)
      : catalog_{catalog}, column_{column} {}

  std::string write(const Expr& expr) const {
    switch (expr.kind) {
      case Kind::column:
        return column_(expr);
      case Kind::constant:
        return constant(expr);
      case Kind::parameter:
        return fmt::format("$1::{}", formatted(expr.type));
      case Kind::relabel:
        return write(*expr.args[0]);
      case Kind::op:
        if (expr.args.size() == 1) return fmt::format("({} {})", expr.name, write(*expr.args[0]));
        return fmt::format("({} {} {})", write(*expr.args[0]), expr.name, write(*expr.args[1]));
      case Kind::distinct:
        return fmt::format("({} IS DISTINCT FROM {})", write(*expr.args[0]), write(*expr.args[1]));
      case Kind::array_op:
        return fmt::format("({} {} {} ({}))", write(*expr.args[0]), expr.name,
                           expr.name == "<>" ? "ALL" : "ANY", write(*expr.args[1]));
      case Kind::boolean:
        if (expr.name == "NOT") return fmt::format("(NOT {})", write(*expr.args[0]));
        return "(" + list(expr.args, " " + expr.name + " ") + ")";
      case Kind::null_test:
        return fmt::format("({} {})", write(*expr.args[0]), expr.name);
      case Kind::case_:
        return case_expression(expr);
      case Kind::array:
        return "ARRAY[" + list(expr.args, ", ") + "]";
      case Kind::aggregate:
        return fmt::format("{}({}{})", expr.name,
                           expr.value.starts_with("DISTINCT") ? "DISTINCT " : "",
                           expr.args.empty() ? "*" : list(expr.args, ", "));
      case Kind::subscript:
        return fmt::format("{}[{}]", write(*expr.args[0]), write(*expr.args.back()));
      default:
        if (expr.name == expr.type && expr.args.size() == 1)
          return fmt::format("{}::{}", write(*expr.args[0]), formatted(expr.type));
        return fmt::format("{}({})", expr.name, list(expr.args, ", "));
    }
  }

 private:
  std::string formatted(const std::string& type) const {
    const PgType* known = catalog_.type(type);
    return known != nullptr ? std::string{known->formatted} : type;
  }

  std::string constant(const Expr& expr) const {
    const std::string& type = expr.type;
    const bool number = type == "int2" || type == "int4" || type == "int8" || type == "oid" ||
                        type == "float4" || type == "float8" || type == "numeric";
    if (expr.name == "NULL") return fmt::format("NULL::{}", formatted(type));
    if (number && type == "int4") return expr.value.empty() ? "1000" : expr.value;
    if (number)
      return fmt::format("{}{}", expr.value.empty() ? "1000" : expr.value,
                         type == "numeric" || expr.value.find('.') != std::string::npos
                             ? ""
                             : "::" + formatted(type));
    if (type == "bool") return expr.value.empty() ? "true" : expr.value;
    return fmt::format("'{}'::{}", expr.value, formatted(type));
  }

  std::string case_expression(const Expr& expr) const {
    std::string text = "(CASE";
    const auto conditions = static_cast<std::size_t>(expr.column);
    for (std::size_t i = 0; i < conditions; ++i)
      text +=
          fmt::format(" WHEN {} THEN {}", write(*expr.args[i]), write(*expr.args[conditions + i]));
    if (expr.args.size() > 2 * conditions) text += " ELSE " + write(*expr.args.back());
    return text + " END)";
  }

  std::string list(const std::vector<const Expr*>& parts, const std::string& between) const {
    std::string text;
    for (const Expr* part : parts) text += (text.empty() ? "" : between) + write(*part);
    return text;
  }

  const PgCatalog& catalog_;
  const std::function<std::string(const Expr&)>& column_;
};

}  // namespace

std::string deparsed(const Expr& expr, const PgCatalog& catalog,
                     const std::function<std::string(const Expr&)>& column) {
  return Deparser{catalog, column}.write(expr);
}

}  // namespace sql
