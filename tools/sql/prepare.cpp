#include "tools/sql/prepare.hpp"

#include <fmt/format.h>
#include <pg_query.h>

#include <utility>

#include "tools/sql/depth.hpp"
#include "tools/sql/names.hpp"
#include "tools/sql/newer_syntax.hpp"

namespace sql {
namespace {

constexpr std::size_t most_tokens =
    1'000'000;  // bounds memory: a tree takes some 300 bytes a token

/// Byte offset of the n-th character, from 0.
std::size_t byte_offset(std::string_view text, int characters) {
  std::size_t at = 0;
  while (at < text.size() && characters > 0) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    --characters;
  }
  return at;
}

struct Parsed {
  explicit Parsed(const std::string& text) : result{pg_query_parse(text.c_str())} {}
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;
  ~Parsed() { pg_query_free_parse_result(result); }

  PgQueryParseResult result;
};

void report_syntax_error(const Prepared& prepared, const std::string& text,
                         const PgQueryError& error, std::vector<Problem>& problems) {
  std::string message = error.message == nullptr ? "cannot be parsed" : error.message;
  const int cursor = error.cursorpos > 0 ? error.cursorpos - 1 : 0;
  std::string hint;
  if (message.starts_with("memory exhausted")) {
    message = "nested too deeply for PostgreSQL's parser";
    hint = "write it flatter";
  }
  const std::size_t offset = prepared.rewrite.original_offset(byte_offset(text, cursor));
  problems.push_back(problem_in(prepared.source, prepared.piece, offset, Problem::Severity::error,
                                std::move(message), std::move(hint)));
}

}  // namespace

std::size_t Prepared::offset(int location) const {
  return location <= 0 ? 0 : rewrite.original_offset(static_cast<std::size_t>(location));
}

std::size_t Prepared::offset_of_name(std::string_view name) const {
  const Lexed lexed = piece.lexed();
  for (std::size_t i = 0; i < lexed.tokens.size(); ++i)
    if ((lexed.tokens[i].kind == Token::Kind::word ||
         lexed.tokens[i].kind == Token::Kind::quoted) &&
        lexed.name(i) == name)
      return lexed.tokens[i].begin;
  return 0;
}

Problem Prepared::problem(int location, Problem::Severity severity, std::string message,
                          std::string hint) const {
  return problem_in(source, piece, offset(location), severity, std::move(message), std::move(hint));
}

bool small_enough(const Source& source, const Piece& piece, std::size_t& levels,
                  std::vector<Problem>& problems) {
  if (piece.tokens.size() > most_tokens) {
    problems.push_back(problem_in(source, piece, 0, Problem::Severity::error,
                                  "more than 1000000 words and signs in one statement",
                                  "split the statement"));
    return false;
  }
  const Depth measured = depth(piece.lexed());
  levels = measured.levels;
  if (levels <= deepest) return true;
  problems.push_back(problem_in(
      source, piece, piece.tokens[measured.token].begin, Problem::Severity::error,
      "more than 10000 operators nested or chained in one statement",
      "write a long OR chain as IN (…), many rows as a VALUES list, or split the statement"));
  return false;
}

std::string expression_name(const std::string& expression) {
  const Parsed parsed{"SELECT " + expression};
  if (parsed.result.error != nullptr) return "expr";
  const SyntaxTree tree{parsed.result.parse_tree};
  const Node select = tree.root()["stmts"].front()["stmt"].as("SelectStmt");
  const std::string name = figured_name(select["targetList"].front().as("ResTarget")["val"]);
  return name.empty() ? "expr" : name;
}

std::optional<Prepared> prepare(const Source& source, const Piece& piece, int major,
                                bool parameters, std::vector<Problem>& problems) {
  Prepared prepared{source, piece, major, Rewrite{piece.text}, {}, {}, nullptr};
  const std::vector<TooNew> too_new = rewrite_newer_syntax(prepared);
  for (const TooNew& construct : too_new)
    problems.push_back(
        problem_in(source, piece, construct.offset, Problem::Severity::error,
                   fmt::format("{} needs PostgreSQL {}; the node runs {}", construct.construct,
                               construct.since, major),
                   fmt::format("set postgres: {} on the node, or write it as {} does",
                               construct.since, major)));
  if (!too_new.empty()) return std::nullopt;
  if (parameters) rewrite_parameters(piece.lexed(), prepared.rewrite);

  const std::string text = prepared.rewrite.apply();
  const Parsed parsed{text};
  if (parsed.result.error != nullptr) {
    report_syntax_error(prepared, text, *parsed.result.error, problems);
    return std::nullopt;
  }
  prepared.tree = std::make_unique<SyntaxTree>(parsed.result.parse_tree);
  return prepared;
}

}  // namespace sql
