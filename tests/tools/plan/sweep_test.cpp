#include "tools/plan/sweep.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/tools/plan/outage_mesh.hpp"
#include "tools/plan/objectives.hpp"

namespace plan {
namespace {

std::vector<std::vector<Setting>> hours() {
  Varied outage{"outage", {}};
  for (const double h : {1, 2, 3, 4, 5})
    outage.values.push_back({"outage", std::to_string(h), h * 3600});
  return grid({outage});
}

Study made(Shard shard, std::uint64_t seed = 1) {
  Study study;
  study.kind = "sweep";
  study.arguments = "--vary outage";
  study.seed = seed;
  const RunOptions options{.replicates = 6, .seed = seed};
  study.replicates = options.replicates;
  sweep(
      hours(), shard,
      [](const std::vector<Setting>& settings) {
        return outage_mesh({.mean_outage = settings[0].number});
      },
      options, study);
  describe_sweep(study);
  return study;
}

TEST(Grid, TheLastPathChangesFastest) {
  const auto points =
      grid({{"a", {{"a", "1", 1}, {"a", "2", 2}}}, {"b", {{"b", "x", 0}, {"b", "y", 0}}}});
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[1][0].text, "1");
  EXPECT_EQ(points[1][1].text, "y");
  EXPECT_EQ(points[2][0].text, "2");
  EXPECT_EQ(grid({}).size(), 1u);
}

TEST(Sweep, ShardsMergedAreTheUnshardedSweepPointForPoint) {
  const Study whole = made({});
  const Study merged = merge({made({2, 3}), made({0, 3}), made({1, 3})});
  ASSERT_EQ(merged.points.size(), whole.points.size());
  EXPECT_EQ(merged.headline, whole.headline);
  EXPECT_EQ(merged.cause, whole.cause);
  for (std::size_t p = 0; p < whole.points.size(); ++p) {
    EXPECT_EQ(merged.points[p].number, whole.points[p].number);
    EXPECT_EQ(merged.points[p].settings[0].text, whole.points[p].settings[0].text);
    ASSERT_EQ(merged.points[p].outcomes.size(), whole.points[p].outcomes.size());
    for (std::size_t o = 0; o < whole.points[p].outcomes.size(); ++o) {
      const double a = merged.points[p].outcomes[o].p95.value,
                   b = whole.points[p].outcomes[o].p95.value;
      EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b)));
    }
  }
}

TEST(Sweep, WhatIsNoShardOfTheSameSweepIsRefused) {
  EXPECT_THROW(merge({}), PlanError);
  EXPECT_THROW(merge({made({0, 2}), made({1, 2}, 7)}), PlanError);  // another seed
  EXPECT_THROW(merge({made({0, 2}), made({0, 2})}), PlanError);     // the same points twice
}

TEST(Sweep, AShardBeyondTheGridHasNoPointsAndSaysSo) {
  const Study none = made({7, 8});
  EXPECT_TRUE(none.points.empty());
  EXPECT_EQ(none.points_wanted, 5);
  EXPECT_FALSE(none.ok);
}

}  // namespace
}  // namespace plan
