#include "models/page_access.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/rng.hpp"

namespace models {
namespace {

/// Pages touched at least once by so many touches.
double touched(const std::vector<PageClass>& classes, double pages, double touches) {
  double sum = 0;
  for (const PageClass& c : classes)
    if (c.pages > 0)
      sum += pages * c.pages * (1 - std::exp(-touches * c.touches / (pages * c.pages)));
  return sum;
}

TEST(PageClasses, UniformAccessIsOneClass) {
  const auto classes = page_classes({}, 200'000, 6061);
  ASSERT_EQ(classes.size(), 1U);
  // 6061 (1 - e^(-5000/6061)) = 3405; measured 3427 on PostgreSQL 15
  EXPECT_NEAR(touched(classes, 6061, 5000), 3405, 1);
}

TEST(PageClasses, ScatteredZipfTouchesThePagesMeasured) {
  // Zipf 1.07 over 200 000 rows, 33 a page: measured 1795 images after 5000 updates, 3975 after 20
  // 000.
  const auto classes =
      page_classes({Access::Kind::zipf, Access::Keys::scattered, 1, 1.07}, 200'000, 6061);
  EXPECT_NEAR(touched(classes, 6061, 5000) / 1795, 1, 0.03);
  EXPECT_NEAR(touched(classes, 6061, 20'000) / 3975, 1, 0.02);
}

TEST(PageClasses, ClusteredZipfTouchesThePagesOfTheExactSum) {
  // Sum over the 9334 pages of 75 ranks each of 1 - e^(-15051 p): 2119.7
  const auto classes =
      page_classes({Access::Kind::zipf, Access::Keys::clustered, 1, 1.07}, 700'000, 9334);
  EXPECT_NEAR(touched(classes, 9334, 15'051) / 2119.7, 1, 0.015);
}

TEST(PageClasses, TheNewestTwentiethIsATwentiethOfThePagesWhenClustered) {
  const auto classes =
      page_classes({Access::Kind::recent, Access::Keys::clustered, 0.05, 1}, 1e6, 1e4);
  EXPECT_DOUBLE_EQ(classes[0].pages, 0.05);
  EXPECT_DOUBLE_EQ(classes[0].touches, 1);
}

TEST(PageClasses, ABellOverClusteredKeysIsFinelyCutWhereItIsTouched) {
  DrawnAccess access;
  access.kind = Access::Kind::gaussian;
  access.keys = Access::Keys::clustered;
  access.share = 0.05;
  const double pages = 8642, touches = 2400;
  // Page by page: sum of 1 - exp(-touches phi(z) dz).
  double exact = 0;
  for (double i = 0; i < pages; i += 1) {
    const double z = ((i + 0.5) / pages - 0.5) / access.share;
    const double share =
        std::exp(-z * z / 2) / std::sqrt(2 * 3.141592653589793) / access.share / pages;
    exact += 1 - std::exp(-touches * share);
  }
  EXPECT_NEAR(touched(page_classes(access, 700'000, pages), pages, touches) / exact, 1, 0.01);
}

TEST(MixedClasses, AreTheProductOfBothPatterns) {
  // Two thirds of the touches on the newest tenth, one third anywhere: on the tenth 2/3 + 1/30.
  const auto classes = mixed_classes({{0.1, 1}, {0.9, 0}}, {{1, 1}}, 1.0 / 3);
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_NEAR(classes[0].pages, 0.1, 1e-9);
  EXPECT_NEAR(classes[0].touches, 2.0 / 3 + 1.0 / 30, 1e-9);
  EXPECT_NEAR(classes[1].touches, 0.9 / 3, 1e-9);
}

TEST(MixedClasses, OfOneKindOnlyAreThatKind) {
  const std::vector<PageClass> uniform{{1, 1}}, recent{{0.1, 1}, {0.9, 0}};
  EXPECT_EQ(mixed_classes(uniform, recent, 0), uniform);
  EXPECT_EQ(mixed_classes(recent, recent, 0.5), recent);
  EXPECT_NEAR(mixed_classes(uniform, recent, 1)[0].touches, 1, 1e-9);
}

TEST(PageClassesProperty, PagesAndTouchesAddUpAndSkewTouchesFewerPages) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    DrawnAccess access;
    access.kind = static_cast<Access::Kind>(rng.between(1, 3));
    access.keys = static_cast<Access::Keys>(rng.between(0, 1));
    access.share = rng.uniform(0.01, 0.5);
    access.exponent = rng.uniform(0.3, 1.5);
    const double pages = static_cast<double>(rng.between(2, 20'000));
    const double rows = pages * static_cast<double>(rng.between(1, 50));
    const auto classes = page_classes(access, rows, pages);
    EXPECT_LE(classes.size(), 33U);
    double share = 0, touches = 0;
    for (const PageClass& c : classes) {
      share += c.pages;
      touches += c.touches;
    }
    EXPECT_NEAR(share, 1, 1e-9);
    EXPECT_NEAR(touches, 1, 1e-9);
    EXPECT_LE(touched(classes, pages, pages), touched({{1, 1}}, pages, pages) * (1 + 1e-9));
  }
}

}  // namespace
}  // namespace models
