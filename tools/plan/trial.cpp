#include "tools/plan/trial.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/replicate.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/situation.hpp"

namespace plan {
namespace {

constexpr std::uint64_t leading_replicates = 100, failed_replicates = 50;

bool filled_up(const Results& results, std::uint64_t replicate) {
  return std::any_of(results.outcomes.begin(), results.outcomes.end(), [&](const Outcome& o) {
    return o.key.metric == "time_to_disk_full" && !std::isnan(o.values[replicate]);
  });
}

/// The leading replicates, then others in which a disk filled up.
std::vector<std::uint64_t> replicates_to_try(const Results& results) {
  const std::uint64_t leading = std::min(leading_replicates, results.replicates);
  std::vector<std::uint64_t> replicates;
  for (std::uint64_t i = 0;
       i < results.replicates && replicates.size() < leading + failed_replicates; ++i)
    if (i < leading || filled_up(results, i)) replicates.push_back(i);
  return replicates;
}

/// Some replicates of a variant of the mesh.
class Trial {
 public:
  Trial(const models::Mesh& mesh, std::vector<std::uint64_t> replicates, const RunOptions& options)
      : model_{mesh}, replicates_{std::move(replicates)}, values_(replicates_.size()) {
    const std::atomic<bool> never_stop = false;
    finished_ = sim::for_each_replicate(
        replicates_.size(), options.threads, options.stop == nullptr ? never_stop : *options.stop,
        [&](std::uint64_t i) {
          values_[i] = model_.simulate(options.seed, replicates_[i]).outcomes;
        });
  }

  bool stopped() const { return finished_ < replicates_.size(); }

  /// Of the leading replicates: the others are there because something failed in them.
  Outcome outcome(std::string_view metric, std::string_view subject) const {
    const auto& keys = model_.outcomes();
    for (std::size_t k = 0; k < keys.size(); ++k)
      if (keys[k].metric == metric && keys[k].subject == subject) {
        std::vector<double> values;
        for (std::size_t i = 0; i < std::min<std::size_t>(leading_replicates, values_.size()); ++i)
          values.push_back(values_[i][k]);
        return summarise(keys[k], metric == "outage_tolerance", std::move(values));
      }
    return {};
  }

  bool fills_up(std::size_t i) const {
    const auto& keys = model_.outcomes();
    for (std::size_t k = 0; k < keys.size(); ++k)
      if (keys[k].metric == "disk_full" && values_[i][k] > 0) return true;
    return false;
  }

 private:
  models::Model model_;
  std::vector<std::uint64_t> replicates_;
  std::vector<std::vector<double>> values_;
  std::uint64_t finished_ = 0;
};

/// How large the relations of the node become, in replicates that WAL kept for slots does not end
/// early.
std::optional<Outcome> relations(const models::Mesh& mesh, const Results& results,
                                 const Remedy& remedy, const RunOptions& options) {
  const std::string& node = mesh.nodes[remedy.node].name;
  if (Situation{mesh, results}.failures("time_to_disk_full").empty()) {
    const Outcome* size = find(results.outcomes, "database_size", node);
    return size == nullptr ? std::nullopt : std::optional{*size};
  }
  Remedy provisional = remedy;
  provisional.slot_cap = mesh.nodes[remedy.node].settings.max_wal_size.count;
  std::vector<std::uint64_t> leading = replicates_to_try(results);
  leading.resize(std::min<std::size_t>(leading.size(), leading_replicates));
  const Trial trial{with(mesh, provisional), std::move(leading), options};
  return trial.stopped() ? std::nullopt : std::optional{trial.outcome("database_size", node)};
}

}  // namespace

std::optional<Remedy> find_remedy(const models::Mesh& mesh, const Results& results,
                                  const RunOptions& options) {
  auto remedy = endangered_slot(mesh, results);
  if (!remedy) return std::nullopt;
  const auto sizes = relations(mesh, results, *remedy, options);
  const models::Node& node = mesh.nodes[remedy->node];
  const auto cap = sizes ? safe_slot_cap(node, *sizes) : std::nullopt;
  if (!cap) return std::nullopt;
  remedy->slot_cap = *cap;
  if (*cap <= 0) return remedy;
  // A smaller cap saves the disk, a larger one the slot.
  const std::int64_t now = node.settings.max_slot_wal_keep_size.count;
  const bool to_save_the_slot =
      now >= 0 && Situation{mesh, results}.failures("time_to_disk_full").empty();
  if (to_save_the_slot ? *cap <= now : now >= 0 && now <= *cap) return std::nullopt;

  const auto replicates = replicates_to_try(results);
  const Trial trial{with(mesh, *remedy), replicates, options};
  if (trial.stopped()) return std::nullopt;
  remedy->tried = replicates.size();
  for (std::size_t i = 0; i < replicates.size(); ++i) {
    remedy->tried_full += filled_up(results, replicates[i]) ? 1 : 0;
    remedy->still_full += trial.fills_up(i) ? 1 : 0;
  }
  remedy->tolerance = trial.outcome("outage_tolerance", remedy->slot);
  return remedy;
}

}  // namespace plan
