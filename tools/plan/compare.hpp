#pragma once

#include <string>
#include <vector>

#include "tools/plan/results.hpp"

/// What-if: figures of variants beside a baseline, under the same draws.
namespace plan {

struct Compared {
  std::string name;
  std::vector<Outcome> outcomes;  // with their values
  bool same_draws = true;         // same seed and replicates as the baseline: replicates are pairs
};

/// Every figure worth comparing, the baseline's first, then each variant's with its difference.
/// The 95 % interval of a difference is a bootstrap over replicates (pairs of them where the draws
/// are the same); the interval of probabilities too. The same bytes on every machine.
///
///   sizes P50 and P99, times P5, 0/1 the probability
std::vector<Comparison> compare(const Compared& baseline, const std::vector<Compared>& variants);

/// Whether a difference is more than chance: its interval does not hold 0.
bool beyond_chance(const Comparison& c);

/// -1: smaller values of the metric are better; +1: larger ones; 0: neither.
int better(const std::string& metric);

/// "event: disk_full of media-prod/data falls from 5 % to 0 %; …": the largest differences beyond
/// chance of each variant, or that there are none.
std::string differences_in_words(const std::vector<Comparison>& comparisons, double horizon);

/// Figures that differ by more than a share of the baseline (of 1 for shares and probabilities),
/// beyond chance.
std::vector<const Comparison*> beyond_tolerance(const std::vector<Comparison>& comparisons,
                                                double tolerance);

}  // namespace plan
