#include "tools/plan/nearest.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/tools/plan/outage_mesh.hpp"
#include "tools/plan/candidates.hpp"

namespace plan {
namespace {

/// An outage that is k percent shorter each step, and an objective on the lag it causes.
Change outage_change(double seconds, double lag_below) {
  Change change;
  change.axis.path = "incidents.outage.for";
  change.axis.unit = "s";
  change.axis.steps = 280;
  change.axis.value = [seconds](std::int64_t k) {
    return seconds * std::pow(1.01, static_cast<double>(-k));
  };
  change.axis.text = [value = change.axis.value](std::int64_t k) {
    return std::to_string(value(k)) + "s";
  };
  change.axis.mesh = [value = change.axis.value, lag_below](std::int64_t k) {
    models::Mesh mesh = outage_mesh({.mean_outage = value(k), .fixed = true});
    mesh.objectives = {objective_below("replay_lag", "p99", lag_below)};
    return mesh;
  };
  change.from = seconds;
  return change;
}

/// The same objective beside a rate that has nothing to do with it.
Change useless_change(double seconds, double lag_below) {
  Change change = outage_change(seconds, lag_below);
  change.axis.path = "domains.sales.workload.orders.rate";
  change.axis.unit = "1/s";
  change.axis.mesh = [mesh = change.axis.mesh, value = change.axis.value](std::int64_t k) {
    models::Mesh slower = mesh(0);
    slower.streams[0].rate = value(k) / value(0) * 200;
    return slower;
  };
  return change;
}

double lag_of_outage(double seconds) {
  const Results results =
      run(outage_mesh({.mean_outage = seconds, .fixed = true}), {.replicates = 20, .seed = 1});
  for (const Outcome& o : results.outcomes)
    if (o.key.metric == "replay_lag") return o.maximum;
  return 0;
}

// The lag of an outage is its length and the time until it is noticed and over: 2 h have to become
// about 1 h, some 70 steps of 1 %, and four steps less, as finely as it looks, are not enough.
TEST(Nearest, FindsTheSmallestChangeThatPassesAndSaysWhatDoesNotHelp) {
  const RunOptions options{.replicates = 20, .seed = 1};
  Study study;
  study.replicates = options.replicates;
  study.horizon = 96 * 3600;
  const std::vector<Change> asked{useless_change(7200, 3600), outage_change(7200, 3600)};
  nearest_changes(run(asked[0].axis.mesh(0), options), asked, options, study);
  const std::vector<ChangeTried> changes = changes_of(study);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].path, "incidents.outage.for");
  EXPECT_TRUE(changes[0].passes);
  EXPECT_LE(lag_of_outage(changes[0].to), 3600);
  EXPECT_GT(lag_of_outage(std::pow(1.01, 4) * changes[0].to), 3600);
  EXPECT_NEAR(changes[0].factor, 7200 / changes[0].to, 1e-9);
  EXPECT_EQ(changes[1].path, "domains.sales.workload.orders.rate");
  EXPECT_FALSE(changes[1].passes);
  ASSERT_EQ(study.points.size(), 1u);
  EXPECT_TRUE(study.points[0].objectives[0].met);
  EXPECT_EQ(changes[0].replicates, 20u);
  EXPECT_EQ(study.headline.find("incidents.outage.for from 2 h to "), 0u) << study.headline;
}

TEST(Nearest, SaysThatNoneHelps) {
  Study study;
  const std::vector<Change> asked{useless_change(7200, 3600)};
  nearest_changes(run(asked[0].axis.mesh(0), {.replicates = 5}), asked, {.replicates = 5}, study);
  EXPECT_FALSE(study.ok);
  EXPECT_EQ(study.headline, "No single change of these 1 numbers makes every objective pass.");
}

bool has(const std::vector<Candidate>& all, const std::string& path, int towards) {
  for (const Candidate& c : all)
    if (c.path == path && c.towards == towards) return true;
  return false;
}

TEST(Candidates, AreNearTheMissedObjective) {
  models::Mesh mesh = outage_mesh({.gib = 10});
  ObjectiveResult missed;
  missed.objective.metric = "volume_used";
  missed.subject = "producer/data";
  const std::vector<Candidate> all = candidates(mesh, {missed});
  EXPECT_TRUE(has(all, "nodes.producer.volumes.data.size", +1));
  EXPECT_TRUE(has(all, "nodes.producer.settings.max_slot_wal_keep_size", -1));
  EXPECT_FALSE(has(all, "nodes.producer.settings.max_slot_wal_keep_size", +1));  // it has none
  EXPECT_TRUE(has(all, "incidents.outage.for", -1));
  EXPECT_TRUE(has(all, "domains.sales.workload.orders.rate", -1));
  EXPECT_FALSE(has(all, "nodes.consumer.volumes.data.size", +1));
  // A slot that is lost may need more cap; a link is in it too.
  mesh.nodes[0].settings.max_slot_wal_keep_size = sim::Bytes{1 << 30};
  mesh.links[0].bandwidth = 1e6;
  missed.objective.metric = "slot_lost";
  missed.subject = "orders";
  const std::vector<Candidate> slot = candidates(mesh, {missed});
  EXPECT_TRUE(has(slot, "nodes.producer.settings.max_slot_wal_keep_size", +1));
  EXPECT_TRUE(has(slot, "links[0].bandwidth", +1));
  missed.met = true;
  EXPECT_TRUE(candidates(mesh, {missed}).empty());
}

}  // namespace
}  // namespace plan
