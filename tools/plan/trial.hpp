#pragma once

#include <optional>

#include "tools/plan/remedy.hpp"
#include "tools/plan/run.hpp"

namespace plan {

/// Finds the cap to propose, and simulates the mesh with it: in the leading replicates, to see what
/// outages it tolerates, and in others whose disk filled up, to see whether it holds. The same
/// draws as in the run.
///
/// Returns   none where a cap is not the answer, or when stopped
std::optional<Remedy> find_remedy(const models::Mesh& mesh, const Results& results,
                                  const RunOptions& options);

}  // namespace plan
