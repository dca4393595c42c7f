#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/harness/stage.hpp"
#include "tests/harness/timeline.hpp"

namespace harness {

/// Makes the incidents and jobs of a mesh happen at their times, each on a thread of its own.
///   subscriber_down   of a subscription: ALTER SUBSCRIPTION DISABLE and ENABLE; of a node: its
///                     server stops and starts
///   link_down         the proxy delivers nothing
///   open_transaction  a session begins, writes a row (or takes a snapshot) and idles
///   ddl               runs its SQL on the publisher; a hand runs it on the subscribers after `for:` and
///                     enables subscriptions again that an error has disabled
/// Jobs run their statements, several as one transaction, or their rebuild, and again every
/// `every`.
class Script {
 public:
  /// Throws HarnessError for an incident without a fixed time or of a kind the lab lacks.
  Script(Stage& stage, Timeline& timeline);
  ~Script();

  void start();
  /// Ends what still waits; incidents that last end with it.
  void stop();

 private:
  void act(const models::Incident& incident);
  void run(const models::Job& job);
  void hold_transaction(const models::Incident& incident);
  void repair(const models::Incident& incident);
  void set_subscriber(const models::Incident& incident, bool up);
  void set_link(int link, bool up);
  /// Waits until this many seconds after the start; false when the script was stopped before.
  bool wait_until(double t);

  Stage& stage_;
  Timeline& timeline_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace harness
