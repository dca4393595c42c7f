#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/plan/results.hpp"

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

/// The same for the volume that holds a node's pg_wal, from the recorded replicates; none when it
/// is unlimited.
std::optional<std::int64_t> safe_slot_cap(const models::Node& node, const Results& results);

/// A setting that bounds the WAL kept for a slot, and what trying it out in some replicates showed.
struct Remedy {
  std::size_t node = 0;
  std::string slot;
  std::int64_t slot_cap = 0;  // max_slot_wal_keep_size, bytes
  // Filled in by the trial.
  std::uint64_t tried = 0;       // replicates: those in which the disk filled up first
  std::uint64_t still_full = 0;  // of them, in how many it does so all the same
  Outcome tolerance;             // outage_tolerance of the slot with the cap
};

/// The cap to propose for the slot that endangers the mesh most: the one whose WAL fills a disk,
/// that is lost under a smaller cap than the disk has room for, or that has no cap. None where a
/// cap is not the answer.
std::optional<Remedy> propose(const models::Mesh& mesh, const Results& results);

/// The mesh with the remedy in place.
models::Mesh with(const models::Mesh& mesh, const Remedy& remedy);

}  // namespace plan
