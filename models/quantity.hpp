#pragma once

#include <string>

namespace models {

/// A number of the mesh: fixed, or uncertain and drawn once per replicate. The owner states the
/// unit.
struct Quantity {
  double value = 0;    // the fixed value; of an uncertain one its median
  int parameter = -1;  // index into Mesh::parameters when uncertain

  constexpr Quantity() = default;
  constexpr Quantity(double fixed) : value{fixed} {}  // NOLINT(google-explicit-constructor)
  constexpr Quantity(double median, int index) : value{median}, parameter{index} {}
};

/// How an uncertain number is spread.
///   fixed        a
///   uniform      a..b                                     scenario `lo..hi`
///   lognormal    two pieces through p10 = a, p50 = b, p90 = c   scenario `{p10, p50, p90}`; p10
///   and p90 may be
///                derived from the other side (`{p50, p95}` is stored with c as the p90 of the same
///                piece)
///   exponential  mean a                                    scenario `~a`
struct Distribution {
  enum class Kind { fixed, uniform, lognormal, exponential };
  Kind kind = Kind::fixed;
  double a = 0, b = 0, c = 0;
};

/// An uncertain input: named by its path in the scenario or, for a physical constant, by its name
/// in MODEL_FACTS.
struct Parameter {
  std::string name;  // domains.media.workload[0].rate, apply_rate_insert
  std::string unit;  // 1/s, bytes, s, ratio
  Distribution distribution;
  std::string source;  // where the spread comes from: scenario file:line, or a measured prior
};

}  // namespace models
