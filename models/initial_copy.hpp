#pragma once

#include "models/mesh.hpp"

/// The initial copy of a subscription (copy_data): sync workers COPY its tables one after the
/// other, each from a snapshot and a slot of its own, then stream what was written meanwhile.
///
/// Source    src/backend/replication/logical/tablesync.c, LogicalRepSyncTableStart(),
///           process_syncing_tables_for_apply()
namespace models {

/// The mesh as it runs: for every subscription with copy_data an open transaction that only reads
/// and holds its snapshot; the simulation begins and ends it. Incident::subscription tells whose.
Mesh with_copies(Mesh mesh);

/// Sync workers of one subscription at a time: max_sync_workers_per_subscription, and what the
/// apply workers of the node leave of max_logical_replication_workers; at least one.
int sync_workers(const Mesh& mesh, int subscription);

/// Rows per second of each of so many copies over one link.
///
///   min(worker's rate, bytes per second that are left / copies / bytes per row)
///
/// What is left of the link is what the stream does not need, but never less than an equal share:
/// connections share a link evenly.
/// Takes     worker [rows/s], bandwidth and stream [bytes/s], bytes per row > 0, copies >= 1
double copy_speed(double worker, double bandwidth, double stream, double bytes_per_row, int copies);

/// Seconds that a sync worker needs to catch up after its COPY: the stream of `seconds` arrives
/// `speed` times as fast as it was written, and more is written meanwhile. Infinity at speed <= 1.
double copy_catch_up(double seconds, double speed);

}  // namespace models
