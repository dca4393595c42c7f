#pragma once

#include <vector>

#include "tools/plan/results.hpp"
#include "tools/plan/run.hpp"

namespace plan {

/// Ranks 1 … n, ties by their mean; NaN (not reached) as the largest.
std::vector<double> ranks(const std::vector<double>& values);

/// How much of the rank of an outcome each input explains, all inputs together: standardised
/// coefficients of the least-squares regression of the outcome's ranks on the inputs' ranks.
/// Inputs that never vary, or that others determine, get 0.
///
/// Takes     inputs   n values for each of p inputs
///           outcome  n values, NaN = not reached
/// Source    Iman and Conover, "The use of the rank transform in regression", Technometrics 21
/// (1979)
struct RankRegression {
  std::vector<double> coefficients;  // -1..1 when the inputs are independent
  std::vector<double> correlations;  // Spearman's, each input alone
  double explained = 0;              // R^2 of the ranks
};
RankRegression rank_regression(const std::vector<std::vector<double>>& inputs,
                               const std::vector<double>& outcome);

/// Which uncertain input moves the answer most, for the outcomes of the objectives (or else the
/// most dangerous one): rank regression over the replicates of the results, and one input at a time
/// held at its P10 and at its P90 while all others keep their draws.
///
/// Takes     results  of run() with the same options
/// Returns   by outcome, the widest swing first; leaves out inputs that move nothing. Incomplete
///           when stopped
std::vector<Influence> influences(const models::Mesh& mesh, const Results& results,
                                  const RunOptions& options);

/// Uncertain inputs that are drawn anew at every occurrence of an incident: the draws of a
/// replicate do not hold them, so they have no rank correlation.
std::vector<bool> drawn_per_occurrence(const models::Mesh& mesh);

}  // namespace plan
