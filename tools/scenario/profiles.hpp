#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "models/mesh.hpp"
#include "tools/scenario/loading.hpp"

namespace scenario {

inline constexpr std::array<std::string_view, 4> built_in_profiles{"flat", "evening_peak",
                                                                   "office_hours", "night_batch"};

/// A profile every scenario may use; its mean over the period is 1, so that a rate is the mean
/// rate. Times are local.
std::optional<models::Profile> built_in_profile(std::string_view name);

/// The profile that `profile:` of a workload entry names, by index; -1: constant load.
int resolve_profile(Loading& loading, const Section& section);

}  // namespace scenario
