#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>

#include "models/mesh.hpp"
#include "tests/harness/measurement.hpp"
#include "tests/harness/stage.hpp"

namespace harness {

struct PlayOptions {
  std::uint64_t seed = 1;
  std::chrono::milliseconds sample_every{250};
  double achieved_least = 0.99;  // a run that reached less of its rates is refused
  double behind_most = 2;        // and one in which a statement started later than so many seconds
};

/// The machine was too busy to play the rates: says nothing about a prediction, worth another try.
class SlowMachine : public HarnessError {
 public:
  using HarnessError::HarnessError;
};

/// Plays a mesh on a stage for its horizon: streams at their rates, incidents and jobs at their
/// times, everything sampled.
///
/// Throws SlowMachine when a stream that its server did not stop fell behind its rate; HarnessError
/// when the mesh holds what a lab cannot play.
Measurement play(Stage& stage, const PlayOptions& options = {});

/// Calls `attempt`, up to three times as long as the machine cannot keep up.
template <typename Attempt>
auto again_when_slow(const Attempt& attempt) {
  constexpr int tries = 3;
  for (int i = 1;; ++i) {
    try {
      return attempt();
    } catch (const SlowMachine& slow) {
      if (i == tries) throw;
      fmt::print(stderr, "{}; once more\n", slow.what());
    }
  }
}

/// Sets up, settles and plays.
Measurement play(const models::Mesh& mesh, const PlayOptions& options = {});

}  // namespace harness
