#pragma once

#include <vector>

#include "tools/plan/results.hpp"
#include "tools/plan/run.hpp"

namespace plan {

/// The alert rules on slots that `meshplan emit --from-run` writes for this run (tools/emit,
/// alerts.yml), evaluated on the trajectories of some replicates: the leading ones, and the first
/// that fail. A replicate fails when a volume fills up or a slot is lost.
///
///   SlotRetainsWal    retained WAL above its P99, for 5 min
///   SlotInactive      no walsender for a quarter of the outage tolerable at P5, 60 s at least, 600
///   s
///                     where none was found; a cut link is noticed after wal_sender_timeout (60 s)
///   SlotNearItsLimit  wal_status = unreserved
///   SlotLost          wal_status = lost
///
/// Takes     results   whose outcomes are complete
/// Returns   one per rule and slot; none without slots or replicates
std::vector<Alert> alerts(const models::Model& model, const Results& results,
                          const RunOptions& options);

/// Which alert fires first, how long before the failure, and how often for nothing.
std::string alerts_in_words(const Results& results);

}  // namespace plan
