#include "models/replication_slot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace models {
namespace {

double whole_segments(Bytes size, Bytes segment) {
  return std::floor(static_cast<double>(size.count) / static_cast<double>(segment.count));
}

}  // namespace

const char* to_string(WalStatus status) {
  switch (status) {
    case WalStatus::reserved:
      return "reserved";
    case WalStatus::extended:
      return "extended";
    case WalStatus::unreserved:
      return "unreserved";
    case WalStatus::lost:
      return "lost";
  }
  return "";
}

double slot_limit_segments(const Settings& settings, Bytes wal_segment_size) {
  if (settings.max_slot_wal_keep_size.count < 0) return -1;
  return std::max(whole_segments(settings.max_slot_wal_keep_size, wal_segment_size),
                  whole_segments(settings.wal_keep_size, wal_segment_size));
}

Lsn unreserved_at(const Settings& settings, Bytes wal_segment_size, Lsn restart) {
  const double limit = slot_limit_segments(settings, wal_segment_size);
  if (limit < 0) return {std::numeric_limits<double>::infinity()};
  const auto segment = static_cast<double>(wal_segment_size.count);
  return {(segment_of(restart, segment) + limit + 1) * segment};
}

double safe_wal_size(const Settings& settings, Bytes wal_segment_size, Lsn restart, Lsn current) {
  const Lsn end = unreserved_at(settings, wal_segment_size, restart);
  return std::isinf(end.bytes) ? std::numeric_limits<double>::quiet_NaN() : end - current;
}

WalStatus wal_status(const Settings& settings, Bytes wal_segment_size, Lsn restart, Lsn current) {
  const auto segment = static_cast<double>(wal_segment_size.count);
  const double behind = segment_of(current, segment) - segment_of(restart, segment);
  if (behind <= whole_segments(settings.max_wal_size, wal_segment_size) + 1)
    return WalStatus::reserved;
  const double limit = slot_limit_segments(settings, wal_segment_size);
  return limit < 0 || behind <= limit ? WalStatus::extended : WalStatus::unreserved;
}

bool invalidated_at_checkpoint(const Settings& settings, Bytes wal_segment_size, Lsn restart,
                               Lsn current) {
  const double limit = slot_limit_segments(settings, wal_segment_size);
  if (limit < 0) return false;
  const auto segment = static_cast<double>(wal_segment_size.count);
  return segment_of(restart, segment) < segment_of(current, segment) - limit;
}

}  // namespace models
