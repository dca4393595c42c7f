#include "tools/sql/scanner.hpp"

#include <array>

namespace sql {
namespace {

// Character classes by table: splitting a dump is mostly this.
enum Class : unsigned char { other, blank, letter, digit, op_character, single };

constexpr std::array<Class, 256> make_classes() {
  std::array<Class, 256> classes{};
  for (const unsigned char c : {' ', '\t', '\n', '\r', '\f', '\v'}) classes[c] = blank;
  for (unsigned c = 0; c < 256; ++c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80)
      classes[c] = letter;
    if (c >= '0' && c <= '9') classes[c] = digit;
  }
  for (const char c : std::string_view{"~!@#^&|`?+-*/%<>="})
    classes[static_cast<unsigned char>(c)] = op_character;
  for (const char c : std::string_view{"()[],;."}) classes[static_cast<unsigned char>(c)] = single;
  return classes;
}
constexpr std::array<Class, 256> classes = make_classes();

Class class_of(char c) { return classes[static_cast<unsigned char>(c)]; }

bool identifier_rest(char c) {
  const Class k = class_of(c);
  return k == letter || k == digit || c == '$';
}

}  // namespace

void Scanner::fail(std::size_t from, const char* what) {
  failure = what;
  failed_at = from;
  at = text.size();
}

void Scanner::block_comment() {
  const std::size_t from = at;
  int depth = 0;
  while (at < text.size()) {
    if (peek() == '/' && peek(1) == '*') {
      ++depth;
      at += 2;
    } else if (peek() == '*' && peek(1) == '/') {
      at += 2;
      if (--depth == 0) return;
    } else {
      ++at;
    }
  }
  fail(from, "unterminated /* comment");
}

void Scanner::skip_blank() {
  while (at < text.size()) {
    if (class_of(peek()) == blank) {
      ++at;
    } else if (peek() == '-' && peek(1) == '-') {
      const std::size_t end = text.find('\n', at);
      at = end == std::string_view::npos ? text.size() : end;
    } else if (peek() == '/' && peek(1) == '*') {
      block_comment();
    } else {
      return;
    }
  }
}

void Scanner::quoted(std::size_t from, char quote, bool backslashes) {
  ++at;  // the opening quote
  while (true) {
    while (at < text.size() && text[at] != quote && !(backslashes && text[at] == '\\')) ++at;
    if (at >= text.size())
      return fail(from,
                  quote == '"' ? "unterminated quoted identifier" : "unterminated quoted string");
    if (text[at] == '\\' || peek(1) == quote) {
      at += 2;
    } else {
      ++at;
      return;
    }
  }
}

bool Scanner::dollar_quoted() {
  std::size_t end = at + 1;
  if (end < text.size() && class_of(text[end]) == digit) return false;
  while (end < text.size() && text[end] != '$' && identifier_rest(text[end])) ++end;
  if (end >= text.size() || text[end] != '$') return false;
  const std::string_view tag = text.substr(at, end + 1 - at);
  const std::size_t close = text.find(tag, end + 1);
  if (close == std::string_view::npos)
    fail(at, "unterminated dollar-quoted string");
  else
    at = close + tag.size();
  return true;
}

void Scanner::number() {
  while (at < text.size()) {
    const char c = peek();
    if ((c == 'e' || c == 'E') && (peek(1) == '+' || peek(1) == '-') && class_of(peek(2)) == digit)
      at += 2;
    else if (c == '.' && peek(1) == '.')
      return;  // 1..10 of PL/pgSQL
    else if (c != '.' && class_of(c) != digit && class_of(c) != letter)
      return;
    else
      ++at;
  }
}

void Scanner::op() {
  const std::size_t from = at;
  bool may_end_in_sign = false;
  while (at < text.size() && class_of(peek()) == op_character) {
    if ((peek() == '-' && peek(1) == '-') || (peek() == '/' && peek(1) == '*')) break;
    if (std::string_view{"~!@#^&|`?%"}.find(peek()) != std::string_view::npos)
      may_end_in_sign = true;
    ++at;
  }
  // `=-1` is `=` and `-1`: an operator ends in + or - only when it holds one of the special
  // characters.
  while (at > from + 1 && !may_end_in_sign && (text[at - 1] == '-' || text[at - 1] == '+')) --at;
}

std::optional<Token> Scanner::next() {
  skip_blank();
  if (at >= text.size() || peek() == '\\') return std::nullopt;
  const std::size_t from = at;
  const char c = peek();
  Token::Kind kind = Token::Kind::punctuation;
  switch (class_of(c)) {
    case letter: {
      kind = Token::Kind::word;
      if (peek(1) == '\'' && std::string_view{"eEbBxXnN"}.find(c) != std::string_view::npos) {
        kind = Token::Kind::string;
        ++at;
        quoted(from, '\'', c == 'e' || c == 'E');
      } else if ((c == 'u' || c == 'U') && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
        kind = peek(2) == '"' ? Token::Kind::quoted : Token::Kind::string;
        at += 2;
        quoted(from, peek(), false);
      } else {
        while (at < text.size() && identifier_rest(peek())) ++at;
      }
      break;
    }
    case digit:
      kind = Token::Kind::number;
      number();
      break;
    case op_character:
      kind = Token::Kind::op;
      op();
      break;
    case single:
      if (c == '.' && class_of(peek(1)) == digit) {
        kind = Token::Kind::number;
        number();
      } else {
        ++at;
      }
      break;
    default:
      if (c == '\'' || c == '"') {
        kind = c == '"' ? Token::Kind::quoted : Token::Kind::string;
        quoted(from, c, false);
      } else if (c == '$' && dollar_quoted()) {
        kind = Token::Kind::string;
      } else if (c == '$' && class_of(peek(1)) == digit) {
        kind = Token::Kind::parameter;
        ++at;
        while (class_of(peek()) == digit) ++at;
      } else if (c == ':' && (peek(1) == ':' || peek(1) == '=')) {
        kind = Token::Kind::op;
        at += 2;
      } else {
        ++at;
      }
  }
  if (failure != nullptr) return std::nullopt;
  return Token{kind, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(at), 0};
}

}  // namespace sql
