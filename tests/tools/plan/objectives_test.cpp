#include "tools/plan/objectives.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "tools/plan/outcomes.hpp"

namespace plan {
namespace {

constexpr double never = std::numeric_limits<double>::quiet_NaN();

std::vector<Outcome> outcomes() {
  std::vector<double> hundredths(100);
  for (std::size_t i = 0; i < 100; ++i) hundredths[i] = static_cast<double>(i + 1) / 100;
  return {summarise({"volume_used", "media/data", "ratio"}, false, hundredths),
          summarise({"volume_used", "media/wal", "ratio"}, false, {0.1}),
          summarise({"volume_used", "marketing/data", "ratio"}, false, {0.2}),
          summarise({"slot_lost", "weekly", "0/1"}, false, {0, 0, 0, 1}),
          summarise({"time_to_disk_full", "media/data", "s"}, true, {never, never, 500})};
}

models::Objective objective(const char* metric, const char* subject, const char* at) {
  models::Objective o;
  o.metric = metric;
  o.subject = subject;
  o.at = at;
  return o;
}

TEST(Objectives, GateThePercentileTheyName) {
  models::Objective o = objective("volume_used", "media/data", "p90");
  o.below = 0.9;  // 90 of 100 values are at or below 0.90
  EXPECT_FALSE(evaluate({o}, outcomes()).at(0).met);
  EXPECT_EQ(evaluate({o}, outcomes()).at(0).value, 0.9);
  o.below = 0.901;
  EXPECT_TRUE(evaluate({o}, outcomes()).at(0).met);
  o.at = "max";
  EXPECT_EQ(evaluate({o}, outcomes()).at(0).value, 1);
  o.at = "mean";
  EXPECT_EQ(evaluate({o}, outcomes()).at(0).value, 0.505);
}

TEST(Objectives, ANodeMeansItsVolumesAndNothingMeansEverySubject) {
  models::Objective o = objective("volume_used", "media", "p50");
  o.below = 0.3;
  const auto of_node = evaluate({o}, outcomes());
  ASSERT_EQ(of_node.size(), 2u);
  EXPECT_FALSE(of_node[0].met);
  EXPECT_EQ(of_node[1].subject, "media/wal");
  EXPECT_TRUE(of_node[1].met);
  o.subject = "";
  EXPECT_EQ(evaluate({o}, outcomes()).size(), 3u);
}

TEST(Objectives, AProbabilityIsGatedByTheShareOfReplicates) {
  models::Objective o = objective("slot_lost", "weekly", "p99");
  o.probability_below = 0.25;
  EXPECT_FALSE(evaluate({o}, outcomes()).at(0).met);
  o.probability_below = 0.26;
  EXPECT_TRUE(evaluate({o}, outcomes()).at(0).met);
  EXPECT_EQ(evaluate({o}, outcomes()).at(0).value, 0.25);
}

TEST(Objectives, ATimeNotReachedIsLaterThanAnyThreshold) {
  models::Objective o = objective("time_to_disk_full", "", "p50");
  o.above = 1e6;
  const auto result = evaluate({o}, outcomes()).at(0);
  EXPECT_TRUE(result.met);
  EXPECT_TRUE(std::isnan(result.value));
  o.at = "p5";
  EXPECT_FALSE(evaluate({o}, outcomes()).at(0).met);  // 500 s
  o.above.reset();
  o.below = 1e9;
  o.at = "p50";
  EXPECT_FALSE(evaluate({o}, outcomes()).at(0).met);
}

TEST(Objectives, AreNotMetByARunWithoutReplicates) {
  models::Objective o = objective("volume_used", "a/data", "p99");
  o.below = 0.9;
  EXPECT_FALSE(evaluate({o}, {summarise({"volume_used", "a/data", "ratio"}, false, {})}).at(0).met);
}

std::string refusal(const models::Objective& o) {
  std::vector<models::OutcomeKey> keys;
  for (const Outcome& outcome : outcomes()) keys.push_back(outcome.key);
  try {
    check_objectives({o}, keys);
  } catch (const PlanError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Objectives, AskingForSomethingTheMeshDoesNotHaveIsAnError) {
  EXPECT_EQ(refusal(objective("volume_used", "media", "p99")), "accepted");
  EXPECT_NE(refusal(objective("volume_usage", "", "p99")).find("no metric 'volume_usage'"),
            std::string::npos);
  EXPECT_NE(refusal(objective("volume_used", "", "p101")).find("not a percentile"),
            std::string::npos);
  EXPECT_NE(refusal(objective("volume_used", "", "median")).find("not a percentile"),
            std::string::npos);
  EXPECT_NE(refusal(objective("n_dead_tup", "", "p99")).find("it needs a table"),
            std::string::npos);
  EXPECT_NE(refusal(objective("volume_used", "medium", "p99"))
                .find("it exists for marketing/data, media/data, media/wal"),
            std::string::npos);
  models::Objective o = objective("nonsense", "", "p99");
  o.text = "nonsense below 1";
  o.line = 12;
  EXPECT_EQ(refusal(o).find("line 12: objective 'nonsense below 1': "), 0u);
}

}  // namespace
}  // namespace plan
