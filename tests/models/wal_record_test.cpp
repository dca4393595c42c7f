#include "models/wal_record.hpp"

#include <gtest/gtest.h>

#include "sim/rng.hpp"
#include "tests/models/tables.hpp"

// Expected lengths were read by pg_waldump and pg_walinspect from PostgreSQL 15.20 unless a comment
// works them out.
namespace models {
namespace {

RowLayout layout_of(const Table& t, const ToastOptions& options = {}) {
  return row_layout(t, row_widths(t), options);
}

Table nine_with_key() {
  Table t = nine_columns();
  t.indexes = {primary_key({0})};
  return t;
}

Table toasted() {
  Table t = table({column("integer"), column("integer"), column("text", 8000)});
  t.columns[2].storage = 'e';
  t.indexes = {primary_key({0})};
  return t;
}

double record(const Table& t, const std::vector<int>& changed, WalLevel level, bool same = true) {
  return update_wal(t, layout_of(t), changed, {.wal_level = level, .same_page = same}).record;
}

TEST(WalFraming, MainDataHasALongHeaderFrom256BytesOn) {
  EXPECT_EQ(main_data(0), 0);
  EXPECT_EQ(main_data(255), 257);
  EXPECT_EQ(main_data(256), 261);
}

TEST(LsnDistance, CountsPageAndSegmentHeaders) {
  // a whole segment holds 2048 pages of 8168 bytes, less 16 for the longer first header
  EXPECT_DOUBLE_EQ(lsn_distance(2048 * 8168 - 16), 16.0 * 1024 * 1024);
  EXPECT_NEAR(lsn_distance(8168), 8192, 0.01);
}

TEST(PageImage, AddsItsHeaderAndLosesItsHole) {
  EXPECT_EQ(page_image(8192), 8197);
  EXPECT_EQ(page_image(1000), 1005);
  EXPECT_EQ(page_image(1000, 0.5), 507);   // hole length needs two more bytes
  EXPECT_EQ(page_image(8192, 0.5), 4101);  // no hole
  EXPECT_EQ(full_page_image_record(1000), 1049);
}

TEST(HeapRecords, AreAsLongAsMeasured) {
  EXPECT_EQ(heap_insert(57).mean, 88);
  EXPECT_EQ(heap_insert(88).mean, 119);
  EXPECT_EQ(heap_update_same_page(105).mean, 147);
  EXPECT_EQ(heap_update_other_page(105).mean, 155);
  EXPECT_EQ(heap_delete_logical(28).mean, 64);    // integer key of five columns
  EXPECT_EQ(heap_delete_logical(36).mean, 72);    // of nine
  EXPECT_EQ(heap_delete_logical(105).mean, 141);  // whole row
  EXPECT_EQ(heap_delete_logical(Length{}).mean, 54);
  EXPECT_EQ(heap_inplace(15), 188);
  EXPECT_EQ(heap_inplace(18), 258);
  EXPECT_EQ(heap_truncate(1), 42);
}

TEST(MultiInsert, PacksAPageIntoOneRecord) {
  EXPECT_EQ(heap_multi_insert(64, 120, true).mean, 5810);  // 50 + 120 * 48
  EXPECT_EQ(heap_multi_insert(49, 40, false).mean, 1489);  // 50 + 80 + 40 * 34 - 1
}

TEST(CopyWal, IsAboutRowLengthMinusSixteen) {
  // 128-row pages of t_len 48 rows (32 logged bytes); measured 34.5 bytes per row with 1000-row
  // batches
  EXPECT_NEAR(copy_wal_per_row(49, 136, 30, 100'000), 34.5, 0.3);
  EXPECT_NEAR(copy_wal_per_row(64, 120, 40, 100'000), 48.5, 0.2);
  // one row: 50 + 48, aligned
  EXPECT_EQ(copy_wal_per_row(64, 120, 40, 1), 104);
  // wide input flushes by bytes: 66 rows of 1000 per batch, each batch adds a record
  EXPECT_GT(copy_wal_per_row(64, 120, 1000, 100'000), copy_wal_per_row(64, 120, 40, 100'000));
}

TEST(UpdateWal, BelowLogicalSkipsWhatPrefixAndSuffixShare) {
  const Table t = nine_with_key();
  EXPECT_EQ(heap_update_compressed(layout_of(t), update_span(layout_of(t), {6})).mean, 71);  // bool
  EXPECT_EQ(heap_update_compressed(layout_of(t), update_span(layout_of(t), {8})).mean, 72);  // date
  EXPECT_EQ(record(t, {6}, WalLevel::replica), 72);
  EXPECT_EQ(record(t, {3}, WalLevel::replica), 80);
  EXPECT_EQ(record(t, {0}, WalLevel::replica), 72);
}

TEST(UpdateWal, LogicalLogsTheWholeRowAndAChangedKey) {
  const Table t = nine_with_key();
  EXPECT_EQ(record(t, {6}, WalLevel::logical), 136);         // 88 + 42 = 130
  EXPECT_EQ(record(t, {6}, WalLevel::logical, false), 144);  // 138
  EXPECT_EQ(record(t, {0}, WalLevel::logical), 152);         // 130 + 5 + 13
  EXPECT_EQ(record(t, {0}, WalLevel::logical, false), 160);
}

TEST(UpdateWal, APageImageForbidsCompression) {
  const Table t = nine_with_key();
  const UpdateWal wal = update_wal(t, layout_of(t), {6}, {.page_image = true});
  EXPECT_EQ(wal.record, 136);
}

TEST(UpdateWal, LocksBeforeChangingPage) {
  const Table t = nine_with_key();
  EXPECT_EQ(update_wal(t, layout_of(t), {6}, {.same_page = true}).lock, 0);
  EXPECT_EQ(update_wal(t, layout_of(t), {6}, {.same_page = false}).lock, 56);
}

TEST(UpdateWal, OfAppliedRowsLocksAndNamesTheOrigin) {
  const Table t = nine_with_key();  // 130 + 3 = 133
  const UpdateWal wal =
      update_wal(t, layout_of(t), {6}, {.wal_level = WalLevel::logical, .applied = true});
  EXPECT_EQ(wal.record, 136);
  EXPECT_EQ(wal.lock, 56);
}

TEST(UpdateWal, FullIdentityLogsTheOldRow) {
  Table t = table({column("integer"), column("integer"), column("text", 300)});
  t.indexes = {primary_key({0})};
  t.replica_identity = ReplicaIdentity::full;
  EXPECT_EQ(record(t, {1}, WalLevel::logical, false), 712);  // 707: 336 + 50 + 5 + 313 + 3
  EXPECT_EQ(record(t, {1}, WalLevel::replica), 80);          // 65 + 1 + 4 + 4: logical only
}

TEST(UpdateWal, OfToastedRowsKeepsUntouchedValues) {
  const Table t = toasted();
  const UpdateWal wal = update_wal(t, layout_of(t), {1}, {.wal_level = WalLevel::logical});
  EXPECT_EQ(wal.record, 96);  // 50 + 42
  EXPECT_EQ(wal.lock, 56);    // though on the same page
  EXPECT_EQ(wal.toast, 0);
}

TEST(UpdateWal, OfAToastedValueWritesNewChunksAndDeletesOldOnes) {
  const Table t = toasted();
  const UpdateWal wal = update_wal(t, layout_of(t), {2}, {.wal_level = WalLevel::logical});
  // five chunks: 4 * 2064 + 88, five index entries of 66.2, five deletes of 56
  EXPECT_NEAR(wal.toast, 8344 + 331 + 280, 1);
}

TEST(UpdateWal, FullIdentityFetchesToastedValues) {
  Table t = toasted();
  t.replica_identity = ReplicaIdentity::full;
  EXPECT_EQ(record(t, {1}, WalLevel::logical), 8120);  // 8113: 50 + 42 + 5 + 8013 + 3
  // 8075 and five chunk deletes of 54
  EXPECT_EQ(delete_wal(t, layout_of(t), WalLevel::logical), 8080 + 5 * 56);
}

TEST(DeleteWal, LogsTheKeyForLogicalDecoding) {
  const Table t = nine_with_key();
  EXPECT_EQ(delete_wal(t, layout_of(t), WalLevel::replica), 56);
  EXPECT_EQ(delete_wal(t, layout_of(t), WalLevel::logical), 72);
  EXPECT_EQ(delete_wal(nine_columns(), layout_of(nine_columns()), WalLevel::logical),
            56);                                                             // no key
  EXPECT_EQ(delete_wal(t, layout_of(t), WalLevel::logical, true), 80 + 56);  // 75, LOCK first
}

TEST(InsertWal, IncludesTheChunksOfToastedValues) {
  EXPECT_EQ(insert_wal(layout_of(nine_columns())), 120);
  EXPECT_EQ(insert_wal(layout_of(nine_columns()), true), 128);  // 122 with the origin
  EXPECT_NEAR(insert_wal(layout_of(toasted())), 88 + 8344 + 331, 1);
}

TEST(CommitRecord, GrowsWithWhatItCarries) {
  EXPECT_EQ(commit_record({}), 34);
  EXPECT_EQ(commit_record({.wal_level = WalLevel::logical}), 46);
  EXPECT_EQ(commit_record({.subtransactions = 2}), 50);
  EXPECT_EQ(commit_record({.wal_level = WalLevel::logical, .subtransactions = 2}), 58);
  EXPECT_EQ(commit_record({.wal_level = WalLevel::logical, .applied = true}), 65);
  // dropping a file: 4 flags, 4 + 12; statistics 4 + 12, from 18 on 4 + 16
  EXPECT_EQ(commit_record({.dropped_files = 1}), 54);
  EXPECT_EQ(commit_record({.dropped_files = 1, .dropped_stats = 1}, 15), 70);
  EXPECT_EQ(commit_record({.dropped_files = 1, .dropped_stats = 1}, 18), 74);
}

TEST(OtherRecords, AreAsLongAsMeasured) {
  EXPECT_EQ(invalidation_record(3), 78);
  EXPECT_EQ(standby_lock_record(1), 42);
  EXPECT_EQ(running_xacts_record(), 50);
  EXPECT_EQ(running_xacts_record(1), 54);
  EXPECT_EQ(multixact_create_record(2), 54);
  EXPECT_EQ(checkpoint_wal(15, WalLevel::logical), 120 + 56);
  EXPECT_EQ(checkpoint_wal(15, WalLevel::minimal), 120);
  EXPECT_EQ(checkpoint_wal(17, WalLevel::replica), 120 + 56 + 32);
}

TEST(BtreeRecords, AreAsLongAsMeasured) {
  IndexLayout index;
  index.tuple = 16;
  EXPECT_EQ(btree_insert_leaf(index).mean, 64);
  EXPECT_EQ(btree_insert_upper(16), 72);
  EXPECT_EQ(btree_split_record(index, 42 * 16, true), 752);
  EXPECT_EQ(btree_split_record(index, 205 * 16, false), 3368 + 8);  // 3368 or, new item left, 3384
  EXPECT_EQ(btree_vacuum_record(30), 110);
  EXPECT_EQ(btree_dedup_record(2), 56);
  EXPECT_EQ(btree_delete_record(10, 15), 74);
  EXPECT_EQ(btree_delete_record(10, 16), 75);
}

TEST(IndexInsertWal, AddsSplitsToTheEntry) {
  const Table t = table({column("integer")});
  const IndexLayout index = index_layout(t, index_on({0}, true), layout_of(t), 400'000);
  EXPECT_NEAR(index_insert_wal(index, KeyOrder::ascending), 66.25, 0.01);
  EXPECT_GT(index_insert_wal(index, KeyOrder::random), 72);
}

TEST(PruneRecords, ChangeWithTheMajorVersion) {
  const PruneCounts one_dead{.dead = 1}, nineteen_dead{.dead = 19};
  EXPECT_EQ(prune_record(one_dead, 15), 56);
  EXPECT_EQ(prune_record(nineteen_dead, 15), 92);
  EXPECT_EQ(prune_record(nineteen_dead, 16), 93);
  EXPECT_EQ(prune_record(one_dead, 17), 56);
  EXPECT_EQ(prune_record(nineteen_dead, 18), 92);
  EXPECT_EQ(prune_record({.redirected = 1}, 15), 58);
  EXPECT_EQ(vacuum_second_pass_record(19, 15), 86);
  EXPECT_EQ(vacuum_second_pass_record(19, 17), 88);
  EXPECT_EQ(freeze_record(167, 167, 15), 2056);
  EXPECT_EQ(freeze_record(167, 1, 16), 399);
  EXPECT_EQ(freeze_record(167, 1, 17), 402);
}

TEST(UpdateWalProperty, CompressionNeverLogsMoreThanTheWholeRow) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    Table t = table({column("bigint"), column("text", rng.uniform(1, 60), rng.uniform(0, 0.5)),
                     column("integer"), column("numeric", 6), column("timestamp with time zone"),
                     column("text", rng.uniform(1, 60))});
    t.indexes = {primary_key({0})};
    const std::vector<int> changed{static_cast<int>(rng.between(0, 5))};
    const double replica = record(t, changed, WalLevel::replica);
    EXPECT_LE(replica, record(t, changed, WalLevel::logical) + 8);
    EXPECT_GE(replica, 64);
    EXPECT_LE(record(t, changed, WalLevel::logical), record(t, changed, WalLevel::logical, false));
    t.replica_identity = ReplicaIdentity::full;
    EXPECT_GT(record(t, changed, WalLevel::logical), record(t, changed, WalLevel::replica));
  }
}

}  // namespace
}  // namespace models
