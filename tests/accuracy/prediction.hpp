#pragma once

#include <map>

#include "models/mesh.hpp"
#include "tests/harness/measurement.hpp"

namespace accuracy {

using harness::Quantity;

/// Median over 31 replicates of every outcome: start state and rates of lab scenarios are fixed, so
/// replicates differ only by phases that nobody can set. NaN = not reached in most of them.
std::map<Quantity, double> predict(const models::Mesh& mesh);

}  // namespace accuracy
