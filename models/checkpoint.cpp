#include "models/checkpoint.hpp"

#include <algorithm>
#include <cmath>

#include "sim/units.hpp"

namespace models {

double checkpoint_segments(const Settings& settings, Bytes wal_segment_size) {
  const double segments = static_cast<double>(settings.max_wal_size / wal_segment_size);
  return std::max(1.0, std::floor(segments / (1 + settings.checkpoint_completion_target)));
}

double checkpoint_duration(const Settings& settings, Bytes wal_segment_size, double dirty_buffers,
                           double wal_rate) {
  constexpr double nap = 0.1;
  const double distance =
      checkpoint_segments(settings, wal_segment_size) * static_cast<double>(wal_segment_size.count);
  const double by_time =
      settings.checkpoint_completion_target * seconds(settings.checkpoint_timeout);
  const double by_volume =
      wal_rate > 0 ? settings.checkpoint_completion_target * distance / wal_rate : by_time;
  return std::min({by_time, by_volume, nap * dirty_buffers});
}

double distance_estimate(double previous, double distance) {
  return distance > previous ? distance : 0.9 * previous + 0.1 * distance;
}

}  // namespace models
