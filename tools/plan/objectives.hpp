#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// The scenario asks for something that its mesh cannot answer.
struct PlanError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whether an objective speaks of an outcome: `media-prod` also means media-prod/data, none means
/// all.
bool applies(const models::Objective& objective, const models::OutcomeKey& key);

/// p99 -> 0.99; none for `max` and `mean`, and for anything that is no percentile.
std::optional<double> percentile_of(const std::string& at);

/// Throws    PlanError for an objective about an unknown metric, percentile or subject, with the
/// choices there are
void check_objectives(const std::vector<models::Objective>& objectives,
                      const std::vector<models::OutcomeKey>& outcomes);

/// Each objective for every subject that it applies to. A time that is not reached counts as later
/// than any threshold. Without replicates nothing is met.
std::vector<ObjectiveResult> evaluate(const std::vector<models::Objective>& objectives,
                                      const std::vector<Outcome>& outcomes);

}  // namespace plan
