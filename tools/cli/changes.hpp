#pragma once

#include <string>
#include <vector>

#include "tools/plan/candidates.hpp"
#include "tools/plan/nearest.hpp"
#include "tools/scenario/scenario.hpp"

namespace cli {

/// The options that a stored run was given.
scenario::Options options_of(const plan::Results& results);

/// The axes of candidate changes: each from its present value on up to 16 times more or less, in
/// steps of 1 % (a cap in WAL segments, up to the volume's size). An uncertain number is scaled
/// with its spread. Candidates that the scenario cannot spell are left out.
///
/// Takes     results   a stored run: its scenario's text is read as it was stored, DDL files from
///                     where they were
std::vector<plan::Change> make_changes(const std::vector<plan::Candidate>& candidates,
                                       const plan::Results& results, const models::Mesh& mesh);

}  // namespace cli
