#include "models/checkpoint.hpp"

#include <gtest/gtest.h>

#include "sim/rng.hpp"

namespace models {
namespace {

TEST(CheckpointSegments, DefaultsGive33SegmentsBetweenRedoPoints) {
  EXPECT_EQ(checkpoint_segments(Settings{}, 16_MiB), 33);  // 64 / 1.9 = 33.7
}

TEST(CheckpointSegments, MeasuredDistanceOf256MegabytesIs128) {
  Settings settings;
  settings.max_wal_size = 256_MiB;  // 16 / 1.9 = 8.4 -> 8 segments = 131 072 kB, as measured
  EXPECT_EQ(checkpoint_segments(settings, 16_MiB), 8);
}

TEST(CheckpointSegments, NeverLessThanOne) {
  Settings settings;
  settings.max_wal_size = 16_MiB;
  EXPECT_EQ(checkpoint_segments(settings, 16_MiB), 1);
}

TEST(CheckpointEnd, IsTheCompletionTargetOfTheInterval) {
  EXPECT_NEAR(checkpoint_duration_by_time(Settings{}, 1e6), 270, 1e-9);  // 0.9 of 300 s
  // 0.9 of 33 segments
  EXPECT_NEAR(checkpoint_end_distance(Settings{}, 16_MiB), 0.9 * 33 * 16 * 1048576, 1e-3);
}

TEST(CheckpointEnd, FewBuffersEndItEarly) {
  Settings settings;
  settings.checkpoint_timeout = 30s;  // 42 buffers, 100 ms apart: measured 4.1 s
  EXPECT_NEAR(checkpoint_duration_by_time(settings, 42), 4.2, 1e-9);
}

TEST(CheckpointEndProperty, MoreBuffersNeverMakeItShorterAndItEndsBeforeTheNextTrigger) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    Settings settings;
    settings.max_wal_size = rng.between(2, 4096) * 16_MiB;
    const double buffers = rng.exponential(1e4);
    EXPECT_LE(checkpoint_duration_by_time(settings, buffers / 2),
              checkpoint_duration_by_time(settings, buffers));
    EXPECT_LT(checkpoint_end_distance(settings, 16_MiB),
              checkpoint_segments(settings, 16_MiB) * 16 * 1048576);
  }
}

TEST(DistanceEstimate, JumpsUpAndDecaysByATenth) {
  EXPECT_EQ(distance_estimate(100, 400), 400);
  EXPECT_DOUBLE_EQ(distance_estimate(400, 100), 370);  // 0.9 * 400 + 0.1 * 100
}

}  // namespace
}  // namespace models
