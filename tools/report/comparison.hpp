#pragma once

#include <string>

#include "tools/plan/results.hpp"
#include "tools/report/text.hpp"

namespace report {

/// What a run was compared with: verdict in words, then a row per figure and a column per variant.
/// Figures that are the same everywhere are counted, not shown.
std::string comparison_text(const plan::Results& results, const TextOptions& options);
std::string comparison_markdown(const plan::Results& results);

}  // namespace report
