#include "models/checkpoint.hpp"

#include <algorithm>
#include <cmath>

#include "sim/units.hpp"

namespace models {

double checkpoint_segments(const Settings& settings, Bytes wal_segment_size) {
  const double segments = static_cast<double>(settings.max_wal_size / wal_segment_size);
  return std::max(1.0, std::floor(segments / (1 + settings.checkpoint_completion_target)));
}

double checkpoint_duration_by_time(const Settings& settings, double dirty_buffers) {
  constexpr double nap = 0.1;
  return std::min(settings.checkpoint_completion_target * seconds(settings.checkpoint_timeout),
                  nap * dirty_buffers);
}

double checkpoint_end_distance(const Settings& settings, Bytes wal_segment_size) {
  return settings.checkpoint_completion_target * checkpoint_segments(settings, wal_segment_size) *
         static_cast<double>(wal_segment_size.count);
}

double distance_estimate(double previous, double distance) {
  return distance > previous ? distance : 0.9 * previous + 0.1 * distance;
}

}  // namespace models
