#include "tools/plan/outcomes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "tools/plan/selection.hpp"

namespace plan {
namespace {

constexpr double never = std::numeric_limits<double>::quiet_NaN();

TEST(Summarise, PercentilesAreOrderStatistics) {
  std::vector<double> values(100);
  std::iota(values.rbegin(), values.rend(), 1.0);  // 100 … 1
  const Outcome o = summarise({"volume_bytes", "a/data", "bytes"}, false, values);
  EXPECT_EQ(o.p5.value, 5);  // the smallest value with 5 % of all at or below it
  EXPECT_EQ(o.p50.value, 50);
  EXPECT_EQ(o.p95.value, 95);
  EXPECT_EQ(o.p99.value, 99);
  EXPECT_EQ(o.mean, 50.5);
  EXPECT_EQ(o.minimum, 1);
  EXPECT_EQ(o.maximum, 100);
  EXPECT_EQ(o.probability, 1);
  EXPECT_LT(o.p50.low, 50);
  EXPECT_GT(o.p50.high, 50);
  EXPECT_EQ(o.values.front(), 100);  // in the order of the replicates
}

TEST(Summarise, TimesNotReachedCountAsLate) {
  const Outcome o = summarise({"time_to_disk_full", "a/data", "s"}, true, {never, 300, never, 100});
  EXPECT_EQ(o.p5.value, 100);
  EXPECT_EQ(o.p50.value, 300);
  EXPECT_TRUE(std::isnan(o.p95.value));
  EXPECT_EQ(o.mean, 200);  // of those that reached it
  EXPECT_EQ(o.maximum, 300);
  EXPECT_EQ(o.probability, 0.5);
  // Wilson, 2 of 4: centre (0.5 + z²/8) / (1 + z²/4) = 0.5; reach z sqrt(1/16 + z²/64) / (1 + z²/4)
  // = 0.35.
  EXPECT_NEAR(o.probability_low, 0.150, 0.001);
  EXPECT_NEAR(o.probability_high, 0.850, 0.001);
}

TEST(Summarise, TheProbabilityOfAYesOrNoIsItsShare) {
  const Outcome o = summarise({"disk_full", "a/data", "0/1"}, false, {0, 1, 0, 0});
  EXPECT_EQ(o.probability, 0.25);
  EXPECT_EQ(o.mean, 0.25);
}

TEST(Summarise, WithoutReplicatesThereIsNoFigure) {
  const Outcome o = summarise({"volume_bytes", "a/data", "bytes"}, false, {});
  EXPECT_TRUE(std::isnan(o.p50.value));
  EXPECT_TRUE(std::isnan(o.mean));
}

TEST(Metrics, AreFoundByName) {
  ASSERT_NE(metric("time_to_disk_full"), nullptr);
  EXPECT_TRUE(metric("time_to_disk_full")->time_to);
  EXPECT_EQ(metric("time_to_disk_ful"), nullptr);
}

// ---- the replicates to show
// --------------------------------------------------------------------------------------

TEST(MostDangerous, IsTheDiskThatFillsMostOften) {
  const std::vector<Outcome> outcomes{
      summarise({"volume_used", "a/data", "ratio"}, false, {1.0, 0.9}),
      summarise({"time_to_slot_lost", "s", "s"}, true, {1, 1}),
      summarise({"time_to_disk_full", "a/data", "s"}, true, {9, never}),
      summarise({"time_to_disk_full", "b/data", "s"}, true, {90, 80})};
  EXPECT_EQ(most_dangerous(outcomes), 3u);
}

TEST(MostDangerous, WithoutFailuresIsTheFullestVolume) {
  const std::vector<Outcome> outcomes{
      summarise({"time_to_disk_full", "a/data", "s"}, true, {never, never}),
      summarise({"volume_used", "a/data", "ratio"}, false, {0.2, 0.3}),
      summarise({"volume_used", "b/data", "ratio"}, false, {0.1, 0.4})};
  EXPECT_EQ(most_dangerous(outcomes), 2u);
  EXPECT_EQ(most_dangerous({}), std::nullopt);
  EXPECT_EQ(most_dangerous({summarise({"volume_used", "a/data", "ratio"}, false, {})}),
            std::nullopt);
}

TEST(SelectedReplicates, AreTheMedianABadAndTheWorstOne) {
  std::vector<double> values(100);
  std::iota(values.begin(), values.end(), 0.0);
  const auto selected = select_replicates(summarise({"volume_used", "a", "ratio"}, false, values));
  ASSERT_EQ(selected.size(), 3u);
  EXPECT_EQ(selected[0].label, "median");
  EXPECT_EQ(selected[0].replicate, 49u);  // 50 of 100 are as small
  EXPECT_EQ(selected[1].label, "bad");
  EXPECT_EQ(selected[1].replicate, 94u);
  EXPECT_EQ(selected[2].label, "worst");
  EXPECT_EQ(selected[2].replicate, 99u);
}

TEST(SelectedReplicates, AnEarlyTimeIsBadAndOneNotReachedIsGood) {
  const Outcome time = summarise({"time_to_disk_full", "a", "s"}, true, {50, never, 20, never});
  const Outcome used = summarise({"volume_used", "a", "ratio"}, false, {1, 0.3, 1, 0.7});
  const auto selected = select_replicates(time, &used);
  ASSERT_EQ(selected.size(), 2u);
  EXPECT_EQ(selected[0].replicate, 3u);  // best first: 1 (30 % full), 3 (70 % full), 0, 2
  EXPECT_EQ(selected[1].replicate, 2u);
}

}  // namespace
}  // namespace plan
