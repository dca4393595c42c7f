#pragma once

#include "tools/plan/remedy.hpp"
#include "tools/plan/run.hpp"

namespace plan {

/// Simulates the mesh with the remedy in place: in replicates whose disk filled up, to see whether
/// it holds, and in the leading ones, to see what outages it tolerates. The same draws as in the
/// run; nothing when stopped.
void try_out(Remedy& remedy, const models::Mesh& mesh, const Results& results,
             const RunOptions& options);

}  // namespace plan
