#pragma once

#include <vector>

#include "tools/plan/results.hpp"
#include "tools/plan/run.hpp"

namespace plan {

/// The alert rules that `meshplan emit --from-run` writes for this run (tools/emit, alerts.yml; the
/// thresholds of both are in models/alert_rules.hpp), evaluated on the trajectories of some
/// replicates: the leading ones, and the first that fail.
///
///   SlotRetainsWal    retained WAL above its P99, for 5 min
///   SlotInactive      no walsender for a quarter of the outage tolerable at P5, 60 s at least, 600
///                     s where none was found; a cut link is noticed after wal_sender_timeout (60
///                     s)
///   SlotNearItsLimit  wal_status = unreserved
///   SlotLost          wal_status = lost
///   HeartbeatLate     the subscriber's newest beat is older than 3 intervals, for 1 min; a beat is
///                     half an interval old on average when it is due
///   VolumeNearlyFull  85 % of a volume used or reserved, for 5 min
///   VacuumHeldBack    a session's snapshot or xid older than the kill routine's age, for 10 min
///
/// Each is held against what it warns of: a slot's rules against the loss of the slot and a full
/// volume of pg_wal, the others against a full volume of theirs. An alert tells of a failure when
/// it is firing at that moment. Not evaluated, because nothing of the kind is simulated:
/// ContractDrift and PreparedTransactionOld.
///
/// Takes     results   whose outcomes are complete
/// Returns   one per rule and subject; none without replicates
std::vector<Alert> alerts(const models::Model& model, const Results& results,
                          const RunOptions& options);

/// "slot orders", "volume db/data": what an alert is about.
std::string subject_in_words(const Alert& alert);

/// Which alert fires first, how long before the failure, and how often for nothing.
std::string alerts_in_words(const Results& results);

}  // namespace plan
