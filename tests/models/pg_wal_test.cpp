#include "models/pg_wal.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "sim/rng.hpp"

namespace models {
namespace {

constexpr double seg = 16.0 * 1024 * 1024;
constexpr double nobody = std::numeric_limits<double>::infinity();

TEST(PgWal, GrowsByWholeSegmentsOnceTheReusedOnesAreUsedUp) {
  PgWal wal{Settings{}, 16_MiB, Lsn{10.5 * seg}, 3};  // segments 10, 11, 12
  EXPECT_EQ(wal.size(Lsn{10.6 * seg}), 3 * seg);
  EXPECT_EQ(wal.size(Lsn{12.9 * seg}), 3 * seg);
  EXPECT_EQ(wal.exhausted_at().bytes, 13 * seg);
  EXPECT_EQ(wal.size(Lsn{13.0 * seg}), 4 * seg);
}

TEST(PgWal, AnInactiveSlotKeepsItsSegments) {
  // Measured: restart_lsn at 864.0 MB, current 1121.5 MB: 272 MB.
  const double mb = 1048576;
  PgWal wal{Settings{}, 16_MiB, Lsn{864.0 * mb}, 1};
  EXPECT_EQ(wal.size(Lsn{1121.5 * mb}), 272 * mb);
  wal.remove_old(Lsn{1100 * mb}, Lsn{1121.5 * mb}, std::floor(864.0 / 16), 100 * mb);
  EXPECT_EQ(wal.first_segment(), 54);  // 864 / 16: nothing removed
}

TEST(PgWal, OldSegmentsBecomeFutureOnesUpToTheTarget) {
  Settings settings;
  settings.max_wal_size = 256_MiB;
  settings.min_wal_size = 80_MiB;
  PgWal wal{settings, 16_MiB, Lsn{0}, 1};
  // Redo at segment 8, insert at 15.1: segments 0-7 are old. Target: 8 + 2.09 * 8 = 24.7 -> 25, at
  // most 8 + 16 - 1 = 23; so all eight are renamed to 16 … 23 and the directory stays at 16 files.
  wal.remove_old(Lsn{8 * seg}, Lsn{15.1 * seg}, nobody, 8 * seg);
  EXPECT_EQ(wal.first_segment(), 8);
  EXPECT_EQ(wal.last_segment(), 23);
}

TEST(PgWal, MinWalSizeIsKeptHoweverSmallTheDistance) {
  PgWal wal{Settings{}, 16_MiB, Lsn{0}, 20};
  wal.remove_old(Lsn{10 * seg}, Lsn{10.1 * seg}, nobody, 0);
  EXPECT_EQ(wal.first_segment(), 10);
  EXPECT_EQ(wal.last_segment(), 19);  // nothing beyond the target, so old ones are unlinked
}

TEST(PgWal, PreallocatesWhenTheCurrentSegmentIsThreeQuartersFull) {
  PgWal wal{Settings{}, 16_MiB, Lsn{4.8 * seg}, 1};
  wal.remove_old(Lsn{4.7 * seg}, Lsn{4.8 * seg}, nobody, 0);
  EXPECT_EQ(wal.last_segment(), 5);
}

TEST(PgWalProperty, SegmentsNeededAreAlwaysThere) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    Settings settings;
    settings.max_wal_size = rng.between(2, 100) * 16_MiB;
    Lsn insert{rng.uniform(0, 100) * seg};
    PgWal wal{settings, 16_MiB, insert, static_cast<double>(rng.between(1, 10))};
    double estimate = 0;
    for (int i = 0; i < 50; ++i) {
      const Lsn redo = insert;
      insert = insert + rng.exponential(5 * seg);
      estimate = rng.exponential(5 * seg);
      const double keep = segment_of(redo, seg) - static_cast<double>(rng.between(0, 5));
      const double before = wal.first_segment();
      wal.remove_old(redo, insert, keep, estimate);
      EXPECT_LE(wal.first_segment(), std::max(before, keep));
      EXPECT_GE(wal.first_segment(), before);
      EXPECT_GE(wal.last_segment(), segment_of(insert, seg));
    }
  }
}

}  // namespace
}  // namespace models
