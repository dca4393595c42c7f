#include "tools/plan/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/replicate.hpp"
#include "tools/plan/gate.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

constexpr std::size_t most_bad = 40, most_good = 20;  // replicates that tell whether a change helps
constexpr std::int64_t coarse = 4;                    // steps between those tried

struct Found {
  const Change* change = nullptr;
  std::int64_t step = 0;
  std::uint64_t replicates = 0;  // that say so
  Variant variant;               // over all replicates; empty where not all were simulated
  double factor() const {
    const double to = change->axis.value(step);
    return std::max(to / change->from, change->from / to);
  }
};

bool stopped(const RunOptions& options) { return options.stop != nullptr && *options.stop; }

/// Some of the replicates that a run missed its objectives in, and some of the others. What they do
/// after a change stands for all of their kind.
class Sample {
 public:
  Sample(const Results& present, const std::vector<Gate>& gates,
         const std::vector<models::OutcomeKey>& keys)
      : replicates_{present.replicates} {
    for (std::uint64_t i = 0; i < present.replicates; ++i) {
      const bool bad = std::any_of(gates.begin(), gates.end(), [&](const Gate& gate) {
        const models::OutcomeKey& key = keys[gate.outcome];
        const Outcome* o = find(present.outcomes, key.metric, key.subject);
        return o != nullptr && gate.bad(o->values[i]);
      });
      Kind& kind = bad ? bad_ : good_;
      kind.all += 1;
      if (kind.chosen.size() < (bad ? most_bad : most_good)) kind.chosen.push_back(i);
    }
  }

  std::uint64_t size() const { return bad_.chosen.size() + good_.chosen.size(); }

  /// Whether the objectives are met with a mesh, as far as these replicates tell.
  bool met(const models::Mesh& mesh, const RunOptions& options) const {
    const models::Model model{mesh};
    const std::vector<Gate> all = gates(mesh.objectives, model.outcomes());
    std::vector<double> estimated(all.size(), 0.0);
    for (const Kind* kind : {&bad_, &good_}) {
      std::vector<std::vector<double>> rows(kind->chosen.size());
      const std::atomic<bool> never_stop = false;
      sim::for_each_replicate(
          rows.size(), options.threads, options.stop == nullptr ? never_stop : *options.stop,
          [&](std::uint64_t i) {
            rows[i] = model.simulate(options.seed, kind->chosen[i]).outcomes;
          },
          options.done);
      if (stopped(options)) return false;
      const double weight = kind->all / static_cast<double>(std::max<std::size_t>(1, rows.size()));
      for (std::size_t g = 0; g < all.size(); ++g)
        for (const auto& row : rows) estimated[g] += all[g].bad(row[all[g].outcome]) ? weight : 0;
    }
    for (std::size_t g = 0; g < all.size(); ++g)
      if (estimated[g] > static_cast<double>(all[g].allowed(replicates_)) + 1e-6) return false;
    return true;
  }

 private:
  struct Kind {
    double all = 0;
    std::vector<std::uint64_t> chosen;
  };
  std::uint64_t replicates_;
  Kind bad_, good_;
};

/// The first step that meets every objective, as far as the sample tells; none when the last one
/// does not.
std::optional<Found> searched(const Change& change, const Sample& sample,
                              const RunOptions& options) {
  const std::int64_t last = change.axis.steps - 1;
  if (last < 1 || !sample.met(change.axis.mesh(last), options)) return std::nullopt;
  const std::int64_t fine = std::max<std::int64_t>(1, std::min(coarse, last / 64));
  std::int64_t missed = 0, met = last;
  while (met - missed > fine) {
    const std::int64_t middle = missed + (met - missed) / 2;
    (sample.met(change.axis.mesh(middle), options) ? met : missed) = middle;
    if (stopped(options)) return std::nullopt;
  }
  return Found{&change, met, sample.size(), {}};
}

/// The first step from the one found on that meets every objective over all replicates.
std::optional<Found> verified(Found found, const RunOptions& options) {
  for (std::int64_t stride = coarse;; stride *= 2) {
    found.variant = simulate_variant(found.change->axis.mesh(found.step), options);
    found.replicates = found.variant.replicates;
    if (stopped(options)) return std::nullopt;
    const auto& objectives = found.variant.objectives;
    if (std::all_of(objectives.begin(), objectives.end(),
                    [](const ObjectiveResult& o) { return o.met; }))
      return found;
    if (found.step + 1 >= found.change->axis.steps) return std::nullopt;
    found.step = std::min(found.step + stride, found.change->axis.steps - 1);
  }
}

