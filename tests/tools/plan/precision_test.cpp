#include "tools/plan/precision.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/tools/plan/outage_mesh.hpp"

namespace plan {
namespace {

models::Mesh gated(const char* at) {
  models::Mesh mesh = outage_mesh({});
  models::Objective objective;
  objective.metric = "replay_lag";
  objective.subject = "orders";
  objective.at = at;
  objective.below = 1e6;
  mesh.objectives = {objective};
  return mesh;
}

double reached(const models::Mesh& mesh, std::uint64_t replicates) {
  return uncertainty(
      simulate_variant(mesh, {.replicates = replicates, .seed = 3}).objectives.front());
}

TEST(Precision, ReplicatesSufficeAndAFourthOfThemDoesNot) {
  const models::Mesh mesh = gated("p50");
  const RunOptions options{.replicates = 50, .seed = 3};
  const std::uint64_t enough = replicates_for(mesh, options, 0.05);
  EXPECT_LE(reached(mesh, enough), 0.05);
  EXPECT_GT(reached(mesh, enough / 4), 0.05);
}

// The median of an exponential outage from n replicates has a half interval of 1.96 / sqrt(n) / ln
// 2 of its value: 5 % at 3 200.
TEST(Precision, TheMedianOfAnExponentialOutageNeedsWhatTheFormulaSays) {
  const std::uint64_t n = replicates_for(gated("p50"), {.replicates = 100, .seed = 3}, 0.05);
  EXPECT_GT(n, 3'200 / 2);
  EXPECT_LT(n, 3'200 * 2);
}

TEST(Precision, IsTheSameOnAnyNumberOfThreadsAndKnowsALimit) {
  const models::Mesh mesh = gated("p95");
  EXPECT_EQ(replicates_for(mesh, {.replicates = 50, .threads = 1}, 0.2),
            replicates_for(mesh, {.replicates = 50, .threads = 2}, 0.2));
  EXPECT_EQ(replicates_for(mesh, {.replicates = 50}, 1e-9, 120), 120U);
  EXPECT_THROW(replicates_for(outage_mesh({}), {.replicates = 50}, 0.1), PlanError);
}

TEST(Precision, AnOpenIntervalIsNotTightAndOneBeyondTheHorizonIs) {
  const double none = std::nan("");
  ObjectiveResult objective;
  objective.unit = "s";
  objective.estimate = {100, 90, 110};
  EXPECT_NEAR(uncertainty(objective), 0.1, 1e-12);
  objective.estimate = {100, 90, none};
  EXPECT_TRUE(std::isinf(uncertainty(objective)));
  objective.estimate = {none, none, none};
  EXPECT_EQ(uncertainty(objective), 0);
  objective.unit = "ratio";
  objective.estimate = {0.5, 0.4, 0.6};
  EXPECT_NEAR(uncertainty(objective), 0.1, 1e-12);
}

}  // namespace
}  // namespace plan
