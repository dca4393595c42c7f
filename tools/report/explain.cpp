#include "tools/report/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "tools/plan/alerts.hpp"
#include "tools/plan/moment.hpp"
#include "tools/plan/nearest.hpp"
#include "tools/plan/words.hpp"
#include "tools/report/moments.hpp"
#include "tools/report/story.hpp"
#include "tools/report/table.hpp"

namespace report {
namespace {

constexpr const char* alerts_title = "The alert rules that meshplan emit writes, in the simulation";
constexpr std::array alerts_header{"fires in", "catches", "lead", "false/month"};
constexpr const char* changes_title = "Changes of one number, each by itself";
constexpr std::array changes_header{"now", "passes at", "change"};

std::string when(const plan::Results& r, double t) {
  return fmt::format("{} (+{})", moment_in_words(r.start, t, r.horizon),
                     plan::duration_in_words(t));
}

/// The replicates worth telling: the median and the bad one.
std::vector<const plan::Trace*> told(const plan::Results& r) {
  std::vector<const plan::Trace*> traces;
  for (const plan::Trace& trace : r.traces)
    if (trace.label != "worst" || r.traces.size() == 1) traces.push_back(&trace);
  return traces;
}

/// Volumes in which something was recorded, the fullest first.
std::vector<std::string> volumes(const plan::Results& r) {
  std::vector<const plan::Outcome*> found;
  for (const plan::Outcome& o : r.outcomes)
    if (o.key.metric == "volume_bytes") found.push_back(&o);
  std::stable_sort(found.begin(), found.end(),
                   [](const auto* a, const auto* b) { return a->p95.value > b->p95.value; });
  std::vector<std::string> names;
  for (const plan::Outcome* o : found) names.push_back(o->key.subject);
  return names;
}

std::string growth_in_words(double bytes) {
  return (bytes <= -0.5 ? "-" : "+") + plan::bytes_in_words(std::abs(bytes));
}

std::string quoted(const std::string& word) { return "'" + word + "'"; }

struct Attribution {
  std::string heading;
  std::vector<std::vector<std::string>> owners;  // owner, bytes, share, growth
};

/// Owners of at least 1 % of a volume at its decisive moment; the rest in one line.
std::optional<Attribution> attribution(const plan::Results& r, const std::string& volume) {
  const auto moment = plan::decisive_moment(r, volume);
  if (!moment || moment->bytes <= 0) return std::nullopt;
  Attribution a;
  a.heading = fmt::format("{} {} at {}: {}", volume, moment->full ? "is full" : "is fullest",
                          when(r, sim::seconds(moment->at)), plan::bytes_in_words(moment->bytes));
  double rest = 0, rest_growth = 0;
  for (const plan::Moment::Share& s : moment->owners) {
    if (s.bytes < 0.01 * moment->bytes) {
      rest += s.bytes;
      rest_growth += s.growth();
      continue;
    }
    a.owners.push_back({s.owner, plan::bytes_in_words(s.bytes),
                        plan::share_in_words(s.bytes / moment->bytes),
                        growth_in_words(s.growth())});
  }
  if (rest > 0)
    a.owners.push_back({"everything else", plan::bytes_in_words(rest),
                        plan::share_in_words(rest / moment->bytes), growth_in_words(rest_growth)});
  return a;
}

std::string slot_in_danger(const plan::Results& r) {
  const plan::Outcome* worst = nullptr;
  for (const plan::Outcome& o : r.outcomes)
    if (o.key.metric == "retained_wal" && (worst == nullptr || o.p95.value > worst->p95.value))
      worst = &o;
  return worst == nullptr ? "" : worst->key.subject;
}

/// The next step, and the command that solves for an outage where one is missed.
std::string what_to_change(const plan::Results& r) {
  std::string text = r.verdict.next_step;
  const auto missed =
      std::count_if(r.objectives.begin(), r.objectives.end(), [](const auto& o) { return !o.met; });
  if (missed > 0 && !r.scenario_file.empty()) {
    if (!slot_in_danger(r).empty() && !r.incidents.empty())
      text += fmt::format(
          " How long the outage may be: meshplan solve {} --vary 'incidents[\"{}\"].for'.",
          r.scenario_file, r.incidents.front().name);
  }
  return text;
}

/// "The smallest change of one number that meets every objective: … Run it: …"
std::string nearest_change(const plan::Results& r) {
  const std::string found = plan::nearest_in_words(r.changes, r.horizon);
  if (found.empty() || !r.changes.front().passes) return found;
  const plan::ChangeTried& first = r.changes.front();
  return fmt::format(
      "The smallest change of one number that meets every objective, in {} replicates: {}. Run it: "
      "meshplan run {}{} --set {}",
      first.replicates, found, r.scenario_file, r.arguments,
      quoted(first.path + "=" + first.to_text));
}

/// Changes as a table: number, now, then, how many times.
std::vector<std::vector<std::string>> changes(const plan::Results& r) {
  std::vector<std::vector<std::string>> rows;
  for (const plan::ChangeTried& c : r.changes) {
    const auto words = [&](double value, const std::string& text) {
      return text == "-1" ? "no limit" : plan::in_words(value, c.unit, r.horizon);
    };
    rows.push_back(
        {c.path, words(c.from, c.from_text),
         c.passes ? words(c.to, c.to_text) : fmt::format("not even {}", words(c.to, c.to_text)),
         c.passes ? fmt::format("{} {:.3g}", c.to > c.from ? "×" : "÷", c.factor) : "-"});
  }
  return rows;
}

/// Rules that fire somewhere, or were to: rule and subject, how often, what they catch, how early.
std::vector<std::vector<std::string>> alerts(const plan::Results& r) {
  const auto share = [](double v) { return std::isnan(v) ? "-" : plan::share_in_words(v); };
  std::vector<std::vector<std::string>> rows;
  for (const plan::Alert& a : r.alerts) {
    if (!(a.probability > 0) && !(a.caught >= 0)) continue;
    rows.push_back({fmt::format("{} of {}: {}", a.rule, plan::subject_in_words(a), a.condition),
                    share(a.probability), share(a.caught),
                    std::isnan(a.lead_time) ? "-" : plan::duration_in_words(a.lead_time),
                    std::isnan(a.false_a_month) ? "-" : fmt::format("{:.1f}", a.false_a_month)});
  }
  return rows;
}

}  // namespace

std::string explain_text(const plan::Results& r, const TextOptions& options) {
  const std::size_t width = std::max<std::size_t>(options.width, 40);
  std::string page;
  const auto tone = [&](const char* code, const std::string& text) {
    return options.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  };
  const auto paragraph = [&](const std::string& text, const char* code, std::size_t indent = 0) {
    for (const std::string& line : wrap(text, width - indent))
      page += std::string(indent, ' ') + (*code == 0 ? line : tone(code, line)) + "\n";
  };
  paragraph(fmt::format("{}: {} replicates over {}, seed {}", r.scenario_name, r.replicates,
                        plan::duration_in_words(r.horizon), r.seed),
            "");
  page += "\n";
  paragraph(r.verdict.headline, "1");
  if (r.traces.empty()) page += "\nNo replicate of this run was recorded.\n";
  for (const plan::Trace* trace : told(r)) {
    const Story told_story = story(r, *trace);
    page += "\n" + tone("1", fmt::format("The {} replicate ({})", trace->label, trace->replicate)) +
            "\n";
    if (told_story.entries.empty()) page += "  Nothing out of the ordinary happens.\n";
    for (const Story::Entry& entry : told_story.entries) {
      std::string line = fmt::format("{}: {}", when(r, entry.t), entry.text);
      std::string figures;
      for (std::size_t i = 0; i < entry.figures.size(); ++i)
        if (!entry.figures[i].empty())
          figures += fmt::format("{}{} {}", figures.empty() ? "" : ", ", told_story.columns[i],
                                 entry.figures[i]);
      if (!figures.empty()) line += fmt::format(" [{}]", figures);
      paragraph(line, entry.bad ? "1;31" : "", 2);
    }
    if (!told_story.routine.empty()) paragraph(told_story.routine, "2", 2);
  }
  for (const std::string& volume : volumes(r)) {
    const auto a = attribution(r, volume);
    if (!a) continue;
    page += "\n";
    paragraph(a->heading, "1");
    Table table{{"bytes", "share", "since start"}, {}};
    for (const auto& o : a->owners) table.rows.push_back({"  " + o[0], {o[1], o[2], o[3]}});
    for (const std::string& line : table.lines(width)) page += line + "\n";
  }
  if (const std::string first = plan::alerts_in_words(r); !first.empty()) {
    page += "\n";
    paragraph("Alerts: " + first, "");
  }
  const auto add_table = [&](const char* title, std::vector<std::string> header,
                             const std::vector<std::vector<std::string>>& rows) {
    if (rows.empty()) return;
    page += "\n";
    paragraph(title, "1");
    Table table{std::move(header), {}};
    for (const auto& row : rows)
      table.rows.push_back({"  " + row[0], {row.begin() + 1, row.end()}});
    for (const std::string& line : table.lines(width)) page += line + "\n";
  };
  add_table(alerts_title, {alerts_header.begin(), alerts_header.end()}, alerts(r));
  page += "\n";
  paragraph("What to change: " + what_to_change(r), "");
  if (const std::string nearest = nearest_change(r); !nearest.empty()) {
    page += "\n";
    paragraph("Nearest change: " + nearest, "");
  }
  add_table(changes_title, {changes_header.begin(), changes_header.end()}, changes(r));
  return page;
}

std::string explain_markdown(const plan::Results& r) {
  std::string page = fmt::format("## {}\n", r.verdict.headline);
  for (const plan::Trace* trace : told(r)) {
    const Story told_story = story(r, *trace);
    page += fmt::format("\n### The {} replicate\n\n| When | What happens |", trace->label);
    std::string rule = "|:--|:--|";
    for (const std::string& column : told_story.columns) {
      page += fmt::format(" {} |", column);
      rule += "--:|";
    }
    page += "\n" + rule + "\n";
    for (const Story::Entry& entry : told_story.entries) {
      page += fmt::format("| {} | {}{}{} |", when(r, entry.t), entry.bad ? "**" : "", entry.text,
                          entry.bad ? "**" : "");
      for (const std::string& figure : entry.figures) page += fmt::format(" {} |", figure);
      page += "\n";
    }
    if (!told_story.routine.empty()) page += "\n" + told_story.routine + "\n";
  }
  for (const std::string& volume : volumes(r)) {
    const auto a = attribution(r, volume);
    if (!a) continue;
    page += fmt::format(
        "\n### {}\n\n| Owner | Bytes | Share | Since the start |\n|:--|--:|--:|--:|\n", a->heading);
    for (const auto& o : a->owners)
      page += fmt::format("| {} | {} | {} | {} |\n", o[0], o[1], o[2], o[3]);
  }
  if (const std::string first = plan::alerts_in_words(r); !first.empty())
    page += fmt::format("\n**Alerts** {}\n", first);
  const auto add_table = [&](const char* title, const char* first, const auto& header,
                             const std::vector<std::vector<std::string>>& rows) {
    if (rows.empty()) return;
    page +=
        fmt::format("\n### {}\n\n| {} | {} |\n|:--|{}\n", title, first, fmt::join(header, " | "),
                    fmt::join(std::vector<std::string>(header.size(), "--:|"), ""));
    for (const auto& row : rows) page += fmt::format("| {} |\n", fmt::join(row, " | "));
  };
  add_table(alerts_title, "Rule", alerts_header, alerts(r));
  page += fmt::format("\n**What to change** {}\n", what_to_change(r));
  if (const std::string nearest = nearest_change(r); !nearest.empty())
    page += fmt::format("\n**Nearest change** {}\n", nearest);
  add_table(changes_title, "Number", changes_header, changes(r));
  return page;
}

}  // namespace report
