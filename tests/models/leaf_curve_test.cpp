#include "models/leaf_curve.hpp"

#include <gtest/gtest.h>

namespace models {
namespace {

IndexLayout unique_keys(double isz) {
  IndexLayout index;
  index.tuple = Length{isz};
  return index;
}

TEST(LeafCurve, APackedIndexDoublesItsLeavesInOneWave) {
  // isz 48: 155 entries fit, 140 are there. After 22 % more (31 a leaf on average) nearly every
  // leaf has split once, as measured: 1444 -> 2879 pages.
  const LeafCurve curve{LeafCurve::shape(unique_keys(48), 140'000, 1000, LeafCurve::Start::built)};
  double splits = 0;
  for (double x = 0; x < 0.22 * 140 / curve.unit(); x = curve.next_change(x))
    splits += curve.at(x).splits * (curve.next_change(x) - x) * curve.unit();
  EXPECT_NEAR(splits, 1.0, 0.05);
  EXPECT_EQ(curve.at(0.0).splits, 0);
}

TEST(LeafCurve, NoLeafSplitsBeforeTheFreeSpaceOfOneIsUsedUp) {
  // 140 of 155 entries are there: no leaf of 80 gets 15 when 3 come on average, some do of 12.
  const LeafCurve curve{LeafCurve::shape(unique_keys(48), 140'000, 1000, LeafCurve::Start::built)};
  EXPECT_GT(curve.first_split() * curve.unit(), 3);
  EXPECT_LT(curve.first_split() * curve.unit(), 12);
}

TEST(LeafCurve, FarOutTheDensityIsThatOfRandomInserts) {
  const LeafCurve curve{LeafCurve::shape(unique_keys(16), 366'000, 1000, LeafCurve::Start::grown)};
  // entries per new leaf over capacity: ln 2 = 0.693, give or take the waves
  EXPECT_NEAR(1 / (curve.at(50).splits * 407), 0.69, 0.08);
}

TEST(LeafCurve, DuplicatesAreMergedBeforeALeafSplits) {
  IndexLayout index = unique_keys(16);
  index.duplicates = 10;
  index.distinct = 20'000;
  const LeafCurve curve{LeafCurve::shape(index, 200'000, 227, LeafCurve::Start::built)};
  double splits = 0, merges = 0;
  for (double x = 0; x < 0.22; x = curve.next_change(x)) {
    splits += curve.at(x).splits * (curve.next_change(x) - x) * curve.unit();
    merges += curve.at(x).merges * (curve.next_change(x) - x) * curve.unit();
  }
  EXPECT_NEAR(splits, 1.0, 0.06);  // measured: 228 -> 455 pages
  EXPECT_GT(merges, 5);            // measured: 2771 DEDUP records on 228 leaves
}

TEST(LeafCurve, PackedFewKeysSplitApartOnceAndThenFillTheirOwnLeaves) {
  // 14 keys of many leaves each: the leaf on which a key ends also holds the next one and is 90 %
  // full. 600 more rows of 6.1 bytes: one split between the two, then one per 1281 rows at most.
  IndexLayout index = unique_keys(16);
  index.distinct = 14;
  index.duplicates = 10'000;
  const LeafCurve curve{LeafCurve::shape(index, 14 * 1190.0, 14, LeafCurve::Start::built)};
  double splits = 0;
  for (double x = 0; x < 600 / curve.unit(); x = curve.next_change(x))
    splits += curve.at(x).splits * (curve.next_change(x) - x) * curve.unit();
  EXPECT_GE(splits, 1.0);
  EXPECT_LE(splits, 1.6);
}

/// Leaves of an index that started empty, after so many entries.
double leaves_after(const LeafCurve& curve, double entries) {
  double pages = 1, x = 0;
  while (x * curve.unit() < entries) {
    const double to = std::min(curve.next_change(x), entries / curve.unit());
    pages += curve.at(x).splits * (to - x) * curve.unit();
    x = to;
  }
  return pages;
}

TEST(LeafCurve, AnEmptyIndexDoublesInStep) {
  // Measured on PostgreSQL 15 after 45 045 entries: 122 leaves without the metapage and the root on
  // 20 000 distinct integers, 418 of random 32 letters.
  const auto empty = [](const IndexLayout& index) {
    LeafCurve::Shape shape = LeafCurve::shape(index, 0, 1, LeafCurve::Start::built);
    shape.to_come = 45'045;
    return LeafCurve{shape};
  };
  const LeafCurve random = empty(unique_keys(48));
  EXPECT_NEAR(leaves_after(random, 45'045), 421, 0.05 * 421);  // one of them the root
  IndexLayout customers = unique_keys(16);
  customers.distinct = 20'001;
  const LeafCurve merged = empty(customers);
  EXPECT_NEAR(leaves_after(merged, 45'045), 131, 0.05 * 131);
}

TEST(LeafCurve, AKeyThatFillsLeavesLeavesThemNearlyFull) {
  IndexLayout index = unique_keys(16);
  index.distinct = 5;
  const LeafCurve curve{LeafCurve::shape(index, 5 * 600, 5, LeafCurve::Start::built)};
  // Posting tuples of 1352 bytes hold 222 rows: 6.1 bytes a row, 0.96 of 8132 bytes a leaf.
  EXPECT_NEAR(1 / curve.at(50).splits, 0.96 * 8132 / 6.1, 40);
}

TEST(LeafCurveProperty, LeavesNeverShrinkAndFillStaysBetweenNoughtAndOne) {
  for (const double isz : {16.0, 32.0, 80.0, 400.0})
    for (const auto start : {LeafCurve::Start::built, LeafCurve::Start::grown}) {
      const LeafCurve curve{
          LeafCurve::shape(unique_keys(isz), 1000 * 7333 / (isz + 4), 1000, start)};
      for (double x = 0; x < 7; x += 0.05) {
        EXPECT_GE(curve.at(x).splits, 0);
        EXPECT_GE(curve.at(x).fill, 0.3);
        EXPECT_LE(curve.at(x).fill, 1.0);
      }
    }
}

}  // namespace
}  // namespace models
