#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/plan/results.hpp"

namespace plan {

/// A max_slot_wal_keep_size to set, and what trying it out in some replicates showed.
struct Remedy {
  std::size_t node = 0;
  std::string slot;              // the one in danger
  std::int64_t slot_cap = 0;     // bytes; zero or less: none fits, by so many bytes at the median
  std::uint64_t tried = 0;       // replicates
  std::uint64_t tried_full = 0;  // of them, those whose disk filled up without the cap …
  std::uint64_t still_full = 0;  // … and those whose disk fills up with it
  Outcome tolerance;             // outage_tolerance of the slot with the cap
};

/// The slot that endangers the mesh most: the one whose WAL fills a disk, else one that is lost,
/// else the one that has no cap and takes the shortest outage. None where the slots are not what
/// fails.
std::optional<Remedy> endangered_slot(const models::Mesh& mesh, const Results& results);

/// The largest max_slot_wal_keep_size with which a volume cannot be filled by WAL kept for slots. A
/// slot is only cut off at the end of a checkpoint, so that pg_wal peaks above the cap by what one
/// checkpoint cycle writes:
///
///   cap = usable - without_wal - WAL of one checkpoint cycle - 2 segments, in whole segments
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

/// The safe cap for the volume that holds a node's pg_wal, with room for the relations at their
/// P99; where that leaves nothing at their P95, else at their median.
///
/// Takes     database_size of the node, over replicates whose disk does not fill up
/// Returns   none when the volume is unlimited
std::optional<std::int64_t> safe_slot_cap(const models::Node& node, const Outcome& database_size);

/// The mesh with the remedy in place.
models::Mesh with(const models::Mesh& mesh, const Remedy& remedy);

}  // namespace plan
