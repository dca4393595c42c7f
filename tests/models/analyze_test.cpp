#include "models/analyze.hpp"

#include <gtest/gtest.h>

#include "tests/models/tables.hpp"

namespace models {
namespace {

RowWidths widths_of(const Table& table) { return row_widths(table); }

TEST(StatisticRows, AUniqueBigintHasAHistogramOf101Bounds) {
  const Table t = table({column("bigint")});
  // 120 bytes and 101 values of 8.
  EXPECT_EQ(statistic_rows(t, widths_of(t), 10'000), (StatisticRows{1, 120 + 808, 0, 0}));
}

TEST(StatisticRows, FewValuesAreListedWithTheirFrequencies) {
  Table t = table({column("smallint")});
  t.columns[0].distinct = 10;
  EXPECT_EQ(statistic_rows(t, widths_of(t), 10'000), (StatisticRows{1, 120 + 10 * (2 + 4), 0, 0}));
}

TEST(StatisticRows, LongValuesGoToTheToastTableInChunks) {
  const Table t = table({column("text", 62)});
  // 101 values of A4(4 + 62) = 68 bytes: 6868, in chunks of 1996; the row keeps a pointer of 18.
  EXPECT_EQ(statistic_rows(t, widths_of(t), 10'000), (StatisticRows{1, 138, 4, 6868}));
}

TEST(StatisticRows, ATableWithoutRowsHasOneValueAtMost) {
  const Table t = table({column("bigint")});
  EXPECT_EQ(statistic_rows(t, widths_of(t), 0), (StatisticRows{1, 120 + 12, 0, 0}));
}

TEST(AnalyzeWal, ReplacesEveryRowAndEveryChunk) {
  // Rows of 928 bytes: A8(928 + 42) = 976 each; pg_class in place.
  const double in_place = analyze_wal({1, 928, 0, 0}, 16).bytes - 976;
  EXPECT_GT(in_place, 180);
  EXPECT_LT(in_place, 200);
  EXPECT_DOUBLE_EQ(analyze_wal({2, 1856, 0, 0}, 16).bytes, 2 * 976 + in_place);
  EXPECT_EQ(analyze_wal({2, 1856, 0, 0}, 16).records, 3);
  // A full chunk of 2032 bytes: INSERT of A8(2063) = 2064, its index entry 72, DELETE of 54 as 56.
  EXPECT_DOUBLE_EQ(analyze_wal({1, 928, 3, 3 * 1996}, 16).bytes,
                   976 + 3 * (2064 + 72 + 56) + in_place);
  EXPECT_EQ(analyze_wal({}, 16).records, 0);
}

TEST(StatisticPages, TablesShareTheCatalogs) {
  // pg_class and the index of pg_statistic; half a page of rows lies on one and a half, and the new
  // ones go to another.
  EXPECT_DOUBLE_EQ(statistic_pages({5, 4084, 0, 0}), 2 + 2.5);
  EXPECT_DOUBLE_EQ(statistic_pages({10, 8168, 0, 0}), 2 + 3);
  EXPECT_DOUBLE_EQ(statistic_pages({5, 4084, 8, 16336}), 2 + 2.5 + 4 + 1);
  EXPECT_EQ(statistic_pages({}), 0);
  EXPECT_EQ(statistic_map_pages({5, 4084, 0, 0}), 1);
  EXPECT_EQ(statistic_map_pages({5, 4084, 8, 16336}), 4);
}

}  // namespace
}  // namespace models
