#include "tools/cli/interrupt.hpp"

#include <csignal>

namespace cli {
namespace {

std::atomic<bool> stop = false;  // a signal handler reaches nothing but a global
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) { stop = true; }

}  // namespace

Interrupt::Interrupt() {
  stop = false;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

Interrupt::~Interrupt() {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
}

const std::atomic<bool>& Interrupt::requested() const { return stop; }

}  // namespace cli
