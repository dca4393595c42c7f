#pragma once

#include <string>

#include "tools/plan/results.hpp"

namespace report {

/// The run as Markdown for a pull request: verdict, cause, next step, table, objectives,
/// assumptions folded away.
std::string markdown(const plan::Results& results);

}  // namespace report
