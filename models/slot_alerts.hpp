#pragma once

#include <algorithm>

namespace models {

/// Thresholds of the alert rules on a slot: what emit writes, and what a run evaluates.
struct SlotAlerts {
  double retained = 1 << 30;  // bytes of WAL; without a run an assumption
  double inactive = 600;      // seconds without a walsender
};

/// From a run: retained WAL at its P99, and a quarter of the outage that is tolerable at P5 (at
/// least a minute), so that three quarters are left to act.
inline SlotAlerts slot_alerts(double retained_wal_p99, double outage_tolerance_p5) {
  SlotAlerts alerts;
  alerts.retained = retained_wal_p99;
  if (outage_tolerance_p5 > 0) alerts.inactive = std::max(60.0, outage_tolerance_p5 / 4);
  return alerts;
}

}  // namespace models
