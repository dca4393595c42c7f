#include "sim/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "sim/rng.hpp"

namespace {
using sim::Sample;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> one_to(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(Percentile, IsTheValueOfTheNearestRank) {
  const Sample sample{one_to(100)};
  EXPECT_EQ(sample.percentile(0.05), 5);
  EXPECT_EQ(sample.percentile(0.07), 7);  // 0.07 * 100 is 7.000000000000001 in binary
  EXPECT_EQ(sample.percentile(0.5), 50);
  EXPECT_EQ(sample.percentile(0.99), 99);
  EXPECT_EQ(sample.percentile(0.991), 100);
  EXPECT_EQ(sample.percentile(0), 1);
  EXPECT_EQ(sample.percentile(1), 100);
}

TEST(Percentile, OfOneValueIsThatValue) {
  const std::vector<double> one{42};
  for (double p : {0.0, 0.05, 0.5, 0.99, 1.0}) EXPECT_EQ(Sample{one}.percentile(p), 42);
}

TEST(Percentile, CountsCensoredReplicatesAsLargerThanEveryNumber) {
  const std::vector<double> values{nan, 30, 10, nan, 20, nan, nan, nan, nan, nan};
  const Sample sample{values};
  EXPECT_EQ(sample.reached(), 3U);
  EXPECT_EQ(sample.percentile(0.1), 10);
  EXPECT_EQ(sample.percentile(0.3), 30);
  EXPECT_TRUE(std::isnan(sample.percentile(0.31)));
  EXPECT_EQ(sample.mean(), 20);
  EXPECT_EQ(sample.minimum(), 10);
  EXPECT_EQ(sample.maximum(), 30);
}

TEST(Percentile, OfNothingIsNoNumber) {
  EXPECT_TRUE(std::isnan(Sample{}.percentile(0.5)));
  EXPECT_TRUE(std::isnan(Sample{}.mean()));
  EXPECT_TRUE(std::isnan(Sample{}.minimum()));
  EXPECT_TRUE(std::isnan(Sample{}.percentile_estimate(0.5).low));
}

TEST(PercentileInterval, OfTheMedianOfAHundredIsThe40thAnd61stValue) {
  // Binomial(100, 1/2): P(<= 39) = 0.0176, P(<= 40) = 0.0284; P(<= 59) = 0.9716, P(<= 60) = 0.9824.
  const sim::Ranks ranks = sim::percentile_interval_ranks(100, 0.5);
  EXPECT_EQ(ranks.low, 40U);
  EXPECT_EQ(ranks.high, 61U);
  const sim::Estimate estimate = Sample{one_to(100)}.percentile_estimate(0.5);
  EXPECT_EQ(estimate.value, 50);
  EXPECT_EQ(estimate.low, 40);
  EXPECT_EQ(estimate.high, 61);
  EXPECT_TRUE(estimate.bounded);
}

TEST(PercentileInterval, SaysWhenThereAreTooFewValues) {
  // P99 of 200: all 200 values lie below it with probability 0.99^200 = 0.134 > 0.025.
  const sim::Estimate estimate = Sample{one_to(200)}.percentile_estimate(0.99);
  EXPECT_EQ(estimate.value, 198);
  EXPECT_EQ(estimate.high, 200);
  EXPECT_FALSE(estimate.bounded);
  // 0.99^367 = 0.0250: 368 values are the fewest that bound it.
  EXPECT_EQ(sim::percentile_interval_ranks(367, 0.99).high, 368U);
  EXPECT_EQ(sim::percentile_interval_ranks(368, 0.99).high, 368U);
}

TEST(PercentileInterval, CopesWithAMillionReplicates) {
  // Normal approximation: n p -+ 1.96 sqrt(n p (1 - p)) = 10 000 -+ 195.
  const sim::Ranks ranks = sim::percentile_interval_ranks(1'000'000, 0.01);
  EXPECT_NEAR(static_cast<double>(ranks.low), 9'805, 2);
  EXPECT_NEAR(static_cast<double>(ranks.high), 10'196, 2);
}

TEST(PercentileIntervalProperty, CoversTheTruthInAtLeast95Percent) {
  constexpr int trials = 4'000;
  for (const double p : {0.05, 0.5, 0.95}) {
    int covered = 0;
    for (std::uint64_t seed = 0; seed < trials; ++seed) {
      sim::Rng rng{seed};
      std::vector<double> values(200);
      for (double& value : values) value = rng.uniform();
      const sim::Estimate estimate = Sample{values}.percentile_estimate(p);
      EXPECT_LE(estimate.low, estimate.value);
      EXPECT_LE(estimate.value, estimate.high);
      covered += estimate.low <= p && p <= estimate.high;
    }
    EXPECT_GT(covered, 0.94 * trials) << p;  // 95 % less three standard errors
  }
}

TEST(Mean, KeepsTheDigitsOfSmallValuesBesideLargeOnes) {
  const std::vector<double> values{1e16, 1, 1, 1, 1, -1e16};
  EXPECT_DOUBLE_EQ(Sample{values}.mean(), 4.0 / 6);
}

TEST(Wilson, MatchesTheWorkedExample) {
  // 8 of 10: centre (0.8 + 1.9207/10) / 1.38415 = 0.71674, half width 0.22659.
  const sim::Estimate estimate = sim::wilson(8, 10);
  EXPECT_DOUBLE_EQ(estimate.value, 0.8);
  EXPECT_NEAR(estimate.low, 0.4902, 1e-4);
  EXPECT_NEAR(estimate.high, 0.9433, 1e-4);
}

TEST(Wilson, StaysInsideZeroAndOne) {
  // 0 of 10: upper end z^2 / (n + z^2) = 3.8415 / 13.8415.
  EXPECT_EQ(sim::wilson(0, 10).low, 0);
  EXPECT_NEAR(sim::wilson(0, 10).high, 0.27753, 1e-5);
  EXPECT_EQ(sim::wilson(10, 10).high, 1);
  EXPECT_NEAR(sim::wilson(10, 10).low, 0.72247, 1e-5);
  EXPECT_EQ(sim::wilson(0, 0).high, 1);
}

}  // namespace
