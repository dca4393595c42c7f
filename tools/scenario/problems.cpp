#include "tools/scenario/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "sim/check.hpp"
#include "tools/sql/spelling.hpp"

namespace scenario {
namespace {

constexpr std::size_t most_problems = 100;
constexpr std::size_t longest_excerpt = 160;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string printable(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return out;
}

/// Cuts a long line around `column` (1-based), on character borders; moves the column along.
std::string excerpt_of(std::string_view line, int& column) {
  if (line.size() <= longest_excerpt) return printable(line);
  const auto at = static_cast<std::size_t>(std::max(column - 1, 0));
  std::size_t from = at > longest_excerpt / 2 ? at - longest_excerpt / 2 : 0;
  from = std::min(from, line.size() - longest_excerpt);
  while (from > 0 && is_continuation(line[from])) --from;
  std::size_t to = std::min(from + longest_excerpt, line.size());
  while (to < line.size() && is_continuation(line[to])) ++to;
  column -= static_cast<int>(from);
  std::string out = printable(line.substr(from, to - from));
  if (from > 0) {
    out.insert(0, "...");
    column += 3;
  }
  if (to < line.size()) out += "...";
  return out;
}

}  // namespace

ScenarioError::ScenarioError(std::vector<Problem> problems, bool more)
    : std::runtime_error{[&] {
        std::string all;
        for (const Problem& problem : problems) all += format(problem);
        if (more) all += fmt::format("and more: the first {} are shown\n", problems.size());
        return all;
      }()},
      problems_{std::move(problems)} {}

int Problems::add_source(std::string name, std::string text) {
  Source source{std::move(name), std::move(text), {0}};
  for (std::size_t i = 0; i < source.text.size(); ++i)
    if (source.text[i] == '\n') source.line_starts.push_back(i + 1);
  sources_.push_back(std::move(source));
  return static_cast<int>(sources_.size()) - 1;
}

const std::string& Problems::source_name(int source) const {
  return sources_.at(static_cast<std::size_t>(source)).name;
}

const std::string& Problems::source_text(int source) const {
  return sources_.at(static_cast<std::size_t>(source)).text;
}

std::size_t Problems::offset(Mark mark) const {
  const Source& source = sources_.at(static_cast<std::size_t>(mark.source));
  if (mark.line < 1) return 0;
  if (mark.line > static_cast<int>(source.line_starts.size())) return source.text.size();
  const std::size_t start = source.line_starts[static_cast<std::size_t>(mark.line) - 1];
  return std::min(source.text.size(),
                  start + static_cast<std::size_t>(std::max(mark.column - 1, 0)));
}

Mark Problems::mark(int source_index, std::size_t offset) const {
  const std::vector<std::size_t>& starts =
      sources_.at(static_cast<std::size_t>(source_index)).line_starts;
  const auto next = std::upper_bound(starts.begin(), starts.end(), offset);
  const std::size_t start = *std::prev(next);  // the first line starts at 0
  return {source_index, static_cast<int>(next - starts.begin()),
          static_cast<int>(offset - start) + 1};
}

void Problems::add(Mark mark, std::string message, std::string hint) {
  if (found_.size() >= most_problems) give_up(true);
  found_.push_back({mark, std::move(message), std::move(hint)});
}

models::Place Problems::place(Mark mark) const {
  const Problem problem = shown({mark, {}, {}});
  return {problem.file, problem.line, problem.column};
}

Problem Problems::shown(const Entry& entry) const {
  sim::check(entry.mark.source >= 0 && entry.mark.source < static_cast<int>(sources_.size()),
             "a problem points into a known source");
  const Source& source = sources_[static_cast<std::size_t>(entry.mark.source)];
  Problem problem{source.name, entry.mark.line, entry.mark.column, entry.message, {},
                  /*caret=*/0, entry.hint};
  if (entry.mark.line < 1 || entry.mark.line > static_cast<int>(source.line_starts.size()))
    return problem;
  const std::size_t from = source.line_starts[static_cast<std::size_t>(entry.mark.line) - 1];
  std::string_view line{source.text};
  line.remove_prefix(from);
  line = line.substr(0, line.find_first_of("\r\n"));
  problem.caret = std::clamp(entry.mark.column, 1, static_cast<int>(line.size()) + 1);
  const auto before = line.substr(0, static_cast<std::size_t>(problem.caret) - 1);
  problem.column =
      1 + static_cast<int>(before.size() - static_cast<std::size_t>(std::count_if(
                                               before.begin(), before.end(), is_continuation)));
  problem.excerpt = excerpt_of(line, problem.caret);
  return problem;
}

void Problems::give_up(bool more) const {
  std::vector<Entry> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.mark.source, a.mark.line, a.mark.column) <
           std::tie(b.mark.source, b.mark.line, b.mark.column);
  });
  std::vector<Problem> problems;
  for (const Entry& entry : sorted) {
    Problem problem = shown(entry);
    const bool repeated = !problems.empty() && problems.back().message == problem.message &&
                          problems.back().line == problem.line &&
                          problems.back().column == problem.column &&
                          problems.back().file == problem.file;
    if (!repeated) problems.push_back(std::move(problem));
  }
  throw ScenarioError{std::move(problems), more};
}

void Problems::throw_if_any() const {
  if (!found_.empty()) give_up(false);
}

std::string format(const Problem& problem) {
  std::string out = problem.file;
  if (problem.line > 0) out += fmt::format(":{}:{}", problem.line, problem.column);
  out += fmt::format(": error: {}\n", problem.message);
  if (problem.caret > 0) {
    // The caret stands below its column as a terminal shows it: one place per UTF-8 character.
    std::string blanks;
    const auto before =
        std::min(problem.excerpt.size(), static_cast<std::size_t>(problem.caret - 1));
    for (std::size_t i = 0; i < before; ++i)
      if (!is_continuation(problem.excerpt[i])) blanks += ' ';
    out += fmt::format("{}\n{}^\n", problem.excerpt, blanks);
  }
  if (!problem.hint.empty()) out += fmt::format("hint: {}\n", problem.hint);
  return out;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string near = sql::nearest(word, known);
  return near.empty() ? std::string{} : fmt::format("did you mean '{}'?", near);
}

std::string listed(const std::vector<std::string_view>& words, std::size_t limit) {
  std::string out;
  const std::size_t shown = std::min(words.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  if (shown < words.size()) out += " …";
  return out;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return "'" + printable(text) + "'";
  std::size_t end = longest;
  while (end > 0 && is_continuation(text[end])) --end;
  return "'" + printable(text.substr(0, end)) + "…'";
}

}  // namespace scenario
