#include "models/simulate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/tuple.hpp"

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
  Column id, note;
  id.name = "id";
  id.type = "bigint";
  id.not_null = true;
  id.order = KeyOrder::ascending;
  note.name = "note";
  note.type = "text";
  note.width = 100;
  Table table;
  table.schema = "public";
  table.name = "t";
  table.database = 0;
  table.columns = {id, note};
  Index key;
  key.name = "t_pkey";
  key.primary = key.unique = true;
  key.keys = {{0, "", {}}};
  table.indexes = {key};
  table.rows = 200'000;
  mesh.tables = {table};
  Statement insert, update;
  insert.kind = StatementKind::insert;
  update.kind = StatementKind::update;
  insert.table = update.table = 0;
  insert.columns = {0, 1};
  update.columns = {1};
  Stream stream;
  stream.name = "load";
  stream.database = 0;
  stream.statements = {insert, update};
  stream.rate = 100;
  mesh.streams = {stream};
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
  Incident incident;
  incident.name = "consumer stops";
  incident.kind = Incident::Kind::subscriber_down;
  incident.subscription = 0;
  incident.at = at;
  incident.duration = seconds;
  mesh.incidents = {incident};
}

std::map<std::string, double> outcomes(const Mesh& mesh, std::uint64_t replicate = 0) {
  const Model model{mesh};
  const auto values = model.simulate(7, replicate).outcomes;
  std::map<std::string, double> named;
  for (std::size_t i = 0; i < values.size(); ++i)
    named[model.outcomes()[i].metric + " " + model.outcomes()[i].subject] = values[i];
  return named;
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

/// The value of every series at the last piece that reached it.
class LastPieces : public Observer {
 public:
  void on_piece(std::size_t series, const sim::Piece& piece) override { last[series] = piece; }
  void on_event(const Event&) override {}
  bool wants_events() const override { return false; }
  std::map<std::size_t, sim::Piece> last;
};

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
