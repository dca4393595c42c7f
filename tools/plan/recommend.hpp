#pragma once

#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// Which mechanism to take for a product, and why, from the matrix: adds one comparison of metric
/// `recommendation` per variant, with the reason as its text.
///
/// Mechanisms drop out one criterion after the other, until one is left: objectives missed; disk
/// full or slot lost in more than 1 %; other domains delayed by more than 10 ms at P99; cost of a
/// month (with a price file); reads that take more than a second and twice the fastest; bytes
/// between nodes; bytes of second copies. Of those that are equal in all, the first stays.
void recommend(std::vector<Comparison>& comparisons, const std::string& product);

}  // namespace plan
