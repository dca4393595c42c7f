#pragma once

#include <vector>

#include "tools/plan/results.hpp"

/// What a chart of a series is read against: lines across it and moments along it.
namespace plan {

/// The end of every volume, the settings that bound a series, and the objectives that speak of one.
/// Uncertain sizes stand with their median.
std::vector<Threshold> thresholds(const models::Mesh& mesh,
                                  const std::vector<ObjectiveResult>& objectives);

/// The incidents of the scenario, those at a fixed time first, by time.
std::vector<PlannedIncident> planned_incidents(const models::Mesh& mesh);

/// A percentile of a distribution, 0 < p < 1.
///
///   fixed a;  uniform a + p (b - a);  exponential -a ln(1 - p);
///   lognormal in two pieces b (b/a)^(z(p)/z90) below the median, b (c/b)^(z(p)/z90) above it
///
/// Source    models::Distribution; z(p) is the standard normal quantile, z90 = z(0.9) = 1.2816
double percentile(const models::Distribution& distribution, double p);

}  // namespace plan
