#include "models/tuple.hpp"

#include <gtest/gtest.h>

#include "sim/rng.hpp"
#include "tests/models/tables.hpp"

namespace models {
namespace {

RowLayout layout_of(const Table& t, const ToastOptions& options = {}) {
  return row_layout(t, row_widths(t), options);
}
Length length_of(const Table& t) { return heap_tuple(layout_of(t)); }

TEST(HeapTuple, PadsEveryColumnToItsAlignment) {
  // 24 | int 0-4, pad to 8 | bigint 8-16 | text 16-22, pad to 24 | timestamptz 24-32 | uuid 32-48 |
  // numeric 48-55 | bool 55-56 | smallint 56-58, pad to 60 | date 60-64: 24 + 64 = 88, as measured
  EXPECT_EQ(length_of(nine_columns()).mean, 88);
  EXPECT_TRUE(length_of(nine_columns()).fixed());
}

TEST(HeapTuple, NullLeavesItsColumnOutAndBringsABitmapFromNineColumnsOn) {
  Table t = nine_columns();
  t.columns[2] =
      column("text", 5, 1);  // t_hoff 32, without the text and its padding 56: 88, as measured
  EXPECT_EQ(length_of(t).mean, 88);
  EXPECT_EQ(tuple_header(8, true), 24);
  EXPECT_EQ(tuple_header(9, true), 32);
  EXPECT_EQ(tuple_header(72, true), 32);
  EXPECT_EQ(tuple_header(73, true), 40);
  EXPECT_EQ(tuple_header(73, false), 24);
}

TEST(HeapTuple, OfSometimesNullColumnsIsTheMean) {
  // id 4, text 1 + 10 in two of three rows, then bigint: 24 + (15 -> 16 + 8) or 24 + (4 -> 8 + 8)
  const Table t = table({column("integer"), column("text", 10, 1.0 / 3), column("bigint")});
  EXPECT_NEAR(length_of(t).mean, 2.0 / 3 * 48 + 1.0 / 3 * 40, 1e-9);
}

TEST(HeapTuple, LongVarlenaIsAlignedShortIsNot) {
  EXPECT_EQ(length_of(table({column("boolean"), column("text", 126)})).mean, 24 + 1 + 127);
  EXPECT_EQ(length_of(table({column("boolean"), column("text", 127)})).mean, 24 + 4 + 131);
  EXPECT_EQ(length_of(table({column("boolean"), column("bigint[]", 180)})).mean, 24 + 8 + 184);
}

TEST(HeapTuple, NumericStepsByTwoBytes) {
  // average payload 7: 6 or 8, with a header 7 or 9; the bigint after it starts at 8 or 16
  const Table t = table({column("numeric", 7), column("bigint")});
  EXPECT_DOUBLE_EQ(length_of(t).mean, 24 + 0.5 * 16 + 0.5 * 24);
}

TEST(HeapTuple, SpreadWidthsAverageTheirPadding) {
  Column name = column("text", 12);
  name.width_spread = 4;  // 9 to 17 bytes with header alike; the bigint starts at 16 or 24
  const Table t = table({name, column("bigint")});
  EXPECT_NEAR(length_of(t).mean, 24 + 8.0 / 9 * 16 + 1.0 / 9 * 24 + 8, 1e-9);
}

TEST(KeyTuple, HasEveryColumnWithNullsForTheRest) {
  Table five = table(
      {column("integer"), column("text", 9), column("bigint"), column("date"), column("boolean")});
  EXPECT_EQ(key_tuple(layout_of(five), {0}).mean, 28);                       // 24 + 4
  EXPECT_EQ(key_tuple(layout_of(nine_columns()), {0}).mean, 36);             // 32 + 4
  EXPECT_EQ(key_tuple(layout_of(table({column("bigint")})), {0}).mean, 32);  // no NULL at all
}

TEST(ReplicaIdentity, NamesTheColumnsThatAreLogged) {
  Table t = nine_columns();
  EXPECT_TRUE(replica_identity_columns(t).empty());  // no primary key
  t.indexes = {index_on({1}, true), primary_key({0})};
  EXPECT_EQ(replica_identity_columns(t), std::vector<int>{0});
  t.replica_identity = ReplicaIdentity::index;
  t.replica_identity_index = 0;
  EXPECT_EQ(replica_identity_columns(t), std::vector<int>{1});
  t.replica_identity = ReplicaIdentity::full;
  EXPECT_EQ(replica_identity_columns(t).size(), 9U);
  t.replica_identity = ReplicaIdentity::nothing;
  EXPECT_TRUE(replica_identity_columns(t).empty());
}

TEST(ColumnSpans, SayWhereEachValueLies) {
  const auto spans = column_spans(layout_of(nine_columns()));
  EXPECT_EQ(spans[0].begin, 24);
  EXPECT_EQ(spans[0].end, 28);
  EXPECT_EQ(spans[1].begin, 32);  // after four bytes of padding
  EXPECT_EQ(spans[2].begin, 40);
  EXPECT_EQ(spans[2].end, 46);
  EXPECT_EQ(spans[8].end, 88);
}

TEST(RowsPerPage, FollowsFillfactor) {
  EXPECT_EQ(rows_per_page(Length(69)), 107);     // 8168 / (72 + 4); 100 000 rows took 935 pages
  EXPECT_EQ(rows_per_page(Length(69), 70), 75);  // (8168 - 2457) / 76
  EXPECT_EQ(rows_per_page(Length(186), 80), 33);
  EXPECT_EQ(heap_pages(100'000, 107), 935);
  EXPECT_EQ(heap_pages(100'000, 75), 1334);
  EXPECT_EQ(heap_pages(200'000, 33), 6061);
  EXPECT_EQ(rows_per_page(Length(24)), 291);  // 8168 / 28, the most a page may hold
  EXPECT_EQ(rows_per_page(Length(5000), 10),
            1);  // an empty page takes a row whatever fillfactor says
}

TEST(HeapPageContent, IsThePageWithoutItsHole) {
  EXPECT_EQ(heap_page_content(10, Length(69)), 24 + 10 * 76);
  EXPECT_EQ(heap_page_content(1000, Length(69)), 8192);
}

TEST(Toast, MovesAValueThatCompressionCannotHelp) {
  const Table t = table({column("integer"), column("text", 8000)});
  const RowLayout layout = layout_of(t, {.compression_ratio = 1});
  EXPECT_EQ(heap_tuple(layout).mean, 46);  // 24 + 4 + 18, as measured
  ASSERT_EQ(layout.toast.values.size(), 1U);
  EXPECT_TRUE(layout.toast.out_of_line(1));
  EXPECT_FALSE(layout.toast.values[0].compressed);
  EXPECT_EQ(layout.toast.chunks_per_row(), 5);             // four of 1996 and one of 16
  EXPECT_NEAR(layout.toast.pages_per_row(), 1.008, 0.01);  // 1000 rows took 1008 pages
}

TEST(Toast, ChunksFillPagesAsMeasured) {
  const Table t = table({column("integer"), column("text", 5000)});
  const RowLayout layout = layout_of(t, {.compression_ratio = 1});
  EXPECT_NEAR(layout.toast.pages_per_row(), 0.715, 0.01);  // 1000 rows took 715 pages
  EXPECT_EQ(toast_chunk_tuple(1996), 2032);
}

TEST(Toast, CompressionMayKeepAValueInTheRow) {
  const Table t = table({column("integer"), column("text", 3000)});
  const RowLayout layout =
      layout_of(t, {.compression_ratio = 0.5});  // 24 + 4 + 4 + (4 + 1500) + 4
  EXPECT_FALSE(layout.toast.moves());
  ASSERT_EQ(layout.toast.values.size(), 1U);
  EXPECT_TRUE(layout.toast.values[0].compressed);
  EXPECT_EQ(heap_tuple(layout).mean, 24 + 4 + 4 + 1504);
}

TEST(Toast, LeavesRowsOfTwoThousandBytesAlone) {
  EXPECT_EQ(length_of(table({column("text", 2000)})).mean, 24 + 2004);
  EXPECT_TRUE(layout_of(table({column("text", 2000)})).toast.values.empty());
  EXPECT_FALSE(layout_of(table({column("text", 2005)})).toast.values.empty());  // 2033 bytes
}

TEST(Toast, LargestGoesFirstAndOnlyAsManyAsNeeded) {
  const Table t = table({column("text", 900), column("text", 1500), column("text", 300)});
  const RowLayout layout = layout_of(t, {.compression_ratio = 1});
  EXPECT_TRUE(layout.toast.out_of_line(1));
  EXPECT_FALSE(layout.toast.out_of_line(0));
  EXPECT_FALSE(layout.toast.out_of_line(2));
}

TEST(Toast, JudgesARareLongValueByTheRowsThatHaveIt) {
  const Table t = table({column("integer"), column("bytea", 8000, 0.9)});
  const RowLayout layout = layout_of(t, {.compression_ratio = 1});
  EXPECT_TRUE(layout.toast.out_of_line(1));
  EXPECT_NEAR(layout.toast.chunks_per_row(), 0.5, 1e-9);
  EXPECT_NEAR(heap_tuple(layout).mean, 24 + 4 + 0.1 * 18, 1e-9);
}

TEST(Toast, HonoursTheStorageOfTheColumn) {
  Table t = table({column("integer"), column("text", 8000)});
  t.columns[1].storage = 'e';
  EXPECT_FALSE(layout_of(t).toast.values.at(0).compressed);
  t.columns[1].storage = 'p';
  EXPECT_TRUE(layout_of(t).toast.values.empty());
}

TEST(Inlined, BringsOutOfLineValuesBack) {
  const Table t = table({column("integer"), column("integer"), column("text", 8000)});
  const RowLayout layout = layout_of(t, {.compression_ratio = 1});
  EXPECT_EQ(heap_tuple(inlined(layout)).mean, 24 + 8 + 8004);
}

TEST(HeapTupleProperty, WiderColumnsNeverMakeShorterRows) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    Table t = table({column("integer"), column("text", rng.uniform(1, 100), rng.uniform(0, 0.5)),
                     column("bigint"), column("numeric", rng.uniform(4, 12)), column("smallint"),
                     column("text", rng.uniform(1, 400))});
    const double before = length_of(t).mean;
    t.columns[1].width.value += rng.uniform(0, 20);
    EXPECT_GE(length_of(t).mean, before - 1e-9);
    EXPECT_LE(rows_per_page(length_of(t)), 291);
  }
}

}  // namespace
}  // namespace models
