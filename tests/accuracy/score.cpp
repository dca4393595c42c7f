#include "tests/accuracy/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace accuracy {
namespace {

double size_of(const Line& line) { return std::abs(line.error()); }

double percentage(const Score& score) {
  return score.lines == 0 ? 0
                          : 100 * static_cast<double>(score.met) / static_cast<double>(score.lines);
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::map<std::string, std::vector<const Line*>> by_metric(const std::vector<Case>& cases) {
  std::map<std::string, std::vector<const Line*>> metrics;
  for (const Case& compared : cases)
    for (const Line& line : compared.lines) metrics[line.quantity.name].push_back(&line);
  return metrics;
}

std::vector<Miss> misses(const std::vector<Case>& cases) {
  std::vector<Miss> found;
  for (const Case& compared : cases)
    for (const Line& line : compared.lines)
      if (!line.met) found.push_back({&compared, &line});
  std::stable_sort(found.begin(), found.end(), [](const Miss& a, const Miss& b) {
    return size_of(*a.line) > size_of(*b.line);
  });
  return found;
}

Score score(const std::vector<const Line*>& lines) {
  Score result;
  std::vector<double> errors;
  for (const Line* line : lines) {
    ++result.lines;
    result.met += line->met ? 1 : 0;
    errors.push_back(size_of(*line));
  }
  result.median_error = median(std::move(errors));
  return result;
}

Score score(const std::vector<Case>& cases) {
  std::vector<const Line*> lines;
  for (const Case& compared : cases)
    for (const Line& line : compared.lines) lines.push_back(&line);
  return score(lines);
}

std::string figure(std::optional<double> value) {
  if (!value || std::isnan(*value)) return "-";
  const double size = std::abs(*value);
  if (size >= 1e8) return fmt::format("{:.1f}M", *value / 1e6);
  if (size >= 1e5) return fmt::format("{:.0f}", *value);
  return fmt::format("{:.5g}", *value);
}

std::string percent(double share) {
  return std::isinf(share) ? "never" : fmt::format("{:+.1f} %", 100 * share);
}

std::string error_of(const Line& line, std::optional<double> value) {
  if (!value || !line.measured || *line.measured == 0) return "-";
  return percent((*value - *line.measured) / std::abs(*line.measured));
}

std::string format(const Case& compared) {
  std::string text = fmt::format("{} (PostgreSQL {}, {} run{})\n", compared.name, compared.postgres,
                                 compared.runs, compared.runs == 1 ? "" : "s");
  if (!compared.refused.empty()) return text + "  not played: " + compared.refused + '\n';
  for (const Line& line : compared.lines)
    text += fmt::format("  {:24} {:26} {:>14} {:>14} {:>9} line {:>9} sheet {:>9} {}\n",
                        line.quantity.name, line.quantity.subject, figure(line.predicted),
                        figure(line.measured), percent(line.error()),
                        error_of(line, line.straight_line), error_of(line, line.spreadsheet),
                        line.met ? "" : "MISSED");
  return text;
}

std::string format(const std::vector<Case>& cases) {
  const Score all = score(cases);
  std::string text =
      fmt::format("{} of {} quantities within target ({:.0f} %), median error {:.1f} %\n", all.met,
                  all.lines, percentage(all), 100 * all.median_error);
  for (const auto& [metric, lines] : by_metric(cases)) {
    const Score one = score(lines);
    text += fmt::format("  {:26} {:>4} of {:>4}   median {:.1f} %\n", metric, one.met, one.lines,
                        100 * one.median_error);
  }
  for (const Miss& miss : misses(cases))
    text += fmt::format("  missed {:16} {:24} {:24} {:>14} {:>14} {}\n", miss.where->name,
                        miss.line->quantity.name, miss.line->quantity.subject,
                        figure(miss.line->predicted), figure(miss.line->measured),
                        percent(miss.line->error()));
  return text;
}

}  // namespace accuracy
