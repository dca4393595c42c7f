#include "tools/plan/trial.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sim/replicate.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/situation.hpp"

namespace plan {
namespace {

constexpr std::uint64_t leading_replicates = 50, failed_replicates = 50;

/// The leading replicates, then others in which a disk filled up.
std::vector<std::uint64_t> replicates_to_try(const models::Mesh& mesh, const Results& results) {
  const std::uint64_t leading = std::min(leading_replicates, results.replicates);
  std::vector<std::uint64_t> replicates;
  for (std::uint64_t i = 0; i < leading; ++i) replicates.push_back(i);
  const auto failures = Situation{mesh, results}.failures("time_to_disk_full");
  for (std::uint64_t i = leading;
       i < results.replicates && replicates.size() < leading + failed_replicates; ++i)
    if (std::any_of(failures.begin(), failures.end(),
                    [i](const Outcome* o) { return !std::isnan(o->values[i]); }))
      replicates.push_back(i);
  return replicates;
}

bool is(const models::OutcomeKey& key, std::string_view metric) { return key.metric == metric; }

}  // namespace

void try_out(Remedy& remedy, const models::Mesh& mesh, const Results& results,
             const RunOptions& options) {
  const std::atomic<bool> never_stop = false;
  const models::Model model{with(mesh, remedy)};
  const auto& keys = model.outcomes();
  const auto replicates = replicates_to_try(mesh, results);
  std::vector<std::vector<double>> outcomes(replicates.size());
  const std::uint64_t finished = sim::for_each_replicate(
      replicates.size(), options.threads, options.stop == nullptr ? never_stop : *options.stop,
      [&](std::uint64_t i) { outcomes[i] = model.simulate(options.seed, replicates[i]).outcomes; });
  if (finished < replicates.size()) return;  // no trial, rather than half of one
  for (std::size_t k = 0; k < keys.size(); ++k)
    if (is(keys[k], "outage_tolerance") && keys[k].subject == remedy.slot) {
      std::vector<double> values;
      for (std::size_t i = 0; i < std::min(leading_replicates, results.replicates); ++i)
        values.push_back(outcomes[i][k]);
      remedy.tolerance = summarise(keys[k], true, std::move(values));
    }
  remedy.tried = replicates.size();
  for (const auto& values : outcomes) {
    bool full = false;
    for (std::size_t k = 0; k < keys.size(); ++k)
      full = full || (is(keys[k], "disk_full") && values[k] > 0);
    remedy.still_full += full ? 1 : 0;
  }
}

}  // namespace plan
