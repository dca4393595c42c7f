#include "tools/report/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/plan/compare.hpp"
#include "tools/plan/words.hpp"
#include "tools/report/matrix.hpp"
#include "tools/report/table.hpp"

namespace report {
namespace {

/// The figures of one metric, subject and statistic: the baseline first.
struct Row {
  const plan::Comparison* first;
  std::vector<const plan::Comparison*> cells;
};

std::vector<Row> rows(const plan::Results& r) {
  std::vector<Row> all;
  for (const plan::Comparison& c : r.comparisons) {
    const bool begins = all.empty() || all.back().first->key.metric != c.key.metric ||
                        all.back().first->key.subject != c.key.subject ||
                        all.back().first->statistic != c.statistic;
    if (begins) all.push_back({&c, {}});
    all.back().cells.push_back(&c);
  }
  return all;
}

bool differs(const Row& row) {
  const double first = row.cells.front()->value;
  return std::any_of(row.cells.begin(), row.cells.end(), [&](const plan::Comparison* c) {
    return !c->text.empty() ||
           (c->value != first && !(std::isnan(c->value) && std::isnan(first))) ||
           (c != row.cells.front() && c->difference.value != 0 && !std::isnan(c->difference.value));
  });
}

bool is_baseline(const plan::Results& r, const plan::Comparison& c) {
  return c.variant == r.comparisons.front().variant;
}

std::string value(const plan::Comparison& c, double horizon) {
  if (!c.text.empty()) return "-";
  if (c.key.unit == "0/1") return plan::share_in_words(c.value);
  return plan::in_words(c.value, c.key.unit, horizon);
}

std::string signed_words(double value, const std::string& unit, double horizon) {
  const std::string size = plan::in_words(std::abs(value), unit, horizon);
  return (value < 0 ? "-" : "+") + size;
}

/// "-5.1 % (-6.4 % to -3.9 %)"; the same differences in brackets where only chance speaks.
std::string change(const plan::Comparison& c, double horizon) {
  if (!c.text.empty()) return c.text;
  const plan::Estimate& d = c.difference;
  if (std::isnan(d.value)) return "";
  if (d.value == 0) return "same";
  const std::string by = signed_words(d.value, c.key.unit, horizon);
  if (std::isnan(d.low)) return by;
  return fmt::format("{} ({} to {}){}", by, signed_words(d.low, c.key.unit, horizon),
                     signed_words(d.high, c.key.unit, horizon),
                     plan::beyond_chance(c) ? "" : " chance");
}

std::string name(const plan::Comparison& c) {
  return fmt::format("{} {}{}", c.key.metric, c.key.subject,
                     c.statistic == "probability" ? "" : " " + c.statistic);
}

}  // namespace

std::string comparison_text(const plan::Results& r, const TextOptions& options) {
  const std::size_t width = std::max<std::size_t>(options.width, 40);
  std::string page;
  const auto tone = [&](const std::string& text) {
    return options.color ? "\x1b[1m" + text + "\x1b[0m" : text;
  };
  const auto paragraph = [&](const std::string& text, bool bold) {
    for (const std::string& line : wrap(text, width)) page += (bold ? tone(line) : line) + "\n";
  };
  if (r.comparisons.empty()) return "There is nothing to compare.\n";
  if (has_matrix(r)) return matrix_text(r, options);
  paragraph(fmt::format("{}: {} replicates over {}, seed {}, the same draws in every variant",
                        r.scenario_name, r.replicates, plan::duration_in_words(r.horizon), r.seed),
            false);
  page += "\n";
  paragraph(plan::differences_in_words(r.comparisons, r.horizon), true);
  page += "\n";
  paragraph(fmt::format("Differences to {}, with their 95 % intervals.", r.comparisons[0].variant),
            false);
  std::size_t alike = 0;
  for (const Row& row : rows(r)) {
    if (!differs(row)) {
      ++alike;
      continue;
    }
    page += tone(name(*row.first)) + "\n";
    std::size_t widest = 0;
    for (const plan::Comparison* c : row.cells) widest = std::max(widest, columns_of(c->variant));
    widest = std::min(widest, width / 2);
    for (const plan::Comparison* c : row.cells) {
      const std::string pad(widest - std::min(widest, columns_of(c->variant)), ' ');
      const std::string mark = !c->best ? " " : options.utf8 ? "✓" : "*";
      page += fmt::format("  {} {}{}  {:>9}  {}\n", mark, c->variant, pad, value(*c, r.horizon),
                          is_baseline(r, *c) ? "" : change(*c, r.horizon));
    }
  }
  while (page.find(" \n") != std::string::npos) page.erase(page.find(" \n"), 1);
  page += "\n";
  paragraph(fmt::format("{} marks the best of a row; {} figures are the same in every variant. All "
                        "stand in the view `comparisons` of the results file.",
                        options.utf8 ? "✓" : "*", alike),
            false);
  return page;
}

std::string comparison_markdown(const plan::Results& r) {
  if (r.comparisons.empty()) return "There is nothing to compare.\n";
  if (has_matrix(r)) return matrix_markdown(r);
  std::string page = fmt::format("## {}\n\n", plan::differences_in_words(r.comparisons, r.horizon));
  page += fmt::format("{}: {} replicates over {}, seed {}\n\n| Figure |", r.scenario_name,
                      r.replicates, plan::duration_in_words(r.horizon), r.seed);
  const std::vector<Row> all = rows(r);
  for (const plan::Comparison* c : all.front().cells) page += fmt::format(" {} |", c->variant);
  page += "\n|:--|";
  for (std::size_t i = 0; i < all.front().cells.size(); ++i) page += "--:|";
  page += "\n";
  for (const Row& row : all) {
    if (!differs(row)) continue;
    page += fmt::format("| {} |", name(*row.first));
    for (const plan::Comparison* c : row.cells)
      page += fmt::format(" {}{} |",
                          c->best ? "**" + value(*c, r.horizon) + "**" : value(*c, r.horizon),
                          is_baseline(r, *c) ? "" : "<br>" + change(*c, r.horizon));
    page += "\n";
  }
  return page;
}

}  // namespace report
