#pragma once

#include <string>

#include "tools/plan/results.hpp"

namespace report {

/// What the terminal can show; the defaults suit a file or a pipe.
struct TextOptions {
  std::size_t width = 80;  // columns, at least 40 are used
  bool color = false;
  bool utf8 = false;  // sparklines and marks beyond ASCII
};

/// The run for a terminal: verdict, cause, next step, the headline table, objectives, how sure all
/// this is.
std::string text(const plan::Results& results, const TextOptions& options);

}  // namespace report
