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

TEST(CheckpointDuration, IsTheCompletionTargetOfTheInterval) {
  const Settings settings;  // 300 s by time; at 1 MB/s the 528 MiB take 553 s, so time comes first
  EXPECT_NEAR(checkpoint_duration(settings, 16_MiB, 1e6, 1e6), 270, 1e-9);
  // 8 MiB/s: 528 MiB in 66 s, of them 0.9
  EXPECT_NEAR(checkpoint_duration(settings, 16_MiB, 1e6, 8.0 * 1048576), 59.4, 1e-9);
}

TEST(CheckpointDuration, FewBuffersEndItEarly) {
  Settings settings;
  settings.checkpoint_timeout = 30s;  // 42 buffers, 100 ms apart: measured 4.1 s
  EXPECT_NEAR(checkpoint_duration(settings, 16_MiB, 42, 1e5), 4.2, 1e-9);
}

TEST(CheckpointDurationProperty, MoreWalOrFewerBuffersNeverMakeItLonger) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    Settings settings;
    settings.max_wal_size = rng.between(2, 4096) * 16_MiB;
    const double rate = rng.exponential(1e7), buffers = rng.exponential(1e4);
    const double duration = checkpoint_duration(settings, 16_MiB, buffers, rate);
    EXPECT_LE(checkpoint_duration(settings, 16_MiB, buffers, rate * 2), duration);
    EXPECT_LE(checkpoint_duration(settings, 16_MiB, buffers / 2, rate), duration);
  }
}

TEST(DistanceEstimate, JumpsUpAndDecaysByATenth) {
  EXPECT_EQ(distance_estimate(100, 400), 400);
  EXPECT_DOUBLE_EQ(distance_estimate(400, 100), 370);  // 0.9 * 400 + 0.1 * 100
}

}  // namespace
}  // namespace models
