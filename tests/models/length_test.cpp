#include "models/length.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/rng.hpp"

namespace {
using models::items_per_page;
using models::Length;
using models::mixture;
using models::uniform_length;

TEST(Length, OfAWholeNumberIsThatNumber) {
  const Length length(21);
  EXPECT_EQ(length.mean, 21);
  EXPECT_TRUE(length.fixed());
  EXPECT_EQ(length.residue[5], 1);  // 21 = 2 * 8 + 5
  EXPECT_EQ(length.aligned8(), 24);
  EXPECT_EQ(Length(24).aligned8(), 24);
}

TEST(Length, OfAFractionLiesBetweenItsNeighbours) {
  const Length length(16.25);  // 16 in three of four cases, 17 in one
  EXPECT_EQ(length.mean, 16.25);
  EXPECT_FALSE(length.fixed());
  EXPECT_DOUBLE_EQ(length.aligned8(), 0.75 * 16 + 0.25 * 24);
  EXPECT_DOUBLE_EQ(length.variance, 0.25 * 0.75);
}

TEST(Length, WhosePaddingIsTheSameForAllIsFixedOncePadded) {
  const Length padded = Length(17.5).padded(8);  // 17 and 18 both become 24
  EXPECT_TRUE(padded.fixed());
  EXPECT_EQ(padded.mean, 24);
}

TEST(Length, UniformCountsEveryWholeNumberOnce) {
  const Length length = uniform_length(5, 14);  // 5 and 13, 6 and 14 share a residue
  EXPECT_EQ(length.mean, 9.5);
  EXPECT_DOUBLE_EQ(length.variance, 99 / 12.0);
  EXPECT_DOUBLE_EQ(length.residue[5], 0.2);
  EXPECT_DOUBLE_EQ(length.residue[6], 0.2);
  EXPECT_DOUBLE_EQ(length.residue[7], 0.1);
  EXPECT_DOUBLE_EQ(length.residue[4], 0.1);
  // rounded up: 5-8 to 8, 9-14 to 16
  EXPECT_DOUBLE_EQ(length.aligned8(), 0.4 * 8 + 0.6 * 16);
}

TEST(Length, SumKeepsTrackOfResidues) {
  // 4.5 + 3.5: 7, 8, 8 or 9 with a quarter each; rounded up 8, 8, 8, 16
  const Length sum = Length(4.5) + Length(3.5);
  EXPECT_DOUBLE_EQ(sum.mean, 8);
  EXPECT_DOUBLE_EQ(sum.aligned8(), 10);
  EXPECT_EQ(sum.least, 7);
  EXPECT_EQ(sum.most, 9);
}

TEST(Length, MixtureWeighsBothParts) {
  const Length mixed = mixture(Length(10), Length(30), 0.25);  // 10 or, every fourth time, 30
  EXPECT_DOUBLE_EQ(mixed.mean, 15);
  EXPECT_DOUBLE_EQ(mixed.variance, 0.25 * 0.75 * 20 * 20);
  EXPECT_DOUBLE_EQ(mixed.aligned8(), 0.75 * 16 + 0.25 * 32);
}

TEST(ItemsPerPage, OfOneSizeIsAWholeNumber) {
  EXPECT_EQ(items_per_page(8168, Length(76)), 107);  // 107 * 76 = 8132
  EXPECT_EQ(items_per_page(8168, Length(9000)), 1);  // never nothing
}

TEST(ItemsPerPageProperty, AgreesWithFillingPagesByHand) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    const double small = 4 + 8 * static_cast<double>(rng.between(2, 30));  // A8 and a line pointer
    const double large = small + 8 * static_cast<double>(rng.between(1, 40));
    const double share = rng.uniform();
    const Length slot = mixture(Length(small), Length(large), share);
    double items = 0;
    constexpr int pages = 20'000;
    for (int page = 0; page < pages; ++page)
      for (double room = 8168;;) {
        room -= rng.uniform() < share ? large : small;
        if (room < 0) break;
        ++items;
      }
    EXPECT_NEAR(items_per_page(8168, slot) / (items / pages), 1, 0.02);  // two sizes: least normal
  }
}

TEST(LengthProperty, RoundingUpAddsBetweenNothingAndSeven) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    Length length(rng.uniform(0, 100));
    for (int part = 0; part < 4; ++part)
      length = mixture(length.padded(4) + Length(rng.uniform(0, 50)), length, rng.uniform());
    EXPECT_GE(length.aligned8(), length.mean - 1e-9);
    EXPECT_LE(length.aligned8(), length.mean + 7);
    double total = 0;
    for (const double share : length.residue) total += share;
    EXPECT_NEAR(total, 1, 1e-12);
    EXPECT_LE(length.least, length.mean + 1e-9);
    EXPECT_GE(length.most, length.mean - 1e-9);
  }
}

}  // namespace
