#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "tools/sql/lexer.hpp"

namespace sql {

/// Reads one token after the other. After a failure `at` is the end of the text.
struct Scanner {
  std::string_view text;
  std::size_t at = 0;
  const char* failure = nullptr;  // "unterminated quoted string" …
  std::size_t failed_at = 0;      // where the unterminated thing starts

  /// Passes over white space and comments.
  void skip_blank();
  /// The next token, white space and comments skipped; none at the end, at a failure and before a
  /// backslash.
  std::optional<Token> next();

 private:
  void fail(std::size_t from, const char* what);
  void quoted(std::size_t from, char quote, bool backslashes);
  bool dollar_quoted();
  void block_comment();
  void number();
  void op();
  char peek(std::size_t ahead = 0) const {
    return at + ahead < text.size() ? text[at + ahead] : '\0';
  }
};

}  // namespace sql
