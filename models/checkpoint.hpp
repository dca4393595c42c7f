#pragma once

#include "models/settings.hpp"

namespace models {

/// WAL between two checkpoints when volume, not time, triggers them, in whole segments.
///
///   distance = max_wal_size / (1 + checkpoint_completion_target), rounded down to segments, at
///   least one
///
/// Takes     settings the loader has checked: sizes > 0, target in 0..1
/// Returns   segments from redo point to redo point; 33 (528 MiB) with the defaults
/// Source    src/backend/access/transam/xlog.c, CalculateCheckpointSegments(),
/// XLogCheckpointNeeded()
double checkpoint_segments(const Settings& settings, Bytes wal_segment_size);

/// How long a checkpoint takes at most, and the WAL after its redo point at which it is done earlier.
///
/// The checkpointer writes on schedule: after a share f of the interval, measured by WAL volume or by time, whichever is
/// further, it wants f / completion_target of its buffers written. It naps 100 ms at most once per buffer, so a
/// checkpoint of few buffers ends early.
///
/// Takes     dirty buffers to write
/// Returns   seconds from the start of the checkpoint; bytes of WAL from its redo point
/// Source    src/backend/postmaster/checkpointer.c, CheckpointWriteDelay(), IsCheckpointOnSchedule()
/// Measured  write phases of 6.3, 4.3 and 3.4 s in a run of falling WAL rate on PostgreSQL 15: within 0.2 s
double checkpoint_duration_by_time(const Settings& settings, double dirty_buffers);
double checkpoint_end_distance(const Settings& settings, Bytes wal_segment_size);

/// The checkpointer's moving estimate of the WAL between checkpoints, which decides how many old
/// segments are kept for reuse: jumps up at once, decays by a tenth per checkpoint. Source xlog.c,
/// UpdateCheckPointDistanceEstimate()
double distance_estimate(double previous, double distance);

}  // namespace models
