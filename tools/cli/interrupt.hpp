#pragma once

#include <atomic>

namespace cli {

/// While it lives, the first SIGINT or SIGTERM sets `requested()`; the second ends the program as
/// usual.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  const std::atomic<bool>& requested() const;
};

}  // namespace cli
