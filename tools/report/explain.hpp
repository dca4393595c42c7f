#pragma once

#include <string>

#include "tools/plan/results.hpp"
#include "tools/report/text.hpp"

namespace report {

/// Why a run came out as it did, in words: the causal timeline of the median and of the bad
/// replicate, whose bytes fill the volume at the decisive moment, and what to change.
std::string explain_text(const plan::Results& results, const TextOptions& options);
std::string explain_markdown(const plan::Results& results);

}  // namespace report
