#include "tools/plan/variant.hpp"

#include <utility>

#include "sim/replicate.hpp"
#include "tools/plan/outcomes.hpp"

namespace plan {

std::vector<Outcome> summarise_all(const std::vector<models::OutcomeKey>& keys,
                                   const std::vector<std::vector<double>>& replicates) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::vector<double> values;
    values.reserve(replicates.size());
    for (const auto& replicate : replicates) values.push_back(replicate[i]);
    const models::Metric* described = metric(keys[i].metric);
    outcomes.push_back(
        summarise(keys[i], described != nullptr && described->time_to, std::move(values)));
  }
  return outcomes;
}

Variant simulate_variant(const models::Mesh& mesh, const RunOptions& options) {
  const std::atomic<bool> never_stop = false;
  const models::Model model{mesh};
  check_objectives(mesh.objectives, model.outcomes());
  std::vector<std::vector<double>> replicates(options.replicates);
  const std::uint64_t finished = sim::for_each_replicate(
      options.replicates, options.threads, options.stop == nullptr ? never_stop : *options.stop,
      [&](std::uint64_t i) { replicates[i] = model.simulate(options.seed, i).outcomes; },
      options.done);
  replicates.resize(finished);
  Variant variant;
  variant.outcomes = summarise_all(model.outcomes(), replicates);
  variant.objectives = evaluate(mesh.objectives, variant.outcomes);
  variant.replicates = finished;
  return variant;
}

}  // namespace plan
