#include "models/initial_copy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "models/simulate.hpp"
#include "tests/models/outcomes.hpp"
#include "tests/models/tables.hpp"

namespace models {
namespace {

Table copied_table(const std::string& name, double rows) {
  Table table = keyed_table(name, rows, 86);
  table.columns[0].text_width = 7;
  return table;
}

/// Two tables of 3 and 1 million rows for a new consumer; 100 inserts a second go on meanwhile.
Mesh partner_mesh() {
  Mesh mesh;
  mesh.horizon = 20min;
  Node producer;
  producer.name = "prod";
  producer.settings.wal_level = WalLevel::logical;
  producer.settings.checkpoint_timeout = 1h;
  producer.settings.full_page_writes = false;
  producer.settings.autovacuum = false;
  producer.since_checkpoint = producer.since_running_xacts = 0s;
  producer.segment_used = 0;
  producer.bulk_rate = 10'000;
  Node consumer = producer;
  consumer.name = "cons";
  mesh.nodes = {producer, consumer};
  mesh.databases = {{"shop", 0}, {"mart", 1}};
  mesh.tables = {copied_table("t", 3e6), copied_table("u", 1e6)};
  mesh.streams = {load_of({statement_on(0, StatementKind::insert, {0, 1})}, 100)};
  Subscription subscription;
  subscription.name = subscription.slot = "partner";
  subscription.publisher = subscription.database = 0;
  subscription.subscriber = 1;
  subscription.tables = {0, 1};
  subscription.copy_data = true;
  mesh.subscriptions = {subscription};
  return mesh;
}

TEST(SyncWorkers, AreWhatTheApplyWorkersLeave) {
  Mesh mesh = partner_mesh();
  EXPECT_EQ(sync_workers(mesh, 0), 2);
  mesh.nodes[1].settings.max_sync_workers_per_subscription = 8;
  EXPECT_EQ(sync_workers(mesh, 0), 3);  // max_logical_replication_workers 4, one applies
  mesh.subscriptions.resize(5, mesh.subscriptions[0]);
  EXPECT_EQ(sync_workers(mesh, 0), 1);
}

TEST(CopySpeed, IsTheWorkersOrTheLinks) {
  EXPECT_EQ(copy_speed(1000, 1e6, 0, 100, 1), 1000);
  EXPECT_EQ(copy_speed(1e6, 1e6, 0, 100, 2), 5000);        // 1e6 / 2 copies / 100 bytes
  EXPECT_EQ(copy_speed(1e6, 1e6, 200'000, 100, 1), 8000);  // the stream takes a fifth
  EXPECT_EQ(copy_speed(1e6, 1e6, 900'000, 100, 1), 5000);  // but no more than an equal share
}

TEST(CopySpeedProperty, MoreCopiesAreSlowerEachAndFasterTogether) {
  for (double stream = 0; stream < 2e6; stream += 1e5)
    for (int copies = 1; copies < 8; ++copies) {
      const double one = copy_speed(1e9, 1e6, stream, 80, copies);
      const double more = copy_speed(1e9, 1e6, stream, 80, copies + 1);
      EXPECT_LE(more, one);
      EXPECT_GE(more * (copies + 1), one * copies * (1 - 1e-12));
    }
}

TEST(CopyCatchUp, IsTheBacklogOverWhatIsFaster) {
  EXPECT_EQ(copy_catch_up(300, 4), 100);  // 300 s of changes and 100 s more, at four a second
  EXPECT_TRUE(std::isinf(copy_catch_up(300, 1)));
}

TEST(InitialCopy, TakesAsLongAsItsLargestTableAndHoldsWalThatLong) {
  const Mesh mesh = partner_mesh();
  const auto o = outcomes(mesh);
  // Two workers: 3e6 rows at 10 000/s are 300 s; the stream is caught up with at once.
  EXPECT_NEAR(o.at("copy_time partner"), 300, 1);
  const double second = o.at("wal_bytes prod") / 1200;
  EXPECT_NEAR(o.at("retained_wal partner") / second, 300, 1);
  EXPECT_LT(o.at("retained_wal_end partner") / second, 31);  // two teeth at most
  // 5 + 7 + 86 + 2 separators are 100 bytes a row.
  EXPECT_NEAR(o.at("copy_bytes partner"), 4e6 * 100, 1);
  // One worker copies one table after the other.
  Mesh slow = mesh;
  slow.nodes[1].settings.max_sync_workers_per_subscription = 1;
  EXPECT_NEAR(outcomes(slow).at("copy_time partner"), 400, 1);
}

TEST(InitialCopy, IsAsSlowAsItsLink) {
  Mesh mesh = partner_mesh();
  mesh.links = {{"prod/cons", 0, 1, 500e3, 0.0}};
  mesh.subscriptions[0].link = 0;
  const double time = outcomes(mesh).at("copy_time partner");
  // 400 MB at 500 kB/s are 800 s; the stream of 100 rows a second takes some 45 kB/s of it.
  EXPECT_GT(time, 800);
  EXPECT_LT(time, 800 / (1 - 0.1));
}

TEST(InitialCopy, FillsTheSubscriberToTheSizeOfALoadedTable) {
  Mesh mesh = partner_mesh();
  mesh.streams[0].rate = 0;
  const auto copied = outcomes(mesh);
  mesh.subscriptions[0].copy_data = false;
  const auto synced = outcomes(mesh);
  for (const char* size : {"heap_size public.t@cons", "index_size public.t_pkey@cons",
                           "heap_size public.u@cons", "database_size cons"})
    EXPECT_NEAR(copied.at(size) / synced.at(size), 1, 1e-3) << size;
  EXPECT_LT(synced.at("wal_bytes cons"), 1e6);
  // A row of 24 + 8 + 87 bytes is 120 - 16 in a MULTI_INSERT, and 64 in its index.
  EXPECT_NEAR(copied.at("wal_bytes cons") / 4e6, 104 + 64, 5);
  mesh.subscriptions[0].copy_data = true;
  mesh.horizon = 1min;  // 600 000 rows of each table
  EXPECT_NEAR(outcomes(mesh).at("heap_size public.t@cons") / copied.at("heap_size public.t@cons"),
              0.2, 0.001);
  EXPECT_TRUE(std::isnan(outcomes(mesh).at("copy_time partner")));
}

TEST(InitialCopy, StartsOverWhenItsConnectionIsLost) {
  Mesh mesh = partner_mesh();
  mesh.incidents = {consumer_stops(200s, 50)};
  const auto o = outcomes(mesh);
  // The table of 100 s is done; the other one starts again at 250 s.
  EXPECT_NEAR(o.at("copy_time partner"), 250 + 300, 6);
  EXPECT_NEAR(o.at("copy_bytes partner"), (1e6 + 2e6 + 3e6) * 100, 1e6);
}

TEST(InitialCopy, HoldsItsSnapshotWhileItCopies) {
  Mesh mesh = partner_mesh();
  mesh.nodes[0].settings.autovacuum = true;
  mesh.nodes[0].settings.autovacuum_naptime = 10s;
  mesh.nodes[0].settings.autovacuum_vacuum_scale_factor = 0.001;
  mesh.streams[0].statements[0].kind = StatementKind::delete_;
  mesh.streams[0].statements[0].columns.clear();
  const double held = outcomes(mesh).at("n_dead_tup public.t");
  mesh.subscriptions[0].copy_data = false;
  const double free = outcomes(mesh).at("n_dead_tup public.t");
  EXPECT_GT(held, 100 * 299);  // every row deleted in 300 s
  EXPECT_LT(free, held / 2);
}

TEST(InitialCopy, IsLostWithItsSlot) {
  Mesh mesh = partner_mesh();
  mesh.nodes[0].settings.checkpoint_timeout = 30s;
  mesh.nodes[0].settings.max_slot_wal_keep_size = 1_MiB;
  mesh.nodes[0].wal_segment_size = 1_MiB;
  const auto o = outcomes(mesh);
  EXPECT_EQ(o.at("slot_lost partner"), 1);
  EXPECT_LT(o.at("time_to_slot_lost partner"), 300);
  EXPECT_TRUE(std::isnan(o.at("copy_time partner")));
}

}  // namespace
}  // namespace models
