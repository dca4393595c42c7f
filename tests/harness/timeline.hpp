#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace harness {

/// Something that happened, in seconds since the start of the run. Kinds are those of
/// models::Event.
struct Happening {
  double at = 0;
  std::string kind;
  std::string subject;
  std::string text;
};

/// Wall clock of a run and what happened in it; any thread may add.
class Timeline {
 public:
  using Clock = std::chrono::system_clock;

  void start() { start_ = Clock::now(); }
  Clock::time_point start_time() const { return start_; }
  double now() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  /// Seconds since the start of a moment given in epoch seconds, as server logs have it.
  double since_start(double epoch) const {
    return epoch - std::chrono::duration<double>(start_.time_since_epoch()).count();
  }
  void add(std::string kind, std::string subject, std::string text = {}) {
    add_at(now(), std::move(kind), std::move(subject), std::move(text));
  }
  void add_at(double at, std::string kind, std::string subject, std::string text = {}) {
    const std::lock_guard lock{mutex_};
    happenings_.push_back({at, std::move(kind), std::move(subject), std::move(text)});
  }
  std::vector<Happening> take() {
    const std::lock_guard lock{mutex_};
    return std::move(happenings_);
  }

 private:
  Clock::time_point start_ = Clock::now();
  std::mutex mutex_;
  std::vector<Happening> happenings_;
};

}  // namespace harness
