#include <algorithm>
#include <utility>

#include "tools/sql/lexer.hpp"
#include "tools/sql/scanner.hpp"

namespace sql {
namespace {

/// Collects the tokens of one script into pieces.
class Splitter {
 public:
  Splitter(const Source& source, std::vector<Problem>& problems)
      : source_{source}, problems_{problems}, scanner_{source.text} {}

  Script run() {
    if (source_.text.starts_with("\xEF\xBB\xBF")) scanner_.at = 3;  // byte order mark
    while (true) {
      const std::optional<Token> token = scanner_.next();
      if (token) {
        take(*token);
      } else if (scanner_.failure == nullptr && scanner_.at < source_.text.size()) {
        meta_command();
      } else {
        break;
      }
    }
    if (scanner_.failure != nullptr)
      report(scanner_.failed_at, scanner_.failure, "everything after it was not read");
    else
      finish();
    return std::move(script_);
  }

 private:
  void report(std::size_t at, std::string what, std::string hint) {
    problems_.push_back(
        problem_at(source_, at, Problem::Severity::error, std::move(what), std::move(hint)));
  }

  /// Position of an offset beyond the one asked for last.
  Position place(std::size_t offset) {
    const std::string_view between =
        std::string_view{source_.text}.substr(placed_, offset - placed_);
    last_place_ = advance(last_place_, between, source_.indent);
    placed_ = offset;
    return last_place_;
  }

  std::string_view text(const Token& token) const {
    return std::string_view{source_.text}.substr(token.begin, token.end - token.begin);
  }

  void take(const Token& token) {
    const char c = source_.text[token.begin];
    if (token.kind == Token::Kind::punctuation) {
      if (c == ';' && blocks_ == 0 && (parentheses_ == 0 || !rule_)) return end_statement();
      if (c == '(') ++parentheses_;
      if (c == ')') --parentheses_;
    }
    tokens_.push_back(token);
    if (token.kind == Token::Kind::word) body_word(token);
  }

  /// A body written BEGIN ATOMIC … END holds semicolons of its own; so does the list of CREATE RULE
  /// … DO (…; …).
  void body_word(const Token& token) {
    if (tokens_.size() == 1) creates_ = folded(text(token)) == "create";
    if (!creates_) return;
    const std::size_t length = token.end - token.begin;
    if (tokens_.size() <= 4 && length >= 4 && length <= 9) {
      const std::string word = folded(text(token));
      if (word == "function" || word == "procedure") routine_ = true;
      if (word == "rule") rule_ = true;
    }
    if (!routine_ || length < 3 || length > 6) return;
    const std::string word = folded(text(token));
    if (blocks_ == 0) {
      if (word == "atomic" && folded(text(tokens_[tokens_.size() - 2])) == "begin") blocks_ = 1;
    } else if (word == "case" || word == "begin") {
      ++blocks_;
    } else if (word == "end") {
      --blocks_;
    }
  }

  void end_statement() {
    const bool data = copies_from_stdin();
    finish();
    if (data) skip_copy_data();
  }

  void finish() {
    if (!tokens_.empty()) {
      Piece piece;
      piece.offset = tokens_.front().begin;
      piece.at = place(piece.offset);
      piece.text =
          std::string_view{source_.text}.substr(piece.offset, tokens_.back().end - piece.offset);
      for (Token& token : tokens_) {
        token.begin -= static_cast<std::uint32_t>(piece.offset);
        token.end -= static_cast<std::uint32_t>(piece.offset);
      }
      piece.tokens.assign(tokens_.begin(), tokens_.end());
      match_brackets(piece.text, piece.tokens);
      script_.pieces.push_back(std::move(piece));
    }
    tokens_.clear();
    parentheses_ = blocks_ = 0;
    creates_ = routine_ = rule_ = false;
  }

  bool copies_from_stdin() const {
    if (tokens_.size() < 4 || folded(text(tokens_.front())) != "copy") return false;
    for (std::size_t i = 2; i < tokens_.size(); ++i)
      if (tokens_[i].end - tokens_[i].begin == 5 && folded(text(tokens_[i])) == "stdin")
        return folded(text(tokens_[i - 1])) == "from";
    return false;
  }

  void skip_copy_data() {
    const std::string& s = source_.text;
    std::size_t line = s.find('\n', scanner_.at);
    const std::size_t first = line;
    while (line != std::string::npos) {
      const std::string_view rest = std::string_view{s}.substr(line + 1);
      if (rest.starts_with("\\.") && (rest.size() == 2 || rest[2] == '\n' || rest[2] == '\r')) {
        scanner_.at = line + 3;
        return;
      }
      line = s.find('\n', line + 1);
    }
    if (s.find_first_not_of(" \t\r\n", std::min(first, s.size())) == std::string::npos) return;
    report(first + 1, "COPY data without the line \\. that ends it",
           "everything after it was not read");
    scanner_.at = s.size();
  }

  /// psql's backslash commands reach to the end of the line; \g and its kin also end a statement.
  void meta_command() {
    const std::string& s = source_.text;
    const std::size_t from = scanner_.at;
    if (script_.meta_commands++ == 0) script_.first_meta_command = from;
    const std::string_view rest = std::string_view{s}.substr(from + 1);
    if (rest.starts_with(';')) {
      scanner_.at = from + 2;
      return finish();
    }
    std::size_t length = 0;
    while (length < rest.size() && rest[length] >= 'a' && rest[length] <= 'z') ++length;
    const std::string_view command = rest.substr(0, length);
    if (command == "i" || command == "ir" || command == "include" || command == "include_relative")
      problems_.push_back(problem_at(source_, from, Problem::Severity::warning,
                                     "\\" + std::string{command} + " is not followed",
                                     "list the file under ddl: in the scenario"));
    scanner_.at = std::min(s.find('\n', from), s.size());
    if (command.starts_with('g') || command == "crosstabview") end_statement();
  }

  const Source& source_;
  std::vector<Problem>& problems_;
  Scanner scanner_;
  Script script_;
  std::size_t placed_ = 0;
  Position last_place_{source_.line, source_.column};  // of the offset `placed_`
  std::vector<Token> tokens_;  // of the current statement, offsets in the source
  int parentheses_ = 0, blocks_ = 0;
  bool creates_ = false, routine_ = false, rule_ = false;
};

/// Offset of the first byte that is not UTF-8 text, or of a NUL; the size when there is none.
std::size_t first_bad_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead != 0 && lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xF0 && lead < 0xF5   ? 4
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                                                             : 0;
    if (length == 0 || i + length > text.size()) return i;
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return i;
    i += length;
  }
  return text.size();
}

}  // namespace

Script lex(const Source& source, std::vector<Problem>& problems) {
  const std::size_t bad = first_bad_byte(source.text);
  if (bad < source.text.size()) {
    Problem problem = problem_at(
        source, bad, Problem::Severity::error,
        source.text[bad] == '\0' ? "a NUL byte: this is not a text file" : "this is not UTF-8 text",
        "pg_dump writes UTF-8 with --encoding=UTF8");
    problem.source_line.clear();  // would garble a terminal
    problems.push_back(std::move(problem));
    return {};
  }
  return Splitter{source, problems}.run();
}

std::vector<Source> split(const Source& source, std::vector<Problem>& problems) {
  std::vector<Source> statements;
  const Script script = lex(source, problems);
  for (const Piece& piece : script.pieces)
    statements.push_back(
        {std::string{piece.text}, source.file, piece.at.line, piece.at.column, source.indent});
  return statements;
}

}  // namespace sql
