#include "tools/plan/sensitivity.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/rng.hpp"
#include "tests/tools/plan/outage_mesh.hpp"

namespace plan {
namespace {

TEST(Ranks, TiesShareTheirMeanAndWhatIsNotReachedIsLast) {
  const double never = std::nan("");
  EXPECT_EQ(ranks({30, 10, 20}), (std::vector<double>{3, 1, 2}));
  EXPECT_EQ(ranks({5, 5, 1, never}), (std::vector<double>{2.5, 2.5, 1, 4}));
  EXPECT_TRUE(ranks({}).empty());
}

TEST(RankRegression, TellsAStrongInputFromAWeakOneAndFromNone) {
  sim::Rng rng{4};
  std::vector<std::vector<double>> inputs(3);
  std::vector<double> outcome;
  for (int i = 0; i < 500; ++i) {
    for (auto& input : inputs) input.push_back(rng.uniform());
    // Any rising function of the inputs has the same ranks: the cube changes nothing.
    outcome.push_back(std::pow(3 * inputs[0].back() - inputs[1].back() + 4, 3));
  }
  const RankRegression found = rank_regression(inputs, outcome);
  // Independent inputs of equal spread: 3 / sqrt(10) and -1 / sqrt(10).
  EXPECT_NEAR(found.coefficients[0], 0.949, 0.03);
  EXPECT_NEAR(found.coefficients[1], -0.316, 0.03);
  EXPECT_NEAR(found.coefficients[2], 0, 0.03);
  EXPECT_NEAR(found.correlations[0], 0.949, 0.05);
  EXPECT_GT(found.explained, 0.95);
}

TEST(RankRegression, AnInputThatNeverVariesExplainsNothing) {
  const RankRegression found = rank_regression({{1, 1, 1, 1}, {1, 2, 3, 4}}, {2, 4, 6, 8});
  EXPECT_EQ(found.coefficients[0], 0);
  EXPECT_NEAR(found.coefficients[1], 1, 1e-12);
  EXPECT_NEAR(found.explained, 1, 1e-12);
}

TEST(Influences, TheOutageMovesTheLagAndItsEndsFollowTheFormula) {
  models::Mesh mesh = outage_mesh({.mean_outage = 3600});
  mesh.objectives = {objective_below("replay_lag", "p50", 86400)};
  const RunOptions options{.replicates = 40, .seed = 2, .band_replicates = 1};
  const auto found = influences(mesh, run(mesh, options), options);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].parameter, "incidents.outage.for");
  EXPECT_EQ(found[0].key.metric, "replay_lag");
  // Held at the P10 and P90 of an exponential: -m ln 0.9 = 379 s, -m ln 0.1 = 8289 s.
  EXPECT_NEAR(found[0].at_low, 379, 60);
  EXPECT_NEAR(found[0].at_high, 8289, 60);
  EXPECT_TRUE(std::isnan(found[0].rank_correlation));  // drawn at every occurrence
}

}  // namespace
}  // namespace plan
