#pragma once

#include <vector>

#include "tools/plan/solve.hpp"
#include "tools/plan/study.hpp"

/// The smallest change of one number with which a run would have met its objectives.
namespace plan {

/// A number to change: step 0 of its axis is the present value, and each further step is further
/// away from it.
struct Change {
  Axis axis;
  double from = 0;  // what it is compared with; of a limit that is not set, what limits it instead
};

/// Finds for each change alone the first step that meets every objective. The search looks at some
/// of the replicates that the run missed its objectives in and at some of the others, each standing
/// for all of its kind; the smallest change is then simulated with all of them, further steps being
/// tried where these say no. Puts them into a study, the smallest first by how many times larger or
/// smaller the number becomes: figures `present_value`, `nearest_change`, `change_factor` and
/// `change_replicates` of each path, `no_change` of those that do not help, and a point for the
/// first.
///
/// Takes     present   the run, with the values of its replicates
void nearest_changes(const Results& present, const std::vector<Change>& changes,
                     const RunOptions& options, Study& study);

/// Replicates that it simulates about, for a progress display.
std::uint64_t nearest_replicates(std::size_t changes, const RunOptions& options);

/// What a study of that kind found, as a run carries it.
std::vector<ChangeTried> changes_of(const Study& study);

/// "nodes.db.volumes.data.size from 60 GiB to 78.3 GiB (1.3 times)": the nearest, or that there is
/// none. Empty when nothing was tried.
std::string nearest_in_words(const std::vector<ChangeTried>& changes, double horizon);

}  // namespace plan
