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
    bool redo = false;           // starts at a redo point: a RUNNING_XACTS was logged there
  };

  /// The stretch from `now` on; ends the one before.
  void open(Instant now, const sim::Mixture& wal, std::vector<double> clocks, bool redo);
  /// Forgets stretches that ended before `needed`.
  void forget_before(Instant needed);

  Lsn lsn(Instant t) const;
  const Stretch& at(Instant t) const;
  /// End of the stretch that holds t; `never` for the open one.
  Instant end_of(Instant t) const;
  /// The newest redo point at or before t; the start of the history when there is none.
  Instant redo_before(Instant t) const;

 private:
  std::size_t index(Instant t) const;

  std::deque<Stretch> stretches_;
};

}  // namespace models
