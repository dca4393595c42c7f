#pragma once

#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace report {

/// The outcomes that belong in a table for people: disks first, then slots, WAL and the largest
/// tables; the worst few subjects of each metric. All others stand in the JSON and in the store.
std::vector<const plan::Outcome*> headline_outcomes(const plan::Results& results);

/// P5, P50, P95 and P99 in words, then how probable it is (times and 0/1 only).
std::vector<std::string> figures(const plan::Outcome& outcome, double horizon);
std::vector<std::string> figure_names();

/// What the objective asks for, and what came out: {text, "98 % (95 % interval 91 % to 100 %)"}.
struct ObjectiveText {
  std::string asked, found;
};
ObjectiveText in_words(const plan::ObjectiveResult& objective, double horizon);

/// The Monte Carlo error in a sentence: the interval of the figure that the headline rests on.
std::string how_sure(const plan::Results& results);

}  // namespace report
