#include "tools/report/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "tools/plan/mechanisms.hpp"
#include "tools/plan/words.hpp"
#include "tools/report/table.hpp"

namespace report {
namespace {

constexpr std::string_view rule_prefix = "mechanism ";

/// A metric of a subject under every mechanism: median and bad end, or a probability.
struct Row {
  std::string metric, subject;
  std::vector<std::string> cells;
};

std::vector<std::string> variants(const plan::Results& r) {
  std::vector<std::string> names;
  for (const plan::Comparison& c : r.comparisons)
    if (std::find(names.begin(), names.end(), c.variant) == names.end()) names.push_back(c.variant);
  return names;
}

std::string cell(const plan::Results& r, const std::string& variant, const plan::Comparison& key,
                 const char* best) {
  std::string text, mark;
  for (const plan::Comparison& c : r.comparisons) {
    if (c.variant != variant || c.key.metric != key.key.metric || c.key.subject != key.key.subject)
      continue;
    const std::string figure = matrix_figure(c, r.horizon);
    if (text.empty()) {
      text = figure;
      if (c.best) mark = best;
    } else if (text != figure) {
      text += " (" + figure + ")";
    }
  }
  return text + mark;
}

std::vector<Row> rows(const plan::Results& r, const char* best) {
  std::vector<Row> all;
  const std::vector<std::string> names = variants(r);
  for (const plan::Comparison& c : r.comparisons) {
    if (c.key.metric == "recommendation") continue;
    if (std::any_of(all.begin(), all.end(), [&](const Row& row) {
          return row.metric == c.key.metric && row.subject == c.key.subject;
        }))
      continue;
    Row row{c.key.metric, c.key.subject, {}};
    for (const std::string& name : names) row.cells.push_back(cell(r, name, c, best));
    all.push_back(std::move(row));
  }
  return all;
}

std::string notes(const plan::Results& r, const char* best) {
  return fmt::format(
      "Median, and in brackets P99 (P5 of availability), over replicates; {} marks the best of a "
      "row. Every figure "
      "with its difference and interval stands in the view `comparisons` of the results file; "
      "`meshplan schema --metrics` says what the rows mean. {} replicates over {}, seed {}, the "
      "same draws under every mechanism.",
      best, r.replicates, plan::duration_in_words(r.horizon), r.seed);
}

}  // namespace

bool has_matrix(const plan::Results& r) {
  return std::any_of(r.comparisons.begin(), r.comparisons.end(),
                     [](const plan::Comparison& c) { return c.key.metric == "recommendation"; });
}

std::string matrix_figure(const plan::Comparison& c, double horizon) {
  if (!c.text.empty()) return c.text;
  if (c.key.unit == "0/1" || c.statistic == "probability") return plan::share_in_words(c.value);
  const std::string words = plan::in_words(c.value, c.key.unit, horizon);
  const bool money = c.key.metric == "money" || c.key.metric == "regret";
  return money ? words + " " + c.key.unit : words;
}

std::string matrix_text(const plan::Results& r, const TextOptions& options) {
  const std::size_t width = std::max<std::size_t>(options.width, 40);
  const char* best = options.utf8 ? "✓" : "*";
  std::string page;
  const auto paragraph = [&](const std::string& text, bool bold) {
    for (const std::string& line : wrap(text, width))
      page += (bold && options.color ? "\x1b[1m" + line + "\x1b[0m" : line) + "\n";
  };
  paragraph(plan::recommendations_in_words(r.comparisons), true);
  page += "\n";
  Table table{variants(r), {}};
  const std::vector<Row> all = rows(r, best);
  std::vector<std::string> subjects;
  for (const Row& row : all)
    if (std::find(subjects.begin(), subjects.end(), row.subject) == subjects.end())
      subjects.push_back(row.subject);
  for (const std::string& subject : subjects) {
    table.rows.push_back({subject, {}});
    for (const Row& row : all)
      if (row.subject == subject) table.rows.push_back({"  " + row.metric, row.cells});
  }
  for (const std::string& line : table.lines(width)) page += line + "\n";
  page += "\n";
  paragraph(notes(r, best), false);
  page += "\nWhat was done to the scenario\n";
  for (const plan::Assumption& a : r.assumptions)
    if (a.name.starts_with(rule_prefix))
      paragraph(fmt::format("{}: {}", a.name.substr(rule_prefix.size()), a.value), false);
  return page;
}

std::string matrix_markdown(const plan::Results& r) {
  std::string page =
      fmt::format("## {}\n\n| Figure |", plan::recommendations_in_words(r.comparisons));
  const std::vector<std::string> names = variants(r);
  for (const std::string& name : names) page += fmt::format(" {} |", name);
  page += "\n|:--|";
  for (std::size_t i = 0; i < names.size(); ++i) page += "--:|";
  page += "\n";
  for (const Row& row : rows(r, " ✓")) {
    page += fmt::format("| `{}` {} |", row.metric, row.subject);
    for (const std::string& text : row.cells) page += fmt::format(" {} |", text);
    page += "\n";
  }
  page += "\n" + notes(r, "✓") + "\n\n";
  for (const plan::Assumption& a : r.assumptions)
    if (a.name.starts_with(rule_prefix))
      page += fmt::format("- {}: {}\n", a.name.substr(rule_prefix.size()), a.value);
  return page;
}

}  // namespace report
