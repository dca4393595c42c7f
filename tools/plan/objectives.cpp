#include "tools/plan/objectives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "sim/statistics.hpp"
#include "tools/plan/outcomes.hpp"

namespace plan {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Estimate gated_figure(const models::Objective& objective, const Outcome& outcome) {
  if (objective.probability_below)
    return {outcome.probability, outcome.probability_low, outcome.probability_high};
  if (objective.at == "mean") return {outcome.mean, outcome.mean, outcome.mean};
  if (objective.at == "max") return {outcome.maximum, outcome.maximum, outcome.maximum};
  const sim::Estimate e =
      sim::Sample{outcome.values}.percentile_estimate(percentile_of(objective.at).value());
  return {e.value, e.low, e.high};
}

ObjectiveResult evaluate(const models::Objective& objective, const Outcome& outcome) {
  ObjectiveResult result;
  result.objective = objective;
  result.subject = outcome.key.subject;
  result.unit = objective.probability_below ? "ratio" : outcome.key.unit;
  result.estimate = gated_figure(objective, outcome);
  result.value = result.estimate.value;
  const double value = std::isnan(result.value) ? infinity : result.value;
  if (objective.probability_below) {
    result.threshold = *objective.probability_below;
    result.met = value < result.threshold;
  } else if (objective.below) {
    result.threshold = *objective.below;
    result.met = value < result.threshold;
  } else {
    result.threshold = objective.above.value_or(-infinity);
    result.met = value > result.threshold;
  }
  result.met = result.met && !outcome.values.empty();
  return result;
}

[[noreturn]] void refuse(const models::Objective& objective, const std::string& why) {
  const std::string where = objective.line > 0 ? fmt::format("line {}: ", objective.line) : "";
  const std::string name = objective.text.empty() ? objective.metric : objective.text;
  throw PlanError{fmt::format("{}objective '{}': {}", where, name, why)};
}

}  // namespace

bool applies(const models::Objective& objective, const models::OutcomeKey& key) {
  if (objective.metric != key.metric) return false;
  return objective.subject.empty() || objective.subject == key.subject ||
         key.subject.starts_with(objective.subject + "/");
}

std::optional<double> percentile_of(const std::string& at) {
  double percent = 0;
  const char* const end = at.data() + at.size();
  if (at.size() < 2 || at[0] != 'p') return std::nullopt;
  const auto [rest, error] = std::from_chars(at.data() + 1, end, percent);
  if (error != std::errc{} || rest != end || !(percent > 0 && percent < 100)) return std::nullopt;
  return percent / 100;
}

void check_objectives(const std::vector<models::Objective>& objectives,
                      const std::vector<models::OutcomeKey>& outcomes) {
  for (const models::Objective& objective : objectives) {
    if (metric(objective.metric) == nullptr)
      refuse(objective,
             fmt::format("there is no metric '{}'; `meshplan schema --metrics` lists them",
                         objective.metric));
    if (!objective.probability_below && objective.at != "max" && objective.at != "mean" &&
        !percentile_of(objective.at))
      refuse(objective,
             fmt::format("'{}' is not a percentile such as p99, nor max or mean", objective.at));
    std::set<std::string> subjects;
    for (const models::OutcomeKey& key : outcomes)
      if (key.metric == objective.metric) subjects.insert(key.subject);
    if (subjects.empty())
      refuse(objective, fmt::format("nothing in this mesh has a {} (it needs a {})",
                                    objective.metric, metric(objective.metric)->subject));
    if (std::none_of(outcomes.begin(), outcomes.end(),
                     [&](const auto& key) { return applies(objective, key); }))
      refuse(objective, fmt::format("'{}' has no {}; it exists for {}", objective.subject,
                                    objective.metric, fmt::join(subjects, ", ")));
  }
}

std::vector<ObjectiveResult> evaluate(const std::vector<models::Objective>& objectives,
                                      const std::vector<Outcome>& outcomes) {
  std::vector<ObjectiveResult> results;
  for (const models::Objective& objective : objectives)
    for (const Outcome& outcome : outcomes)
      if (applies(objective, outcome.key)) results.push_back(evaluate(objective, outcome));
  return results;
}

}  // namespace plan
