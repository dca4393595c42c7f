#include "models/simulate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/tuple.hpp"
#include "tests/models/last_pieces.hpp"
#include "tests/models/outcomes.hpp"
#include "tests/models/tables.hpp"

namespace models {
namespace {

/// A producer with one table of 200 000 rows under inserts and updates, published to one consumer.
Mesh small_mesh() {
  Mesh mesh;
  mesh.horizon = 4h;
  Node producer;
  producer.name = "prod";
  producer.settings.wal_level = WalLevel::logical;
  producer.since_checkpoint = 0s;
  producer.since_running_xacts = 0s;
  producer.segment_used = 0;
  producer.pg_wal_bytes = 80e6;
  Node consumer = producer;
  consumer.name = "cons";
  mesh.nodes = {producer, consumer};
  mesh.databases = {{"shop", 0}, {"mart", 1}};
  mesh.tables = {keyed_table("t", 200'000, 100)};
  mesh.tables[0].columns[1].not_null = false;
  mesh.streams = {load_of(
      {statement_on(0, StatementKind::insert, {0, 1}), statement_on(0, StatementKind::update, {1})},
      100)};
  Product product;
  product.name = "t";
  product.tables = {0};
  mesh.products = {product};
  Subscription subscription;
  subscription.name = subscription.slot = "cons_slot";
  subscription.product = subscription.publisher = subscription.database = 0;
  subscription.subscriber = 1;
  subscription.tables = {0};
  mesh.subscriptions = {subscription};
  return mesh;
}

void stop_consumer(Mesh& mesh, Duration at, double seconds) {
  mesh.incidents = {consumer_stops(at, seconds)};
}

TEST(Simulate, CountsWhatTheStreamsDo) {
  const auto o = outcomes(small_mesh());  // 4 h at 100/s
  EXPECT_NEAR(o.at("n_tup_upd public.t"), 1'440'000, 1);
  EXPECT_NEAR(o.at("n_live_tup public.t"), 200'000 + 1'440'000, 1);
  EXPECT_NEAR(o.at("n_live_tup public.t@cons"), 200'000 + 1'440'000, 1);
  EXPECT_TRUE(std::isnan(o.at("time_to_disk_full prod/data")));
  EXPECT_EQ(o.at("slot_lost cons_slot"), 0);
}

TEST(Simulate, AnIdleServerWritesNothing) {
  Mesh mesh = small_mesh();
  mesh.streams[0].rate = 0;
  const auto o = outcomes(mesh);
  EXPECT_EQ(o.at("checkpoints_timed prod"), 0);
  EXPECT_EQ(o.at("wal_fpi prod"), 0);
  EXPECT_LT(o.at("wal_bytes prod"), 1000);
}

TEST(Simulate, TheSameSeedGivesTheSameBytes) {
  Mesh mesh = small_mesh();
  stop_consumer(mesh, 1h, 1800);
  const Model model{mesh};
  const auto a = model.simulate(3, 5).outcomes, b = model.simulate(3, 5).outcomes;
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))
        << model.outcomes()[i].metric;
}

TEST(Simulate, AnOutageRetainsWhatIsWrittenMeanwhile) {
  Mesh mesh = small_mesh();
  stop_consumer(mesh, 1h, 3600);
  const auto o = outcomes(mesh);
  // An hour of the run's WAL rate, and at most half a minute more for the snapshots before it.
  const double hour = o.at("wal_bytes prod") / 4;
  EXPECT_NEAR(o.at("retained_wal cons_slot") / hour, 1, 0.15);
  EXPECT_GE(o.at("replay_lag cons_slot"), 3600);
  EXPECT_EQ(o.at("catch_up_time cons_slot") > 0, true);
}

TEST(SimulateProperty, LongerOutagesAndSmallerDisksAreNeverBetter) {
  double retained = 0, full_at = 0;
  for (const double outage : {600.0, 1800.0, 3600.0, 7200.0}) {
    Mesh mesh = small_mesh();
    stop_consumer(mesh, 1h, outage);
    const double now = outcomes(mesh).at("retained_wal cons_slot");
    EXPECT_GE(now, retained);
    retained = now;
  }
  for (const double gigabytes : {0.7, 0.9, 1.2, 1.6}) {
    Mesh mesh = small_mesh();
    mesh.nodes[0].data.size = gigabytes * 1e9;
    stop_consumer(mesh, 10min, 0);
    const double at = outcomes(mesh).at("time_to_disk_full prod/data");
    EXPECT_GT(at, full_at);
    full_at = at;
  }
}

TEST(Simulate, TheToleranceOfAnEndlessOutageIsTheTimeUntilTheDiskIsFull) {
  Mesh mesh = small_mesh();
  mesh.nodes[0].data.size = 1e9;
  stop_consumer(mesh, 10min, 0);
  const auto o = outcomes(mesh);
  EXPECT_DOUBLE_EQ(o.at("outage_tolerance cons_slot"), o.at("time_to_disk_full prod/data") - 600);
}

TEST(Simulate, ACapLosesTheSlotAndSavesTheDisk) {
  Mesh mesh = small_mesh();
  mesh.nodes[0].data.size = 3e9;
  mesh.nodes[0].settings.max_slot_wal_keep_size = 256_MiB;
  stop_consumer(mesh, 10min, 0);
  const auto o = outcomes(mesh);
  EXPECT_EQ(o.at("slot_lost cons_slot"), 1);
  EXPECT_LE(o.at("time_to_slot_unreserved cons_slot"), o.at("time_to_slot_lost cons_slot"));
  EXPECT_EQ(o.at("disk_full prod/data"), 0);
}

TEST(Simulate, AnOperatorEndsTheOutageOfAFullWalDisk) {
  Mesh mesh = small_mesh();
  mesh.nodes[0].data.size = 1e9;
  stop_consumer(mesh, 10min, 0);
  const auto never = outcomes(mesh);
  const double full_at = never.at("time_to_disk_full prod/data");
  EXPECT_NEAR(never.at("write_seconds_lost prod"), 4 * 3600 - full_at, 1);
  mesh.nodes[0].recovery.operator_time = 600;
  mesh.nodes[0].recovery.by = Recovery::By::drop_slots;
  mesh.nodes[0].recovery.replay_rate = 1e6;
  const auto o = outcomes(mesh);
  EXPECT_EQ(o.at("time_to_disk_full prod/data"), full_at);
  // Ten minutes and the replay of at most one checkpoint interval's WAL; once, for the slot is
  // gone.
  EXPECT_GT(o.at("write_seconds_lost prod"), 600);
  EXPECT_LT(o.at("write_seconds_lost prod"), 600 + 300);
  EXPECT_EQ(o.at("slot_lost cons_slot"), 1);
  EXPECT_NEAR(o.at("time_to_slot_lost cons_slot"), full_at + 600, 1);
  EXPECT_GT(o.at("wal_bytes prod"), never.at("wal_bytes prod"));
}

TEST(Simulate, AGrownVolumeKeepsTheSlotAndMayFillAgain) {
  Mesh mesh = small_mesh();
  mesh.nodes[0].data.size = 0.6e9;
  mesh.nodes[0].recovery.operator_time = 60;
  stop_consumer(mesh, 10min, 3600);
  const auto o = outcomes(mesh);
  EXPECT_EQ(o.at("slot_lost cons_slot"), 0);
  EXPECT_GE(o.at("write_seconds_lost prod"), 60);
  EXPECT_GT(o.at("volume_bytes prod/data"), 0.6e9);
  EXPECT_LE(o.at("volume_used prod/data"), 1.0 + 16.8e6 / 0.6e9);
}

TEST(Simulate, AFullDataVolumeStopsInsertsAndLeavesUpdatesThatFit) {
  Mesh mesh = small_mesh();
  mesh.tables[0].fillfactor = 50;
  Stream updates = mesh.streams[0];
  updates.name = "updates";
  updates.statements.erase(updates.statements.begin());
  mesh.streams[0].statements.pop_back();
  mesh.streams.push_back(updates);
  mesh.nodes[0].data.size = 200e6;
  mesh.nodes[0].wal = Volume{100e9, 0.0, 0.0};
  const auto o = outcomes(mesh);
  const double full_at = o.at("time_to_disk_full prod/data");
  ASSERT_FALSE(std::isnan(full_at));
  EXPECT_EQ(o.at("disk_full prod/wal"), 0);
  EXPECT_NEAR(o.at("n_live_tup public.t"), 200'000 + 100 * full_at, 100);
  EXPECT_NEAR(o.at("n_tup_upd public.t"), 1'440'000, 1);
  EXPECT_NEAR(o.at("write_seconds_lost prod"), 4 * 3600 - full_at, 1);
}

TEST(Simulate, AFullSubscriberHoldsItsProducersWal) {
  Mesh mesh = small_mesh();
  const double kept = outcomes(mesh).at("retained_wal cons_slot");
  mesh.nodes[1].data.size = 250e6;
  const auto o = outcomes(mesh);
  EXPECT_FALSE(std::isnan(o.at("time_to_disk_full cons/data")));
  EXPECT_GT(o.at("retained_wal_end cons_slot"), 3 * kept);
}

TEST(Simulate, ASlotIsUnreservedAtOnceAndLostAtTheEndOfACheckpoint) {
  Mesh mesh = small_mesh();
  mesh.nodes[0].settings.max_slot_wal_keep_size = 64_MiB;
  stop_consumer(mesh, 10min, 0);
  const auto o = outcomes(mesh);
  // Checkpoints come every five minutes and are spread over 4.5 of them.
  const double unreserved = o.at("time_to_slot_unreserved cons_slot");
  const double lost = o.at("time_to_slot_lost cons_slot");
  EXPECT_GT(lost, unreserved);
  EXPECT_LT(lost, unreserved + 570);
  EXPECT_NEAR(std::fmod(lost, 300), 270, 1);
}

TEST(Simulate, AnIdleSlotIsInvalidatedByACheckpointFrom18On) {
  Mesh mesh = small_mesh();
  mesh.nodes[0].postgres = 18;
  mesh.nodes[0].settings.idle_replication_slot_timeout = 30min;
  stop_consumer(mesh, 10min, 0);
  // Idle since 10 min, too long at 40; checkpoints start every five minutes and end 270 s later.
  const auto o = outcomes(mesh);
  EXPECT_EQ(o.at("slot_lost cons_slot"), 1);
  EXPECT_NEAR(o.at("time_to_slot_lost cons_slot"), 40 * 60 + 270, 1);
  EXPECT_EQ(o.at("retained_wal_end cons_slot"), 0);
  mesh.incidents[0].duration = 25 * 60;
  EXPECT_EQ(outcomes(mesh).at("slot_lost cons_slot"), 0);
  stop_consumer(mesh, 10min, 0);
  mesh.nodes[0].postgres = 17;
  EXPECT_EQ(outcomes(mesh).at("slot_lost cons_slot"), 0);
}

TEST(Simulate, AShortCutOfTheLinkNeedsNoNewConnection) {
  Mesh mesh = small_mesh();
  mesh.links = {{"prod/cons", 0, 1, 0.0, 0.0}};
  mesh.subscriptions[0].link = 0;
  Incident cut;
  cut.kind = Incident::Kind::link_down;
  cut.link = 0;
  cut.at = 1h;
  cut.duration = 12;
  mesh.incidents = {cut};
  EXPECT_LT(outcomes(mesh).at("catch_up_time cons_slot"), 0.1);
  // Beyond wal_sender_timeout the worker tries again every wal_retrieve_retry_interval.
  mesh.incidents[0].duration = 90;
  double most = 0;
  for (std::uint64_t i = 0; i < 20; ++i)
    most = std::max(most, outcomes(mesh, i).at("catch_up_time cons_slot"));
  EXPECT_GT(most, 2);
  EXPECT_LE(most, 5.5);
}

/// Inserts alone at a constant rate, without images and checkpoints: WAL is a straight line.
Mesh straight_mesh() {
  Mesh mesh = small_mesh();
  mesh.horizon = 40s;
  mesh.nodes[0].settings.checkpoint_timeout = 1h;
  mesh.nodes[0].settings.full_page_writes = false;
  mesh.nodes[0].settings.autovacuum = false;
  mesh.streams[0].statements.pop_back();
  return mesh;
}

TEST(Simulate, AStreamingSlotRetainsATooth) {
  Mesh mesh = straight_mesh();
  mesh.nodes[0].since_running_xacts = 3s;
  const auto o = outcomes(mesh);
  const double second = o.at("wal_bytes prod") / 40;
  // RUNNING_XACTS at 15.05 - 3 = 12.05 s and at 27.10 s; restart_lsn follows when the subscriber
  // has confirmed the second one, 0 to 0.4 s later: 15.05 to 15.45 s of WAL at most.
  EXPECT_GE(o.at("retained_wal cons_slot") / second, 15.0);
  EXPECT_LE(o.at("retained_wal cons_slot") / second, 15.5);
  EXPECT_NEAR(o.at("retained_wal_end cons_slot") / second, 40 - 27.1, 0.1);
  EXPECT_NEAR(o.at("slot_lag cons_slot") / second, 0.2, 0.21);
  // Commits that nobody flushes are sent 0 to 0.4 s later, and confirmed as much later.
  mesh.nodes[0].settings.given["synchronous_commit"] = "off";
  const auto later = outcomes(mesh);
  EXPECT_GE(later.at("retained_wal cons_slot"), o.at("retained_wal cons_slot"));
  EXPECT_LE(later.at("retained_wal cons_slot") / second, 15.9);
}

TEST(Simulate, KeepalivesFollowFlushedCommitsWhileTheConsumerKeepsUp) {
  Mesh mesh = straight_mesh();
  const double flushed = outcomes(mesh).at("link_bytes cons_slot");
  mesh.nodes[0].settings.given["synchronous_commit"] = "off";
  const double unflushed = outcomes(mesh).at("link_bytes cons_slot");
  // 40 s at 100/s: 4000 keepalives of 23 bytes, or five a second; and up to 0.4 s not sent yet.
  const double row = (flushed - 23 * 4000) / 4000;
  EXPECT_NEAR(flushed - unflushed, 23 * (4000 - 200) + 20 * row, 21 * row);
  stop_consumer(mesh, 10s, 10);
  mesh.nodes[0].settings.given.clear();
  // None while the consumer is away, the changes themselves once: whatever it did not confirm.
  EXPECT_NEAR(outcomes(mesh).at("link_bytes cons_slot"), flushed - 23 * 1000, 23 * 30);
}

/// The consumer lacks a column from `at` on, until somebody repairs it.
void add_column(Mesh& mesh, Duration at, const std::string& repaired_by, double seconds = 0) {
  Incident incident;
  incident.name = "column added";
  incident.kind = Incident::Kind::ddl;
  incident.database = 0;
  incident.at = at;
  incident.duration = seconds;
  incident.repaired_by = repaired_by;
  incident.drifts = {{.table = 0, .column_added = true}};
  mesh.incidents = {incident};
}

TEST(Simulate, AMissingColumnStopsTheSlotLikeALostConsumer) {
  Mesh lost = straight_mesh(), drifted = straight_mesh();
  stop_consumer(lost, 10s, 0);
  add_column(drifted, 10s, "nobody");
  // The next of 100 changes a second fails at most 10 ms after the DDL.
  const double second = outcomes(lost).at("wal_bytes prod") / 40;
  EXPECT_NEAR(outcomes(drifted).at("slot_lag cons_slot"), outcomes(lost).at("slot_lag cons_slot"),
              0.02 * second);
  EXPECT_NEAR(outcomes(drifted).at("replay_lag cons_slot"), 30, 0.5);
}

TEST(Simulate, ARepairCountsWithTheNextAttempt) {
  Mesh mesh = straight_mesh();
  add_column(mesh, 10s, "hand", 12);  // attempts at 10, 15, 20 and 25 s: repaired at 22 s
  EXPECT_NEAR(outcomes(mesh).at("catch_up_time cons_slot"), 3, 0.5);
  mesh.subscriptions[0].disable_on_error = true;  // enabled by the hand that repairs
  EXPECT_LT(outcomes(mesh).at("catch_up_time cons_slot"), 0.5);
}

TEST(Simulate, TheDriftInterceptorComesAtItsOwnTimes) {
  Mesh mesh = straight_mesh();
  add_column(mesh, 12s, "interceptor");
  mesh.governance.drift_interceptor_every = 10s;  // repaired at 20 s, tried again at 22 s
  EXPECT_NEAR(outcomes(mesh).at("replay_lag cons_slot"), 10, 0.5);
}

TEST(Simulate, AColumnListSparesASubscriptionNewColumns) {
  Mesh mesh = straight_mesh();
  const double calm = outcomes(mesh).at("retained_wal cons_slot");
  mesh.products[0].column_lists = {{0, 1}};
  add_column(mesh, 10s, "nobody");
  EXPECT_NEAR(outcomes(mesh).at("retained_wal cons_slot"), calm, 0.01 * calm);
}

TEST(Simulate, TransactionsOverWorkMemAreSpilledWholePublishedOrNot) {
  Mesh mesh = straight_mesh();
  EXPECT_EQ(outcomes(mesh).at("spill_bytes cons_slot"), 0);
  mesh.nodes[0].settings.logical_decoding_work_mem = Bytes{1};
  const double spilled = outcomes(mesh).at("spill_bytes cons_slot");
  // 4000 transactions of at least a change of 88 bytes and a row of 24 + 24 bytes and more.
  EXPECT_GT(spilled, 0.98 * 4000 * (88 + 24 + 24));
  mesh.subscriptions[0].streaming = true;
  EXPECT_EQ(outcomes(mesh).at("spill_bytes cons_slot"), 0);
  EXPECT_NEAR(outcomes(mesh).at("stream_bytes cons_slot"), spilled, 1);
}

TEST(SimulateProperty, ASlotThatKeepsUpRetainsATransactionsToothAtMost) {
  Mesh mesh = straight_mesh();
  mesh.nodes[0].since_running_xacts.reset();
  for (std::uint64_t replicate = 0; replicate < 50; ++replicate) {
    SCOPED_TRACE(replicate);
    const auto o = outcomes(mesh, replicate);
    const double second = o.at("wal_bytes prod") / 40;
    // One tooth, or two when a transaction was open at the snapshot between them.
    EXPECT_LE(o.at("retained_wal cons_slot"), (2 * 15.05 + 0.5) * second);
    EXPECT_LE(o.at("retained_wal_end cons_slot"), o.at("retained_wal cons_slot"));
    EXPECT_LE(o.at("slot_lag cons_slot"), o.at("retained_wal cons_slot"));
  }
}

TEST(Simulate, AnEndedTransactionHoldsRestartLsnUntilTheNextSnapshot) {
  Mesh mesh = small_mesh();
  mesh.horizon = 100s;
  mesh.nodes[0].settings.checkpoint_timeout = 1h;
  mesh.nodes[0].settings.full_page_writes = false;
  Incident open;
  open.kind = Incident::Kind::open_transaction;
  open.node = 0;
  open.at = 17s;  // snapshots are logged at 0, 15.05, 30.1, 45.15, 60.2 s
  open.duration = 20;
  mesh.incidents = {open};
  // Held at the snapshot of 15 s until the one of 45 s: 30 s of WAL instead of the usual 15, of
  // which the first is a little less because nothing is pruned yet.
  mesh.incidents[0].writes = false;
  const double usual = outcomes(mesh).at("retained_wal cons_slot");
  mesh.incidents[0].writes = true;
  EXPECT_NEAR(outcomes(mesh).at("retained_wal cons_slot") / usual, 2, 0.2);
}

TEST(Simulate, TheModelsKnownErrorScalesWalAndWhatTablesGrowBy) {
  Mesh mesh = small_mesh();
  mesh.nodes[0].settings.full_page_writes = false;
  const auto usual = outcomes(mesh);
  mesh.nodes[0].model_error = {1.1, 1.2, 0.9};
  const auto other = outcomes(mesh);
  EXPECT_NEAR(other.at("wal_bytes prod") / usual.at("wal_bytes prod"), 1.1, 0.001);
  EXPECT_EQ(other.at("wal_bytes cons"), usual.at("wal_bytes cons")) << "each node has its own";
  mesh.streams.clear();
  const auto idle = outcomes(mesh);
  for (const auto& [relation, factor] :
       {std::pair{"heap_size public.t", 1.2}, std::pair{"index_size public.t_pkey", 0.9}}) {
    const double start = idle.at(relation);
    EXPECT_NEAR((other.at(relation) - start) / (usual.at(relation) - start), factor, 0.01)
        << relation;
  }
}

TEST(Simulate, ARebuildByTruncateEmptiesTheSubscribersTableToo) {
  Mesh mesh = small_mesh();
  mesh.streams.clear();
  Job job;
  job.name = "nightly";
  job.kind = Job::Kind::rebuild;
  job.by = Job::Rebuild::truncate_insert;
  job.database = job.table = 0;
  job.rows = 200'000;
  job.every = 30min;
  mesh.jobs = {job};
  const auto o = outcomes(mesh);
  EXPECT_GT(o.at("wal_bytes cons"), 5 * 200e3 * 130) << "seven times all rows";
  EXPECT_NEAR(o.at("heap_size public.t@cons"), 200e3 / 57 * 8192, 0.05 * 200e3 / 57 * 8192);
}

TEST(Simulate, DeletesPruneWhatEarlierOnesLeft) {
  Mesh mesh = small_mesh();
  mesh.horizon = 100s;
  mesh.nodes[0].settings.autovacuum = false;
  mesh.streams[0].statements = {mesh.streams[0].statements[1]};
  mesh.streams[0].statements[0].kind = StatementKind::delete_;
  mesh.streams[0].statements[0].columns.clear();
  const double once = outcomes(mesh).at("wal_records prod");  // DELETE and COMMIT each
  mesh.streams[0].rate = 1000;
  const double dense = outcomes(mesh).at("wal_records prod");
  // Rows of 137 bytes lie 55 to a page, 3637 pages: 27.5 deletes a page, of which those after the
  // first prune until 819 bytes are free, 6 times.
  EXPECT_NEAR(once, 20'000 + 3637 * (2.75 - 0.936), 300);
  EXPECT_NEAR(dense, 200'000 + 3637 * 6, 3637);
}

TEST(Simulate, ANewTimeGoesToTheRightOfItsIndex) {
  Mesh mesh = small_mesh();
  mesh.horizon = 60s;
  mesh.nodes[0].settings.checkpoint_timeout = 1h;
  Column changed;
  changed.name = "changed";
  changed.type = "timestamptz";
  changed.not_null = true;
  changed.order = KeyOrder::ascending;
  mesh.tables[0].columns.push_back(changed);
  Index index;
  index.name = "t_changed";
  index.keys = {{2, "", {}}};
  mesh.tables[0].indexes.push_back(index);
  mesh.streams[0].statements = {mesh.streams[0].statements[1]};
  mesh.streams[0].statements[0].columns = {2};
  mesh.tables[0].columns[2].order = KeyOrder::random;
  const double scattered = outcomes(mesh).at("wal_fpi prod");
  mesh.tables[0].columns[2].order = KeyOrder::ascending;
  // 6000 entries over 547 leaves touch all of them, or fill 16 new ones.
  EXPECT_NEAR(scattered - outcomes(mesh).at("wal_fpi prod"), 547, 12);
}

TEST(Simulate, TheOwnersOfAVolumeAddUpToIt) {
  Mesh mesh = small_mesh();
  mesh.nodes[0].data.size = 1e12;
  stop_consumer(mesh, 1h, 0);
  const Model model{mesh};
  LastPieces pieces;
  model.simulate(7, 0, &pieces);
  const Instant end{mesh.horizon};
  double whole = 0, parts = 0;
  for (const auto& [series, piece] : pieces.last) {
    const SeriesKey& key = model.series()[series];
    if (key.quantity != "volume_used" || key.subject != "prod/data") continue;
    (key.owner.empty() ? whole : parts) += piece(end);
  }
  EXPECT_GT(whole, 0);
  EXPECT_NEAR(parts / whole, 1, 0.02);  // pg_wal moves in segments of 16 MiB
}

}  // namespace
}  // namespace models
