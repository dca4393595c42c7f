#include "tools/plan/compare.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/rng.hpp"
#include "tests/tools/plan/outage_mesh.hpp"
#include "tools/plan/outcomes.hpp"

namespace plan {
namespace {

Compared compared(const std::string& name, const OutageMesh& mesh, const RunOptions& options) {
  return {name, simulate_variant(outage_mesh(mesh), options).outcomes, true};
}

const Comparison* find(const std::vector<Comparison>& all, const std::string& variant,
                       const std::string& metric, const std::string& statistic) {
  for (const Comparison& c : all)
    if (c.variant == variant && c.key.metric == metric && c.statistic == statistic &&
        (c.key.subject == "orders" || metric != "replay_lag"))
      return &c;
  return nullptr;
}

// replay_lag of an exponential outage of mean m has the median m ln 2: 41.6 min at 1 h and 83.2 min
// at 2 h. With the same draws every replicate's outage is exactly twice as long.
TEST(Compare, FindsTheAnalyticDifferenceOfMediansWithinItsInterval) {
  const RunOptions options{.replicates = 300, .seed = 5};
  const auto all = compare(compared("1h", {.mean_outage = 3600}, options),
                           {compared("2h", {.mean_outage = 7200}, options)});
  const Comparison* baseline = find(all, "1h", "replay_lag", "p50");
  const Comparison* variant = find(all, "2h", "replay_lag", "p50");
  ASSERT_TRUE(baseline != nullptr && variant != nullptr);
  EXPECT_TRUE(std::isnan(baseline->difference.value));
  const double analytic = 3600 * std::log(2.0);
  EXPECT_LE(variant->difference.low, analytic);
  EXPECT_GE(variant->difference.high, analytic);
  EXPECT_NEAR(variant->value / baseline->value, 2, 0.01);
  EXPECT_TRUE(beyond_chance(*variant));
  EXPECT_TRUE(baseline->best);
  EXPECT_FALSE(variant->best);
}

// The draws of an incident go by its name: an incident less before it moves none of them.
TEST(Compare, AVariantWithoutAnIncidentDrawsTheOthersAsBefore) {
  models::Mesh with = outage_mesh({}), without = with;
  models::Incident session;
  session.name = "session";
  session.kind = models::Incident::Kind::open_transaction;
  session.database = 1;
  session.writes = false;
  session.every = 7200;
  session.duration = 60;
  with.incidents.insert(with.incidents.begin(), session);
  const RunOptions options{.replicates = 20, .seed = 5};
  const Variant a = simulate_variant(with, options), b = simulate_variant(without, options);
  const Outcome* lag = find(a.outcomes, "replay_lag", "orders");
  const Outcome* same = find(b.outcomes, "replay_lag", "orders");
  ASSERT_TRUE(lag != nullptr && same != nullptr);
  EXPECT_EQ(lag->values, same->values);
  EXPECT_GT(lag->maximum, lag->minimum);
}

TEST(Compare, SaysThatNothingDiffersWhenNothingDoes) {
  const RunOptions options{.replicates = 20};
  const auto all = compare(compared("a", {}, options), {compared("b", {}, options)});
  for (const Comparison& c : all) EXPECT_FALSE(beyond_chance(c)) << c.key.metric;
  EXPECT_EQ(differences_in_words(all, 86400), "b: nothing differs beyond chance.");
  EXPECT_TRUE(beyond_tolerance(all, 0).empty());
}

Outcome outcome(const char* metric, const char* unit, bool time_to, std::vector<double> values) {
  return summarise({metric, "x", unit}, time_to, std::move(values));
}

TEST(Compare, TheIntervalHoldsTheTrueDifferenceOfIndependentRuns) {
  // Means 10 and 11 of uniform values: the medians differ by 1. Of 20 intervals of 95 % one or two
  // may miss it.
  int missed = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    sim::Rng rng{seed};
    std::vector<double> a, b;
    for (int i = 0; i < 200; ++i) {
      a.push_back(rng.uniform(8, 12));
      b.push_back(rng.uniform(9, 13));
    }
    const auto all = compare({"a", {outcome("retained_wal", "bytes", false, a)}, true},
                             {{"b", {outcome("retained_wal", "bytes", false, b)}, false}});
    missed += all[1].difference.low > 1 || all[1].difference.high < 1 ? 1 : 0;
  }
  EXPECT_LE(missed, 4);
}

TEST(Compare, AFigureThatOnlyOneVariantHasIsSaidToBeMissing) {
  const auto all = compare({"federated", {}, true},
                           {{"event", {outcome("slot_lost", "0/1", false, {0, 1})}, true}});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].text, "does not exist");
  EXPECT_TRUE(std::isnan(all[0].value));
  EXPECT_EQ(all[1].value, 0.5);
  EXPECT_TRUE(std::isnan(all[1].difference.value));
  EXPECT_FALSE(all[1].best);
}

TEST(Compare, ATimeThatIsNotReachedIsTheBest) {
  const double never = std::nan("");
  const auto all =
      compare({"now", {outcome("time_to_disk_full", "s", true, {10, 20, 30})}, true},
              {{"larger", {outcome("time_to_disk_full", "s", true, {never, never, never})}, true}});
  EXPECT_TRUE(std::isnan(all[1].value));
  EXPECT_TRUE(all[1].best);
  EXPECT_FALSE(all[0].best);
}

TEST(Compare, ToleranceIsAShareOfTheBaselineAndOfOneForShares) {
  std::vector<double> a(50, 100.0), b(50, 104.0), half(50, 0.5), more(50, 0.54);
  const auto sizes = compare({"a", {outcome("retained_wal", "bytes", false, a)}, true},
                             {{"b", {outcome("retained_wal", "bytes", false, b)}, true}});
  EXPECT_EQ(beyond_tolerance(sizes, 0.05).size(), 0u);
  EXPECT_EQ(beyond_tolerance(sizes, 0.03).size(), 2u);  // P50 and P99
  const auto shares = compare({"a", {outcome("volume_used", "ratio", false, half)}, true},
                              {{"b", {outcome("volume_used", "ratio", false, more)}, true}});
  EXPECT_EQ(beyond_tolerance(shares, 0.05).size(), 0u);
}

}  // namespace
}  // namespace plan
