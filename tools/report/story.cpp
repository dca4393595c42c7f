#include "tools/report/story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "tools/plan/words.hpp"

namespace report {
namespace {

constexpr std::size_t most_entries = 60;

bool is_routine(const std::string& kind) {
  static const std::set<std::string> all{"checkpoint", "job_start", "job_end",       "caught_up",
                                         "autovacuum", "analyze",   "autovacuum_end"};
  return all.count(kind) > 0;
}

bool is_failure(const std::string& kind) {
  return kind == "disk_full" || kind == "slot_lost" || kind == "apply_error" ||
         kind == "subscription_disabled";
}

std::string with_blanks(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

/// "Routine in between: 10222 checkpoint, 30 job end."
std::string routine_in_words(const std::map<std::string, int>& counts) {
  std::string text;
  for (const auto& [kind, count] : counts)
    if (kind != "job_end")
      text += fmt::format("{}{} × {}", text.empty() ? "" : ", ", count,
                          kind == "job_start" ? "job" : with_blanks(kind));
  return text.empty() ? text : "Routine, not listed: " + text + ".";
}

/// When an incident that begins at `from` ends; none when it does not.
std::optional<double> end_of(const plan::Trace& trace, const models::Event& begin) {
  for (const models::Event& event : trace.events)
    if (event.at > begin.at && event.kind == "incident" && event.subject == begin.subject &&
        event.text == "ends")
      return sim::seconds(event.at);
  return std::nullopt;
}

std::string worst_slot(const plan::Results& results) {
  const plan::Outcome* worst = nullptr;
  for (const plan::Outcome& o : results.outcomes)
    if (o.key.metric == "retained_wal" && (worst == nullptr || o.p95.value > worst->p95.value))
      worst = &o;
  return worst == nullptr ? std::string{} : worst->key.subject;
}

Mark mark_of(const plan::Trace& trace, const models::Event& event, int number) {
  Mark mark;
  mark.number = std::to_string(number);
  mark.name = event.kind == "incident" ? event.subject : with_blanks(event.kind);
  mark.from = sim::seconds(event.at);
  if (event.kind == "incident") mark.to = end_of(trace, event);
  mark.bad = is_failure(event.kind);
  return mark;
}

}  // namespace

std::string in_words(const models::Event& event) {
  if (event.kind == "incident") return fmt::format("{} {}", event.subject, event.text);
  std::string text = event.text;
  if (const std::size_t arrow = text.find("->"); arrow != std::string::npos)
    text.replace(arrow, 2, "→");
  if (event.kind == "disk_full") return fmt::format("{} is full. {}", event.subject, text);
  if (event.kind == "slot_lost") return fmt::format("Slot {} is lost. {}", event.subject, text);
  if (event.kind == "wal_status") return fmt::format("wal_status of {}: {}", event.subject, text);
  return fmt::format("{}: {}", event.subject, text.empty() ? with_blanks(event.kind) : text);
}

double value_at(const plan::Results& results, const plan::Trace& trace, const std::string& quantity,
                const std::string& subject, double t) {
  for (const plan::Trace::Series& series : trace.series) {
    const models::SeriesKey& key = results.series[series.series];
    if (key.quantity != quantity || key.subject != subject || !key.owner.empty()) continue;
    const sim::Instant at = sim::after({}, t);
    const auto next =
        std::upper_bound(series.pieces.begin(), series.pieces.end(), at,
                         [](sim::Instant a, const sim::Piece& p) { return a < p.at; });
    return next == series.pieces.begin() ? 0.0 : (*std::prev(next))(at);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

Story story(const plan::Results& results, const plan::Trace& trace) {
  Story story;
  const std::string volume = decisive_volume(results), slot = worst_slot(results);
  if (!volume.empty()) story.columns.push_back(volume);
  if (!slot.empty()) story.columns.push_back("kept for " + slot);
  std::map<std::string, int> routine;
  std::size_t left_out = 0;
  for (const models::Event& event : trace.events) {
    if (is_routine(event.kind)) {
      ++routine[event.kind];
      continue;
    }
    if (story.entries.size() >= most_entries && !is_failure(event.kind)) {
      ++left_out;
      continue;
    }
    Story::Entry entry;
    entry.number = static_cast<int>(story.entries.size()) + 1;
    entry.t = sim::seconds(event.at);
    entry.text = in_words(event);
    entry.bad = is_failure(event.kind);
    const auto say = [&](const char* quantity, const std::string& subject) {
      const double value = value_at(results, trace, quantity, subject, entry.t);
      entry.figures.push_back(std::isnan(value) ? "" : plan::bytes_in_words(value));
    };
    if (!volume.empty()) say("volume_used", volume);
    if (!slot.empty()) say("retained_wal", slot);
    if (is_failure(event.kind) || (event.kind == "incident" && event.text == "begins"))
      story.marks.push_back(mark_of(trace, event, entry.number));
    story.entries.push_back(std::move(entry));
  }
  story.routine = routine_in_words(routine);
  if (left_out > 0) story.routine += fmt::format(" {} later events are not listed.", left_out);
  return story;
}

}  // namespace report
