#include "tools/plan/remedy.hpp"

#include <cmath>

#include "models/checkpoint.hpp"

namespace plan {

std::int64_t safe_slot_cap(double usable, double without_wal, const models::Settings& settings,
                           sim::Bytes wal_segment_size) {
  const auto segment = static_cast<double>(wal_segment_size.count);
  const double segments = std::floor((usable - without_wal) / segment) -
                          models::checkpoint_segments(settings, wal_segment_size) - 2;
  return static_cast<std::int64_t>(segments) * wal_segment_size.count;
}

double usable_bytes(const models::Volume& volume) {
  return volume.size.value * (1 - volume.reserved.value);
}

}  // namespace plan
