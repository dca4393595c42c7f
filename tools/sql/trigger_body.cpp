#include "tools/sql/trigger_body.hpp"

#include <algorithm>

#include "tools/sql/lexer.hpp"
#include "tools/sql/scanner.hpp"

namespace sql {
namespace {

bool starts_statement(const Lexed& body, std::size_t i) {
  if (i == 0 || body.is(i - 1, ';') || body.is_op(i - 1, ">>")) return true;  // <<label>>
  for (const std::string_view keyword : {"BEGIN", "THEN", "ELSE", "LOOP"})
    if (body.is(i - 1, keyword)) return true;
  return false;
}

bool assigns_here(const Lexed& body, std::size_t i) {
  return body.is_op(i, ":=") || body.is_op(i, "=");
}

}  // namespace

TriggerBody read_trigger_body(std::string_view text) {
  Scanner scanner{text};
  std::vector<Token> tokens;
  while (const auto token = scanner.next()) tokens.push_back(*token);
  match_brackets(text, tokens);
  const Lexed body{text, tokens};

  TriggerBody result;
  const auto assign = [&](std::size_t i) {
    std::string column = body.name(i);
    if (std::find(result.assigns.begin(), result.assigns.end(), column) == result.assigns.end())
      result.assigns.push_back(std::move(column));
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!body.is(i, "NEW")) continue;
    const bool into = i > 0 && (body.is(i - 1, "INTO") || body.is(i - 1, "STRICT"));
    // INTO NEW.a, NEW.b: each after a comma belongs to the one before.
    const bool list = i >= 4 && body.is(i - 1, ',') && body.is(i - 3, '.') && body.is(i - 4, "NEW");
    if (into || (list && i >= 5 && (body.is(i - 5, "INTO") || body.is(i - 5, ',')))) {
      if (body.is(i + 1, '.'))
        assign(i + 2);
      else
        result.unknown = true;
    } else if (starts_statement(body, i)) {
      if (assigns_here(body, i + 1)) {
        result.unknown = true;
      } else if (body.is(i + 1, '.')) {
        std::size_t after = i + 3;  // past a subscript or a field: NEW.tags[1], NEW.address.city
        while (body.is(after, '[') || body.is(after, '.'))
          after = body.is(after, '[') ? body.closing(after) + 1 : after + 2;
        if (assigns_here(body, after)) assign(i + 2);
      }
    }
  }
  return result;
}

}  // namespace sql
