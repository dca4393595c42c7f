#include "sim/statistics.hpp"

#include <algorithm>
#include <cmath>  // only sqrt and ceil, which are exact everywhere
#include <limits>

#include "sim/check.hpp"

namespace sim {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// P(at most k successes in n) for every k, summed from the mode outwards so that nothing overflows
/// or vanishes.
std::vector<double> binomial_cdf(std::size_t n, double p) {
  const double odds = p / (1 - p);
  std::vector<double> weight(n + 1, 0.0);
  const auto mode = std::min(n, static_cast<std::size_t>(static_cast<double>(n + 1) * p));
  weight[mode] = 1;
  for (std::size_t k = mode; k < n && weight[k] > 1e-25; ++k)
    weight[k + 1] = weight[k] * odds * static_cast<double>(n - k) / static_cast<double>(k + 1);
  for (std::size_t k = mode; k > 0 && weight[k] > 1e-25; --k)
    weight[k - 1] = weight[k] / odds * static_cast<double>(k) / static_cast<double>(n - k + 1);
  double total = 0;
  for (double& w : weight) w = total += w;
  for (double& w : weight) w /= total;
  return weight;
}

}  // namespace

Ranks percentile_interval_ranks(std::size_t n, double p) {
  check(p > 0 && p < 1, "a percentile lies between 0 and 1");
  // The percentile lies below the value of rank r when fewer than r values are below it: P(B <= r -
  // 1).
  const std::vector<double> at_most = binomial_cdf(n, p);
  std::size_t low = 0, high = n + 1;
  while (low < n && at_most[low] <= 0.025) ++low;
  while (high > 1 && at_most[high - 2] >= 0.975) --high;
  return {low, high};
}

Sample::Sample(std::span<const double> values) : sorted_(values.begin(), values.end()) {
  const auto end = std::partition(sorted_.begin(), sorted_.end(), [](double v) { return v == v; });
  std::sort(sorted_.begin(), end);
  reached_ = static_cast<std::size_t>(end - sorted_.begin());
}

double Sample::percentile(double p) const {
  if (sorted_.empty()) return nan;
  // 1e-9 keeps 0.07 * 100 = 7.000000000000001 at rank 7.
  const double rank = std::ceil(p * static_cast<double>(size()) - 1e-9);
  const double last = static_cast<double>(size());
  return sorted_[static_cast<std::size_t>(std::clamp(rank, 1.0, last)) - 1];
}

Estimate Sample::percentile_estimate(double p) const {
  if (sorted_.empty()) return {nan, nan, nan, false};
  const Ranks ranks = percentile_interval_ranks(size(), p);
  return {percentile(p), sorted_[std::max<std::size_t>(ranks.low, 1) - 1],
          sorted_[std::min(ranks.high, size()) - 1], ranks.low >= 1 && ranks.high <= size()};
}

double Sample::mean() const {
  if (reached_ == 0) return nan;
  double sum = 0, lost = 0;  // compensated, so that a million large values keep their digits
  for (std::size_t i = 0; i < reached_; ++i) {
    const double next = sum + sorted_[i];
    lost += std::abs(sum) >= std::abs(sorted_[i]) ? (sum - next) + sorted_[i]
                                                  : (sorted_[i] - next) + sum;
    sum = next;
  }
  const double total = sum + lost;
  return (total == total ? total : sum) / static_cast<double>(reached_);
}

double Sample::minimum() const { return reached_ == 0 ? nan : sorted_.front(); }
double Sample::maximum() const { return reached_ == 0 ? nan : sorted_[reached_ - 1]; }

Estimate wilson(std::uint64_t successes, std::uint64_t trials) {
  check(successes <= trials, "more successes than trials");
  if (trials == 0) return {0, 0, 1, false};
  constexpr double z = 1.9599639845400545;  // normal quantile of 0.975
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(successes) / n;
  const double centre = share + z * z / (2 * n);
  const double reach = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  // At the ends the formula gives 0 and 1 but for rounding.
  return {share, successes == 0 ? 0 : (centre - reach) / scale,
          successes == trials ? 1 : (centre + reach) / scale};
}

}  // namespace sim
