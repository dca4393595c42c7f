#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// What replicates say about a quantity, with the Monte Carlo error of having had only so many of
/// them.
namespace sim {

/// A figure and its 95 % confidence interval.
struct Estimate {
  double value = 0, low = 0, high = 0;
  /// False when there are too few values to bound the figure on both sides; low or high is then the
  /// smallest or largest value itself, and the truth may lie beyond.
  bool bounded = true;
};

/// The values of one outcome over the replicates, one each. NaN means not reached within the
/// horizon (censored): it counts as larger than every number, so that percentiles of times stay
/// unbiased, and a percentile that falls on one is NaN.
class Sample {
 public:
  Sample() = default;
  explicit Sample(std::span<const double> values);

  std::size_t size() const { return sorted_.size(); }
  std::size_t reached() const { return reached_; }  // values that are not NaN

  /// Nearest rank: the smallest value with at least the share p of all values at or below it, p in
  /// 0..1. Always one of the values, so that the replicate behind it can be shown. NaN when empty.
  double percentile(double p) const;

  /// The percentile with the interval between the order statistics that enclose it with at least 95
  /// % (2.5 % left out at either end), from the binomial number of values below it; no assumption
  /// about the distribution. Source    Hahn and Meeker, "Statistical Intervals", 5.2
  Estimate percentile_estimate(double p) const;

  /// Over the values that are not NaN; NaN when there are none.
  double mean() const;
  double minimum() const;
  double maximum() const;

  const std::vector<double>& sorted() const { return sorted_; }  // ascending, NaN last

 private:
  std::vector<double> sorted_;
  std::size_t reached_ = 0;
};

/// Share of successes with Wilson's 95 % interval; 0 in [0, 1] without any trial.
/// Source    Wilson, "Probable inference, the law of succession, and statistical inference", JASA
/// 22 (1927)
Estimate wilson(std::uint64_t successes, std::uint64_t trials);

/// Ranks (1-based) of the order statistics of n values that enclose the percentile p with at least
/// 95 %: 0 or n + 1 where n is too small to bound that side.
struct Ranks {
  std::size_t low, high;
};
Ranks percentile_interval_ranks(std::size_t n, double p);

}  // namespace sim
