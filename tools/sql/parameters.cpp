#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "tools/sql/newer_syntax.hpp"

namespace sql {
namespace {

/// Keywords that end a value: an operator, not an operand, comes next.
bool ends_value(const Lexed& lexed, std::size_t i) {
  static constexpr std::array values{
      "NULL", "TRUE", "FALSE", "END", "CURRENT_DATE", "CURRENT_TIMESTAMP", "CURRENT_USER"};
  return std::any_of(values.begin(), values.end(),
                     [&](const char* keyword) { return lexed.is(i, std::string_view{keyword}); });
}

bool is_clause_keyword(const Lexed& lexed, std::size_t i) {
  static constexpr std::array keywords{
      "SELECT",   "WHERE",     "AND",       "OR",    "NOT",     "LIMIT",    "OFFSET",    "BETWEEN",
      "IN",       "LIKE",      "ILIKE",     "THEN",  "ELSE",    "WHEN",     "CASE",      "SET",
      "VALUES",   "ANY",       "ALL",       "SOME",  "ON",      "HAVING",   "BY",        "FROM",
      "IS",       "TO",        "ESCAPE",    "USING", "FIRST",   "NEXT",     "RETURNING", "INTERVAL",
      "DISTINCT", "FETCH",     "AS",        "ZONE",  "SIMILAR", "OVERLAPS", "ROWS",      "RANGE",
      "GROUPS",   "PRECEDING", "FOLLOWING", "TIME"};
  return std::any_of(keywords.begin(), keywords.end(),
                     [&](const char* keyword) { return lexed.is(i, std::string_view{keyword}); });
}

/// Can a value start after token i (as it can after an operator), or is one just complete?
bool wants_operand(const Lexed& lexed, std::size_t next) {
  if (next == 0) return true;
  const std::size_t i = next - 1;
  switch (lexed.tokens[i].kind) {
    case Token::Kind::op:
      return true;
    case Token::Kind::punctuation:
      return !lexed.is(i, ')') && !lexed.is(i, ']');
    case Token::Kind::word:
      return is_clause_keyword(lexed, i) && !ends_value(lexed, i);
    default:
      return false;
  }
}

bool can_start_value(const Lexed& lexed, std::size_t i) {
  if (i >= lexed.tokens.size()) return false;
  switch (lexed.tokens[i].kind) {
    case Token::Kind::op:
      return false;
    case Token::Kind::punctuation:
      return lexed.is(i, '(') || lexed.is(i, ':');
    case Token::Kind::word:
      return !is_clause_keyword(lexed, i) || lexed.is(i, "CASE") || lexed.is(i, "ANY") ||
             lexed.is(i, "ALL");
    default:
      return true;
  }
}

class Parameters {
 public:
  Parameters(const Lexed& lexed, Rewrite& rewrite) : lexed_{lexed}, rewrite_{rewrite} {
    for (std::size_t i = 0; i < lexed.tokens.size(); ++i) {
      if (lexed.tokens[i].kind != Token::Kind::parameter) continue;
      int number = 0;
      const std::string_view digits = lexed.word(i).substr(1);
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
      last_ = std::max(last_, std::min(number, 60'000));
    }
  }

  void run() {
    for (std::size_t i = 0; i < lexed_.tokens.size(); ++i) {
      if (lexed_.tokens[i].kind == Token::Kind::op) question_mark(i);
      if (lexed_.is(i, ':')) variable(i);
    }
  }

 private:
  void replace(std::size_t begin, std::size_t end, int number) {
    rewrite_.replace(begin, end, " $" + std::to_string(number));
  }

  /// `?` in place of a value is a parameter; between two values it is jsonb's operator.
  void question_mark(std::size_t i) {
    const Token& token = lexed_.tokens[i];
    const std::string_view op = lexed_.word(i);
    if (op.starts_with('?') && wants_operand(lexed_, i))
      replace(token.begin, token.begin + 1, ++last_);  // `?` or `?-1`
    else if (op.size() > 1 && op.ends_with('?') && !can_start_value(lexed_, i + 1))
      replace(token.end - 1, token.end, ++last_);  // `=?`
  }

  /// :name and :'name'; one variable is one parameter. A slice's colon (a[1:n]) follows a value.
  void variable(std::size_t i) {
    if (i + 1 >= lexed_.tokens.size() || !wants_operand(lexed_, i)) return;
    const Token& name = lexed_.tokens[i + 1];
    if (name.begin != lexed_.tokens[i].end) return;
    if (name.kind != Token::Kind::word && name.kind != Token::Kind::string) return;
    int& number = numbers_[std::string{lexed_.word(i + 1)}];
    if (number == 0) number = ++last_;
    replace(lexed_.tokens[i].begin, name.end, number);
  }

  const Lexed& lexed_;
  Rewrite& rewrite_;
  int last_ = 0;
  std::map<std::string, int> numbers_;
};

}  // namespace

void rewrite_parameters(const Lexed& lexed, Rewrite& rewrite) { Parameters{lexed, rewrite}.run(); }

}  // namespace sql
