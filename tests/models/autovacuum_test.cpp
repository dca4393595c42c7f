#include "models/autovacuum.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {
using namespace models;

TEST(AutovacuumThreshold, FollowsTheTableOverTheServer) {
  Settings settings;
  AutovacuumOptions options;
  options.vacuum_scale_factor = 0.01;
  const VacuumSettings server = vacuum_settings(settings, {}, 15);
  const VacuumSettings table = vacuum_settings(settings, options, 15);
  EXPECT_DOUBLE_EQ(vacuum_threshold(server, 100'000), 50 + 20'000);
  EXPECT_DOUBLE_EQ(vacuum_threshold(table, 100'000), 50 + 1'000);
  EXPECT_DOUBLE_EQ(analyze_threshold(server, 100'000), 50 + 10'000);
}

TEST(AutovacuumThreshold, IsCappedFrom18On) {
  // 50 + 0.2 · 1e9 = 200 000 050; autovacuum_vacuum_max_threshold is 100 000 000.
  EXPECT_DOUBLE_EQ(vacuum_threshold(vacuum_settings({}, {}, 17), 1e9), 200'000'050);
  EXPECT_DOUBLE_EQ(vacuum_threshold(vacuum_settings({}, {}, 18), 1e9), 100'000'000);
  AutovacuumOptions off;
  off.vacuum_max_threshold = -1;
  EXPECT_DOUBLE_EQ(vacuum_threshold(vacuum_settings({}, off, 18), 1e9), 200'000'050);
}

TEST(AutovacuumThreshold, CountsInsertsOnPagesThatAreNotFrozen) {
  const VacuumSettings settings = vacuum_settings({}, {}, 18);
  EXPECT_DOUBLE_EQ(insert_vacuum_threshold(settings, 100'000), 21'000);
  EXPECT_DOUBLE_EQ(insert_vacuum_threshold(settings, 100'000, 0.1), 3'000);
  AutovacuumOptions off;
  off.vacuum_insert_threshold = -1;
  EXPECT_FALSE(vacuum_settings({}, off, 15).insert_vacuums);
}

TEST(ScannedShare, ReadsEverythingUnlessRunsOf32PagesAreVisible) {
  EXPECT_DOUBLE_EQ(scanned_share(0), 0);
  EXPECT_DOUBLE_EQ(scanned_share(1), 1);
  // p = 1 %: 1 - 0.99^32 (0.32 + 0.99) = 0.0503; p = 10 %: 1 - 0.9^32 (3.2 + 0.9) = 0.8592
  EXPECT_NEAR(scanned_share(0.01), 0.0503, 1e-4);
  EXPECT_NEAR(scanned_share(0.1), 0.8592, 1e-4);
}

TEST(VacuumCost, CountsPagesFoundReadAndDirtied) {
  // Measured on 15: 31 057 hits, 1649 misses and 11 992 dirtied pages are 274 195 points.
  VacuumWork work;
  work.scanned = 31'057 + 1'649;
  work.hit_share = 31'057.0 / work.scanned;
  work.cleaned = 11'992;
  EXPECT_NEAR(vacuum_points(work), 274'195, 1);
  // 200 points per 2 ms: 2.74 s asleep.
  EXPECT_NEAR(vacuum_points(work) / points_per_second(vacuum_settings({}, {}, 15), 1, 15), 2.742,
              1e-3);
}

TEST(VacuumCost, IsSharedAmongWorkersInWholePointsFrom16On) {
  const VacuumSettings settings = vacuum_settings({}, {}, 15);
  EXPECT_NEAR(points_per_second(settings, 3, 15), 200.0 / 3 / 0.002, 1e-9);
  EXPECT_DOUBLE_EQ(points_per_second(settings, 3, 16), 66 / 0.002);
  AutovacuumOptions own;
  own.vacuum_cost_limit = 1000;
  EXPECT_DOUBLE_EQ(points_per_second(vacuum_settings({}, own, 16), 3, 16), 1000 / 0.002);
  own.vacuum_cost_delay_ms = 0;
  EXPECT_TRUE(std::isinf(points_per_second(vacuum_settings({}, own, 16), 3, 16)));
}

TEST(MiscountedDead, SessionsReportOneAfterTheOther) {
  // 2.75 prunes of 109 versions a second by 4 sessions: sqrt(0.5 * 2.75 * 109^2 * 3/4) = 110.7; the
  // largest of 20 normal deviates is 1.867 on average.
  EXPECT_NEAR(miscounted_dead(2.75, 109, 4, 20), 110.7 * 1.8684, 0.5);
  EXPECT_EQ(miscounted_dead(2.75, 109, 1, 20), 0);  // one session's reports are in order
  EXPECT_EQ(miscounted_dead(0, 0, 4, 20), 0);
}

TEST(IndexBypass, LeavesFewStubsAlone) {
  EXPECT_TRUE(bypasses_indexes(16, 500, 1000));   // 1.6 % of the pages
  EXPECT_FALSE(bypasses_indexes(29, 500, 1000));  // 2.9 %
  EXPECT_FALSE(bypasses_indexes(16, 6e6, 1e6));   // over 32 MB of row pointers
}

TEST(IndexPasses, FollowTheWorkingMemory) {
  Settings settings;  // 64 MB / 6 = 11 184 810 row pointers
  EXPECT_DOUBLE_EQ(index_passes(11e6, settings, 15), 1);
  EXPECT_DOUBLE_EQ(index_passes(12e6, settings, 15), 2);
  EXPECT_DOUBLE_EQ(index_passes(12e6, settings, 17), 1);
}

TEST(VacuumWal, OfAPageIsPruneVacuumAndVisible) {
  // One page with 10 stubs: PRUNE 46 + 2 + 8 + 20 and padding, BTREE_VACUUM …, VACUUM, VISIBLE 64.
  VacuumWork work;
  work.pruned = work.stub_pages = work.made_visible = 1;
  work.dead = work.stubs = 10;
  work.second_pass = true;
  const VacuumWal without = vacuum_wal(work, 15);
  EXPECT_DOUBLE_EQ(without.records, 4);  // and pg_class in place
  work.indexes.push_back({10, 1, 10, 0});
  const VacuumWal with = vacuum_wal(work, 15);
  EXPECT_DOUBLE_EQ(with.records, 5);
  EXPECT_GT(with.bytes, without.bytes);
  work.second_pass = false;  // bypassed: the stubs stay
  EXPECT_DOUBLE_EQ(vacuum_wal(work, 15).records, 4);
}

}  // namespace
