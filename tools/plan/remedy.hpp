#pragma once

#include <cstdint>

#include "models/mesh.hpp"

namespace plan {

/// The largest max_slot_wal_keep_size with which a volume cannot be filled by WAL kept for slots. A
/// slot is only cut off at the end of a checkpoint, so that pg_wal peaks above the cap by what one
/// checkpoint cycle writes:
///
///   cap = usable - without_wal - wal of one checkpoint cycle - 2 segments, in whole segments
///
/// (one segment for the one being written, one that a checkpoint creates ahead)
///
/// Takes     usable       bytes of the volume that PostgreSQL may use
///           without_wal  bytes on it that are not WAL, at their largest
/// Returns   bytes; negative when not even a cap of zero fits
/// Source    xlog.c KeepLogSeg(), CreateCheckPoint(): slots are invalidated after the checkpoint's
/// writes
std::int64_t safe_slot_cap(double usable, double without_wal, const models::Settings& settings,
                           sim::Bytes wal_segment_size);

/// Bytes of a volume that PostgreSQL may use, at the median where its size is uncertain.
double usable_bytes(const models::Volume& volume);

}  // namespace plan
