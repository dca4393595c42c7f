#pragma once

#include <algorithm>

#include "sim/units.hpp"

/// The alert rules of the emitted bundle: what tools/emit writes into alerts.yml, and what a run
/// evaluates on its trajectories (tools/plan/alerts.hpp). Every threshold stands here only.
namespace models::alert_rules {
using namespace sim::units;

/// How long a condition has to hold before its rule fires; 0: at once.
inline constexpr Duration slot_retains_wal_for = 5min;
inline constexpr Duration volume_nearly_full_for = 5min;
inline constexpr Duration heartbeat_late_for = 1min;
inline constexpr Duration vacuum_held_back_for = 10min;

/// Share of a volume's size that is in use or reserved.
inline constexpr double volume_nearly_full = 0.85;
/// Intervals between two beats that a reader may miss.
inline constexpr double beats_missed = 3;

/// Thresholds of one slot.
struct SlotLimits {
  double retained = 1 << 30;  // bytes of WAL; without a run an assumption
  double inactive = 600;      // seconds without a walsender
};

/// From a run: retained WAL at its P99, and a quarter of the outage that is tolerable at P5 (at
/// least a minute), so that three quarters are left to act.
inline SlotLimits slot_limits(double retained_wal_p99, double outage_tolerance_p5) {
  SlotLimits limits;
  limits.retained = retained_wal_p99;
  if (outage_tolerance_p5 > 0) limits.inactive = std::max(60.0, outage_tolerance_p5 / 4);
  return limits;
}

}  // namespace models::alert_rules
