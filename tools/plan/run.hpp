#pragma once

#include <atomic>
#include <cstdint>

#include "tools/plan/objectives.hpp"
#include "tools/plan/results.hpp"

namespace plan {

struct RunOptions {
  std::uint64_t replicates = 1'000;
  std::uint64_t seed = 1;
  unsigned threads = 0;                        // 0: one per core
  const std::atomic<bool>* stop = nullptr;     // once set, no further replicate is started
  std::atomic<std::uint64_t>* done = nullptr;  // counts finished replicates, for a progress bar
  std::size_t band_points = 400;
  std::size_t band_series = 60;
  // Bands are percentiles over so many: an observed replicate costs nearly three plain ones.
  std::uint64_t band_replicates = 200;
  sim::Duration heartbeat_every{0};  // of the publications' heartbeat; 0: there is none
};

/// Simulates the replicates of a mesh and says what they show; the same results on any number of
/// threads. When stopped, the results cover the leading replicates that were finished. The caller
/// fills in what it knows of the scenario's file and of time spent.
///
/// Throws    PlanError for objectives that the mesh cannot answer, before anything is simulated
Results run(const models::Mesh& mesh, const RunOptions& options);

}  // namespace plan
