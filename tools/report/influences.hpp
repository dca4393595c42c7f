#pragma once

#include <string>

#include "tools/plan/results.hpp"
#include "tools/report/text.hpp"

namespace report {

/// Which uncertain input moves which outcome: the widest swing first.
std::string influences_text(const plan::Results& results, const TextOptions& options);
std::string influences_markdown(const plan::Results& results);

}  // namespace report
