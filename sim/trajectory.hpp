#pragma once

#include "sim/units.hpp"

namespace sim {

/// One stretch of a trajectory: from `at` on, value + slope * (t - at), until the next piece of the same series.
struct Piece {
  Instant at;
  double value = 0;
  double slope = 0;  // per second

  double operator()(Instant t) const { return value + slope * seconds(t - at); }
};

}  // namespace sim
