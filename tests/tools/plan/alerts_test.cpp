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

// 85 % of a volume, 5 % of it reserved: 80 % in use, for 5 min. The alarm of the volume comes when
// that much is used, and the disk is full at 95 %.
TEST(Alerts, AVolumeIsNearlyFullBeforeItIsFull) {
  const double gib = retained_after(8 * 3600) / (1 << 30);
  models::Mesh mesh = outage_mesh({.mean_outage = 60 * 3600, .fixed = true, .gib = gib + 0.5});
  mesh.nodes[0].data.reserved = 0.05;
  const Results results = run(mesh, {.replicates = 3, .seed = 2});
  const Alert& volume = alert(results, "VolumeNearlyFull");
  EXPECT_EQ(volume.subject, "producer/data");
  EXPECT_EQ(volume.condition, "85 % used or reserved for 5 min");
  EXPECT_EQ(volume.caught, 1);
  EXPECT_GT(volume.lead_time, 0);
  EXPECT_LT(volume.lead_time, alert(results, "SlotInactive").lead_time);
}

// An outage of 4 h with a beat a minute: a beat is 30 s old when it is due, three of them are
// missed 150 s after the cut, and a minute later the alarm is raised. It is over when the
// subscriber has caught up: once in 4 days, 7.5 times a month.
TEST(Alerts, AHeartbeatIsLateDuringAnOutage) {
  const models::Mesh mesh = outage_mesh({.mean_outage = 4 * 3600, .fixed = true});
  const Results results =
      run(mesh, {.replicates = 3, .seed = 2, .heartbeat_every = std::chrono::minutes{1}});
  const Alert& late = alert(results, "HeartbeatLate");
  EXPECT_EQ(late.condition, "newest beat older than 3 min for 60 s");
  EXPECT_NEAR(late.first, 3600 + 150 + 60, 5);
  EXPECT_NEAR(late.false_a_month, 7.5, 0.01);
}

// 200 writing transactions a second: a snapshot is 500 000 old after 2 500 s, the rule waits for
// another 600 s. Nothing fails, so that it is a false alarm; without a session there is no rule.
TEST(Alerts, ASnapshotHoldsVacuumBackByTheTransactionsSince) {
  models::Mesh mesh = outage_mesh({.mean_outage = 60, .fixed = true});
  for (const Alert& none : run(mesh, {.replicates = 1}).alerts)
    EXPECT_NE(none.rule, "VacuumHeldBack");
  models::Incident session;
  session.name = "session";
  session.kind = models::Incident::Kind::open_transaction;
  session.database = 0;
  session.repeatable_read = true;
  session.writes = false;
  session.at = std::chrono::hours{10};
  session.duration = 2 * 3600;
  mesh.incidents.push_back(session);
  const Results results = run(mesh, {.replicates = 2, .seed = 2});
  const Alert& held = alert(results, "VacuumHeldBack");
  EXPECT_EQ(held.subject, "producer");
  EXPECT_NEAR(held.first, 10 * 3600 + 2500 + 600, 30);
  EXPECT_EQ(held.probability, 1);
  mesh.incidents.back().duration = 3'000;  // it ends before the rule fires
  EXPECT_EQ(alert(run(mesh, {.replicates = 2, .seed = 2}), "VacuumHeldBack").probability, 0);
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
