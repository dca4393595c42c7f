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
  const LeafCurve curve{LeafCurve::shape(unique_keys(48), 140, LeafCurve::Start::built)};
  double splits = 0;
  for (double x = 0; x < 0.22; x = curve.next_change(x))
    splits += curve.at(x).splits * (curve.next_change(x) - x) * 140;
  EXPECT_NEAR(splits, 1.0, 0.05);
  EXPECT_EQ(curve.at(0.0).splits, 0);
}

TEST(LeafCurve, FarOutTheDensityIsThatOfRandomInserts) {
  const LeafCurve curve{LeafCurve::shape(unique_keys(16), 366, LeafCurve::Start::grown)};
  // entries per new leaf over capacity: ln 2 = 0.693, give or take the waves
  EXPECT_NEAR(1 / (curve.at(50).splits * 407), 0.69, 0.08);
}

TEST(LeafCurve, DuplicatesAreMergedBeforeALeafSplits) {
  IndexLayout index = unique_keys(16);
  index.duplicates = 10;
  const LeafCurve curve{LeafCurve::shape(index, 880, LeafCurve::Start::built)};
  double splits = 0, merges = 0;
  for (double x = 0; x < 0.22; x = curve.next_change(x)) {
    splits += curve.at(x).splits * (curve.next_change(x) - x) * 880;
    merges += curve.at(x).merges * (curve.next_change(x) - x) * 880;
  }
  EXPECT_NEAR(splits, 1.0, 0.06);  // measured: 228 -> 455 pages
  EXPECT_GT(merges, 5);            // measured: 2771 DEDUP records on 228 leaves
}

TEST(LeafCurveProperty, LeavesNeverShrinkAndFillStaysBetweenNoughtAndOne) {
  for (const double isz : {16.0, 32.0, 80.0, 400.0})
    for (const auto start : {LeafCurve::Start::built, LeafCurve::Start::grown}) {
      const LeafCurve curve{LeafCurve::shape(unique_keys(isz), 7333 / (isz + 4), start)};
      for (double x = 0; x < 7; x += 0.05) {
        EXPECT_GE(curve.at(x).splits, 0);
        EXPECT_GE(curve.at(x).fill, 0.3);
        EXPECT_LE(curve.at(x).fill, 1.0);
      }
    }
}

}  // namespace
}  // namespace models
