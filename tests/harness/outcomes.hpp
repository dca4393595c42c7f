#pragma once

#include <map>
#include <string>

#include "tests/harness/measurement.hpp"
#include "tests/harness/stage.hpp"
#include "tests/harness/timeline.hpp"

/// From samples, logs and happenings to one number per metric of models::metrics().
namespace harness {

using LinkBytes = std::map<std::string, double>;
/// Payload bytes that walsenders have sent so far, by slot.
LinkBytes link_bytes(const Stage& stage);

/// Adds what the server logs tell about the run: checkpoint, autovacuum, slot_lost, disk_full,
/// panic, each with its line; sorts the timeline.
void add_log_lines(const Stage& stage, const Timeline& timeline, Measurement& measurement);

/// Takes     samples and timeline
/// Adds      pg_wal_size(_end), retained_wal(_end), slot_lag, heap_size, index_size, table_size,
///           n_live_tup, n_dead_tup, volume_bytes, volume_used, disk_full, time_to_disk_full,
///           slot_lost, time_to_slot_lost, time_to_slot_unreserved, replay_lag, catch_up_time;
///           times only when reached
void add_outcomes(const Stage& stage, Measurement& measurement);

}  // namespace harness
