#include "sim/math.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "sim/rng.hpp"

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Largest distance from `exact` in units in the last place of the exact result, over random
/// arguments.
double worst_ulp(const std::function<double(sim::Rng&)>& argument,
                 const std::function<double(double)>& ours,
                 const std::function<long double(long double)>& exact) {
  sim::Rng rng{2024};
  double worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double x = argument(rng);
    const long double want = exact(x);
    const auto rounded = static_cast<double>(want);
    const double ulp = std::nextafter(std::fabs(rounded), infinity) - std::fabs(rounded);
    worst = std::max(worst, static_cast<double>(std::fabs(ours(x) - want)) / ulp);
  }
  return worst;
}

/// Arguments 2^-60 … 2^limit of either sign: every magnitude counts alike.
std::function<double(sim::Rng&)> magnitudes(double limit) {
  return [limit](sim::Rng& rng) {
    const double size = std::exp2(rng.uniform(-60, limit));
    return rng.uniform() < 0.5 ? -size : size;
  };
}

TEST(Math, ExpIsWithinOneUlpOverItsWholeRange) {
  EXPECT_LT(worst_ulp([](sim::Rng& rng) { return rng.uniform(-707, 709); }, sim::exp,
                      [](long double x) { return std::exp(x); }),
            1);
}

TEST(Math, ExpAtTheEdgesOverflowsAndUnderflowsLikeC) {
  for (const double x : {708.0, 709.0, 709.78, -708.0, -708.39, 0.0, 1e-300, -1e-300})
    EXPECT_NEAR(sim::exp(x) / std::exp(x), 1, 1e-15) << x;
  for (const double x : {-709.0, -740.0, -744.0})  // subnormal results keep fewer digits
    EXPECT_NEAR(sim::exp(x), std::exp(x), 5e-324) << x;
  EXPECT_EQ(sim::exp(709.79), infinity);
  EXPECT_EQ(sim::exp(infinity), infinity);
  EXPECT_EQ(sim::exp(-746.0), 0);
  EXPECT_EQ(sim::exp(-infinity), 0);
  EXPECT_TRUE(std::isnan(sim::exp(std::nan(""))));
  EXPECT_EQ(sim::exp(0), 1);
}

TEST(Math, Expm1IsWithinThreeUlpFromTinyToHugeArguments) {
  EXPECT_LT(worst_ulp(magnitudes(9), sim::expm1, [](long double x) { return std::expm1(x); }), 3);
  EXPECT_EQ(sim::expm1(infinity), infinity);
  EXPECT_EQ(sim::expm1(-infinity), -1);
}

TEST(Math, OneMinusExpKeepsTinyShares) {
  EXPECT_DOUBLE_EQ(sim::one_minus_exp(1e-18), 1e-18);  // 1 - exp(-x) would give 0
  EXPECT_DOUBLE_EQ(sim::one_minus_exp(std::log(2)), 0.5);
  EXPECT_EQ(sim::one_minus_exp(0), 0);
  EXPECT_EQ(sim::one_minus_exp(infinity), 1);
}

TEST(Math, LogIsWithinOneUlp) {
  EXPECT_LT(worst_ulp([](sim::Rng& rng) { return std::exp2(rng.uniform(-1074, 1023)); }, sim::log,
                      [](long double x) { return std::log(x); }),
            1);
  EXPECT_LT(worst_ulp([](sim::Rng& rng) { return rng.uniform(0.5, 2); }, sim::log,
                      [](long double x) { return std::log(x); }),
            1);
  EXPECT_EQ(sim::log(1), 0);
  EXPECT_EQ(sim::log(0), -infinity);
  EXPECT_EQ(sim::log(infinity), infinity);
  EXPECT_TRUE(std::isnan(sim::log(-1)));
}

TEST(Math, Log1pIsWithinTwoUlp) {
  EXPECT_LT(worst_ulp(
                [](sim::Rng& rng) {
                  const double size = std::exp2(rng.uniform(-60, 60));
                  return rng.uniform() < 0.5 && size < 1 ? -size : size;
                },
                sim::log1p, [](long double x) { return std::log1p(x); }),
            2);
  EXPECT_EQ(sim::log1p(-1), -infinity);
  EXPECT_EQ(sim::log1p(infinity), infinity);
  EXPECT_TRUE(std::isnan(sim::log1p(-1.5)));
}

