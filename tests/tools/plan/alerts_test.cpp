#include "tools/plan/alerts.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/tools/plan/outage_mesh.hpp"

namespace plan {
namespace {

const Alert& alert(const Results& results, const std::string& rule) {
  for (const Alert& a : results.alerts)
    if (a.rule == rule) return a;
  ADD_FAILURE() << "no alert " << rule;
  return results.alerts.front();
}

// An outage of 4 h from 1 h on, nothing fails: no walsender for 10 min is an alarm in every
// replicate, 60 s after the cut is noticed, once in 4 days: 7.5 a month, all of them false.
TEST(Alerts, AnOutageThatEndsIsAFalseAlarm) {
  const Results results =
      run(outage_mesh({.mean_outage = 4 * 3600, .fixed = true}), {.replicates = 5, .seed = 2});
  const Alert& inactive = alert(results, "SlotInactive");
  EXPECT_EQ(inactive.condition, "no walsender for 10 min");
  EXPECT_EQ(inactive.probability, 1);
  EXPECT_NEAR(inactive.first, 3600 + 60 + 600, 1);
  EXPECT_NEAR(inactive.false_a_month, 7.5, 0.01);
  EXPECT_TRUE(std::isnan(inactive.caught));  // nothing fails
  EXPECT_EQ(alert(results, "SlotLost").probability, 0);
  EXPECT_EQ(alerts_in_words(results), "");
}

// A disk that the outage fills: the alarm comes before, by the time that is left.
TEST(Alerts, TheOneThatComesBeforeTheFailureIsSaidToBeFirst) {
  const double gib = retained_after(8 * 3600) / (1 << 30);
  const Results results =
      run(outage_mesh({.mean_outage = 60 * 3600, .fixed = true, .gib = gib + 0.5}),
          {.replicates = 5, .seed = 2});
  const Outcome* full = nullptr;
  for (const Outcome& o : results.outcomes)
    if (o.key.metric == "time_to_disk_full" && o.probability > 0) full = &o;
  ASSERT_NE(full, nullptr);
  const Alert& inactive = alert(results, "SlotInactive");
  EXPECT_EQ(inactive.caught, 1);
  EXPECT_NEAR(inactive.first + inactive.lead_time, full->minimum,
              full->maximum - full->minimum + 1);
  EXPECT_TRUE(std::isnan(inactive.false_a_month));  // all fail
  EXPECT_NE(alerts_in_words(results).find("SlotInactive of slot orders"), std::string::npos);
}

TEST(Alerts, AShortOutageRaisesNone) {
  const Results results =
      run(outage_mesh({.mean_outage = 300, .fixed = true}), {.replicates = 3, .seed = 2});
  EXPECT_EQ(alert(results, "SlotInactive").probability, 0);
  EXPECT_TRUE(std::isnan(alert(results, "SlotInactive").first));
}

TEST(Alerts, AreTheSameOnAnyNumberOfThreads) {
  const models::Mesh mesh = outage_mesh({.mean_outage = 2 * 3600});
  const Results one = run(mesh, {.replicates = 30, .threads = 1});
  const Results two = run(mesh, {.replicates = 30, .threads = 2});
  ASSERT_EQ(one.alerts.size(), two.alerts.size());
  for (std::size_t i = 0; i < one.alerts.size(); ++i) {
    EXPECT_EQ(one.alerts[i].condition, two.alerts[i].condition);
    EXPECT_EQ(one.alerts[i].probability, two.alerts[i].probability);
  }
}

}  // namespace
}  // namespace plan
