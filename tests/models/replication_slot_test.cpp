#include "models/replication_slot.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/rng.hpp"

namespace models {
namespace {

constexpr double mb = 1048576;

Settings capped() {  // the setting of a measured run: limit 320 MB, max_wal_size 256 MB
  Settings settings;
  settings.max_wal_size = 256_MiB;
  settings.max_slot_wal_keep_size = 320_MiB;
  return settings;
}

TEST(WalStatus, TurnsAtTheMeasuredDistances) {
  // restart_lsn at the start of a segment: extended from 17 segments behind plus one = 288 MB,
  // unreserved from 336 MB on.
  const Settings settings = capped();
  const Lsn restart{0};
  EXPECT_EQ(wal_status(settings, 16_MiB, restart, Lsn{287 * mb}), WalStatus::reserved);
  EXPECT_EQ(wal_status(settings, 16_MiB, restart, Lsn{289 * mb}), WalStatus::extended);
  EXPECT_EQ(wal_status(settings, 16_MiB, restart, Lsn{335 * mb}), WalStatus::extended);
  EXPECT_EQ(wal_status(settings, 16_MiB, restart, Lsn{336 * mb}), WalStatus::unreserved);
}

TEST(SafeWalSize, IsTheLimitPlusOneSegmentAtFirst) {
  EXPECT_EQ(safe_wal_size(capped(), 16_MiB, Lsn{0}, Lsn{0}), 336 * mb);
  EXPECT_TRUE(
      std::isnan(safe_wal_size(Settings{}, 16_MiB, Lsn{0}, Lsn{0})));  // -1: nothing to alarm on
}

TEST(SafeWalSize, LimitsCountInWholeSegments) {
  Settings settings = capped();
  settings.max_slot_wal_keep_size = 330_MiB;  // 20.6 -> 20 segments
  EXPECT_EQ(safe_wal_size(settings, 16_MiB, Lsn{0}, Lsn{0}), 336 * mb);
}

TEST(Invalidation, NeedsACheckpointBeyondTheLimit) {
  EXPECT_FALSE(invalidated_at_checkpoint(capped(), 16_MiB, Lsn{0}, Lsn{335 * mb}));
  EXPECT_TRUE(invalidated_at_checkpoint(capped(), 16_MiB, Lsn{0}, Lsn{336 * mb}));
  EXPECT_FALSE(invalidated_at_checkpoint(Settings{}, 16_MiB, Lsn{0}, Lsn{1e15}));
}

TEST(WalStatusProperty, UnreservedExactlyWhenNothingSafeIsLeft) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    Settings settings;
    settings.max_wal_size = rng.between(2, 20) * 16_MiB;
    settings.max_slot_wal_keep_size = rng.between(0, 60) * 16_MiB;
    const Lsn restart{rng.uniform(0, 1e9)};
    const Lsn current = restart + rng.uniform(0, 1e9);
    const bool unreserved = safe_wal_size(settings, 16_MiB, restart, current) <= 0;
    if (wal_status(settings, 16_MiB, restart, current) == WalStatus::unreserved) {
      EXPECT_TRUE(unreserved);
    }
    EXPECT_EQ(invalidated_at_checkpoint(settings, 16_MiB, restart, current), unreserved);
  }
}

}  // namespace
}  // namespace models
