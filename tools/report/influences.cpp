#include "tools/report/influences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/plan/words.hpp"
#include "tools/report/table.hpp"

namespace report {
namespace {

/// Consecutive influences on one outcome.
std::vector<std::vector<const plan::Influence*>> groups(const plan::Results& r) {
  std::vector<std::vector<const plan::Influence*>> all;
  for (const plan::Influence& i : r.influences) {
    if (all.empty() || all.back().front()->key.metric != i.key.metric ||
        all.back().front()->key.subject != i.key.subject)
      all.emplace_back();
    all.back().push_back(&i);
  }
  return all;
}

std::string words(double value, const plan::Influence& i, double horizon) {
  if (i.statistic == "probability") return plan::share_in_words(value);
  return plan::in_words(value, i.key.unit, horizon);
}

std::string correlation(double value) {
  return std::isnan(value) ? "per event" : fmt::format("{:+.2f}", value);
}

std::string headline(const plan::Results& r) {
  if (r.influences.empty())
    return "No uncertain input moves the answer: there is none, or it decides nothing.";
  std::string text;
  for (const auto& group : groups(r)) {
    const plan::Influence& first = *group.front();
    text += fmt::format("{}{} of {} ({}) is moved most by {}: {} with {}, {} with {}.",
                        text.empty() ? "" : " ", first.key.metric, first.key.subject,
                        first.statistic, first.parameter, words(first.at_low, first, r.horizon),
                        first.low, words(first.at_high, first, r.horizon), first.high);
  }
  return text;
}

}  // namespace

std::string influences_text(const plan::Results& r, const TextOptions& options) {
  const std::size_t width = std::max<std::size_t>(options.width, 40);
  std::string page;
  const auto tone = [&](const char* code, const std::string& text) {
    return options.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  };
  const auto paragraph = [&](const std::string& text, const char* code) {
    for (const std::string& line : wrap(text, width)) page += tone(code, line) + "\n";
  };
  paragraph(fmt::format("{}: {} replicates over {}, seed {}", r.scenario_name, r.replicates,
                        plan::duration_in_words(r.horizon), r.seed),
            "0");
  page += "\n";
  paragraph(headline(r), "1");
  for (const auto& group : groups(r)) {
    const plan::Influence& first = *group.front();
    page += "\n" +
            tone("1", fmt::format("{} {} {}: {} as it is", first.key.metric, first.key.subject,
                                  first.statistic, words(first.baseline, first, r.horizon))) +
            "\n";
    Table table{{"at its P10", "at its P90", "regression"}, {}};
    for (const plan::Influence* i : group)
      table.rows.push_back({fmt::format("  {}  {} .. {}", i->parameter, i->low, i->high),
                            {words(i->at_low, *i, r.horizon), words(i->at_high, *i, r.horizon),
                             correlation(i->rank_correlation)}});
    for (const std::string& line : table.lines(width)) page += line + "\n";
  }
  page += "\n";
  paragraph(
      "Each input is held at its P10 and at its P90 while all others keep their draws (100 "
      "replicates). Regression: standardised coefficient of the ranks over all replicates, -1 to "
      "1; "
      "lengths and gaps of incidents are drawn at every event and have none.",
      "0");
  return page;
}

std::string influences_markdown(const plan::Results& r) {
  std::string page = fmt::format("## {}\n\n", headline(r));
  for (const auto& group : groups(r)) {
    const plan::Influence& first = *group.front();
    page += fmt::format(
        "### {} {} {}\n\n| Input | P10 .. P90 | at P10 | at P90 | regression "
        "|\n|:--|:--|--:|--:|--:|\n",
        first.key.metric, first.key.subject, first.statistic);
    for (const plan::Influence* i : group)
      page += fmt::format("| `{}` | {} .. {} | {} | {} | {} |\n", i->parameter, i->low, i->high,
                          words(i->at_low, *i, r.horizon), words(i->at_high, *i, r.horizon),
                          correlation(i->rank_correlation));
    page += "\n";
  }
  return page;
}

}  // namespace report
