#pragma once

#include <utility>
#include <vector>

#include "models/mesh.hpp"

namespace harness {

/// How many transactions of an open stream are due by a moment: the integral of its rate over its
/// profile, between `from` and `until`, at most `executions`.
class Schedule {
 public:
  Schedule(const models::Mesh& mesh, const models::Stream& stream);

  /// Takes  t  seconds since the start of the run
  double due(double t) const;
  /// All transactions of a run of this length.
  double total() const { return points_.back().second; }

 private:
  std::vector<std::pair<double, double>> points_;  // time, cumulative count; straight in between
};

}  // namespace harness
