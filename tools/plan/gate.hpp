#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// An objective for one subject, as a count: it is met while at most `allowed` replicates are bad.
/// A percentile below a threshold, a percentile above one and a probability are all of this kind,
/// which lets a search follow single replicates.
struct Gate {
  models::Objective objective;
  std::size_t outcome = 0;  // index into the model's outcomes
  bool time_to = false;     // the outcome is a time that may not be reached

  /// Takes     value  of the outcome in one replicate, NaN = not reached
  bool bad(double value) const;
  /// Bad replicates out of n with which the objective is still met; -1: not even none.
  std::int64_t allowed(std::uint64_t n) const;
  /// 95 % confidence bounds of `allowed`: with `low` or fewer bad ones the objective is surely met,
  /// with more than `high` surely missed, for the Monte Carlo error of n replicates.
  struct Bounds {
    std::int64_t low, high;
  };
  Bounds allowed_bounds(std::uint64_t n) const;
};

/// The gates of a mesh's objectives.
/// Throws    PlanError for an objective about a mean, which no count of replicates decides
std::vector<Gate> gates(const std::vector<models::Objective>& objectives,
                        const std::vector<models::OutcomeKey>& outcomes);

}  // namespace plan
