#include "models/btree.hpp"

#include <gtest/gtest.h>

#include "models/wal_record.hpp"
#include "sim/rng.hpp"
#include "tests/models/tables.hpp"

namespace models {
namespace {

IndexLayout layout_of(Table t, const Index& index, double rows) {
  t.indexes = {index};
  return index_layout(t, index, row_layout(t, row_widths(t)), rows);
}

IndexLayout unique_on(const std::string& type, double width = 0, double rows = 400'000) {
  return layout_of(table({column(type, width)}), index_on({0}, true), rows);
}

Column with_distinct(double values) {
  Column c = column("integer");
  c.distinct = values;
  return c;
}

TEST(IndexTuple, IsEightBytesAndTheKeysRoundedUp) {
  EXPECT_EQ(unique_on("integer").tuple.mean, 16);
  EXPECT_EQ(unique_on("bigint").tuple.mean, 16);
  EXPECT_EQ(unique_on("uuid").tuple.mean, 24);
  EXPECT_EQ(unique_on("text", 16).tuple.mean, 32);  // 8 + 17
  const Table t = table({column("integer"), column("uuid")});
  EXPECT_EQ(layout_of(t, index_on({0, 1}), 1000).tuple.mean, 32);  // 8 + 4 + 16
}

TEST(IndexTuple, NullsCostABitmapAndSaveTheKey) {
  const Table t = table({column("bigint", 0, 0.25), column("bigint")});
  // 8 + 16 in three of four rows, 16 + 8 in one
  EXPECT_DOUBLE_EQ(layout_of(t, index_on({0, 1}), 1000).tuple.mean, 24);
  EXPECT_DOUBLE_EQ(layout_of(t, index_on({0}), 1000).null_share, 0.25);
}

TEST(IndexTuple, IncludedColumnsAreStoredButNotInPivots) {
  const Table t = table({column("integer"), column("uuid")});
  Index index = index_on({0}, true);
  index.includes = {{1, "", {}}};
  const IndexLayout layout = layout_of(t, index, 1000);
  EXPECT_EQ(layout.tuple.mean, 32);
  EXPECT_EQ(layout.pivot, 16);
  EXPECT_FALSE(layout.deduplicates);
}

TEST(IndexTuple, PivotsKeepOnlyWhatTellsNeighboursApart) {
  const Table t = table({column("integer"), column("uuid")});
  EXPECT_EQ(layout_of(t, index_on({0, 1}), 400'000).pivot, 16);  // the integer alone is unique
  const Table coarse = table({with_distinct(1000), column("uuid")});
  EXPECT_GT(layout_of(coarse, index_on({0, 1}), 400'000).pivot, 31);
  // 1000 values in 400 000 rows: hardly ever apart by the key, so the heap TID is appended
  EXPECT_NEAR(layout_of(table({with_distinct(1000)}), index_on({0}), 400'000).pivot, 24, 0.1);
}

TEST(BtreePages, BuiltIndexesAreAsLargeAsMeasured) {
  const auto built = [](const IndexLayout& index) { return btree_pages_built(index, 400'000); };
  EXPECT_EQ(built(unique_on("integer")).leaves, 1093);
  EXPECT_EQ(built(unique_on("integer")).total(), 1099);
  EXPECT_EQ(built(unique_on("uuid")).leaves, 1533);
  EXPECT_EQ(built(unique_on("uuid")).total(), 1543);
  EXPECT_EQ(built(unique_on("text", 16)).leaves, 1971);
  EXPECT_EQ(built(unique_on("text", 16)).total(), 1986);
  const Table two = table({column("integer"), column("uuid")});
  EXPECT_EQ(built(layout_of(two, index_on({0, 1}), 400'000)).total(), 1980);
}

TEST(BtreePages, OfLongKeysAreAsLargeAsMeasured) {
  // 60 000 rows of text keys on 15: leaves and internal pages after CREATE INDEX, leaves after
  // ascending inserts
  const struct {
    double width, leaves, internal, ascending;
  } measured[] = {{7, 164, 1, 164},      {16, 296, 3, 296},      {46, 492, 7, 496},
                  {66, 690, 12, 698},    {96, 953, 21, 968},     {126, 1154, 30, 1154},
                  {186, 1715, 66, 1715}, {306, 2728, 162, 2728}, {506, 4616, 464, 4616}};
  for (const auto& m : measured) {
    SCOPED_TRACE(m.width);
    const IndexLayout index = unique_on("text", m.width, 60'000);
    EXPECT_EQ(btree_pages_built(index, 60'000).leaves, m.leaves);
    EXPECT_EQ(btree_pages_built(index, 60'000).internal, m.internal);
    EXPECT_EQ(btree_pages_ascending(index, 60'000).leaves, m.ascending);
  }
}

TEST(BtreePages, RandomInsertsLeaveLeavesAtTheDensity) {
  const IndexLayout index = unique_on("uuid");  // 0.69 * 8152 / 28 = 200.9 rows per leaf
  EXPECT_NEAR(rows_per_leaf_random(index), 200.9, 0.1);
  EXPECT_EQ(btree_pages_random(index, 400'000).leaves, 1992);
}

TEST(BtreePages, AnEmptyIndexHasARootLeaf) {
  EXPECT_EQ(btree_pages_built(unique_on("integer"), 0).total(), 2);
  EXPECT_EQ(btree_pages_built(unique_on("integer"), 300).internal, 0);
}

TEST(Deduplication, PacksRowsOfAKeyIntoPostingTuples) {
  // built, 200 rows per key: 132 TIDs in 808 + 4 bytes and 68 in 424 + 4: 1240 / 200
  const IndexLayout index = layout_of(table({with_distinct(1000)}), index_on({0}), 200'000);
  EXPECT_NEAR(leaf_bytes_per_row(index, btree_posting_limit_build), 6.2, 0.05);
  EXPECT_EQ(btree_pages_built(index, 200'000).total(), 172);         // measured 172
  EXPECT_NEAR(btree_pages_random(index, 200'000).total(), 250, 12);  // measured 250
  const IndexLayout pairs = layout_of(table({with_distinct(100'000)}), index_on({0}), 200'000);
  EXPECT_EQ(btree_pages_built(pairs, 200'000).total(), 414);         // measured 414
  EXPECT_NEAR(btree_pages_random(pairs, 200'000).total(), 567, 20);  // measured 567
}

TEST(Deduplication, OfValuesThatFillLeavesPacksTheLeaves) {
  const IndexLayout index = layout_of(table({with_distinct(20)}), index_on({0}), 200'000);
  EXPECT_NEAR(btree_pages_random(index, 200'000).total(), 174, 7);  // measured 174
}

TEST(Deduplication, IsOffForTypesWhoseEqualValuesDiffer) {
  Column amount = column("numeric", 6);
  amount.distinct = 10;
  EXPECT_FALSE(layout_of(table({amount}), index_on({0}), 1000).deduplicates);
  Index off = index_on({0});
  off.deduplicate = false;
  const IndexLayout plain = layout_of(table({with_distinct(10)}), off, 1000);
  EXPECT_EQ(leaf_bytes_per_row(plain, btree_posting_limit_build), 20);
}

TEST(Deduplication, NullsAreOneKey) {
  // half NULL: 400 000 rows of which 200 000 take 6.1 bytes and 200 000 take 20
  const Table t = table({column("integer", 0, 0.5)});
  const IndexLayout index = layout_of(t, index_on({0}), 200'000);
  EXPECT_NEAR(leaf_bytes_per_row(index, btree_posting_limit_run_time), 0.5 * 6.1 + 10, 0.05);
  EXPECT_EQ(btree_pages_built(index, 200'000).total(), 362);  // measured 362
}

TEST(Deduplication, MergesKeysThatHappenToMeetWhenThereAreMoreOfThemThanRows) {
  // Rows per possible key are Poisson(0.5): one row 20 bytes, two A8(16 + 12) + 4 = 36, three and
  // four 44, five 52; (20 x .3033 + 36 x .0758 + 44 x (.0126 + .0016) + 52 x .0002) / 0.5 = 18.86
  const IndexLayout index = layout_of(table({with_distinct(400'000)}), index_on({0}), 200'000);
  EXPECT_DOUBLE_EQ(index.duplicates, 0.5);
  EXPECT_NEAR(leaf_bytes_per_row(index, btree_posting_limit_build), 18.86, 0.02);
}

TEST(Nulls, FillTheirLeavesTo96Percent) {
  // A posting list of 222 TIDs takes 8 x 169 + 4 = 1356 bytes, 6.108 a row, of 0.96 x 8152.
  EXPECT_NEAR(1 / null_leaves_per_row(), 1281, 1);
}

TEST(Nulls, DoNotChangeHowManyOtherEntriesGoOnALeaf) {
  // floor(7325 / 156) = 46 entries of 152 bytes; of NULLs 7325 / 6.2.
  IndexLayout index;
  index.tuple = Length{0.5 * 16 + 0.5 * 152};
  index.null_share = 0.5;
  EXPECT_NEAR(rows_per_leaf_built(index), 1 / (0.5 / 46 + 0.5 / (7325 / 6.2)), 0.1);
}

TEST(Nulls, LeaveTheOtherEntriesAsTheyWere) {
  IndexLayout index;
  index.tuple = Length{0.25 * 16 + 0.75 * 48};
  index.null_share = 0.25;
  EXPECT_DOUBLE_EQ(without_nulls(index).tuple.mean, 48);
  EXPECT_DOUBLE_EQ(without_nulls(index).null_share, 0);
}

TEST(SplitWal, IsAsMeasured) {
  const IndexLayout index = unique_on("integer");
  // 42 tuples move: 80 + 42 * 16 = 752, and 72 for the downlink, over 366 rows
  EXPECT_NEAR(split_wal_ascending(index), (752 + 72) / 366.0, 0.01);
  EXPECT_NEAR(split_wal_random(index), 12, 1);  // text of 7 bytes, isz 16, measured 11.7
  EXPECT_NEAR(
      64 + split_wal_random(layout_of(table({with_distinct(1000)}), index_on({0}), 200'000)), 70.9,
      0.5);  // measured 70.89, DEDUP included
}

TEST(LeafContent, IsThePageWithoutItsHole) {
  EXPECT_EQ(leaf_content(1), 8192);
  EXPECT_EQ(leaf_content(0), 40);
}

TEST(IndexBuild, LogsAnImagePerPage) {
  const IndexLayout index = unique_on("integer");
  // 1099 pages at 90 %: 40 + 7336.8 bytes; 15: 24 + 20 + 5 + image, aligned; 17: 35 records of 32
  // pages
  EXPECT_NEAR(index_build_wal(index, 400'000, 15), 1099 * 7432, 1099 * 8);
  EXPECT_NEAR(index_build_wal(index, 400'000, 17), 35 * 36 + 1099 * (13 + 7376.8), 100);
}

TEST(BtreeProperty, MoreRowsNeverMakeASmallerIndex) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    Column key = column("text", rng.uniform(1, 120));
    key.distinct = rng.uniform(1, 1e6);
    const double rows = rng.uniform(1, 1e6), more = rows * rng.uniform(1, 2);
    const IndexLayout index = layout_of(table({key}), index_on({0}, rng.uniform() < 0.3), rows);
    EXPECT_LE(btree_pages_built(index, rows).total(), btree_pages_built(index, more).total());
    EXPECT_LE(btree_pages_random(index, rows).total(), btree_pages_random(index, more).total());
    EXPECT_LE(rows_per_leaf_random(index), rows_per_leaf_built(index) * 1.25);
    EXPECT_GT(split_wal_random(index), 0);
  }
}

Statement update_of(std::vector<int> columns) {
  Statement s;
  s.kind = StatementKind::update;
  s.columns = std::move(columns);
  return s;
}

TEST(ChangedColumns, AreWrittenMinusUnchangedPlusTriggers) {
  Table t = nine_columns();
  Statement s = update_of({1, 2});
  s.unchanged = {2};
  EXPECT_EQ(changed_columns(t, s), std::vector<int>{1});
  Trigger touch;
  touch.before = touch.on_update = true;
  touch.assigns = {3};
  t.triggers = {touch};
  EXPECT_EQ(changed_columns(t, s), (std::vector<int>{1, 3}));
}

TEST(ChangedColumns, GeneratedOnesFollowWhatTheyRead) {
  Table t = nine_columns();
  t.columns[8].generated = true;
  EXPECT_EQ(changed_columns(t, update_of({1})),
            (std::vector<int>{1, 8}));  // unknown: assume it does
  t.columns[8].generated_uses = {2};
  EXPECT_EQ(changed_columns(t, update_of({1})), std::vector<int>{1});
  EXPECT_EQ(changed_columns(t, update_of({2})), (std::vector<int>{2, 8}));
}

TEST(IndexTouch, HotNeedsEveryIndexedColumnUnchanged) {
  Table t = nine_columns();
  t.indexes = {primary_key({0}), index_on({3})};
  EXPECT_TRUE(index_touch(t, {2}, 15).hot);
  EXPECT_FALSE(index_touch(t, {3}, 15).hot);
  EXPECT_EQ(index_touch(t, {3}, 15).in_update, (std::vector<int>{0, 1}));
  t.indexes[1].includes = {{2, "", {}}};
  EXPECT_FALSE(index_touch(t, {2}, 15).hot);
}

TEST(IndexTouch, ExpressionsAndPredicatesCount) {
  Table t = nine_columns();
  Index lower;
  lower.keys = {{-1, "lower(c2)", {2}}};
  t.indexes = {lower};
  EXPECT_FALSE(index_touch(t, {2}, 18).hot);
  Index open = index_on({0});
  open.predicate = "c6";
  open.predicate_uses = {6};
  t.indexes = {open};
  EXPECT_FALSE(index_touch(t, {6}, 18).hot);
  EXPECT_TRUE(index_touch(t, {2}, 18).hot);
}

TEST(IndexTouch, BrinAllowsHotFrom16On) {
  Table t = nine_columns();
  Index brin = index_on({3});
  brin.method = Index::Method::brin;
  t.indexes = {primary_key({0}), brin};
  EXPECT_FALSE(index_touch(t, {3}, 15).hot);
  EXPECT_TRUE(index_touch(t, {3}, 16).hot);
  EXPECT_EQ(index_touch(t, {3}, 16).in_hot, std::vector<int>{1});
}

TEST(IndexAssumption, NamesWhatAnExpressionIsTakenFor) {
  Table t = nine_columns();
  Index lower;
  lower.name = "by_name";
  lower.keys = {{-1, "lower(c2)", {2}}};
  EXPECT_EQ(index_assumption(t, lower),
            "index by_name: (lower(c2)) as long as c2, at most 32 bytes, no duplicates");
  EXPECT_EQ(index_assumption(t, primary_key({0})), "");
}

TEST(SameValue, IsAssignedAsOftenAsValuesRepeat) {
  Table t;
  for (const char* name : {"id", "status", "note", "seen"}) t.columns.emplace_back().name = name;
  t.columns[1].distinct = 6;
  t.columns[2].null_fraction = 0.3;
  t.columns[3].distinct = 10;
  t.columns[3].order = KeyOrder::ascending;
  EXPECT_DOUBLE_EQ(same_value_share(t, {1}), 1.0 / 6);
  EXPECT_DOUBLE_EQ(same_value_share(t, {2}), 0.09);         // NULL again; other values are unique
  EXPECT_DOUBLE_EQ(same_value_share(t, {1, 2}), 0.09 / 6);  // both
  EXPECT_EQ(same_value_share(t, {0}), 0);                   // never
  EXPECT_EQ(same_value_share(t, {1, 3}), 0);                // always a newer one
  EXPECT_EQ(same_value_share(t, {}), 0);                    // nothing indexed: HOT anyway
}

}  // namespace
}  // namespace models
