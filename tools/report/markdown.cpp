#include "tools/report/markdown.hpp"

#include <fmt/format.h>

#include <utility>

#include "tools/plan/federation.hpp"
#include "tools/plan/words.hpp"
#include "tools/report/headline.hpp"

namespace report {
namespace {

/// Text of the scenario must not end a table cell or start markup.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view{"\\`*_|<>[]#~"}.find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += fmt::format(" {} |", escaped(cell));
  return line + "\n";
}

std::string outcomes(const plan::Results& r) {
  const auto named = [](std::string name, const std::vector<std::string>& cells) {
    std::vector<std::string> all{std::move(name)};
    all.insert(all.end(), cells.begin(), cells.end());
    return row(all);
  };
  std::string table = named("", figure_names()) + "|:--|--:|--:|--:|--:|--:|\n";
  for (const plan::Outcome* o : headline_outcomes(r))
    table += named(o->key.metric + " " + o->key.subject, figures(*o, r.horizon));
  return table;
}

std::string objectives(const plan::Results& r) {
  std::string table = "| Objective | Found | |\n|:--|:--|:--|\n";
  for (const plan::ObjectiveResult& o : r.objectives) {
    const auto [asked, found] = in_words(o, r.horizon);
    table += row({asked, found, o.met ? "met" : "MISSED"});
  }
  return table;
}

std::string assumptions(const plan::Results& r) {
  std::string text =
      fmt::format("<details><summary>{} assumptions</summary>\n\n", r.assumptions.size());
  text += "| Name | Value | Source |\n|:--|:--|:--|\n";
  for (const plan::Assumption& a : r.assumptions) text += row({a.name, a.value, a.source});
  return text + "\n</details>\n";
}

}  // namespace

std::string markdown(const plan::Results& r) {
  std::string text = fmt::format("### {} {}\n\n**{}**\n\n", r.verdict.ok ? "✅" : "❌",
                                 escaped(r.scenario_name), escaped(r.verdict.headline));
  if (!r.verdict.cause.empty())
    text += fmt::format("- {}: {}\n", r.verdict.ok ? "Owner" : "Cause", escaped(r.verdict.cause));
  if (!r.verdict.next_step.empty())
    text += fmt::format("- Next step: {}\n", escaped(r.verdict.next_step));
  if (const std::string federation = plan::federation_in_words(r); !federation.empty())
    text += fmt::format("- Federation: {}\n", escaped(federation));
  if (r.replicates > 0) text += "\n" + outcomes(r);
  if (!r.objectives.empty()) text += "\n" + objectives(r);
  text += fmt::format("\n{} Seed {}, scenario `{}`.\n", escaped(how_sure(r)), r.seed,
                      r.scenario_hash.substr(0, 12));
  if (!r.assumptions.empty()) text += "\n" + assumptions(r);
  return text;
}

}  // namespace report
