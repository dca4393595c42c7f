#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/harness/measurement.hpp"

namespace harness {

/// How far a prediction may be off: met when either bound holds.
struct Tolerance {
  double relative = 0.05;
  double absolute = 0;  // in the metric's unit
};

/// The accuracy table of the design, by metric: 5 %; pg_wal 10 % or two segments; indexes 10 %;
/// autovacuum 10 % or one run; times 5 % or the sampling interval of the measurement.
Tolerance tolerance_of(const std::string& metric, double wal_segment_size);

struct Compared {
  Quantity quantity;
  double predicted = 0;
  std::optional<double> measured;
  Tolerance tolerance;
  bool met = false;

  double error() const;  // relative to what was measured
};

/// Takes     predictions  by metric and subject
/// Returns   a line per prediction; one that the run did not measure is not met
std::vector<Compared> compare(const std::map<Quantity, double>& predictions,
                              const Measurement& measurement, double wal_segment_size);

bool all_met(const std::vector<Compared>& comparison);

/// A table: metric, subject, predicted, measured, error, tolerance, and a mark on misses.
std::string format(const std::vector<Compared>& comparison);

}  // namespace harness
