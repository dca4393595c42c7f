#include "tools/plan/selection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace plan {
namespace {

/// Larger is more dangerous; the second figure decides between equals.
using Danger = std::tuple<int, double, double>;

Danger danger(const Outcome& o) {
  if (o.key.metric == "time_to_disk_full" && o.probability > 0)
    return {4, o.probability, -o.minimum};
  if (o.key.metric == "time_to_slot_lost" && o.probability > 0)
    return {3, o.probability, -o.minimum};
  if (o.key.metric == "volume_used") return {2, o.p95.value, o.mean};
  return {1, 0, 0};
}

/// Larger is worse; a time not reached is the best there is.
double badness(const Outcome& outcome, std::size_t replicate) {
  const double value = outcome.values[replicate];
  if (std::isnan(value)) return -std::numeric_limits<double>::infinity();
  return outcome.time_to ? -value : value;
}

}  // namespace

std::optional<std::size_t> most_dangerous(const std::vector<Outcome>& outcomes) {
  std::optional<std::size_t> worst;
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (!outcomes[i].values.empty() && (!worst || danger(outcomes[i]) > danger(outcomes[*worst])))
      worst = i;
  return worst;
}

std::vector<Selected> select_replicates(const Outcome& outcome, const Outcome* then) {
  const std::size_t n = outcome.values.size();
  if (n == 0) return {};
  std::vector<std::tuple<double, double, std::size_t>> order;  // best first
  for (std::size_t i = 0; i < n; ++i)
    order.emplace_back(badness(outcome, i), then == nullptr ? 0 : badness(*then, i), i);
  std::sort(order.begin(), order.end());
  const auto rank = [&](std::size_t percent) {
    return std::get<2>(order[(n * percent + 99) / 100 - 1]);
  };
  std::vector<Selected> selected;
  for (const auto& [label, replicate] :
       {std::pair{"median", rank(50)}, std::pair{"bad", rank(95)}, std::pair{"worst", rank(100)}})
    if (std::none_of(selected.begin(), selected.end(),
                     [r = replicate](const Selected& s) { return s.replicate == r; }))
      selected.push_back({label, replicate});
  return selected;
}

}  // namespace plan