TEST(Math, PowIsWithinAHundredThousandBillionth) {
  sim::Rng rng{7};
  for (int i = 0; i < 200'000; ++i) {
    const double x = std::exp2(rng.uniform(-60, 60)), y = rng.uniform(-11, 11);
    const long double want = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    ASSERT_NEAR(static_cast<double>(sim::pow(x, y) / want), 1, 1e-14) << x << '^' << y;
  }
  for (int i = 0; i < 200'000; ++i) {  // near 1, large exponents
    const double x = 1 + std::exp2(rng.uniform(-50, -2)), y = rng.uniform(-2000, 2000);
    const long double want = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    ASSERT_NEAR(static_cast<double>(sim::pow(x, y) / want), 1, 1e-13) << x << '^' << y;
  }
}

TEST(Math, PowKeepsTheSpecialCasesOfC) {
  EXPECT_EQ(sim::pow(0, 0), 1);
  EXPECT_EQ(sim::pow(0, 2), 0);
  EXPECT_EQ(sim::pow(0, -2), infinity);
  EXPECT_EQ(sim::pow(infinity, 2), infinity);
  EXPECT_EQ(sim::pow(infinity, -2), 0);
  EXPECT_EQ(sim::pow(0.5, infinity), 0);
  EXPECT_EQ(sim::pow(1, infinity), 1);
  EXPECT_EQ(sim::pow(10, 400), infinity);
  EXPECT_EQ(sim::pow(10, -400), 0);
  EXPECT_TRUE(std::isnan(sim::pow(-2, 2)));
  EXPECT_EQ(sim::pow(2, 10), 1024);
}

TEST(Math, NormalCdfIsWithin40UlpDeepIntoTheLowerTail) {
  EXPECT_LT(worst_ulp([](sim::Rng& rng) { return rng.uniform(-37, 8); }, sim::normal_cdf,
                      [](long double x) { return std::erfc(-x / std::sqrt(2.0L)) / 2; }),
            40);
  EXPECT_EQ(sim::normal_cdf(0), 0.5);
  EXPECT_EQ(sim::normal_cdf(-infinity), 0);
  EXPECT_EQ(sim::normal_cdf(infinity), 1);
}

TEST(Math, NormalQuantileInvertsTheCdf) {
  sim::Rng rng{3};
  for (int i = 0; i < 100'000; ++i) {
    const double p = std::exp2(rng.uniform(-1000, -1));
    ASSERT_NEAR(sim::normal_cdf(sim::normal_quantile(p)) / p, 1, 2e-12) << p;
  }
  EXPECT_NEAR(sim::normal_quantile(0.9), 1.2815515655446004, 1e-15);
  EXPECT_NEAR(sim::normal_quantile(0.975), 1.9599639845400545, 2e-15);
  EXPECT_EQ(sim::normal_quantile(0.5), 0);
  EXPECT_EQ(sim::normal_quantile(0), -infinity);
  EXPECT_EQ(sim::normal_quantile(1), infinity);
  EXPECT_TRUE(std::isnan(sim::normal_quantile(1.5)));
}

TEST(Math, GivesTheSameBitsOnEveryMachine) {
  // FNV-1a over the bits of 10 000 results of each function, as first built; another value means
  // that a stored result would no longer be reproduced.
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&hash](double value) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3U;
  };
  sim::Rng rng{1};
  for (int i = 0; i < 10'000; ++i) {
    const double x = rng.uniform();
    add(sim::exp(50 * x));
    add(sim::expm1(-x));
    add(sim::log(x));
    add(sim::log1p(x));
    add(sim::pow(x, 3.7));
    add(sim::normal_quantile(x));
    add(sim::normal_cdf(6 * x - 3));
  }
  EXPECT_EQ(hash, 11439055591020312207U);
}

}  // namespace
