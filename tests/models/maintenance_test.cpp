#include "models/maintenance.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/btree.hpp"
#include "models/simulate.hpp"
#include "models/tuple.hpp"
#include "models/wal_record.hpp"
#include "tests/models/outcomes.hpp"
#include "tests/models/tables.hpp"

namespace models {
namespace {

TEST(CatalogWork, MatchesWhatStatementsWriteOnPostgres15) {
  Table t = table({column("integer"), column("integer"), column("integer"), column("integer"),
                   column("integer"), column("integer")});
  t.indexes = {index_on({0})};
  const auto bytes = [&t](CatalogChange change, WalLevel level = WalLevel::replica) {
    return catalog_work(change, t, level).bytes;
  };
  // Bytes without images of the first execution after a checkpoint, 15.20
  EXPECT_NEAR(bytes(CatalogChange::truncate) / 1060, 1, 0.12);
  EXPECT_NEAR(bytes(CatalogChange::refresh) / 7932, 1, 0.10);
  EXPECT_NEAR(bytes(CatalogChange::refresh_concurrently) / 26172, 1, 0.10);
  EXPECT_NEAR(bytes(CatalogChange::swap) / 10328, 1, 0.10);
  EXPECT_NEAR(bytes(CatalogChange::swap, WalLevel::logical) / 15504, 1, 0.10);
  EXPECT_NEAR(catalog_work(CatalogChange::swap, t, WalLevel::replica).first_images, 21, 3);
}

TEST(HasToastTable, NeedsAColumnWithoutALimitOrALongRow) {
  EXPECT_FALSE(has_toast_table(table({column("integer"), column("uuid")})));
  EXPECT_TRUE(has_toast_table(table({column("text")})));
  EXPECT_TRUE(has_toast_table(table({column("integer[]")})));
  Column name = column("character varying");
  name.typmod = 100;
  EXPECT_FALSE(has_toast_table(table({name})));  // 404 bytes at most
  name.typmod = 600;
  EXPECT_TRUE(has_toast_table(table({name})));  // 2404
}

TEST(RefreshesConcurrently, NeedsAUniqueIndexOnColumnsOfAllRows) {
  Table view = table({column("integer")});
  EXPECT_FALSE(refreshes_concurrently(view));
  view.indexes = {index_on({0}, true)};
  EXPECT_TRUE(refreshes_concurrently(view));
  view.indexes[0].predicate = "c0 > 0";
  EXPECT_FALSE(refreshes_concurrently(view));
}

/// One server, a table of 40 000 rows and what a job does to it after 10 s.
Mesh lab() {
  Mesh mesh;
  mesh.horizon = 30s;
  Node node;
  node.name = "lab";
  node.since_checkpoint = 0s;
  node.segment_used = 0;
  node.pg_wal_bytes = 32 * 1024 * 1024.0;
  node.bulk_rate = 200e3;
  node.settings.autovacuum = false;
  mesh.nodes = {node};
  mesh.databases = {{"shop", 0}};
  mesh.tables = {keyed_table("t", 40'000, 60)};
  return mesh;
}

Job at_ten_seconds(Mesh& mesh, Job job) {
  job.name = "job";
  job.database = 0;
  job.at = 10s;
  mesh.jobs.push_back(job);
  return job;
}

void rebuild(Mesh& mesh, Job::Rebuild by, double rows) {
  Job job;
  job.kind = Job::Kind::rebuild;
  job.by = by;
  job.table = 0;
  job.rows = rows;
  at_ten_seconds(mesh, job);
}

void run_statement(Mesh& mesh, StatementKind kind, double rows = 1) {
  Job job;
  job.statements = {statement_on(0, kind, {0, 1})};
  job.statements[0].rows = rows;
  at_ten_seconds(mesh, job);
}

TEST(Rebuild, ASwapWritesEveryRowAndEveryIndexPageOnce) {
  Mesh mesh = lab();
  rebuild(mesh, Job::Rebuild::swap, 40'000);
  const auto o = outcomes(mesh);
  // Rows: t_len 24 + 8 + 61 = 93, INSERT 124 -> 128; the index: an image of about 7.4 kB per page.
  const RowLayout layout = row_layout(mesh.tables[0], row_widths(mesh.tables[0]));
  const IndexLayout index = index_layout(mesh.tables[0], mesh.tables[0].indexes[0], layout, 40'000);
  const CatalogWork catalogs = catalog_work(CatalogChange::swap, mesh.tables[0], WalLevel::replica);
  const double rows = 40'000 * insert_wal(layout), built = index_build_wal(index, 40'000, 15);
  const double expected =
      rows + built + catalogs.bytes + catalogs.first_images * page_image(catalog_image);
  EXPECT_NEAR(o.at("wal_bytes lab") / expected, 1, 0.02);
  EXPECT_NEAR(o.at("wal_fpi lab"), btree_pages_built(index, 40'000).total() + catalogs.first_images,
              1);
  EXPECT_EQ(o.at("n_live_tup public.t"), 40'000);
  // Old and new files side by side until the commit.
  EXPECT_NEAR(o.at("database_size lab") - o.at("table_size public.t"),
              4 * 7.7e6 + 0.8e6 + o.at("table_size public.t"), 0.05 * o.at("table_size public.t"));
}

TEST(Rebuild, FewerRowsLeaveASmallerTable) {
  for (const Job::Rebuild by : {Job::Rebuild::swap, Job::Rebuild::truncate_insert}) {
    Mesh mesh = lab();
    rebuild(mesh, by, 10'000);
    EXPECT_NEAR(outcomes(mesh).at("n_live_tup public.t"), 10'000, 1);
  }
}

TEST(Rebuild, TruncateAndInsertStartsFromEmptyFiles) {
  Mesh mesh = lab();
  rebuild(mesh, Job::Rebuild::truncate_insert, 40'000);
  const auto o = outcomes(mesh);
  EXPECT_NEAR(o.at("heap_size public.t") / outcomes(lab()).at("heap_size public.t"), 1, 0.02);
  EXPECT_LT(o.at("wal_fpi lab"), 20);  // catalogs: no page of a new file wants an image
}

TEST(Rebuild, DeleteAndInsertDoublesTheHeapUntilAVacuum) {
  Mesh mesh = lab();
  rebuild(mesh, Job::Rebuild::delete_insert, 40'000);
  Mesh untouched = lab();
  EXPECT_NEAR(
      outcomes(mesh).at("heap_size public.t") / outcomes(untouched).at("heap_size public.t"), 2,
      0.02);
}

TEST(RefreshConcurrently, WritesWhatDiffersOnly) {
  double before = 0;
  for (const double changed : {0.0, 0.01, 0.1, 1.0}) {
    Mesh mesh = lab();
    rebuild(mesh, Job::Rebuild::refresh_concurrently, 40'000);
    mesh.jobs[0].changed = changed;
    const double wal = outcomes(mesh).at("wal_bytes lab");
    EXPECT_GT(wal, before);
    before = wal;
  }
}

TEST(VacuumCommand, CountsAsNoAutovacuumAndMakesSpaceReusable) {
  Mesh mesh = lab();
  mesh.streams = {load_of({statement_on(0, StatementKind::delete_, {})}, 400)};
  const auto without = outcomes(mesh);
  run_statement(mesh, StatementKind::vacuum);
  const auto o = outcomes(mesh);
  EXPECT_EQ(o.at("autovacuum_runs public.t"), 0);
  EXPECT_NEAR(o.at("n_dead_tup public.t") / without.at("n_dead_tup public.t"), 2.0 / 3,
              0.05);  // of 10 s, then 20 s
  EXPECT_GT(o.at("wal_bytes lab"), without.at("wal_bytes lab"));
}

TEST(TruncateCommand, EmptiesTheTable) {
  Mesh mesh = lab();
  run_statement(mesh, StatementKind::truncate);
  EXPECT_EQ(outcomes(mesh).at("n_live_tup public.t"), 0);
}

TEST(BulkDelete, TouchesThePagesOfTheOldestRowsOnly) {
  Mesh mesh = lab();
  run_statement(mesh, StatementKind::delete_, 10'000);
  mesh.jobs[0].statements[0].predicate_columns = {0};  // id, ascending
  const double pages = outcomes(lab()).at("heap_size public.t") / page_size;
  EXPECT_NEAR(outcomes(mesh).at("wal_fpi lab"), pages / 4, 2);
}

}  // namespace
}  // namespace models
