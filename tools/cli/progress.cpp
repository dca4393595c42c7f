#include "tools/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "tools/cli/terminal.hpp"
#include "tools/plan/words.hpp"

namespace cli {

using namespace std::chrono_literals;

Progress::Progress(std::uint64_t total) : total_{total} {
  if (!stderr_is_terminal()) return;
  thread_ = std::jthread{[this](const std::stop_token& stop) {
    const auto start = std::chrono::steady_clock::now();
    std::unique_lock lock{mutex_};
    // The first look after half a second: a short run shows no bar.
    for (auto pause = 500ms; !ended_.wait_for(lock, stop, pause, [] { return false; });
         pause = 100ms) {
      if (stop.stop_requested()) break;
      draw(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::fputs("\r\x1b[K", stderr);
  }};
}

Progress::~Progress() = default;  // the thread is told to stop and waited for

void Progress::draw(double seconds) const {
  const std::uint64_t done = std::min<std::uint64_t>(done_, total_);  // a total may be a guess
  const double share = total_ == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total_);
  constexpr int cells = 30;
  const auto filled = static_cast<std::size_t>(share * cells);
  std::string line = fmt::format("\r\x1b[Ksimulating [{}{}] {}/{}", std::string(filled, '#'),
                                 std::string(cells - filled, ' '), done, total_);
  if (done > 0) line += ", " + plan::duration_in_words(seconds * (1 - share) / share) + " left";
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace cli
