#pragma once

#include "models/lsn.hpp"
#include "models/settings.hpp"

namespace models {

/// Seconds between two RUNNING_XACTS of the background writer while somebody writes: 15 s, but it
/// looks only once a round, and each of the 75 rounds of bgwriter_delay (200 ms) lasts a little
/// longer. The first one comes that long after the server has started. Source: bgwriter.c,
/// LOG_SNAPSHOT_INTERVAL_MS in BackgroundWriterMain(); measured 15.0 to 15.1 s on 15 to 18
inline constexpr double running_xacts_interval = 15.05;

/// Seconds for which a change may wait until the WAL writer flushes it, when its commit does not:
/// up to the next round (wal_writer_delay, 200 ms), and to the one after that when the round stops
/// at the last full page. Source: walwriter.c; xlog.c, XLogBackgroundFlush()
inline constexpr double unflushed_most = 0.4;

/// pg_replication_slots.wal_status.
enum class WalStatus { reserved, extended, unreserved, lost };
const char* to_string(WalStatus status);

/// Whole segments that max_slot_wal_keep_size allows; negative = unlimited.
double slot_limit_segments(const Settings& settings, Bytes wal_segment_size);

/// wal_status of a slot that is not lost yet.
///   reserved     restart segment >= current - (max_wal_size + 1 segment)
///   extended     older, but within max(max_slot_wal_keep_size, wal_keep_size)
///   unreserved   beyond: the end of the next checkpoint invalidates it
/// Source    xlog.c, GetWALAvailability()
WalStatus wal_status(const Settings& settings, Bytes wal_segment_size, Lsn restart, Lsn current);

/// pg_replication_slots.safe_wal_size: bytes that can be written before the slot turns unreserved;
/// NaN = no limit. Source    slotfuncs.c, pg_get_replication_slots()
double safe_wal_size(const Settings& settings, Bytes wal_segment_size, Lsn restart, Lsn current);

/// Position from which the slot is unreserved; infinity without a limit.
Lsn unreserved_at(const Settings& settings, Bytes wal_segment_size, Lsn restart);

/// Whether a checkpoint whose record ends at `current` invalidates the slot.
/// Source    slot.c, InvalidateObsoleteReplicationSlots(); xlog.c, KeepLogSeg()
bool invalidated_at_checkpoint(const Settings& settings, Bytes wal_segment_size, Lsn restart,
                               Lsn current);

}  // namespace models
