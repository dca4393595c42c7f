#include "tools/report/headline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "tools/plan/words.hpp"

namespace report {
namespace {

struct Shown {
  const char* metric;
  std::size_t subjects;  // at most so many, the worst
  bool only_if_it_happens;
};
constexpr std::array shown{
    Shown{"volume_used", 6, true},        Shown{"time_to_disk_full", 6, true},
    Shown{"write_seconds_lost", 3, true}, Shown{"outage_tolerance", 6, true},
    Shown{"time_to_slot_lost", 6, true},  Shown{"retained_wal", 6, false},
    Shown{"replay_lag", 6, true},         Shown{"catch_up_time", 3, true},
    Shown{"copy_time", 6, true},          Shown{"pg_wal_size", 3, false},
    Shown{"wal_bytes", 3, false},         Shown{"fdw_bytes", 8, true},
    Shown{"fdw_seconds", 3, true},        Shown{"fdw_snapshots", 3, true},
    Shown{"fdw_link_bytes", 3, true},     Shown{"link_bytes", 3, true},
    Shown{"table_size", 5, false}};

bool happens(const plan::Outcome& o) { return o.time_to ? o.probability > 0 : o.maximum > 0; }

/// Larger is worse: an early time, a large size.
double badness(const plan::Outcome& o) {
  const double value = o.time_to ? -o.p5.value : o.p95.value;
  return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
}

}  // namespace

std::vector<const plan::Outcome*> headline_outcomes(const plan::Results& results) {
  std::vector<const plan::Outcome*> all;
  for (const Shown& row : shown) {
    std::vector<const plan::Outcome*> subjects;
    for (const plan::Outcome& o : results.outcomes)
      if (o.key.metric == row.metric && (happens(o) || !row.only_if_it_happens))
        subjects.push_back(&o);
    std::stable_sort(
        subjects.begin(), subjects.end(),
        [](const plan::Outcome* a, const plan::Outcome* b) { return badness(*a) > badness(*b); });
    subjects.resize(std::min(subjects.size(), row.subjects));
    all.insert(all.end(), subjects.begin(), subjects.end());
  }
  return all;
}

std::vector<std::string> figure_names() { return {"P5", "P50", "P95", "P99", "happens"}; }

std::vector<std::string> figures(const plan::Outcome& o, double horizon) {
  const auto say = [&](const plan::Estimate& e) {
    return plan::in_words(e.value, o.key.unit, horizon);
  };
  const bool may_happen = o.time_to || o.key.unit == "0/1";
  return {say(o.p5), say(o.p50), say(o.p95), say(o.p99),
          may_happen ? plan::share_in_words(o.probability) : ""};
}

ObjectiveText in_words(const plan::ObjectiveResult& o, double horizon) {
  const auto say = [&](double value) { return plan::in_words(value, o.unit, horizon); };
  const models::Objective& asked = o.objective;
  ObjectiveText text;
  const std::string subject = o.subject.empty() ? "" : " " + o.subject;
  if (asked.probability_below)
    text.asked =
        fmt::format("probability of {}{} below {}", asked.metric, subject, say(o.threshold));
  else
    text.asked = fmt::format("{}{} at {} {} {}", asked.metric, subject, asked.at,
                             asked.below ? "below" : "above", say(o.threshold));
  text.found = say(o.value);
  if (say(o.estimate.low) != say(o.estimate.high))
    text.found += fmt::format(" ({} to {})", say(o.estimate.low), say(o.estimate.high));
  return text;
}

std::string how_sure(const plan::Results& results) {
  std::string text = fmt::format("{} replicates", results.replicates);
  if (results.interrupted) text += fmt::format(" of {} (interrupted)", results.replicates_wanted);
  const auto rows = headline_outcomes(results);
  const auto time =
      std::find_if(rows.begin(), rows.end(), [](const plan::Outcome* o) { return o->time_to; });
  if (rows.empty() || results.replicates == 0) return text + ".";
  const plan::Outcome& o = time == rows.end() ? *rows.front() : **time;
  const auto say = [&](double value) { return plan::in_words(value, o.key.unit, results.horizon); };
  // The median, or of a time that hardly any replicate reaches the P5.
  const bool rare = std::isnan(o.p50.low);
  const plan::Estimate& figure = rare ? o.p5 : o.p50;
  text += fmt::format("; 95 % Monte Carlo interval of {} {}: {} {} to {}", o.key.metric,
                      o.key.subject, rare ? "P5" : "P50", say(figure.low), say(figure.high));
  if (o.time_to)
    text += fmt::format(", probability {} to {}", plan::share_in_words(o.probability_low),
                        plan::share_in_words(o.probability_high));
  else
    text += fmt::format(", P99 {} to {}", say(o.p99.low), say(o.p99.high));
  return text + ".";
}

}  // namespace report
