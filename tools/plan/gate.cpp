#include "tools/plan/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/statistics.hpp"
#include "tools/plan/objectives.hpp"
#include "tools/plan/outcomes.hpp"

namespace plan {
namespace {

/// Rank of the value that `at` gates, 1 … n: nearest rank, as sim::Sample takes it.
std::int64_t rank(double p, std::uint64_t n) {
  const double count = static_cast<double>(n);
  return static_cast<std::int64_t>(std::clamp(std::ceil(p * count - 1e-9), 1.0, count));
}

double share(const models::Objective& objective) {
  return objective.at == "max" ? 1.0 : percentile_of(objective.at).value();
}

}  // namespace

bool Gate::bad(double value) const {
  if (objective.probability_below)  // it happened: 0/1, or a time that was reached
    return !std::isnan(value) && (value > 0 || time_to);
  if (objective.below) return std::isnan(value) || value >= *objective.below;
  return !std::isnan(value) && value <= objective.above.value_or(-INFINITY);
}

std::int64_t Gate::allowed(std::uint64_t n) const {
  const auto count = static_cast<std::int64_t>(n);
  if (objective.probability_below) {  // bad / n < limit
    auto most = static_cast<std::int64_t>(
        std::floor(*objective.probability_below * static_cast<double>(n)));
    while (most >= 0 &&
           static_cast<double>(most) / static_cast<double>(n) >= *objective.probability_below)
      --most;
    return std::min(most, count);
  }
  const std::int64_t r = rank(share(objective), n);
  return objective.below ? count - r : r - 1;
}

Gate::Bounds Gate::allowed_bounds(std::uint64_t n) const {
  const auto count = static_cast<std::int64_t>(n);
  if (objective.at == "max" && !objective.probability_below) return {allowed(n), allowed(n)};
  const double p = objective.probability_below ? 1 - *objective.probability_below
                   : objective.below           ? share(objective)
                                               : 1 - share(objective);
  const sim::Ranks ranks = sim::percentile_interval_ranks(n, p);
  const auto low = count - static_cast<std::int64_t>(ranks.high);
  const auto high = count - static_cast<std::int64_t>(ranks.low);
  return {std::min(low, allowed(n)), std::max(high, allowed(n))};
}

std::vector<Gate> gates(const std::vector<models::Objective>& objectives,
                        const std::vector<models::OutcomeKey>& outcomes) {
  check_objectives(objectives, outcomes);
  std::vector<Gate> all;
  for (const models::Objective& objective : objectives) {
    if (objective.at == "mean" && !objective.probability_below)
      throw PlanError{fmt::format(
          "objective '{}': a mean cannot be solved for; gate a percentile, max or a probability",
          objective.text.empty() ? objective.metric : objective.text)};
    for (std::size_t i = 0; i < outcomes.size(); ++i)
      if (applies(objective, outcomes[i]))
        all.push_back({objective, i, metric(objective.metric)->time_to});
  }
  return all;
}

}  // namespace plan
