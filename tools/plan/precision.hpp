#pragma once

#include <cstdint>

#include "tools/plan/run.hpp"

namespace plan {

/// How many replicates make every objective's gated figure as certain as asked for: half of its
/// 95 % interval is at most `precision` of the value, or of 1 for shares and probabilities. The
/// width of an interval falls with the square root of the replicates; each guess is tried.
///
/// Takes     precision   above 0; options.replicates   the first guess
/// Returns   the same on any number of threads; at most `most`, although that may not be enough
/// Throws    PlanError when there is no objective, or one that the mesh cannot answer
std::uint64_t replicates_for(const models::Mesh& mesh, const RunOptions& options, double precision,
                             std::uint64_t most = 100'000);

/// Half the interval of a gated figure, as a share of what it is measured by; infinite when the
/// interval is open.
double uncertainty(const ObjectiveResult& objective);

}  // namespace plan
