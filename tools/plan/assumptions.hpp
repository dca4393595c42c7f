#pragma once

#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// What a run takes for granted: uncertain inputs with their spread, what the loader filled in, and
/// the rules of the PostgreSQL majors in the mesh.
std::vector<Assumption> assumptions(const models::Mesh& mesh);

}  // namespace plan
