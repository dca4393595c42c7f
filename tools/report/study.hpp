#pragma once

#include <string>

#include "tools/plan/study.hpp"
#include "tools/report/text.hpp"

/// A study (solve, sweep) for people and programs: verdict first, then the variants side by side.
namespace report {

std::string text(const plan::Study& study, const TextOptions& options);
std::string markdown(const plan::Study& study);
std::string json(const plan::Study& study, const std::string& version);

}  // namespace report
