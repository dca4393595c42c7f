#pragma once

#include <deque>
#include <vector>

#include "models/lsn.hpp"
#include "sim/crossing.hpp"
#include "sim/units.hpp"

namespace models {

/// What a publisher generated when, as far back as one of its slots may look: a slot's position is
/// a time in this history, the time at which the change it has confirmed was written.
class WalHistory {
 public:
  struct Stretch {
    Instant from;
    sim::Mixture wal;            // LSN against seconds since `from`
    std::vector<double> clocks;  // clock factors during the stretch
  };

  /// The stretch from `now` on; ends the one before.
  void open(Instant now, const sim::Mixture& wal, std::vector<double> clocks);
  /// A checkpoint logged a RUNNING_XACTS.
  void note_snapshot(Instant now) { snapshots_.push_back(now); }
  /// Forgets stretches that ended before `needed`.
  void forget_before(Instant needed);

  Lsn lsn(Instant t) const;
  const Stretch& at(Instant t) const;
  /// End of the stretch that holds t; `never` for the open one.
  Instant end_of(Instant t) const;
  /// The newest RUNNING_XACTS of a checkpoint at or before t; the start of the history when there
  /// is none.
  Instant snapshot_before(Instant t) const;

 private:
  std::size_t index(Instant t) const;

  std::deque<Stretch> stretches_;
  std::deque<Instant> snapshots_;
};

}  // namespace models
