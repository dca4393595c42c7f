#include "tools/plan/run.hpp"

#include <algorithm>
#include <utility>

#include "sim/replicate.hpp"
#include "tools/plan/alerts.hpp"
#include "tools/plan/assumptions.hpp"
#include "tools/plan/bands.hpp"
#include "tools/plan/federation.hpp"
#include "tools/plan/landmarks.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/recorder.hpp"
#include "tools/plan/selection.hpp"
#include "tools/plan/start_hours.hpp"
#include "tools/plan/trial.hpp"
#include "tools/plan/variant.hpp"
#include "tools/plan/verdict.hpp"

namespace plan {
namespace {

constexpr std::uint64_t pilot_replicates = 8;  // tell which series matter

/// The largest value of every series in the first few replicates: the same ones on any number of
/// threads.
std::vector<double> series_peaks(const models::Model& model, const RunOptions& options,
                                 const std::atomic<bool>& stop) {
  const std::uint64_t pilots = std::min(pilot_replicates, options.replicates);
  std::vector<std::vector<double>> peaks(pilots);
  sim::for_each_replicate(pilots, options.threads, stop, [&](std::uint64_t replicate) {
    PeakObserver observer{model.series().size(), model.mesh().horizon};
    model.simulate(options.seed, replicate, &observer);
    peaks[replicate] = observer.peaks();
  });
  std::vector<double> highest(model.series().size(), 0.0);
  for (const auto& one : peaks)
    for (std::size_t i = 0; i < one.size(); ++i) highest[i] = std::max(highest[i], one[i]);
  return highest;
}

/// All replicates: their outcomes, and the values of the first of them on the bands' grid.
std::vector<std::vector<double>> simulate(const models::Model& model, const RunOptions& options,
                                          const std::atomic<bool>& stop, Bands& bands) {
  std::vector<std::vector<double>> outcomes(options.replicates);
  const std::uint64_t finished = sim::for_each_replicate(
      options.replicates, options.threads, stop,
      [&](std::uint64_t replicate) {
        if (replicate >= bands.replicates()) {
          outcomes[replicate] = model.simulate(options.seed, replicate).outcomes;
          return;
        }
        GridObserver observer = bands.observer(replicate);
        outcomes[replicate] = model.simulate(options.seed, replicate, &observer).outcomes;
        observer.finish();
      },
      options.done);
  outcomes.resize(finished);
  return outcomes;
}

/// The replicates that stand for the run, once more with everything recorded.
std::vector<Trace> record(const models::Model& model, const RunOptions& options,
                          const std::vector<Outcome>& outcomes,
                          const std::vector<std::size_t>& chosen,
                          const std::vector<double>& peaks) {
  const auto danger = most_dangerous(outcomes);
  if (!danger) return {};
  const models::OutcomeKey& key = outcomes[*danger].key;
  const char* then = key.metric == "time_to_slot_lost" ? "retained_wal" : "volume_used";
  const auto selected = select_replicates(outcomes[*danger], find(outcomes, then, key.subject));
  std::vector<Trace> traces(selected.size());
  const std::atomic<bool> never_stop = false;
  sim::for_each_replicate(selected.size(), options.threads, never_stop, [&](std::uint64_t i) {
    Recorder recorder{model.series(), chosen, peaks};
    model.simulate(options.seed, selected[i].replicate, &recorder);
    traces[i] = recorder.take();
    traces[i].label = selected[i].label;
    traces[i].replicate = selected[i].replicate;
  });
  return traces;
}

}  // namespace

Results run(const models::Mesh& mesh, const RunOptions& options) {
  const std::atomic<bool> never_stop = false;
  const std::atomic<bool>& stop = options.stop == nullptr ? never_stop : *options.stop;
  const models::Model model{mesh};
  check_objectives(mesh.objectives, model.outcomes());

  const std::vector<double> peaks = series_peaks(model, options, stop);
  const auto chosen = choose_series(model.series(), peaks, options.band_series);
  Bands bands{model.series(), chosen, Grid{mesh.horizon, options.band_points},
              std::min(options.band_replicates, options.replicates)};
  const auto replicates = simulate(model, options, stop, bands);

  Results results;
  results.seed = options.seed;
  results.replicates_wanted = options.replicates;
  results.replicates = replicates.size();
  results.interrupted = results.replicates < options.replicates;
  results.start = mesh.start;
  results.horizon = sim::seconds(mesh.horizon);
  results.scenario_name = mesh.name;
  results.threads = sim::worker_count(options.replicates, options.threads);
  results.outcomes = summarise_all(model.outcomes(), replicates);
  results.series = model.series();
  results.bands = bands.percentiles(replicates.size(), options.threads);
  results.band_replicates = std::min<std::uint64_t>(bands.replicates(), replicates.size());
  results.traces = record(model, options, results.outcomes, chosen, peaks);
  results.objectives = evaluate(mesh.objectives, results.outcomes);
  results.assumptions = assumptions(mesh);
  results.thresholds = thresholds(mesh, results.objectives);
  results.incidents = planned_incidents(mesh);
  results.push_downs = push_downs(mesh);
  results.alerts = alerts(model, results, options);
  const auto remedy = find_remedy(mesh, results, options);
  if (remedy && remedy->slot_cap > 0)
    results.thresholds.push_back(
        {"retained_wal", remedy->slot, proposed_cap, static_cast<double>(remedy->slot_cap)});
  results.verdict = verdict(mesh, results, remedy ? &*remedy : nullptr);
  if (const std::string when = when_to_copy(mesh, options); !when.empty())
    results.verdict.next_step += (results.verdict.next_step.empty() ? "" : " ") + when;
  return results;
}

}  // namespace plan
