#include "tools/plan/verdict.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "tools/plan/moment.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/remedy.hpp"

namespace plan {
namespace {

using namespace sim::units;

constexpr double never = std::numeric_limits<double>::quiet_NaN();
constexpr double gib = 1 << 30;
constexpr double day = 86'400;

models::Mesh mesh() {
  models::Mesh mesh;
  models::Node media;
  media.name = "media-prod";
  media.data.size = 250 * gib;
  media.data.reserved = 0.04;  // 240 GiB to use
  mesh.nodes = {media};
  models::Subscription weekly;
  weekly.slot = "weekly";
  weekly.publisher = 0;
  mesh.subscriptions = {weekly};
  return mesh;
}

/// One replicate that fills up on day 8 and is recorded: heap grows by 2 GiB a day from 60, WAL
/// kept for the slot by 20 GiB a day from day 0.
Results full_disk() {
  Results r;
  r.replicates = r.replicates_wanted = 4;
  r.horizon = 30 * day;
  r.outcomes = {
      summarise({"volume_used", "media-prod/data", "ratio"}, false, {1, 1, 0.4, 0.5}),
      summarise({"time_to_disk_full", "media-prod/data", "s"}, true,
                {8 * day, 9 * day, never, never}),
      summarise({"outage_tolerance", "weekly", "s"}, true, {7 * day, 8 * day, 9 * day, 10 * day})};
  r.series = {{"volume_used", "media-prod/data", "", "bytes"},
              {"volume_used", "media-prod/data", "heap of core.fct", "bytes"},
              {"volume_used", "media-prod/data", "WAL kept for slot weekly", "bytes"}};
  Trace bad;
  bad.label = "bad";
  const sim::Instant full = sim::after({}, 8 * day);
  bad.events = {{full, "disk_full", "media-prod/data", ""}};
  bad.series = {{0, {{{}, 60 * gib, 22 * gib / day}, {full, 236 * gib, 0}}},
                {1, {{{}, 60 * gib, 2 * gib / day}, {full, 76 * gib, 0}}},
                {2, {{{}, 0, 20 * gib / day}, {full, 160 * gib, 0}}}};
  r.traces = {bad};
  return r;
}

TEST(DecisiveMoment, OwnersAreOrderedByWhatTheyGrewSinceTheStart) {
  const auto moment = decisive_moment(full_disk(), "media-prod/data");
  ASSERT_TRUE(moment);
  EXPECT_TRUE(moment->full);
  EXPECT_EQ(moment->at, sim::after({}, 8 * day));
  EXPECT_NEAR(moment->bytes, 236 * gib, 1'000'000);
  ASSERT_EQ(moment->owners.size(), 2u);
  EXPECT_EQ(moment->owners[0].owner, "WAL kept for slot weekly");
  EXPECT_NEAR(moment->owners[0].growth(), 160 * gib, 1'000'000);
  EXPECT_EQ(slot_of(moment->owners[0].owner), "weekly");
  EXPECT_EQ(slot_of(moment->owners[1].owner), "");
}

TEST(DecisiveMoment, WithoutAFullDiskIsTheFullestOne) {
  Results r = full_disk();
  r.traces[0].events.clear();
  r.traces[0].series[0].pieces = {{{}, 10, 1}, {sim::after({}, 100), 5, 0}};
  const auto moment = decisive_moment(r, "media-prod/data");
  ASSERT_TRUE(moment);
  EXPECT_FALSE(moment->full);
  EXPECT_EQ(moment->at, sim::after({}, 100));
  EXPECT_FALSE(decisive_moment(r, "other/data"));
}

TEST(SafeSlotCap, LeavesRoomForACheckpointCycle) {
  const models::Settings defaults;  // max_wal_size 1 GB: 33 segments between checkpoints
  // 100 GiB usable, 40 used: 3840 segments free - 33 - 2 = 3805 segments of 16 MiB.
  EXPECT_EQ(safe_slot_cap(100 * gib, 40 * gib, defaults, 16_MiB), 3'805 * (16_MiB).count);
  EXPECT_LT(safe_slot_cap(41 * gib, 40.6 * gib, defaults, 16_MiB), 0);
}

TEST(SafeSlotCap, LeavesRoomForTheRelationsAtTheirP99IfThatFits) {
  models::Node node = mesh().nodes[0];  // 240 GiB to use: 15360 segments
  const auto sizes = [](std::vector<double> values) {
    for (double& value : values) value *= gib;
    return summarise({"database_size", "media-prod", "bytes"}, false, values);
  };
  // P99 120 GiB: 7680 segments left, - 33 - 2.
  EXPECT_EQ(safe_slot_cap(node, sizes({100, 110, 120})), 7'645 * (16_MiB).count);
  // P99 and P95 do not fit, the median of 120 GiB does.
  EXPECT_EQ(safe_slot_cap(node, sizes({100, 120, 300})), 7'645 * (16_MiB).count);
  // 300 GiB at the median: 3840 segments too many, and 35 for a cycle.
  EXPECT_EQ(safe_slot_cap(node, sizes({100, 300, 300})), -3'875 * (16_MiB).count);
  node.wal = models::Volume{};  // a WAL volume of its own, unlimited
  EXPECT_EQ(safe_slot_cap(node, sizes({100})), std::nullopt);
  node.wal->size = 10 * gib;  // 640 segments, whatever the relations do
  EXPECT_EQ(safe_slot_cap(node, sizes({100})), 605 * (16_MiB).count);
}

TEST(EndangeredSlot, IsTheOneWhoseWalFillsTheDisk) {
  const auto remedy = endangered_slot(mesh(), full_disk());
  ASSERT_TRUE(remedy);
  EXPECT_EQ(remedy->slot, "weekly");
  EXPECT_EQ(remedy->node, 0u);
  Results heap = full_disk();
  heap.series[2].owner = "indexes of core.fct";
  EXPECT_FALSE(endangered_slot(mesh(), heap));
}

Remedy tried_cap() {
  Remedy remedy;
  remedy.slot = "weekly";
  remedy.slot_cap = (100_GiB).count;
  remedy.tried = 100;
  remedy.tried_full = 80;
  remedy.tolerance = summarise({"outage_tolerance", "weekly", "s"}, true, {5 * day, 6 * day});
  return remedy;
}

TEST(Remedy, SetsTheCapOfItsNode) {
  EXPECT_EQ(with(mesh(), tried_cap()).nodes[0].settings.max_slot_wal_keep_size, 100_GiB);
}

TEST(Verdict, NamesTheDiskTheOwnerAndTheCap) {
  const Remedy remedy = tried_cap();
  const Verdict v = verdict(mesh(), full_disk(), &remedy);
  EXPECT_FALSE(v.ok);
  EXPECT_EQ(v.headline,
            "media-prod/data fills up with probability 50 %: after 8 d at P5, 9 d at P50, > 30 d "
            "at P95.");
  EXPECT_EQ(v.cause,
            "WAL kept for slot weekly: 160 GiB of the 236 GiB used when it is full (67.8 %), up "
            "from 0 B at the "
            "start; heap of core.fct has 76 GiB.");
  EXPECT_EQ(v.next_step,
            "Set max_slot_wal_keep_size = 100GB on media-prod: tried in 100 replicates, it lets "
            "slot weekly ride out "
            "outages of 5 d (P5), 5 d (P50); no disk fills up any more (before: in 80 of them). As "
            "it is: end "
            "outages of slot weekly within 7 d (P5), 8 d (P50).");
}

TEST(Verdict, ACapThatDoesNotHoldInTheTrialIsNotPraised) {
  Remedy remedy = tried_cap();
  remedy.still_full = 3;
  EXPECT_NE(verdict(mesh(), full_disk(), &remedy)
                .next_step.find(
                    "the disk fills up in 3 of them all the same (before: 80), by its tables"),
            std::string::npos);
}

TEST(Verdict, WithoutRoomForACapSaysHowMuchIsMissing) {
  Remedy remedy = tried_cap();
  remedy.slot_cap = -(24_GiB).count;
  const Verdict v = verdict(mesh(), full_disk(), &remedy);
  EXPECT_NE(
      v.next_step.find("even without WAL kept for slots it is 24 GiB too small to last 30 d (P50)"),
      std::string::npos)
      << v.next_step;
}

TEST(Verdict, AGrowingHeapAsksForSpaceNotForACap) {
  Results r = full_disk();
  r.series[2].owner = "indexes of core.fct";
  const Verdict v = verdict(mesh(), r, nullptr);
  // 22 GiB a day for 22 more days.
  EXPECT_NE(v.next_step.find("Enlarge the volume by 484 GiB to last 30 d (P95)"), std::string::npos)
      << v.next_step;
  EXPECT_NE(v.next_step.find("growing by 20 GiB a day"), std::string::npos);
}

TEST(Verdict, ALostSlotAsksForALargerCapWhereTheDiskHasRoom) {
  models::Mesh capped = mesh();
  capped.nodes[0].settings.max_slot_wal_keep_size = 10_GiB;
  Results r = full_disk();
  r.outcomes[1] =
      summarise({"time_to_slot_lost", "weekly", "s"}, true, {8 * day, never, never, never});
  r.traces[0].events.clear();
  const Remedy remedy = tried_cap();
  const Verdict v = verdict(capped, r, &remedy);
  EXPECT_NE(v.headline.find("Slot weekly is lost with probability 25 %"), std::string::npos);
  EXPECT_NE(v.cause.find("max_slot_wal_keep_size = 10GB on media-prod"), std::string::npos);
  EXPECT_EQ(v.next_step.find("Raise max_slot_wal_keep_size = "), 0u) << v.next_step;
  EXPECT_NE(verdict(capped, r, nullptr).next_step.find("no room for a larger"), std::string::npos);
  capped.nodes[0].data.size = 0;
  EXPECT_NE(verdict(capped, r, nullptr).next_step.find("whose size is not given"),
            std::string::npos);
}

TEST(Verdict, ARareFailureIsSaidByItsProbabilityAndEarliestTime) {
  Results r = full_disk();
  std::vector<double> times(100, never);
  times[7] = 8 * day;
  r.outcomes[1] = summarise({"time_to_disk_full", "media-prod/data", "s"}, true, times);
  EXPECT_EQ(verdict(mesh(), r, nullptr).headline,
            "media-prod/data fills up with probability 1 %, at the earliest after 8 d.");
}

TEST(Verdict, WhenNothingFailsSaysHowLongAnOutageMayLast) {
  Results r = full_disk();
  r.outcomes[0] =
      summarise({"volume_used", "media-prod/data", "ratio"}, false, {0.3, 0.4, 0.4, 0.5});
  r.outcomes[1] =
      summarise({"time_to_disk_full", "media-prod/data", "s"}, true, {never, never, never, never});
  r.traces[0].events.clear();
  const Remedy remedy = tried_cap();
  const Verdict v = verdict(mesh(), r, &remedy);
  EXPECT_TRUE(v.ok);
  EXPECT_EQ(v.headline,
            "Nothing fails within 30 d: the fullest volume is media-prod/data at 50 % (P99).");
  EXPECT_EQ(
      v.next_step.find(
          "Nothing has to change while outages of slot weekly end within 7 d (P5), 8 d (P50). "
          "So that a longer one costs the slot, not the server: set max_slot_wal_keep_size = "),
      0u)
      << v.next_step;
}

TEST(Verdict, AFailureThatAMetObjectiveAllowsIsAccepted) {
  Results r = full_disk();
  ObjectiveResult o;
  o.objective.metric = "disk_full";
  o.subject = "media-prod/data";
  o.met = true;
  r.objectives = {o};
  EXPECT_TRUE(verdict(mesh(), r, nullptr).ok);
  r.objectives[0].met = false;
  EXPECT_FALSE(verdict(mesh(), r, nullptr).ok);
  EXPECT_NE(verdict(mesh(), r, nullptr).headline.find("1 of 1 objectives missed."),
            std::string::npos);
}

TEST(Verdict, WithoutReplicatesThereIsNone) {
  Results r;
  r.interrupted = true;
  EXPECT_FALSE(verdict(mesh(), r, nullptr).ok);
  EXPECT_NE(verdict(mesh(), r, nullptr).headline.find("no answer yet"), std::string::npos);
}

}  // namespace
}  // namespace plan
