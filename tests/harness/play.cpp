#include "tests/harness/play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "tests/harness/incidents.hpp"
#include "tests/harness/outcomes.hpp"
#include "tests/harness/sampler.hpp"

namespace harness {
namespace {

std::vector<std::unique_ptr<Sampler>> start_samplers(Stage& stage, Timeline& timeline,
                                                     std::chrono::milliseconds interval) {
  std::vector<std::unique_ptr<Sampler>> samplers;
  for (std::size_t i = 0; i < stage.clusters().size(); ++i)
    samplers.push_back(std::make_unique<Sampler>(
        stage.mesh(), static_cast<int>(i), stage.cluster(static_cast<int>(i)), timeline, interval));
  return samplers;
}

void refuse_slow_streams(const Measurement& measurement, const PlayOptions& options) {
  for (const StreamResult& stream : measurement.streams)
    if (!stream.stopped_at &&
        (stream.achieved() < options.achieved_least || stream.behind_max > options.behind_most))
      throw SlowMachine(fmt::format(
          "the machine cannot keep the rate of {}: {} of {:.0f} transactions, {:.2f} s late",
          stream.name, stream.committed + stream.failed, stream.wanted, stream.behind_max));
}

}  // namespace

Measurement play(Stage& stage, const PlayOptions& options) {
  Timeline timeline;
  auto driver = std::make_unique<Driver>(stage.mesh(), stage.clusters(), timeline, options.seed);
  Script script{stage, timeline};
  const LinkBytes before = link_bytes(stage);
  timeline.start();
  auto samplers = start_samplers(stage, timeline, options.sample_every);
  script.start();
  driver->play();
  Measurement measurement;
  measurement.streams = driver->results();
  const LinkBytes after = link_bytes(stage);
  driver.reset();  // ending sessions report their last statistics
  std::this_thread::sleep_for(options.sample_every);
  for (const auto& sampler : samplers) {
    sampler->stop();
    sampler->report(measurement);
  }
  script.stop();
  refuse_slow_streams(measurement, options);
  measurement.timeline = timeline.take();
  add_log_lines(stage, timeline, measurement);
  add_outcomes(stage, measurement);
  for (const auto& [slot, bytes] : after)
    measurement.outcomes[{"link_bytes", slot}] = bytes - before.at(slot);
  return measurement;
}

Measurement play(const models::Mesh& mesh, const PlayOptions& options) {
  Stage stage{mesh};
  stage.settle();
  return play(stage, options);
}

}  // namespace harness
