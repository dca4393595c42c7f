#include "models/gin.hpp"

#include <gtest/gtest.h>

#include <cmath>

/// Figures from PostgreSQL 15.20, pg_waldump and gin_metapage_info().
namespace models {
namespace {

/// integer[] with five of 1000 numbers in a row: index tuples of A8(8 + 4) = 16 bytes.
GinLayout five_of_1000() {
  GinLayout layout;
  layout.keys = {{5, 1000, 16}};
  layout.limit = 256 * 1024;
  layout.rows_per_heap_page = 97;
  return layout;
}

TEST(Gin, ARowTakesItsTuplesAndLinePointersInThePendingList) {
  // 5 (16 + 4) = 100 of 8160 bytes: 81 rows a page; 20000 rows made 247 pages.
  EXPECT_EQ(five_of_1000().rows_per_list_page(), 81);
}

TEST(Gin, TheListIsFlushedByTheFirstPageBeyondTheLimit) {
  // 32 pages of 8160 bytes are 261120, below 262144; 33 are above.
  EXPECT_EQ(five_of_1000().pages_at_flush(), 33);
}

TEST(Gin, AnInsertIsLoggedWithItsTuples) {
  // 142 + 80 = 222 -> 224 in 80 of 81 rows; a new page is logged by 134 -> 136 and 142 -> 144.
  const GinRecords wal = gin_pending_insert(five_of_1000());
  EXPECT_NEAR(wal.bytes, (224.0 * 80 + 136 + 144) / 81, 1e-9);
  EXPECT_NEAR(wal.records, 1 + 1.0 / 81, 1e-12);
}

TEST(Gin, PostingListsStoreGapsInOneToFourBytes) {
  EXPECT_EQ(gin_posting_list(1, 50), 8);            // the first row's number and the length
  EXPECT_EQ(gin_posting_list(2, 100), 8 + 4);       // 2 + 0.92 on: 3 bytes, an even number
  EXPECT_EQ(gin_posting_list(101, 1e-9), 8 + 100);  // all on one page
  EXPECT_NEAR(gin_posting_list(1001, 1e9), 8 + 4000, 1);
}

TEST(Gin, BuiltFromUniqueKeysLeavesAreHalfFull) {
  // 249982 keys of 24 + 4 bytes: 7.0 MB in halves of 8160 are 1716 leaves and 11 above; measured
  // 1709.
  GinLayout layout = five_of_1000();
  layout.keys = {{1, 0, 16}};
  EXPECT_NEAR(gin_pages_built(layout, 249982).entries, 1709, 0.015 * 1709);
}

TEST(Gin, BuiltFromRepeatedKeysEntriesHoldTheirRows) {
  GinLayout layout = five_of_1000();
  layout.keys = {{5, 100001, 16}};
  const GinPages many = gin_pages_built(layout, 50000);
  EXPECT_NEAR(many.keys, 91631, 0.005 * 91631);
  EXPECT_NEAR(many.entries, 812, 0.05 * 812);
  layout.keys = {{5, 1001, 16}};
  EXPECT_NEAR(gin_pages_built(layout, 50000).entries, 110, 0.1 * 110);
}

TEST(Gin, FewKeysKeepTheirRowsInTrees) {
  // Three keys of 66667 rows each: 28 leaves in all and three roots.
  GinLayout layout = five_of_1000();
  layout.keys = {{1, 3, 16}};
  layout.rows_per_heap_page = 120;
  EXPECT_NEAR(gin_pages_built(layout, 200000).data, 31, 3);
}

TEST(Gin, AFlushWritesOneRecordForEveryDifferentKeyOfTheBatch) {
  // Seven flushes of 2673 rows into an empty index: 7006 records of 171 bytes; trees of 27 pages.
  const GinLayout layout = five_of_1000();
  double records = 0, bytes = 0, deletes = 0;
  for (int i = 0; i < 7; ++i) {
    const GinFlush flush = gin_flush(layout, i * layout.rows_at_flush(), layout.rows_at_flush());
    deletes += 3;  // of 16 list pages each
    records += flush.wal.records;
    bytes += flush.wal.bytes;
  }
  EXPECT_NEAR(records - deletes, 7006, 0.01 * 7006);
  EXPECT_NEAR(bytes, 1201009 + 4158, 0.05 * 1201009);
}

TEST(Gin, AFlushIntoALargeIndexRewritesLongEntries) {
  // 50000 rows before: 7007 records, 4.317 MB.
  const GinLayout layout = five_of_1000();
  double bytes = 0;
  for (int i = 0; i < 7; ++i)
    bytes +=
        gin_flush(layout, 50000 + i * layout.rows_at_flush(), layout.rows_at_flush()).wal.bytes;
  EXPECT_NEAR(bytes, 4317153, 0.05 * 4317153);
}

TEST(Gin, LeavesThatAreAlikeSplitInOneWave) {
  // 13 half-full pages after the first flush, 24 pages' worth of entries at the end: measured 26.
  const GinLayout layout = five_of_1000();
  const GinPages first = gin_pages_built(layout, layout.rows_at_flush());
  const GinPages last = gin_pages_built(layout, 7 * layout.rows_at_flush());
  EXPECT_NEAR(gin_entry_pages(first, last.bytes, last.keys - first.keys), 26, 4);
}

TEST(GinProperty, MoreRowsNeverTakeFewerPages) {
  for (const double distinct : {0.0, 3.0, 50.0, 1e3, 1e5}) {
    GinLayout layout = five_of_1000();
    layout.keys = {{3, distinct, 24}};
    double before = 0;
    for (double rows = 0; rows < 3e5; rows += 7919) {
      const GinPages pages = gin_pages_built(layout, rows);
      EXPECT_GE(pages.entries + pages.data, before * 0.999) << distinct << " " << rows;
      before = pages.entries + pages.data;
    }
  }
}

TEST(GinProperty, SplittingAddsPagesSteadily) {
  const GinPages built = gin_pages_built(five_of_1000(), 50000);
  double before = built.entries;
  for (double bytes = built.bytes; bytes < 20 * built.bytes; bytes *= 1.01) {
    const double pages = gin_entry_pages(built, bytes, 0);
    EXPECT_GE(pages, before * (1 - 1e-9));
    EXPECT_LE(bytes / pages, gin_page_usable * 1.2);
    before = pages;
  }
}

}  // namespace
}  // namespace models
