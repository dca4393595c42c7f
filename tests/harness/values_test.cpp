#include "tests/harness/values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "tests/harness/process.hpp"

namespace harness {
namespace {

using models::Access;
using models::Column;
using models::KeyOrder;

Column column(const char* type) {
  Column made;
  made.name = "c";
  made.type = type;
  return made;
}

TEST(Permuted, VisitsEveryNumberOnce) {
  for (const std::uint64_t count : {1ULL, 2ULL, 3ULL, 1000ULL, 4097ULL}) {
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < count; ++i) seen.insert(permuted(i, count, 7));
    EXPECT_EQ(seen.size(), count);
    EXPECT_LT(*seen.rbegin(), count);
  }
}

TEST(ColumnValue, AscendingIntegersAreTheRowNumber) {
  Column id = column("bigint");
  id.order = KeyOrder::ascending;
  EXPECT_EQ(column_value(id, 42).text, "42");
}

TEST(ColumnValue, OtherIntegersWithoutDistinctCountAreUnique) {
  std::set<std::string> seen;
  for (int row = 1; row <= 10'000; ++row) seen.insert(column_value(column("integer"), row).text);
  EXPECT_EQ(seen.size(), 10'000);
}

TEST(ColumnValue, TextHasItsAverageWidth) {
  Column note = column("text");
  note.width = 12.25;
  double bytes = 0;
  for (int row = 1; row <= 20'000; ++row)
    bytes += static_cast<double>(column_value(note, row).text.size());
  // Widths 12 and 13: standard error of the mean sqrt(0.25 * 0.75 / 20000) = 0.003
  EXPECT_NEAR(bytes / 20'000, 12.25, 0.015);
}

TEST(ColumnValue, DistinctCountBoundsTheValues) {
  Column customer = column("integer");
  customer.distinct = 10;
  std::set<std::string> seen;
  for (int row = 1; row <= 1000; ++row) seen.insert(column_value(customer, row).text);
  EXPECT_EQ(seen.size(), 10);
}

TEST(ColumnValue, NullFractionIsKept) {
  Column ended = column("timestamp with time zone");
  ended.null_fraction = 0.3;
  int nulls = 0;
  for (int row = 1; row <= 10'000; ++row) nulls += column_value(ended, row).null ? 1 : 0;
  EXPECT_NEAR(nulls, 3000, 200);  // four standard deviations: 4 * sqrt(10000 * 0.3 * 0.7) = 183
}

TEST(ColumnValue, AVersionGivesAnotherValue) {
  Column note = column("text");
  note.width = 20.0;
  EXPECT_EQ(column_value(note, 5).text, column_value(note, 5).text);
  EXPECT_NE(column_value(note, 5).text, column_value(note, 5, 1).text);
}

TEST(ColumnValue, RefusesTypesItCannotMake) {
  EXPECT_THROW(column_value(column("polygon"), 1), HarnessError);
}

TEST(RowPicker, ZipfTouchesRanksByTheirWeight) {
  Access access;
  access.kind = Access::Kind::zipf;
  access.keys = Access::Keys::clustered;
  access.exponent = 1.07;
  RowPicker picker{access, 1000, 1};
  constexpr int draws = 200'000;
  std::vector<double> touched(1001);
  for (int i = 0; i < draws; ++i) touched[static_cast<std::size_t>(picker.pick(1000))] += 1;
  double sum = 0;
  for (int rank = 1; rank <= 1000; ++rank) sum += std::pow(rank, -1.07);
  for (const int rank : {1, 2, 10, 100}) {
    const double wanted = draws * std::pow(rank, -1.07) / sum;
    EXPECT_NEAR(touched[static_cast<std::size_t>(rank)], wanted, 5 * std::sqrt(wanted)) << rank;
  }
}

TEST(RowPicker, RecentTouchesTheNewestShareOnly) {
  Access access;
  access.kind = Access::Kind::recent;
  access.keys = Access::Keys::clustered;
  access.share = 0.05;
  RowPicker picker{access, 1000, 1};
  std::int64_t lowest = 2000, highest = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t row = picker.pick(2000);  // 1000 rows have been inserted since
    lowest = std::min(lowest, row);
    highest = std::max(highest, row);
  }
  EXPECT_EQ(lowest, 1901);
  EXPECT_EQ(highest, 2000);
}

TEST(RowPicker, StaysWithinTheRowsForEveryPattern) {
  for (const auto kind :
       {Access::Kind::uniform, Access::Kind::recent, Access::Kind::zipf, Access::Kind::gaussian})
    for (const auto keys : {Access::Keys::clustered, Access::Keys::scattered}) {
      Access access;
      access.kind = kind;
      access.keys = keys;
      access.share = 0.2;
      RowPicker picker{access, 100, 3};
      for (int i = 0; i < 2000; ++i) {
        const std::int64_t row = picker.pick(100);
        EXPECT_GE(row, 1);
        EXPECT_LE(row, 100);
      }
    }
}

}  // namespace
}  // namespace harness