void add(Study& study, const char* name, const Axis& axis, double value, const std::string& unit,
         std::string text) {
  study.figures.push_back({name, axis.path, unit, {value, value, value}, std::move(text)});
}

void add_found(Study& study, const Found& found) {
  const Axis& axis = found.change->axis;
  add(study, "present_value", axis, found.change->from, axis.unit, axis.text(0));
  add(study, "nearest_change", axis, axis.value(found.step), axis.unit, axis.text(found.step));
  add(study, "change_factor", axis, found.factor(), "ratio", fmt::format("{:.3g}", found.factor()));
  add(study, "change_replicates", axis, static_cast<double>(found.replicates), "count",
      fmt::format("{}", found.replicates));
  if (found.variant.outcomes.empty()) return;
  StudyPoint& point = study.points.emplace_back();
  point.number = static_cast<std::int64_t>(study.points.size()) - 1;
  point.label = "nearest change";
  point.settings = {{axis.path, axis.text(found.step), axis.value(found.step)}};
  point.replicates = found.variant.replicates;
  point.outcomes = found.variant.outcomes;
  for (Outcome& outcome : point.outcomes) outcome.values.clear();
  point.objectives = found.variant.objectives;
}

}  // namespace

std::uint64_t nearest_replicates(std::size_t changes, const RunOptions& options) {
  constexpr std::uint64_t looks = 5;  // at each change, on average
  return changes * looks * (most_bad + most_good) + options.replicates;
}

void nearest_changes(const Results& present, const std::vector<Change>& changes,
                     const RunOptions& options, Study& study) {
  if (changes.empty()) return;
  const models::Model model{changes.front().axis.mesh(0)};
  const Sample sample{present, gates(model.mesh().objectives, model.outcomes()), model.outcomes()};
  std::vector<Found> all;
  std::vector<const Change*> useless;
  for (const Change& change : changes) {
    auto found = searched(change, sample, options);
    if (found)
      all.push_back(std::move(*found));
    else
      useless.push_back(&change);
  }
  const auto nearer = [](const Found& a, const Found& b) { return a.factor() < b.factor(); };
  std::stable_sort(all.begin(), all.end(), nearer);
  // The first has to hold over all replicates; one that needs more then may lose its place.
  while (!all.empty() && all.front().variant.outcomes.empty() && !stopped(options)) {
    auto first = verified(std::move(all.front()), options);
    if (first)
      all.front() = std::move(*first);
    else
      all.erase(all.begin());
    std::stable_sort(all.begin(), all.end(), nearer);
  }
  study.interrupted = stopped(options);
  if (study.interrupted) return;
  for (const Found& found : all) add_found(study, found);
  for (const Change* change : useless) {
    const Axis& axis = change->axis;
    const std::int64_t last = axis.steps - 1;
    add(study, "present_value", axis, change->from, axis.unit, axis.text(0));
    add(study, "no_change", axis, axis.value(last), axis.unit, axis.text(last));
  }
  study.points_wanted = static_cast<std::int64_t>(study.points.size());
  study.ok = !all.empty();
  study.headline = nearest_in_words(changes_of(study), study.horizon);
}

std::vector<ChangeTried> changes_of(const Study& study) {
  std::vector<ChangeTried> all;
  ChangeTried next;
  for (const Figure& figure : study.figures) {
    if (figure.name == "present_value") {
      next = {};
      next.path = figure.subject;
      next.unit = figure.unit;
      next.from = figure.estimate.value;
      next.from_text = figure.text;
    } else if (figure.name == "nearest_change" || figure.name == "no_change") {
      next.to = figure.estimate.value;
      next.to_text = figure.text;
      next.passes = figure.name == "nearest_change";
      next.factor = std::max(next.to / next.from, next.from / next.to);
      all.push_back(next);
    } else if (figure.name == "change_replicates" && !all.empty()) {
      all.back().replicates = static_cast<std::uint64_t>(figure.estimate.value);
    }
  }
  return all;
}

std::string nearest_in_words(const std::vector<ChangeTried>& changes, double horizon) {
  if (changes.empty()) return "";
  const ChangeTried& first = changes.front();
  if (!first.passes)
    return fmt::format("No single change of these {} numbers makes every objective pass.",
                       changes.size());
  return fmt::format("{} from {} to {} ({:.3g} times {})", first.path,
                     in_words(first.from, first.unit, horizon),
                     in_words(first.to, first.unit, horizon), first.factor,
                     first.to > first.from ? "as much" : "less");
}

}  // namespace plan
