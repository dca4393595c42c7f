#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "models/simulate.hpp"
#include "tests/models/last_pieces.hpp"
#include "tests/models/outcomes.hpp"
#include "tests/models/tables.hpp"

/// Autovacuum, the horizon and sizes, seen from the outside.
namespace models {
namespace {

/// One node with a database `shop` (and an idle one), one table of 100 000 rows of about 70 to a
/// page, updated anywhere 100 times a second: of an indexed column, or of another one.
Mesh updated_table(bool indexed_column) {
  Mesh mesh;
  mesh.horizon = 2h;
  Node node;
  node.name = "lab";
  node.settings.autovacuum_naptime = 10s;
  node.since_checkpoint = 0s;
  mesh.nodes = {node};
  mesh.databases = {{"shop", 0}, {"other", 0}};
  Column id, key, note;
  id.name = "id";
  id.type = "bigint";
  id.not_null = true;
  id.order = KeyOrder::ascending;
  key = id;
  key.name = "key";
  key.order = KeyOrder::random;
  note.name = "note";
  note.type = "text";
  note.width = 60;
  note.not_null = true;
  Table table;
  table.schema = "sales";
  table.name = "t";
  table.database = 0;
  table.columns = {id, key, note};
  Index primary, secondary;
  primary.name = "t_pkey";
  primary.primary = primary.unique = true;
  primary.keys = {{0, "", {}}};
  secondary.name = "t_key";
  secondary.keys = {{1, "", {}}};
  table.indexes = {primary, secondary};
  table.rows = 100'000;
  mesh.tables = {table};
  mesh.streams = {load_of({statement_on(0, StatementKind::update, {indexed_column ? 1 : 2})}, 100)};
  return mesh;
}

Incident holder(int database, Duration at, double seconds) {
  Incident incident;
  incident.name = "report";
  incident.kind = Incident::Kind::open_transaction;
  incident.database = database;
  incident.at = at;
  incident.duration = seconds;
  incident.repeatable_read = true;
  incident.writes = false;
  return incident;
}

class Events : public Observer {
 public:
  void on_piece(std::size_t, const sim::Piece&) override {}
  void on_event(const Event& event) override { events.push_back(event); }
  bool wants_events() const override { return true; }
  std::vector<Event> events;
};

TEST(Vacuum, ComesWheneverAFifthOfTheRowsIsDead) {
  // 720 000 updates, 20 050 dead rows a run and up to one naptime of 1000 more: 34 to 36 runs.
  const auto o = outcomes(updated_table(true));
  EXPECT_GE(o.at("autovacuum_runs sales.t"), 33);
  EXPECT_LE(o.at("autovacuum_runs sales.t"), 36);
  EXPECT_GE(o.at("n_dead_tup sales.t"), 20'050);
  EXPECT_LE(o.at("n_dead_tup sales.t"), 22'000);
}

TEST(Vacuum, KeepsTheHeapAtItsSizeUnderKeyUpdates) {
  Mesh mesh = updated_table(true);
  const double start = outcomes([&] {
                         Mesh idle = mesh;
                         idle.streams.clear();
                         return idle;
                       }())
                           .at("heap_size sales.t");
  const double two_hours = outcomes(mesh).at("heap_size sales.t");
  EXPECT_GT(two_hours, start);
  EXPECT_LT(two_hours, 1.1 * start);
  mesh.horizon = 20h;
  EXPECT_NEAR(outcomes(mesh).at("heap_size sales.t") / two_hours, 1, 0.01);
}

TEST(Vacuum, IsNeededOnceHotUpdatesHaveDoneTheirOwnPruning) {
  // One dead version a page or two stays below the threshold: at most the first updates, which
  // leave their full pages, bring a run.
  EXPECT_LE(outcomes(updated_table(false)).at("autovacuum_runs sales.t"), 1);
}

TEST(Vacuum, LetsATableGrowWhenItIsOff) {
  Mesh mesh = updated_table(true);
  mesh.tables[0].autovacuum.enabled = false;
  const auto o = outcomes(mesh);
  EXPECT_EQ(o.at("autovacuum_runs sales.t"), 0);
  EXPECT_NEAR(o.at("n_dead_tup sales.t"), 720'000, 1);
}

TEST(Vacuum, WritesWal) {
  // Later on pages without line pointers to spare would cost the other one more.
  Mesh with = updated_table(true);
  with.horizon = 30min;
  Mesh without = with;
  without.tables[0].autovacuum.enabled = false;
  EXPECT_GT(outcomes(with).at("wal_records lab"), outcomes(without).at("wal_records lab") + 1000);
}

/// 400 rows a second into a loaded table, a checkpoint after 100 s, and the only visit of
/// autovacuum that finds it due some time after that.
Mesh growing_table(bool checksums) {
  Mesh mesh = updated_table(false);
  mesh.horizon = 250s;
  mesh.nodes[0].data_checksums = checksums;
  mesh.nodes[0].settings.autovacuum_naptime = 100s;
  mesh.nodes[0].settings.checkpoint_timeout = 100s;
  mesh.tables[0].autovacuum.vacuum_insert_threshold = 40'000;
  mesh.tables[0].autovacuum.vacuum_insert_scale_factor = 0;
  mesh.tables[0].autovacuum.analyze_threshold = 1e9;
  mesh.streams[0].statements[0].kind = StatementKind::insert;
  mesh.streams[0].statements[0].columns = {0, 1, 2};
  mesh.streams[0].rate = 400;
  return mesh;
}

TEST(Vacuum, LogsImagesOfPagesFilledBeforeTheRedoPointWithChecksumsOnly) {
  Mesh with = growing_table(true), without = growing_table(false);
  Mesh never = with;
  never.tables[0].autovacuum.enabled = false;
  const double images = outcomes(with).at("wal_fpi lab");
  const double others = outcomes(never).at("wal_fpi lab");
  // The visit is between 100 s and 200 s, the redo point at 100 s: 40 000 rows of about 70 a page
  // were there; one more page is the visibility map's.
  EXPECT_GT(images - others, 500);
  EXPECT_LT(images - others, 650);
  EXPECT_LT(outcomes(without).at("wal_fpi lab"), others + 2);
}

TEST(Vacuum, AnAnalyzeLogsTheCatalogPagesOncePerRedoPoint) {
  Mesh mesh = growing_table(false);
  mesh.tables[0].autovacuum.vacuum_insert_threshold = -1;
  Mesh never = mesh;
  mesh.tables[0].autovacuum.analyze_threshold = 10;
  mesh.tables[0].autovacuum.analyze_scale_factor = 0;
  mesh.nodes[0].settings.autovacuum_naptime = 10s;
  // Three columns in 2.8 kB of pg_statistic and a long value's 6.5 kB: 4.3 + 3.8 pages, in each of
  // three intervals between redo points.
  const double images = outcomes(mesh).at("wal_fpi lab") - outcomes(never).at("wal_fpi lab");
  EXPECT_GT(images, 3 * 7);
  EXPECT_LT(images, 3 * 9);
}

/// A table of packed pages (about 48 rows of 170 bytes), of which one statement changes all rows.
Mesh swept_table(int times) {
  Mesh mesh = updated_table(false);
  mesh.streams.clear();
  mesh.tables[0].autovacuum.enabled = false;
  Statement update;
  update.kind = StatementKind::update;
  update.table = 0;
  update.columns = {2};
  update.rows = 100'000;
  Job job;
  job.name = "bulk update";
  job.database = 0;
  job.statements = {update};
  job.at = 10min;
  if (times > 1) job.every = 20min;
  mesh.horizon = times > 1 ? 40min : 20min;
  mesh.jobs = {job};
  return mesh;
}

TEST(BulkUpdate, MovesEveryRowOfPackedPagesAndDoublesHeapAndIndexes) {
  Mesh mesh = swept_table(1);
  Mesh before = mesh;
  before.jobs.clear();
  const auto was = outcomes(before), is = outcomes(mesh);
  EXPECT_NEAR(is.at("heap_size sales.t") / was.at("heap_size sales.t"), 2, 0.03);
  EXPECT_EQ(is.at("n_tup_hot_upd sales.t"), 0);
  EXPECT_NEAR(is.at("n_dead_tup sales.t"), 100'000, 1);
  // An entry for every row and every version: leaves of 366 split in two.
  EXPECT_NEAR(is.at("index_size sales.t_pkey") / was.at("index_size sales.t_pkey"), 2, 0.1);
}

TEST(BulkUpdate, AfterAVacuumItGoesBackToTheOldPages) {
  Mesh mesh = swept_table(2);
  mesh.tables[0].autovacuum.enabled = true;
  Mesh once = swept_table(1);
  EXPECT_NEAR(outcomes(mesh).at("heap_size sales.t") / outcomes(once).at("heap_size sales.t"), 1,
              0.02);
}

TEST(BulkUpdate, WithoutAVacuumItTakesNewPagesAgain) {
  EXPECT_NEAR(outcomes(swept_table(2)).at("heap_size sales.t") /
                  outcomes(swept_table(1)).at("heap_size sales.t"),
              1.5, 0.03);
}

TEST(Horizon, KeepsEveryVersionThatDiesAndTheTableStaysLarge) {
  Mesh mesh = updated_table(true);
  const double usual = outcomes(mesh).at("heap_size sales.t");
  mesh.incidents = {holder(0, 30min, 1800)};
  const auto o = outcomes(mesh);
  // 180 000 versions are kept, and up to a cycle of 21 000 was there before.
  EXPECT_GE(o.at("n_dead_tup sales.t"), 180'000);
  EXPECT_LE(o.at("n_dead_tup sales.t"), 202'000);
  // 1.8 versions a row more, less what the dead rows of before had left.
  EXPECT_GT(o.at("heap_size sales.t"), 2.5 * usual);
  EXPECT_LT(o.at("heap_size sales.t"), 2.9 * usual);
  EXPECT_NEAR(o.at("n_live_tup sales.t"), 100'000, 1e-6);
}

TEST(Horizon, KeepsVersionsOfRowsThatAreUpdatedOnlyWhileTheyAreNew) {
  // Twenty rows come every second, each is updated five times among the newest 2 000.
  const auto heap = [](double held) {
    Mesh mesh = updated_table(false);
    Statement insert;
    insert.kind = StatementKind::insert;
    insert.table = 0;
    insert.columns = {0, 1, 2};
    Stream rows = mesh.streams[0];
    rows.name = "rows";
    rows.statements = {insert};
    rows.rate = 20;
    mesh.streams[0].statements[0].access.kind = Access::Kind::recent;
    mesh.streams[0].statements[0].access.share = 0.02;
    mesh.streams.push_back(rows);
    if (held > 0) mesh.incidents = {holder(0, 10min, held)};
    return outcomes(mesh).at("heap_size sales.t");
  };
  // 360 000 versions of about 96 bytes in the held hour; without a hold HOT updates prune their
  // own.
  EXPECT_NEAR(heap(3600) - heap(0), 360e3 / 79 * 8192, 0.2 * 360e3 / 79 * 8192);
}

TEST(Horizon, OfAnotherDatabaseIsItsOwn) {
  Mesh mesh = updated_table(true);
  const auto alone = outcomes(mesh);
  mesh.incidents = {holder(1, 30min, 1800)};
  EXPECT_EQ(outcomes(mesh).at("n_dead_tup sales.t"), alone.at("n_dead_tup sales.t"));
}

TEST(Horizon, OfAReadCommittedSessionThatOnlyReadsMoves) {
  Mesh mesh = updated_table(true);
  const auto alone = outcomes(mesh);
  mesh.incidents = {holder(0, 30min, 1800)};
  mesh.incidents[0].repeatable_read = false;
  EXPECT_EQ(outcomes(mesh).at("n_dead_tup sales.t"), alone.at("n_dead_tup sales.t"));
}

TEST(Horizon, NamesItsHolderAtEveryVacuumThatCannotWork) {
  Mesh mesh = updated_table(true);
  mesh.incidents = {holder(0, 30min, 1800)};
  Events events;
  outcomes(mesh, 0, &events);
  int starved = 0;
  for (const Event& e : events.events)
    starved += e.kind == "autovacuum" && e.subject == "sales.t" &&
               e.text.find("dead rows kept by report") != std::string::npos;
  // Above the threshold after 200 s of 1800, and every naptime of 10 s a run for nothing.
  EXPECT_GT(starved, 130);
  EXPECT_LT(starved, 165);
}

TEST(KillRoutine, EndsTheHolderWhenItIsTooOldInTransactions) {
  Mesh mesh = updated_table(true);
  mesh.incidents = {holder(0, 30min, 1800)};
  mesh.governance.kill_routine_every = 5min;
  mesh.governance.kill_routine_xmin_age = 50'000;  // 500 s at 100/s: killed after ten minutes
  Events events;
  const auto o = outcomes(mesh, 0, &events);
  EXPECT_GE(o.at("n_dead_tup sales.t"), 60'000);
  EXPECT_LE(o.at("n_dead_tup sales.t"), 82'000);
  bool killed = false;
  for (const Event& e : events.events)
    killed |= e.kind == "killed" && e.subject == "report" && e.at == Instant{40min};
  EXPECT_TRUE(killed);
}

TEST(HorizonProperty, LongerHoldsAreNeverSmaller) {
  double heap = 0, dead = 0;
  for (const double seconds : {60.0, 300.0, 900.0, 1800.0, 3600.0}) {
    Mesh mesh = updated_table(false);
    mesh.incidents = {holder(0, 30min, seconds)};
    const auto o = outcomes(mesh);
    EXPECT_GE(o.at("heap_size sales.t"), heap) << seconds;
    EXPECT_GE(o.at("n_dead_tup sales.t"), dead) << seconds;
    heap = o.at("heap_size sales.t");
    dead = o.at("n_dead_tup sales.t");
  }
}

TEST(Horizon, OwnsTheDeadRowsItKeeps) {
  Mesh mesh = updated_table(true);
  mesh.incidents = {holder(0, 30min, 0)};  // until the end: 540 000 versions
  const Model model{mesh};
  LastPieces pieces;
  model.simulate(7, 0, &pieces);
  double kept = -1, heap = -1;
  for (const auto& [series, piece] : pieces.last) {
    const SeriesKey& key = model.series()[series];
    if (key.owner == "dead rows of sales.t kept by report") kept = piece(Instant{mesh.horizon});
    if (key.owner == "heap of sales.t") heap = piece(Instant{mesh.horizon});
  }
  // Header 24, id, key, note 61: 101 bytes, 104 aligned, 108 with the line pointer; 75 on a page.
  EXPECT_NEAR(kept, 540'000 * 8192.0 / 75, 1e6);
  EXPECT_NEAR(heap, 100'000 * 8192.0 / 75, 3e6);
}

}  // namespace
}  // namespace models
