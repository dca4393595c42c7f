#pragma once

#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// What failed in a run, and which part of the mesh an outcome speaks of.
struct Situation {
  const models::Mesh& mesh;
  const Results& results;

  /// Outcomes of a time that some replicate reached, the most probable first, then the earliest.
  std::vector<const Outcome*> failures(const char* metric) const;
  const Outcome* fullest_volume() const;  // by P99 of volume_used; null without volumes
  const Outcome* shortest_tolerance()
      const;  // outage_tolerance that some replicate used up; null if none
  int node_of_volume(const std::string& subject) const;  // -1 if none
  int node_of_slot(const std::string& slot) const;
};

}  // namespace plan
