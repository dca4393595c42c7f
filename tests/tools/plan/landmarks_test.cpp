#include "tools/plan/landmarks.hpp"

#include <gtest/gtest.h>

namespace plan {
namespace {

using namespace sim::units;

constexpr double gib = 1 << 30;

models::Mesh mesh() {
  models::Mesh mesh;
  models::Node media;
  media.name = "media-prod";
  media.data.size = 200 * gib;
  media.data.reserved = 0.05;
  media.settings.max_wal_size = 4_GiB;
  media.settings.max_slot_wal_keep_size = 70_GiB;
  models::Node endless;
  endless.name = "archive";  // no size, no cap
  mesh.nodes = {media, endless};
  models::Subscription weekly, audit;
  weekly.slot = "weekly";
  weekly.publisher = 0;
  audit.slot = "audit";
  audit.publisher = 1;
  mesh.subscriptions = {weekly, audit};
  return mesh;
}

const Threshold* find(const std::vector<Threshold>& all, const std::string& quantity,
                      const std::string& subject, const std::string& name) {
  for (const Threshold& t : all)
    if (t.quantity == quantity && t.subject == subject && t.name == name) return &t;
  return nullptr;
}

TEST(Thresholds, AVolumeEndsWhereItsReserveBegins) {
  const auto lines = thresholds(mesh(), {});
  const Threshold* full = find(lines, "volume_used", "media-prod/data", "full");
  ASSERT_NE(full, nullptr);
  EXPECT_EQ(full->value, 190 * gib);  // 200 GiB less 5 %
  EXPECT_EQ(find(lines, "volume_used", "archive/data", "full"), nullptr);
}

TEST(Thresholds, ACapStandsOnTheSlotsOfItsServerOnly) {
  const auto lines = thresholds(mesh(), {});
  const Threshold* cap = find(lines, "retained_wal", "weekly", "max_slot_wal_keep_size");
  ASSERT_NE(cap, nullptr);
  EXPECT_EQ(cap->value, 70 * gib);
  EXPECT_EQ(find(lines, "retained_wal", "audit", "max_slot_wal_keep_size"), nullptr);
  EXPECT_EQ(find(lines, "pg_wal", "media-prod", "max_wal_size")->value, 4 * gib);
}

TEST(Thresholds, AnObjectiveIsALineInTheUnitOfTheSeries) {
  ObjectiveResult share;  // 85 % of 200 GiB
  share.objective.metric = "volume_used";
  share.objective.at = "p99";
  share.subject = "media-prod/data";
  share.threshold = 0.85;
  ObjectiveResult bytes = share;
  bytes.objective.metric = "retained_wal";
  bytes.subject = "audit";
  bytes.threshold = 5 * gib;
  ObjectiveResult chance = share;
  chance.objective.metric = "slot_lost";
  chance.objective.probability_below = 0.01;
  const auto lines = thresholds(mesh(), {share, bytes, chance});
  EXPECT_DOUBLE_EQ(find(lines, "volume_used", "media-prod/data", "objective p99")->value,
                   170 * gib);
  EXPECT_EQ(find(lines, "retained_wal", "audit", "objective p99")->value, 5 * gib);
  for (const Threshold& t : lines) EXPECT_NE(t.quantity, "slot_lost");
}

TEST(PlannedIncidents, FixedTimesComeFirstAndDurationsHaveTheirPercentiles) {
  models::Mesh mesh;
  mesh.parameters = {{"for", "s", {models::Distribution::Kind::uniform, 100, 200, 0}, ""}};
  models::Incident session, outage;
  session.name = "forgotten session";
  session.kind = models::Incident::Kind::open_transaction;
  session.every = 864'000;
  session.duration = 60;
  outage.name = "link outage";
  outage.at = 84h;
  outage.duration = models::Quantity{150, 0};
  mesh.incidents = {session, outage};
  const auto planned = planned_incidents(mesh);
  ASSERT_EQ(planned.size(), 2u);
  EXPECT_EQ(planned[0].name, "link outage");
  EXPECT_EQ(planned[0].kind, "link_down");
  EXPECT_EQ(planned[0].at, 302'400);
  EXPECT_EQ(planned[0].duration_p50, 150);
  EXPECT_EQ(planned[0].duration_p95, 195);  // 100 + 0.95 * 100
  EXPECT_EQ(planned[1].kind, "open_transaction");
  EXPECT_EQ(planned[1].at, std::nullopt);
  EXPECT_EQ(planned[1].every, 864'000);
  EXPECT_EQ(planned[1].duration_p95, 60);
}

TEST(Percentile, InvertsEachDistribution) {
  using Kind = models::Distribution::Kind;
  EXPECT_EQ(percentile({Kind::fixed, 7, 0, 0}, 0.95), 7);
  EXPECT_NEAR(percentile({Kind::exponential, 10, 0, 0}, 0.5), 6.931471805599453, 1e-12);  // 10 ln 2
  const models::Distribution outage{Kind::lognormal, 2, 8, 64};
  EXPECT_NEAR(percentile(outage, 0.1), 2, 1e-9);
  EXPECT_NEAR(percentile(outage, 0.5), 8, 1e-9);
  EXPECT_NEAR(percentile(outage, 0.9), 64, 1e-9);
}

}  // namespace
}  // namespace plan
