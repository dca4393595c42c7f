#include "sim/crossing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sim/rng.hpp"

namespace {
using namespace std::chrono_literals;
using sim::Duration;
using sim::Instant;
using sim::Mixture;
using sim::Piece;

TEST(LinearCrossing, RisingLineReachesItsThresholdExactly) {
  // 10 at 5 s, 2 per second: 30 is 10 s later.
  EXPECT_EQ(sim::rises_to(Piece{Instant{5s}, 10, 2}, 30), Instant{15s});
}

TEST(LinearCrossing, FallingLineReachesItsThresholdExactly) {
  EXPECT_EQ(sim::falls_to(Piece{Instant{5s}, 10, -2}, 4), Instant{8s});
}

TEST(LinearCrossing, RoundsUpToTheNextNanosecond) {
  // 1 at 3 per second: 1/3 s = 333 333 333.3 ns.
  EXPECT_EQ(sim::rises_to(Piece{Instant{}, 0, 3}, 1), Instant{333'333'334ns});
}

TEST(LinearCrossing, IsNowWhenAlreadyThere) {
  EXPECT_EQ(sim::rises_to(Piece{Instant{5s}, 10, -1}, 10), Instant{5s});
  EXPECT_EQ(sim::falls_to(Piece{Instant{5s}, 10, 1}, 11), Instant{5s});
}

TEST(LinearCrossing, NeverComesWhenTheLineMovesAwayOrStandsStill) {
  EXPECT_EQ(sim::rises_to(Piece{Instant{}, 0, -1}, 1), std::nullopt);
  EXPECT_EQ(sim::rises_to(Piece{Instant{}, 0, 0}, 1), std::nullopt);
  EXPECT_EQ(sim::falls_to(Piece{Instant{}, 2, 1}, 1), std::nullopt);
  EXPECT_EQ(sim::rises_to(Piece{Instant{}, 0, 1e-12}, 1), std::nullopt);  // 31 000 years
}

TEST(Mixture, EvaluatesItsClosedForm) {
  Mixture curve{100, 2};
  curve.add(50, 0.1);
  EXPECT_DOUBLE_EQ(curve(10.0), 100 + 20 + 50 * (1 - std::exp(-1)));
  EXPECT_DOUBLE_EQ(curve(10s), curve(10.0));
  EXPECT_DOUBLE_EQ(curve.derivative(10), 2 + 5 * std::exp(-1));
  EXPECT_DOUBLE_EQ(curve.local(10).curvature, 0.5 * std::exp(-1));
  EXPECT_EQ(curve.asymptote(), 150);
}

TEST(Mixture, OneSaturatingTermCrossesAtItsLogarithm) {
  Mixture curve;
  curve.add(80, 0.5);
  // 80 (1 - e^(-t/2)) = 60 at t = 2 ln 4 = 2.772588722239781 s.
  EXPECT_EQ(curve.crossing(60), 2'772'588'723ns);
}

TEST(Mixture, WithoutTermsItIsALine) {
  EXPECT_EQ(Mixture(10, 4).crossing(30), 5s);
  EXPECT_EQ(Mixture(10, 0).crossing(30), std::nullopt);
}

TEST(Mixture, NeverReachesItsAsymptoteButEverythingBelow) {
  Mixture curve;
  curve.add(80, 0.5);
  EXPECT_EQ(curve.crossing(80.5), std::nullopt);
  const auto nearly = curve.crossing(79.9999);  // 2 ln(80 / 0.0001) = 27.18 s
  ASSERT_TRUE(nearly);
  EXPECT_NEAR(sim::seconds(*nearly), 27.184734, 1e-4);
}

TEST(Mixture, CrossesAtOnceWhenItStartsThere) {
  Mixture curve{10, 1};
  EXPECT_EQ(curve.crossing(10), 0s);
  EXPECT_EQ(curve.crossing(5), 0s);
}

TEST(Mixture, ReportsNothingBeyondTheLimit) {
  const Mixture curve{0, 1};
  EXPECT_EQ(curve.crossing(60, 59s), std::nullopt);
  EXPECT_EQ(curve.crossing(60, 60s), 60s);
  EXPECT_EQ(curve.crossing(60, 61s), 60s);
}

TEST(Mixture, AThresholdThatIsNoNumberIsNeverReached) {
  Mixture curve{0, 1};
  curve.add(1, 1);
  EXPECT_EQ(curve.crossing(std::numeric_limits<double>::infinity()), std::nullopt);
}

/// Rates over nine decades, the shape of page classes from hot to cold.
Mixture random_mixture(sim::Rng& rng) {
  Mixture curve{rng.uniform(-1e6, 1e12), rng.uniform() < 0.5 ? 0 : std::exp2(rng.uniform(-20, 20))};
  const auto terms = rng.between(1, 32);
  for (std::int64_t i = 0; i < terms; ++i)
    curve.add(std::exp2(rng.uniform(0, 40)), std::exp2(rng.uniform(-20, 10)));
  return curve;
}

TEST(MixtureProperty, TheCrossingIsTheFirstNanosecondAtTheThreshold) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    const Mixture curve = random_mixture(rng);
    const double threshold =
        curve.value() + (curve.asymptote() - curve.value()) * rng.uniform(0.001, 0.999);
    const auto at = curve.crossing(threshold);
    ASSERT_TRUE(at);
    // Within what the curve's own rounding, seen through its slope, can tell apart.
    const double blur = 1e-14 * std::abs(curve(*at));
    EXPECT_GE(curve(*at), threshold - blur);
    EXPECT_LE(curve(sim::seconds(*at) * (1 - 1e-14) - 2e-9), threshold + blur);
  }
}

