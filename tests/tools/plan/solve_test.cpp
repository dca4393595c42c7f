#include "tools/plan/solve.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/tools/plan/outage_mesh.hpp"

namespace plan {
namespace {

/// Steps of 1 % of an outage's mean, from a minute on.
Axis outage_axis() {
  Axis axis;
  axis.path = "incidents[0].for";
  axis.unit = "s";
  axis.resolution = "1 %";
  axis.steps = 700;
  axis.value = [](std::int64_t k) { return 60 * std::pow(1.01, static_cast<double>(k)); };
  axis.text = [value = axis.value](std::int64_t k) { return std::to_string(value(k)) + "s"; };
  axis.mesh = [value = axis.value](std::int64_t k) {
    return outage_mesh({.mean_outage = value(k)});
  };
  return axis;
}

const Solution::Probe* probe(const Solution& solution, const std::string& label) {
  for (const Solution::Probe& p : solution.probes)
    if (p.label == label) return &p;
  return nullptr;
}

// The slot keeps rate * outage bytes. An exponential outage of mean m is longer than t with
// probability e^(-t/m), so its P95 stays below B while m < B / (rate ln 20). The table's rows are
// written at a constant rate, so B / rate is a time T: m < T / ln 20 = 0.3338 T.
TEST(Solve, FindsTheMeanOutageWhoseP95FitsAsTheFormulaSays) {
  const RunOptions options{.replicates = 400, .seed = 3};
  const double hours = 6;
  const double limit = retained_after(hours * 3600);
  Axis axis = outage_axis();
  axis.mesh = [value = axis.value, limit](std::int64_t k) {
    models::Mesh mesh = outage_mesh({.mean_outage = value(k)});
    mesh.objectives = {objective_below("retained_wal", "p95", limit)};
    return mesh;
  };
  const Solution solution = solve(axis, options);
  ASSERT_EQ(solution.outcome, Solution::Outcome::solved);
  ASSERT_TRUE(solution.largest);
  EXPECT_FALSE(solution.smallest);
  ASSERT_EQ(solution.edges.size(), 1u);
  const Edge& edge = solution.edges[0];
  EXPECT_EQ(edge.worse, 1);
  ASSERT_TRUE(edge.sure && edge.poor);
  const double analytic = hours * 3600 / std::log(20.0);
  EXPECT_LE(axis.value(*edge.sure), analytic * 1.01);
  EXPECT_GE(axis.value(*edge.poor), analytic / 1.01);
  EXPECT_LE(*edge.sure, *solution.largest);
  EXPECT_LE(*solution.largest, *edge.poor);
  EXPECT_LT(axis.value(*edge.poor), 1.5 * axis.value(*edge.sure));

  ASSERT_NE(probe(solution, "solved"), nullptr);
  EXPECT_TRUE(probe(solution, "solved")->met);
  ASSERT_NE(probe(solution, "one step beyond"), nullptr);
  EXPECT_FALSE(probe(solution, "one step beyond")->met);
  EXPECT_EQ(probe(solution, "one step beyond")->step, *solution.largest + 1);
  EXPECT_LT(solution.simulated, 10 * options.replicates);  // 13 steps of all replicates otherwise
}

TEST(Solve, RunningTheSolvedValueMeetsAndOneStepBeyondMisses) {
  const RunOptions options{.replicates = 80, .seed = 11, .band_replicates = 1};
  Axis axis = outage_axis();
  axis.mesh = [value = axis.value](std::int64_t k) {
    models::Mesh mesh = outage_mesh({.mean_outage = value(k)});
    mesh.objectives = {objective_below("replay_lag", "p90", 7200)};
    return mesh;
  };
  const Solution solution = solve(axis, options);
  ASSERT_TRUE(solution.largest);
  EXPECT_TRUE(run(axis.mesh(*solution.largest), options).objectives[0].met);
  EXPECT_FALSE(run(axis.mesh(*solution.largest + 1), options).objectives[0].met);
}

/// An axis whose mean outage follows any function of the step.
Axis shaped_axis(std::int64_t steps, std::function<double(std::int64_t)> outage,
                 double replay_lag_below) {
  Axis axis;
  axis.steps = steps;
  axis.value = [](std::int64_t k) { return static_cast<double>(k); };
  axis.text = [](std::int64_t k) { return std::to_string(k); };
  axis.mesh = [outage = std::move(outage), replay_lag_below](std::int64_t k) {
    models::Mesh mesh = outage_mesh({.mean_outage = outage(k), .fixed = true});
    mesh.objectives = {objective_below("replay_lag", "max", replay_lag_below)};
    return mesh;
  };
  return axis;
}

TEST(Solve, SaysSoWhenTheRangeMeetsEverywhereOrNowhere) {
  const RunOptions options{.replicates = 10};
  const auto minutes = [](std::int64_t k) { return 60.0 * static_cast<double>(k + 1); };
  EXPECT_EQ(solve(shaped_axis(50, minutes, 86400), options).outcome, Solution::Outcome::anywhere);
  const Solution nowhere = solve(shaped_axis(50, minutes, 30), options);
  EXPECT_EQ(nowhere.outcome, Solution::Outcome::nowhere);
  ASSERT_EQ(nowhere.probes.size(), 1u);
  EXPECT_EQ(nowhere.probes[0].step, 0);
}

TEST(Solve, NoticesAResponseThatGoesUpAndDown) {
  const auto hill = [](std::int64_t k) {  // longest in the middle of the range
    return 7200.0 - 60.0 * static_cast<double>(std::abs(k - 50));
  };
  const Solution solution = solve(shaped_axis(101, hill, 6000), {.replicates = 10});
  EXPECT_EQ(solution.outcome, Solution::Outcome::not_monotone);
  EXPECT_EQ(solution.scan.size(), 33u);
  EXPECT_TRUE(solution.scan.front().met);
  EXPECT_FALSE(solution.scan[16].met);
  EXPECT_TRUE(solution.scan.back().met);
}

TEST(Solve, FindsTheExactStepOfAFixedResponseInEitherDirection) {
  // replay_lag of an outage of t seconds is t (and what the apply needs to notice its end, below a
  // minute): 31 minutes are below 1920 s, 32 minutes are not.
  const auto up = [](std::int64_t k) { return 60.0 * static_cast<double>(k + 1); };
  const Solution rising = solve(shaped_axis(200, up, 1920), {.replicates = 5});
  ASSERT_TRUE(rising.largest);
  EXPECT_EQ(*rising.largest, 30);  // 60 s (30 + 1)
  const auto down = [](std::int64_t k) { return 60.0 * static_cast<double>(201 - k); };
  const Solution falling = solve(shaped_axis(200, down, 1920), {.replicates = 5});
  ASSERT_TRUE(falling.smallest);
  EXPECT_FALSE(falling.largest);
  EXPECT_EQ(*falling.smallest, 170);  // 60 s (201 - 170)
}

TEST(Solve, FindsBothEndsWhereOneObjectiveWantsMoreAndAnotherLess) {
  Axis axis = shaped_axis(
      200, [](std::int64_t k) { return 60.0 * static_cast<double>(k + 1); }, 6000);
  axis.mesh = [mesh = axis.mesh](std::int64_t k) {
    models::Mesh both = mesh(k);
    models::Objective more = both.objectives[0];
    more.below.reset();
    more.above = 3000;
    both.objectives.push_back(more);
    return both;
  };
  const Solution solution = solve(axis, {.replicates = 5});
  ASSERT_EQ(solution.outcome, Solution::Outcome::solved);
  EXPECT_NEAR(static_cast<double>(*solution.smallest), 50, 1);
  EXPECT_NEAR(static_cast<double>(*solution.largest), 99, 1);
}

TEST(Solve, RefusesAMeanAndAMeshWithoutObjectives) {
  Axis axis = shaped_axis(
      3, [](std::int64_t) { return 60.0; }, 10);
  axis.mesh = [](std::int64_t) { return outage_mesh({}); };
  EXPECT_THROW(solve(axis, {.replicates = 2}), PlanError);
  axis = shaped_axis(
      3, [](std::int64_t) { return 60.0; }, 10);
  axis.mesh = [mesh = axis.mesh](std::int64_t k) {
    models::Mesh mean = mesh(k);
    mean.objectives[0].at = "mean";
    return mean;
  };
  EXPECT_THROW(solve(axis, {.replicates = 2}), PlanError);
}

TEST(Solve, IsTheSameOnAnyNumberOfThreads) {
  const auto up = [](std::int64_t k) { return 60.0 * static_cast<double>(k + 1); };
  const Solution one = solve(shaped_axis(100, up, 1920), {.replicates = 20, .threads = 1});
  const Solution four = solve(shaped_axis(100, up, 1920), {.replicates = 20, .threads = 4});
  EXPECT_EQ(one.largest, four.largest);
  EXPECT_EQ(one.simulated, four.simulated);
}

}  // namespace
}  // namespace plan
