#include "tools/sql/lexer.hpp"

#include <algorithm>
#include <array>

#include "tools/sql/scanner.hpp"

namespace sql {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool equal_keyword(std::string_view word, std::string_view keyword) {
  if (word.size() != keyword.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (upper(word[i]) != keyword[i]) return false;
  return true;
}

}  // namespace

bool Lexed::is(std::size_t i, std::string_view keyword) const {
  return i < tokens.size() && tokens[i].kind == Token::Kind::word &&
         tokens[i].end - tokens[i].begin == keyword.size() && equal_keyword(word(i), keyword);
}

bool Lexed::phrase(std::size_t i, std::string_view words) const {
  while (!words.empty()) {
    const std::size_t space = words.find(' ');
    if (!is(i++, words.substr(0, space))) return false;
    words = space == std::string_view::npos ? std::string_view{} : words.substr(space + 1);
  }
  return true;
}

void match_brackets(std::string_view text, std::span<Token> tokens) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::punctuation) continue;
    const char c = text[tokens[i].begin];
    if (c == '(' || c == '[') open.push_back(i);
    if ((c == ')' || c == ']') && !open.empty()) {
      tokens[open.back()].closing = static_cast<std::uint32_t>(i);
      open.pop_back();
    }
  }
}

std::size_t Lexed::find(std::size_t i, std::string_view keyword) const {
  for (; i < tokens.size(); ++i) {
    if (is(i, keyword)) return i;
    if (is(i, ')') || is(i, ']')) break;
    if (is(i, '(') || is(i, '[')) i = closing(i);
  }
  return tokens.size();
}

std::string Lexed::name(std::size_t i) const { return folded(word(i)); }

bool has_parameters(const Source& source) {
  std::vector<Problem> problems;  // the loader has reported them
  const Script script = lex(source, problems);
  return std::any_of(script.pieces.begin(), script.pieces.end(), [](const Piece& piece) {
    return std::any_of(piece.tokens.begin(), piece.tokens.end(),
                       [](const Token& token) { return token.kind == Token::Kind::parameter; });
  });
}

std::string folded(std::string_view identifier) {
  std::string name;
  if (identifier.size() >= 2 && identifier.front() == '"') {
    for (std::size_t i = 1; i + 1 < identifier.size(); ++i) {
      name += identifier[i];
      if (identifier[i] == '"') ++i;
    }
    return name;
  }
  name = identifier;
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

}  // namespace sql
