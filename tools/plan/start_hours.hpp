#pragma once

#include <array>
#include <string>

#include "tools/plan/run.hpp"

namespace plan {

/// Whether every objective is met when the run starts at this hour of the day (UTC).
using SafeHours = std::array<bool, 24>;

/// Simulates the mesh once per hour, with a few replicates of the run's draws each.
/// Throws    PlanError for objectives that the mesh cannot answer
SafeHours safe_start_hours(const models::Mesh& mesh, const RunOptions& options);

/// "22:00 to 04:59 and at 12:00": hours that follow each other as one stretch, over midnight too.
std::string hours_in_words(const SafeHours& safe);

/// When an initial copy may start, as a sentence; empty for a mesh without one or without
/// objectives, and for a run that was interrupted.
std::string when_to_copy(const models::Mesh& mesh, const RunOptions& options);

}  // namespace plan
