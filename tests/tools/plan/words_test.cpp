#include "tools/plan/words.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace plan {
namespace {

TEST(Words, SizesHaveThreeDigitsAndBinaryUnits) {
  EXPECT_EQ(bytes_in_words(0), "0 B");
  EXPECT_EQ(bytes_in_words(1'000), "1000 B");
  EXPECT_EQ(bytes_in_words(1'023.7), "1 KiB");
  EXPECT_EQ(bytes_in_words(8'192), "8 KiB");
  EXPECT_EQ(bytes_in_words(1.5 * (1 << 30)), "1.5 GiB");
  EXPECT_EQ(bytes_in_words(142.4 * (1 << 30)), "142 GiB");
  EXPECT_EQ(bytes_in_words(-3.25 * (1 << 20)), "-3.25 MiB");
}

TEST(Words, DurationsUseTheUnitAPersonWould) {
  EXPECT_EQ(duration_in_words(0), "0 s");
  EXPECT_EQ(duration_in_words(0.25), "250 ms");
  EXPECT_EQ(duration_in_words(90), "90 s");
  EXPECT_EQ(duration_in_words(300), "5 min");
  EXPECT_EQ(duration_in_words(36 * 3'600), "36 h");
  EXPECT_EQ(duration_in_words(30 * 86'400), "30 d");
  EXPECT_EQ(duration_in_words(4.63 * 86'400), "4.63 d");
  EXPECT_EQ(duration_in_words(5 * 365.25 * 86'400), "5 y");
}

TEST(Words, ASmallProbabilityIsNotNothing) {
  EXPECT_EQ(share_in_words(0), "0 %");
  EXPECT_EQ(share_in_words(0.0001), "< 0.1 %");
  EXPECT_EQ(share_in_words(0.843), "84.3 %");
  EXPECT_EQ(share_in_words(0.99999), "> 99.9 %");
  EXPECT_EQ(share_in_words(1), "100 %");
}

TEST(Words, ATimeNotReachedLiesBeyondTheHorizon) {
  const double not_reached = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(in_words(not_reached, "s", 30 * 86'400), "> 30 d");
  EXPECT_EQ(in_words(0.85, "ratio", 0), "85 %");
  EXPECT_EQ(in_words(8'640, "count", 0), "8640");
  EXPECT_EQ(in_words(12'345'678, "count", 0), "12.3 M");
}

TEST(Words, SettingsAreSpelledAsPostgresqlConf) {
  EXPECT_EQ(as_setting(std::int64_t{70} << 30), "70GB");
  EXPECT_EQ(as_setting((std::int64_t{70} << 30) - (16 << 20)), "71664MB");
  EXPECT_EQ(as_setting(16 << 20), "16MB");
  EXPECT_EQ(as_setting(0), "0B");
}

}  // namespace
}  // namespace plan