TEST(MixtureProperty, AHigherThresholdIsNeverReachedEarlier) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    const Mixture curve = random_mixture(rng);
    Duration previous{0};
    for (double share = 0.05; share < 1; share += 0.05) {
      const auto at = curve.crossing(curve.value() + (curve.asymptote() - curve.value()) * share);
      ASSERT_TRUE(at);
      EXPECT_GE(*at, previous);
      previous = *at;
    }
  }
}

std::vector<Piece> split(const Mixture& curve, Duration length) {
  std::vector<Piece> pieces;
  sim::split_linear(Instant{1h}, curve, length,
                    [&](const Piece& piece) { pieces.push_back(piece); });
  return pieces;
}

TEST(SplitLinear, ALineStaysOnePiece) {
  const auto pieces = split(Mixture{7, 3}, 1h);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].at, Instant{1h});
  EXPECT_EQ(pieces[0].value, 7);
  EXPECT_DOUBLE_EQ(pieces[0].slope, 3);
}

TEST(SplitLinear, NothingHappensInNoTime) { EXPECT_TRUE(split(Mixture{7, 3}, 0s).empty()); }

TEST(SplitLinear, OneTermOverManyTimeConstantsTakesAboutTwentyFivePieces) {
  Mixture curve;
  curve.add(1e9, 0.01);
  EXPECT_NEAR(static_cast<double>(split(curve, 1h).size()), 25, 5);
}

TEST(SplitLinearProperty, StaysWithinATenthOfAPercentOfTheRiseAndJoins) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    const Mixture curve = random_mixture(rng);
    const Duration length = sim::from_seconds(std::exp2(rng.uniform(-10, 20)));
    const auto pieces = split(curve, length);
    const double rise = curve(length) - curve(0.0);
    ASSERT_LT(pieces.size(), 2'000U);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const Instant end = i + 1 < pieces.size() ? pieces[i + 1].at : Instant{1h} + length;
      ASSERT_GT(end, pieces[i].at);
      if (i + 1 < pieces.size()) {
        EXPECT_NEAR(pieces[i](end), pieces[i + 1].value, 1e-12 * std::abs(pieces[i + 1].value));
      }
      for (double share : {0.1, 0.3, 0.5, 0.7, 0.9}) {
        const Instant t = sim::after(pieces[i].at, share * sim::seconds(end - pieces[i].at));
        const double exact = curve(t - Instant{1h});
        EXPECT_NEAR(pieces[i](t), exact, 1e-3 * rise + 1e-12 * std::abs(exact));
      }
    }
  }
}

}  // namespace
