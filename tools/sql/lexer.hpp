#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sql/problem.hpp"
#include "tools/sql/source.hpp"

/// PostgreSQL's lexical rules (src/backend/parser/scan.l), as far as splitting, scanning and
/// rewriting need them.
namespace sql {

struct Token {
  enum class Kind : unsigned char {
    word,         // identifier or keyword
    quoted,       // "identifier", U&"…"
    string,       // '…', E'…', $tag$…$tag$, B'…', X'…', U&'…'
    number,       // also 1_000 and 0x1F of PostgreSQL 16
    parameter,    // $1
    op,           // + <= || :: := …
    punctuation,  // ( ) [ ] , ; . :
  };
  Kind kind = Kind::word;
  std::uint32_t begin = 0, end = 0;  // byte offsets
  std::uint32_t closing = 0;         // of an opening bracket: the token that closes it; 0 = none
};

/// Fills in Token::closing.
void match_brackets(std::string_view text, std::span<Token> tokens);

/// A statement's text and its tokens; token offsets count from the start of the text.
struct Lexed {
  std::string_view text;
  std::span<const Token> tokens;

  std::string_view word(std::size_t i) const {
    if (i >= tokens.size()) return {};
    return text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
  }
  bool is(std::size_t i, char punctuation) const {
    return i < tokens.size() && tokens[i].kind == Token::Kind::punctuation &&
           text[tokens[i].begin] == punctuation;
  }
  bool is_op(std::size_t i, std::string_view op) const {
    return i < tokens.size() && tokens[i].kind == Token::Kind::op && word(i) == op;
  }
  /// An unquoted word, whatever its case; `keyword` in upper case.
  bool is(std::size_t i, std::string_view keyword) const;
  /// Consecutive keywords, separated by one space in `phrase`.
  bool phrase(std::size_t i, std::string_view phrase) const;
  /// The token that closes the bracket at i, or the number of tokens.
  std::size_t closing(std::size_t i) const {
    return i < tokens.size() && tokens[i].closing > 0 ? tokens[i].closing : tokens.size();
  }
  /// First token from i on with this keyword outside brackets; stops at a bracket that closes. Else
  /// the number of tokens.
  std::size_t find(std::size_t i, std::string_view keyword) const;
  /// Name as the catalogs store it: folded to lower case, or unquoted.
  std::string name(std::size_t i) const;
};

/// One statement of a script.
struct Piece {
  std::size_t offset = 0;  // of the text in the source
  Position at;             // of the text in the user's file
  std::string_view text;
  std::vector<Token> tokens;  // offsets from the start of the text

  Lexed lexed() const { return {text, tokens}; }
};

struct Script {
  std::vector<Piece> pieces;
  std::size_t meta_commands = 0;       // psql's \connect, \restrict … passed over
  std::size_t first_meta_command = 0;  // offset
};

/// problem_at for an offset in a piece, counting lines from the piece's start only.
Problem problem_in(const Source& source, const Piece& piece, std::size_t offset,
                   Problem::Severity severity, std::string message, std::string hint = {});

/// Splits a script; see sql::split for what it understands.
Script lex(const Source& source, std::vector<Problem>& problems);

/// Whether a script has parameters, $1 and so on, outside of its strings and comments.
bool has_parameters(const Source& source);

/// Unquoted identifiers fold to lower case, ASCII only as in a UTF-8 database; quoted ones lose
/// their quotes.
std::string folded(std::string_view identifier);

}  // namespace sql
