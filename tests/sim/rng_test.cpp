#include "sim/rng.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "sim/math.hpp"

namespace {

TEST(Rng, IsPhilox4x64With10Rounds) {
  // Random123's kat_vectors, "philox4x64 10" with counter and key 0.
  sim::Rng rng{0};
  EXPECT_EQ(rng.bits(), 0x16554d9eca36314cU);
  EXPECT_EQ(rng.bits(), 0xdb20fe9d672d0fdcU);
  EXPECT_EQ(rng.bits(), 0xd7e772cee186176bU);
  EXPECT_EQ(rng.bits(), 0x7e68b68aec7ba23bU);
}

TEST(Rng, NamesHashAsFnv1a) {
  // Test vectors of the FNV reference code.
  EXPECT_EQ(sim::stable_hash(""), 0xcbf29ce484222325U);
  EXPECT_EQ(sim::stable_hash("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(sim::stable_hash("foobar"), 0x85944171f73967e8U);
}

TEST(Rng, EverySeedReplicateNameAndPurposeHasItsOwnStream) {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed : {1, 2})
    for (std::uint64_t replicate : {0, 1})
      for (const char* name : {"media-prod/checkpoint_phase", "media-prod/running_xacts"})
        for (std::uint64_t purpose : {0, 1})
          first.insert(sim::Streams{seed, replicate}.named(name, purpose).bits());
  EXPECT_EQ(first.size(), 16U);
}

TEST(Rng, TheSameNameGivesTheSameDrawsWhateverElseWasDrawn) {
  const sim::Streams streams{42, 7};
  sim::Rng alone = streams.named("orders_db/arrivals");
  sim::Rng other = streams.named("a node that was added");
  other.normal();
  sim::Rng again = streams.named("orders_db/arrivals");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(alone.bits(), again.bits());
}

TEST(Rng, EveryDistributionTakesOneNumberPerDraw) {
  sim::Rng reference{5};
  reference.bits();
  const std::uint64_t second = reference.bits();
  const auto next_after = [](auto draw) {
    sim::Rng rng{5};
    draw(rng);
    return rng.bits();
  };
  EXPECT_EQ(next_after([](sim::Rng& rng) { rng.uniform(); }), second);
  EXPECT_EQ(next_after([](sim::Rng& rng) { rng.between(1, 6); }), second);
  EXPECT_EQ(next_after([](sim::Rng& rng) { rng.exponential(3); }), second);
  EXPECT_EQ(next_after([](sim::Rng& rng) { rng.normal(); }), second);
  EXPECT_EQ(next_after([](sim::Rng& rng) { rng.lognormal({1, 2, 3}); }), second);
}

TEST(Rng, UniformStaysBelowOneAndHasTheMomentsOfAUniform) {
  sim::Rng rng{11};
  double sum = 0, squares = 0;
  constexpr int n = 400'000;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  // Standard errors: sqrt(1/12/n) = 4.6e-4 and sqrt(4/45/n) = 4.7e-4; five of them.
  EXPECT_NEAR(sum / n, 0.5, 2.3e-3);
  EXPECT_NEAR(squares / n, 1.0 / 3, 2.4e-3);
}

TEST(Rng, BetweenReachesBothEndsEvenly) {
  sim::Rng rng{13};
  std::vector<int> counts(6);
  for (int i = 0; i < 60'000; ++i) ++counts.at(static_cast<std::size_t>(rng.between(-2, 3) + 2));
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 460);  // 5 x sqrt(60 000 * 5/36)
}

TEST(Rng, BetweenCopesWithTheWidestAndTheNarrowestSpan) {
  sim::Rng rng{17};
  bool negative = false, positive = false;
  for (int i = 0; i < 100; ++i) {
    const std::int64_t wide = rng.between(INT64_MIN, INT64_MAX);
    (wide < 0 ? negative : positive) = true;
    EXPECT_EQ(rng.between(9, 9), 9);
  }
  EXPECT_TRUE(negative && positive);
}

TEST(Rng, ExponentialHasItsMeanAndItsTail) {
  sim::Rng rng{19};
  double sum = 0;
  int beyond = 0;
  constexpr int n = 400'000;
  for (int i = 0; i < n; ++i) {
    const double gap = rng.exponential(20);
    ASSERT_GE(gap, 0);
    sum += gap;
    beyond += gap > 60;
  }
  EXPECT_NEAR(sum / n, 20, 0.16);                    // 5 standard errors of 20 / sqrt(n)
  EXPECT_NEAR(beyond, n * std::exp(-3), 5 * 137.6);  // binomial, sd sqrt(n * .0498 * .9502)
}

TEST(Rng, NormalIsCentredWithUnitVariance) {
  sim::Rng rng{23};
  double sum = 0, squares = 0;
  constexpr int n = 400'000;
  for (int i = 0; i < n; ++i) {
    const double z = rng.normal();
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
}

TEST(Rng, LognormalGoesThroughItsThreeQuantiles) {
  const sim::TwoPieceLognormal spread{2, 10, 12};
  constexpr double z90 = 1.2815515655446004;
  EXPECT_DOUBLE_EQ(sim::two_piece_lognormal(spread, 0), 10);
  EXPECT_DOUBLE_EQ(sim::two_piece_lognormal(spread, -z90), 2);
  EXPECT_DOUBLE_EQ(sim::two_piece_lognormal(spread, z90), 12);
  EXPECT_DOUBLE_EQ(sim::two_piece_lognormal(spread, 2 * z90), 14.4);  // 12 * 12/10
  sim::Rng rng{29};
  int below_p10 = 0, below_p50 = 0, below_p90 = 0;
  constexpr int n = 100'000;
  for (int i = 0; i < n; ++i) {
    const double x = rng.lognormal(spread);
    below_p10 += x < 2;
    below_p50 += x < 10;
    below_p90 += x < 12;
  }
  EXPECT_NEAR(below_p10, 0.1 * n, 475);  // 5 x sqrt(n * .09)
  EXPECT_NEAR(below_p50, 0.5 * n, 791);
  EXPECT_NEAR(below_p90, 0.9 * n, 475);
}

TEST(Rng, ASpreadWithoutWidthIsItsMedian) {
  sim::Rng rng{31};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rng.lognormal({3, 3, 3}), 3);
}

TEST(RngProperty, ALargerNumberNeverGivesASmallerDraw) {
  // Two streams compared draw by draw: the order of their uniforms is the order of every
  // distribution's values.
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng a{seed}, b{seed + 1'000'000};
    if (a.uniform() > b.uniform()) std::swap(a, b);
    sim::Rng small{a}, large{b};
    // Both streams stand behind their first number; compare the second through copies.
    const bool ordered = sim::Rng{small}.uniform() <= sim::Rng{large}.uniform();
    if (!ordered) std::swap(small, large);
    EXPECT_LE(sim::Rng{small}.exponential(4), sim::Rng{large}.exponential(4));
    EXPECT_LE(sim::Rng{small}.normal(), sim::Rng{large}.normal());
    EXPECT_LE(sim::Rng{small}.between(0, 99), sim::Rng{large}.between(0, 99));
    EXPECT_LE(sim::Rng{small}.lognormal({1, 5, 6}), sim::Rng{large}.lognormal({1, 5, 6}));
  }
}

}  // namespace
