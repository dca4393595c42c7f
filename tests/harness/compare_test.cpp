#include "tests/harness/compare.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace harness {
namespace {

constexpr double segment = 1 << 20;

Measurement measured(const char* metric, double value) {
  Measurement measurement;
  measurement.outcomes[{metric, "lab"}] = value;
  return measurement;
}

TEST(Compare, FivePercentHoldForWalBytes) {
  const Measurement m = measured("wal_bytes", 1000);
  EXPECT_TRUE(all_met(compare({{{"wal_bytes", "lab"}, 1049}}, m, segment)));
  EXPECT_FALSE(all_met(compare({{{"wal_bytes", "lab"}, 1051}}, m, segment)));
}

TEST(Compare, PgWalMayBeTwoSegmentsOff) {
  const Measurement m = measured("pg_wal_size", 8 * segment);
  EXPECT_TRUE(all_met(compare({{{"pg_wal_size", "lab"}, 10 * segment}}, m, segment)));
  EXPECT_FALSE(all_met(compare({{{"pg_wal_size", "lab"}, 11 * segment}}, m, segment)));
}

TEST(Compare, WhatIsPredictedNotToHappenMustNotHappen) {
  const Quantity lost{"time_to_slot_lost", "slot"};
  EXPECT_TRUE(all_met(compare({{lost, std::nan("")}}, Measurement{}, segment)));
  EXPECT_FALSE(all_met(compare({{lost, 12.0}}, Measurement{}, segment)));
}

}  // namespace
}  // namespace harness
