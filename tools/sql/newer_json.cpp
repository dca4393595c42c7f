#include <algorithm>
#include <array>

#include "tools/sql/newer_syntax.hpp"

namespace sql {
namespace {

struct JsonFunction {
  std::string_view name;
  int since;
};
constexpr std::array json_functions{
    JsonFunction{"JSON_OBJECT", 16},    JsonFunction{"JSON_ARRAY", 16},
    JsonFunction{"JSON_OBJECTAGG", 16}, JsonFunction{"JSON_ARRAYAGG", 16},
    JsonFunction{"JSON", 17},           JsonFunction{"JSON_SCALAR", 17},
    JsonFunction{"JSON_SERIALIZE", 17}, JsonFunction{"JSON_EXISTS", 17},
    JsonFunction{"JSON_QUERY", 17},     JsonFunction{"JSON_VALUE", 17},
    JsonFunction{"JSON_TABLE", 17},
};

bool any_of(const Lexed& lexed, std::size_t i, std::initializer_list<std::string_view> keywords) {
  return std::any_of(keywords.begin(), keywords.end(),
                     [&](std::string_view keyword) { return lexed.is(i, keyword); });
}

/// Does a clause start here that says how to treat nulls, errors and the result's type, up to the
/// closing bracket?
bool starts_tail(const Lexed& lexed, std::size_t i) {
  if (any_of(lexed, i, {"NULL", "ABSENT", "TRUE", "FALSE", "UNKNOWN", "ERROR", "EMPTY"}))
    return lexed.is(i + 1, "ON") || lexed.phrase(i + 1, "ARRAY ON") ||
           lexed.phrase(i + 1, "OBJECT ON");
  return any_of(lexed, i, {"RETURNING", "WITH", "WITHOUT", "KEEP", "OMIT", "DEFAULT", "COLUMNS"});
}

/// Where the call that ends at `close` ends with its FILTER and OVER.
std::size_t call_end(const Lexed& lexed, std::size_t close) {
  std::size_t end = close;
  if (lexed.is(end + 1, "FILTER") && lexed.is(end + 2, '(')) end = lexed.closing(end + 2);
  if (lexed.is(end + 1, "OVER")) end = lexed.is(end + 2, '(') ? lexed.closing(end + 2) : end + 2;
  return std::min(end, lexed.tokens.size() - 1);
}

/// RETURNING type becomes a cast of the call.
void cast_to_returning(const Lexed& lexed, std::size_t tail, std::size_t close, JsonSyntax& json) {
  std::size_t first = tail;
  while (first < close && !lexed.is(first, "RETURNING")) ++first;
  if (++first >= close) return;
  std::size_t last = first;
  while (last + 1 < close && !starts_tail(lexed, last + 1) && !lexed.is(last + 1, "FORMAT")) ++last;
  const std::size_t end = lexed.tokens[call_end(lexed, close)].end;
  json.edits.push_back(
      {end, end,
       "::" + std::string{lexed.text.substr(lexed.tokens[first].begin,
                                            lexed.tokens[last].end - lexed.tokens[first].begin)}});
}

/// Rewrites what stands between the brackets; returns whether anything was special.
bool plain_arguments(const Lexed& lexed, std::size_t open, std::size_t close, JsonSyntax& json) {
  const auto replace = [&](std::size_t i, std::size_t j, std::string with) {
    json.edits.push_back({lexed.tokens[i].begin, lexed.tokens[j].end, std::move(with)});
  };
  bool value_before = false;  // a colon after a value parts key and value; before one it is psql's
  for (std::size_t i = open + 1; i < close; ++i) {
    if (starts_tail(lexed, i)) {
      replace(i, close - 1, "");
      cast_to_returning(lexed, i, close, json);
      break;
    }
    if (lexed.phrase(i, "FORMAT JSON")) {
      const bool encoding = lexed.is(i + 2, "ENCODING");
      replace(i, std::min(i + (encoding ? 3 : 1), close - 1), "");
      i += encoding ? 3 : 1;
    } else if (lexed.is(i, ':') && value_before) {
      replace(i, i, ",");
      value_before = false;
    } else if (value_before && any_of(lexed, i, {"VALUE", "PASSING"})) {
      replace(i, i, ",");
      value_before = false;
    } else if (value_before && lexed.is(i, "AS") && i + 1 < close) {
      replace(i, i + 1, "");  // PASSING … AS name
      ++i;
    } else if (lexed.is(i, '(') || lexed.is(i, '[')) {
      i = std::min(lexed.closing(i), close - 1);
      value_before = true;
    } else {
      const Token::Kind kind = lexed.tokens[i].kind;
      value_before = kind != Token::Kind::op && !lexed.is(i, ',') && !lexed.is(i, ':');
    }
  }
  return !json.edits.empty();
}

std::optional<JsonSyntax> is_json(const Lexed& lexed, std::size_t i) {
  std::size_t last = lexed.is(i + 1, "NOT") ? i + 2 : i + 1;
  if (!lexed.is(last, "JSON")) return std::nullopt;
  const std::size_t first = last;
  if (any_of(lexed, last + 1, {"VALUE", "ARRAY", "OBJECT", "SCALAR"})) ++last;
  if (any_of(lexed, last + 1, {"WITH", "WITHOUT"}) && lexed.is(last + 2, "UNIQUE"))
    last += lexed.is(last + 3, "KEYS") ? 3 : 2;
  return JsonSyntax{"IS JSON", 16, {{lexed.tokens[first].begin, lexed.tokens[last].end, "NULL"}}};
}

}  // namespace

std::optional<JsonSyntax> json_syntax(const Lexed& lexed, std::size_t i) {
  const char first = lexed.text[lexed.tokens[i].begin];
  if (first == 'i' || first == 'I') {
    if (lexed.is(i, "IS")) return is_json(lexed, i);
    return std::nullopt;
  }
  if ((first != 'j' && first != 'J') || !lexed.is(i + 1, '(')) return std::nullopt;
  const auto function =
      std::find_if(json_functions.begin(), json_functions.end(),
                   [&](const JsonFunction& candidate) { return lexed.is(i, candidate.name); });
  if (function == json_functions.end()) return std::nullopt;
  const std::size_t close = lexed.closing(i + 1);
  if (close >= lexed.tokens.size()) return std::nullopt;

  JsonSyntax json{std::string{function->name}, function->since, {}};
  if (function->name == "JSON_ARRAY" && any_of(lexed, i + 2, {"SELECT", "VALUES", "WITH"})) {
    json.edits.push_back({lexed.tokens[i].begin, lexed.tokens[i].end, "ARRAY"});
    return json;
  }
  const bool special = plain_arguments(lexed, i + 1, close, json);
  // json_object(text[]) has been a plain function for long.
  if (function->name == "JSON_OBJECT" && !special) return std::nullopt;
  return json;
}

}  // namespace sql
