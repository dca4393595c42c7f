#pragma once

#include "tools/plan/solve.hpp"

namespace plan {

/// What a solution means, in words, figures and points of a study:
///
///   solved_smallest, solved_largest   ends of the values that meet every objective
///   edge                              of one objective, with its 95 % Monte Carlo interval
///   response                          share of bad replicates at evenly spread values
void describe(const Axis& axis, const Solution& solution, Study& study);

}  // namespace plan
