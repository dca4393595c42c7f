#pragma once

#include "tools/report/text.hpp"

namespace cli {

/// What stdout can show: its width, colour unless NO_COLOR is set, blocks where the locale is
/// UTF-8; plain text of 80 columns where it is no terminal.
report::TextOptions stdout_terminal();

bool stderr_is_terminal();

}  // namespace cli
