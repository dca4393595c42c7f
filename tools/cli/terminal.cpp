#include "tools/cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

/// From the variables that decide it, in their order; loading a locale to ask it would cost a
/// start-up file access.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = environment(name);
    if (locale.empty()) continue;
    return locale.find("UTF-8") != std::string_view::npos ||
           locale.find("utf8") != std::string_view::npos;
  }
  return false;
}

}  // namespace

report::TextOptions stdout_terminal() {
  report::TextOptions options;
  if (isatty(STDOUT_FILENO) == 0) return options;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) options.width = size.ws_col;
  options.color = environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  options.utf8 = locale_is_utf8();
  return options;
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) != 0; }

}  // namespace cli
