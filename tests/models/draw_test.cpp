#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/simulate.hpp"

namespace {
using models::Distribution;
using models::Mesh;

Mesh mesh_with(std::vector<std::pair<std::string, Distribution>> parameters) {
  Mesh mesh;
  for (auto& [name, distribution] : parameters)
    mesh.parameters.push_back({name, "1/s", distribution, "test"});
  return mesh;
}

const Distribution fixed{Distribution::Kind::fixed, 7, 0, 0};
const Distribution uniform{Distribution::Kind::uniform, 100, 200, 0};
const Distribution lognormal{Distribution::Kind::lognormal, 10, 20, 80};
const Distribution exponential{Distribution::Kind::exponential, 3, 0, 0};

/// The first parameter's draws over many replicates, ascending.
std::vector<double> draws_of(const Distribution& distribution) {
  const Mesh mesh = mesh_with({{"rate", distribution}});
  std::vector<double> values;
  for (std::uint64_t replicate = 0; replicate < 10'000; ++replicate)
    values.push_back(draw(mesh, 1, replicate).values.at(0));
  std::sort(values.begin(), values.end());
  return values;
}

TEST(Draw, GivesEveryParameterAValueInItsPlace) {
  const models::Draws draws = draw(mesh_with({{"a", fixed}, {"b", uniform}}), 1, 0);
  ASSERT_EQ(draws.values.size(), 2U);
  EXPECT_EQ(draws.values[0], 7);
  EXPECT_EQ(draws(models::Quantity(20, 1)), draws.values[1]);
  EXPECT_EQ(draws(models::Quantity(20)), 20);
}

TEST(Draw, DependsOnSeedReplicateAndNameAlone) {
  const double rate = draw(mesh_with({{"rate", uniform}}), 1, 5).values[0];
  const Mesh grown = mesh_with({{"a new node's rate", exponential}, {"rate", uniform}});
  EXPECT_EQ(draw(grown, 1, 5).values[1], rate);
  EXPECT_NE(draw(grown, 2, 5).values[1], rate);
  EXPECT_NE(draw(grown, 1, 6).values[1], rate);
  EXPECT_NE(draw(mesh_with({{"other", uniform}}), 1, 5).values[0], rate);
}

TEST(Draw, AWiderSpreadMovesAReplicateInTheSameDirection) {
  // Common random numbers: replicate by replicate, a draw above the median stays above it.
  const Distribution wide{Distribution::Kind::lognormal, 5, 20, 160};
  for (std::uint64_t replicate = 0; replicate < 1'000; ++replicate) {
    const double narrow_value = draw(mesh_with({{"rate", lognormal}}), 1, replicate).values[0];
    const double wide_value = draw(mesh_with({{"rate", wide}}), 1, replicate).values[0];
    EXPECT_EQ(narrow_value > 20, wide_value > 20);
  }
}

TEST(Draw, UniformFillsItsRange) {
  const auto values = draws_of(uniform);
  EXPECT_GE(values.front(), 100);
  EXPECT_LT(values.back(), 200);
  EXPECT_NEAR(values[5'000], 150, 2.5);  // median: sd 100 * 0.5 / sqrt(10 000) = 0.5; five of them
}

TEST(Draw, LognormalHasItsThreePercentiles) {
  const auto values = draws_of(lognormal);
  // Of 10 000: 1 000 +-150 below p10, 5 000 +-250 below p50, 9 000 +-150 below p90 (five standard
  // deviations).
  const auto below = [&](double x) {
    return std::lower_bound(values.begin(), values.end(), x) - values.begin();
  };
  EXPECT_NEAR(static_cast<double>(below(10)), 1'000, 150);
  EXPECT_NEAR(static_cast<double>(below(20)), 5'000, 250);
  EXPECT_NEAR(static_cast<double>(below(80)), 9'000, 150);
}

TEST(Draw, ExponentialHasItsMean) {
  const auto values = draws_of(exponential);
  double sum = 0;
  for (const double value : values) sum += value;
  EXPECT_NEAR(sum / 10'000, 3, 0.15);  // five standard errors of 3 / 100
}

}  // namespace
