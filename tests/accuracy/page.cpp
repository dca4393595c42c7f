#include "tests/accuracy/page.hpp"

#include <fmt/format.h>

#include <cmath>

namespace accuracy {
namespace {

constexpr const char* introduction =
    R"(# Accuracy

Predictions beside measurements on real PostgreSQL servers, made by `tools/accuracy`. Every scenario is a file in the format of
[scenarios/README.md](../scenarios/README.md): it is simulated, played on throwaway servers for half a minute or more, and the two are
compared. Predicted is the median of 31 replicates; measured is what the server's own counters and files say.

The fixed scenarios are those of tests/accuracy/core and tests/measured. The drawn ones come from a seed that no change of the physics has
looked at: columns, indexes, rates, access patterns, settings, major version, checksums, held transactions, outages, caps and
small disks are chosen at random (tests/accuracy/workload.cpp), within what a laptop can play (up to about 700 transactions a second).

Targets: 5 % for WAL, images, retained WAL, heap, wire bytes and times; 10 % for indexes, autovacuum runs and checkpoints (or one of them);
10 % or two segments for `pg_wal`. What is off by less than 64 kB, 8 images or 50 rows or records counts as met: nobody sizes anything by
it. What both sides say did not happen is not counted. Two simpler means stand beside the model: a straight line through the first quarter of
the run, which has seen the server, and a spreadsheet that multiplies rows by width.
)";

double share(std::size_t part, std::size_t all) {
  return all == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(all);
}

/// Lines that a simple means gives a figure for, and how many of these are within target.
struct Simple {
  std::size_t lines = 0, met = 0;
  std::vector<double> errors;

  void add(const Line& line, std::optional<double> value) {
    if (!value || !line.measured || *line.measured == 0) return;
    const double off = std::abs(*value - *line.measured);
    const double allowed =
        std::max(line.target.absolute, line.target.relative * std::abs(*line.measured));
    ++lines;
    met += off <= allowed ? 1 : 0;
    errors.push_back(off / std::abs(*line.measured));
  }
  std::string text() const {
    return lines == 0 ? "-"
                      : fmt::format("{:.0f} % ({:.0f} %)", 100 * median(errors), share(met, lines));
  }
};

std::string by_quantity(const std::vector<Case>& cases) {
  std::string text =
      "| Quantity | Lines | Within target | Median error | Straight line | Spreadsheet |\n"
      "|:--|--:|--:|--:|--:|--:|\n";
  Simple line_all, sheet_all;
  for (const auto& [metric, lines] : by_metric(cases)) {
    const Score one = score(lines);
    Simple straight, sheet;
    for (const Line* line : lines) {
      straight.add(*line, line->straight_line);
      sheet.add(*line, line->spreadsheet);
      line_all.add(*line, line->straight_line);
      sheet_all.add(*line, line->spreadsheet);
    }
    text += fmt::format("| `{}` | {} | {:.0f} % | {:.1f} % | {} | {} |\n", metric, one.lines,
                        share(one.met, one.lines), 100 * one.median_error, straight.text(),
                        sheet.text());
  }
  const Score all = score(cases);
  return text + fmt::format("| **all** | {} | **{:.0f} %** | **{:.1f} %** | {} | {} |\n\n",
                            all.lines, share(all.met, all.lines), 100 * all.median_error,
                            line_all.text(), sheet_all.text());
}

std::string details(const std::vector<Case>& cases) {
  std::string text =
      "| Scenario | PostgreSQL | Quantity | Of | Predicted | Measured | Error | Spread | Straight "
      "line "
      "| Spreadsheet |\n|:--|--:|:--|:--|--:|--:|--:|--:|--:|--:|\n";
  for (const Case& compared : cases) {
    if (!compared.refused.empty())
      text += fmt::format("| {} | {} | not played: {} | | | | | | | |\n", compared.name,
                          compared.postgres, compared.refused);
    for (const Line& line : compared.lines)
      text += fmt::format("| {} | {} | `{}` | {} | {} | {} | {}{} | {} | {} | {} |\n",
                          compared.name, compared.postgres, line.quantity.name,
                          line.quantity.subject, figure(line.predicted), figure(line.measured),
                          percent(line.error()), line.met ? "" : " **missed**",
                          compared.runs > 1 ? fmt::format("{:.1f} %", 100 * line.spread) : "-",
                          error_of(line, line.straight_line), error_of(line, line.spreadsheet));
  }
  return text + '\n';
}

std::string section(const std::string& title, const std::vector<Case>& cases) {
  if (cases.empty()) return "";
  const Score all = score(cases);
  return fmt::format(
             "\n## {}\n\n{} scenarios, {} quantities, **{:.0f} % within target, median error "
             "{:.1f} %**. "
             "For the simpler means: median error (share within target).\n\n",
             title, cases.size(), all.lines, share(all.met, all.lines), 100 * all.median_error) +
         by_quantity(cases);
}

std::string worst(const std::vector<Case>& cases) {
  constexpr std::size_t shown = 15;
  std::string text =
      "### Worst misses\n\n| Scenario | Quantity | Of | Predicted | Measured | Error |\n"
      "|:--|:--|:--|--:|--:|--:|\n";
  const std::vector<Miss> found = misses(cases);
  for (std::size_t i = 0; i < std::min(shown, found.size()); ++i)
    text += fmt::format("| {} | `{}` | {} | {} | {} | {} |\n", found[i].where->name,
                        found[i].line->quantity.name, found[i].line->quantity.subject,
                        figure(found[i].line->predicted), figure(found[i].line->measured),
                        percent(found[i].line->error()));
  return found.empty() ? "" : text + '\n';
}

}  // namespace

std::string page(const std::vector<Case>& fixed, const std::vector<Case>& drawn, std::uint64_t seed,
                 const std::string& notes) {
  std::string text = introduction;
  text += section(fmt::format("Drawn workloads, seed {}", seed), drawn);
  if (!drawn.empty()) text += worst(drawn) + notes;
  text += section("Fixed scenarios", fixed);
  if (!fixed.empty()) text += "### Every line of the fixed scenarios\n\n" + details(fixed);
  if (!drawn.empty()) text += "## Every line of the drawn workloads\n\n" + details(drawn);
  text.pop_back();
  return text;
}

}  // namespace accuracy
