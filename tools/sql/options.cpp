#include "tools/sql/options.hpp"

#include <charconv>

#include "tools/sql/names.hpp"

namespace sql {
namespace {

/// The integer at an offset of the statement, sign included.
std::int64_t integer_at(std::string_view text, std::size_t at) {
  bool negative = false;
  while (at < text.size() && (text[at] == '-' || text[at] == '+' || text[at] == ' '))
    negative ^= text[at++] == '-';
  std::int64_t value = 0;
  if (at < text.size()) std::from_chars(text.data() + at, text.data() + text.size(), value);
  return negative ? -value : value;
}

}  // namespace

std::int64_t integer_constant(const Prepared& statement, Node constant) {
  if (const Node written = constant["ival"]["ival"]) return written.number();
  return integer_at(statement.piece.text, statement.offset(constant.location()));
}

std::string option_text(const Prepared& statement, Node option) {
  const Node argument = option["arg"];
  if (!argument) return "true";
  if (const Node number = argument.as("Integer")) {
    if (number["ival"]) return number["ival"].string();
    const std::string_view text = statement.piece.text;  // zero or negative
    const std::size_t equals = text.find('=', statement.offset(option.location()));
    return equals == std::string_view::npos ? "0" : std::to_string(integer_at(text, equals + 1));
  }
  if (const Node number = argument.as("Float")) return number["fval"].string();
  if (const Node text = argument.as("String")) return text["sval"].string();
  if (const Node flag = argument.as("Boolean")) return flag["boolval"].flag() ? "true" : "false";
  return last_name(argument.as("TypeName")["names"]);
}

std::optional<double> option_number(const Prepared& statement, Node option, double least,
                                    double most) {
  const std::string text = option_text(statement, option);
  double value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= least && value <= most)) return std::nullopt;
  return value;
}

std::optional<bool> option_flag(const Prepared& statement, Node option) {
  const std::string text = folded(option_text(statement, option));
  for (const char* yes : {"true", "on", "yes", "1"})
    if (text == yes) return true;
  for (const char* no : {"false", "off", "no", "0"})
    if (text == no) return false;
  return std::nullopt;
}

}  // namespace sql
