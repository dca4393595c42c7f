#pragma once

#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// A number of the scenario that may have to do with a missed objective.
struct Candidate {
  std::string path;       // by names, `incidents["link outage"].for` …
  std::string otherwise;  // … and by number, where the entry has no name of its own; may be empty
  models::Quantity now;   // 0: unlimited, or not given
  int towards = -1;       // -1: less of it should help; +1: more
};

/// What one would think of changing for the objectives that are missed, from what is near their
/// subjects: volumes and max_slot_wal_keep_size, lengths of outages and of open transactions,
/// links, rates of the node's busiest streams, max_wal_size, autovacuum_vacuum_scale_factor, the
/// age at which the kill routine ends a session.
///
/// Takes     missed   objectives that are not met; others are passed over
/// Returns   each path once in each direction; whether it helps is for a simulation to say
std::vector<Candidate> candidates(const models::Mesh& mesh,
                                  const std::vector<ObjectiveResult>& objectives);

}  // namespace plan
