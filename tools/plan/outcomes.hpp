#pragma once

#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// What the replicates say about one outcome. Percentiles of times count a replicate that did not
/// reach it as later than all others, so that a small share of early failures is not averaged away.
///
/// Takes     values   one per replicate, NaN = not reached
///           time_to  whether NaN means later than the horizon (else: no such thing happened in
///           that replicate)
/// Returns   NaN for percentiles beyond the horizon; probability: share that reached it, of a 0/1
/// outcome its mean
Outcome summarise(models::OutcomeKey key, bool time_to, std::vector<double> values);

/// The description of a metric; null when there is none of that name.
const models::Metric* metric(const std::string& name);

/// The outcome of a metric and subject; null when the mesh has none.
const Outcome* find(const std::vector<Outcome>& outcomes, const std::string& metric,
                    const std::string& subject);

}  // namespace plan
