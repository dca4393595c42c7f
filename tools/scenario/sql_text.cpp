#include "tools/scenario/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "sim/check.hpp"

namespace scenario {
namespace {

/// The offset so many characters further on the same line.
std::size_t after_characters(std::string_view text, std::size_t at, int characters) {
  for (int i = 0; i < characters && at < text.size() && text[at] != '\n'; ++i) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

/// Byte offset of a line and column (from 1, in characters) of a short text.
std::size_t offset_in(std::string_view text, int line, int column) {
  std::size_t at = 0;
  for (int i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return text.size();
    at = end + 1;
  }
  return after_characters(text, at, column - 1);
}

}  // namespace

sql::Source SqlTexts::add(const Node& scalar, const std::string& prefix) {
  texts_.push_back({&scalar, scalar.mark.source, static_cast<int>(prefix.size())});
  sql::Source source;
  source.text = prefix + scalar.text;
  source.file = std::to_string(texts_.size() - 1);
  return source;
}

sql::Source SqlTexts::add_file(int source_index, const Problems& problems) {
  texts_.push_back({nullptr, source_index, 0});
  sql::Source source;
  source.text = problems.source_text(source_index);
  source.file = std::to_string(texts_.size() - 1);
  return source;
}

const SqlTexts::Text& SqlTexts::text(const std::string& file) const {
  const bool is_number =
      !file.empty() && file.size() < 10 &&
      std::all_of(file.begin(), file.end(), [](char c) { return c >= '0' && c <= '9'; });
  sim::check(is_number && std::stoul(file) < texts_.size(),
             "SQL comes back under the number it was given");
  return texts_[std::stoul(file)];
}

Mark SqlTexts::place(const Problems& problems, const std::string& file, int line,
                     int column) const {
  const Text& known = text(file);
  if (known.scalar == nullptr) {
    const std::size_t start = problems.offset({known.source, line, 1});
    return problems.mark(known.source,
                         after_characters(problems.source_text(known.source), start, column - 1));
  }
  if (line == 1) column = std::max(1, column - known.prefix);
  return position_in_scalar(problems, *known.scalar, offset_in(known.scalar->text, line, column));
}

const std::string& SqlTexts::file_name(const Problems& problems, const std::string& file) const {
  return problems.source_name(text(file).source);
}

void SqlTexts::report(const std::vector<sql::Problem>& found, Problems& problems,
                      std::vector<Notice>& notices) const {
  for (const sql::Problem& problem : found) {
    const Mark mark = place(problems, problem.file, problem.line, problem.column);
    if (problem.severity != sql::Problem::Severity::error) {
      notices.push_back(
          {"ddl", problem.message, problem.hint, Severity::notice, problems.place(mark)});
      continue;
    }
    const Text& known = text(problem.file);
    std::string hint = problem.hint;
    if (known.scalar != nullptr && known.scalar->plain && known.scalar->flow && hint.empty())
      hint =
          "if the SQL was cut short by a comma or brace, quote it or write it as a block: sql: |";
    problems.add(mark, problem.message, std::move(hint));
  }
}

}  // namespace scenario
