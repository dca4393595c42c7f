#include "models/pg_wal.hpp"

#include <algorithm>
#include <cmath>

namespace models {
namespace {

double bytes(Bytes b) { return static_cast<double>(b.count); }

/// Last segment number worth keeping for reuse. Source: XLOGfileslop(), xlog.c.
double recycle_up_to(const Settings& settings, double segment, Lsn redo, double estimate) {
  const double redo_segment = segment_of(redo, segment);
  const double lowest = redo_segment + std::floor(bytes(settings.min_wal_size) / segment) - 1;
  const double highest = redo_segment + std::floor(bytes(settings.max_wal_size) / segment) - 1;
  const double distance = (1 + settings.checkpoint_completion_target) * estimate * 1.10;
  return std::clamp(std::ceil((redo.bytes + distance) / segment), lowest, highest);
}

}  // namespace

PgWal::PgWal(const Settings& settings, Bytes wal_segment_size, Lsn insert, double files)
    : settings_{settings},
      segment_{bytes(wal_segment_size)},
      first_{segment_of(insert, segment_)},
      last_{first_ + std::max(1.0, files) - 1} {}

double PgWal::size(Lsn insert) const {
  return (std::max(last_, segment_of(insert, segment_)) - first_ + 1) * segment_;
}

void PgWal::extend_to(Lsn insert) { last_ = std::max(last_, segment_of(insert, segment_)); }

void PgWal::remove_old(Lsn redo, Lsn insert, double keep_from, double estimate) {
  extend_to(insert);
  const double keep = std::min(segment_of(redo, segment_), keep_from);
  const double old = std::max(0.0, keep - first_);
  if (settings_.wal_recycle) {
    const double room = recycle_up_to(settings_, segment_, redo, estimate) - last_;
    last_ += std::clamp(room, 0.0, old);
  }
  first_ += old;
  const double current = segment_of(insert, segment_);
  if (insert.bytes - current * segment_ >= 0.75 * segment_) last_ = std::max(last_, current + 1);
}

double settled_files(const Settings& settings, Bytes wal_segment_size, double estimate) {
  const double segment = bytes(wal_segment_size);
  const double target = (1 + settings.checkpoint_completion_target) * 1.10 * estimate;
  return std::ceil(std::clamp(target, bytes(settings.min_wal_size), bytes(settings.max_wal_size)) /
                   segment);
}

}  // namespace models
