#pragma once

#include "tools/plan/results.hpp"
#include "tools/plan/run.hpp"

namespace plan {

/// Outcomes and objectives of one variant of a mesh, without series, traces or words.
struct Variant {
  std::vector<Outcome> outcomes;
  std::vector<ObjectiveResult> objectives;
  std::uint64_t replicates = 0;  // finished; fewer than wanted when stopped
};

/// The same draws as in run() with these options, so that variants of one mesh differ by what was
/// varied and not by chance.
/// Throws    PlanError for objectives that the mesh cannot answer
Variant simulate_variant(const models::Mesh& mesh, const RunOptions& options);

/// One outcome per key, summarised over replicates x outcomes.
std::vector<Outcome> summarise_all(const std::vector<models::OutcomeKey>& keys,
                                   const std::vector<std::vector<double>>& replicates);

}  // namespace plan
