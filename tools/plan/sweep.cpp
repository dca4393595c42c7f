#include "tools/plan/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/plan/objectives.hpp"
#include "tools/plan/variant.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

bool meets(const StudyPoint& point) {
  return std::all_of(point.objectives.begin(), point.objectives.end(),
                     [](const ObjectiveResult& o) { return o.met; });
}

std::string name(const StudyPoint& point) {
  std::string text;
  for (const Setting& s : point.settings)
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", s.path, s.text);
  return text;
}

/// The probability of the worst thing that happens at a point: a full disk or a lost slot.
double failure(const StudyPoint& point) {
  double most = 0;
  for (const Outcome& o : point.outcomes)
    if (o.key.metric == "disk_full" || o.key.metric == "slot_lost")
      most = std::max(most, o.probability);
  return most;
}

}  // namespace

std::vector<std::vector<Setting>> grid(const std::vector<Varied>& varied) {
  std::vector<std::vector<Setting>> points{{}};
  for (const Varied& one : varied) {
    std::vector<std::vector<Setting>> longer;
    for (const auto& point : points)
      for (const Setting& value : one.values) {
        longer.push_back(point);
        longer.back().push_back(value);
      }
    points = std::move(longer);
  }
  return points;
}

void sweep(const std::vector<std::vector<Setting>>& points, Shard shard,
           const std::function<models::Mesh(const std::vector<Setting>&)>& mesh,
           const RunOptions& options, Study& study) {
  study.points_wanted = static_cast<std::int64_t>(points.size());
  for (std::int64_t n = shard.index; n < study.points_wanted; n += shard.count) {
    const auto& settings = points[static_cast<std::size_t>(n)];
    Variant variant = simulate_variant(mesh(settings), options);
    if (variant.replicates < options.replicates) {
      study.interrupted = true;
      break;
    }
    StudyPoint& point = study.points.emplace_back();
    point.number = n;
    point.settings = settings;
    point.replicates = variant.replicates;
    point.outcomes = std::move(variant.outcomes);
    for (Outcome& outcome : point.outcomes) {
      outcome.values.clear();
      outcome.values.shrink_to_fit();
    }
    point.objectives = std::move(variant.objectives);
  }
}

void describe_sweep(Study& s) {
  if (s.points.empty()) {
    s.headline = "No point was simulated.";
    s.ok = false;
    return;
  }
  const auto met = std::count_if(s.points.begin(), s.points.end(), meets);
  const auto all = static_cast<std::ptrdiff_t>(s.points.size());
  s.ok = met == all;
  const bool gated = !s.points.front().objectives.empty();
  const auto worst =
      std::max_element(s.points.begin(), s.points.end(),
                       [](const auto& a, const auto& b) { return failure(a) < failure(b); });
  const auto best =
      std::min_element(s.points.begin(), s.points.end(),
                       [](const auto& a, const auto& b) { return failure(a) < failure(b); });
  s.headline = gated ? fmt::format("{} of {} points meet every objective.", met, all)
                     : fmt::format("{} points simulated.", all);
  s.cause = fmt::format("a disk fills up or a slot is lost with probability {} at {}, {} at {}.",
                        share_in_words(failure(*best)), name(*best),
                        share_in_words(failure(*worst)), name(*worst));
  if (failure(*worst) == 0) s.cause = "no disk fills up and no slot is lost at any point.";
  s.next_step =
      gated && met > 0 && met < all
          ? "Find the exact limit: meshplan solve, with --vary between a point that meets "
            "and one that misses."
          : "";
}

Study merge(const std::vector<Study>& shards) {
  if (shards.empty()) throw PlanError{"there is nothing to merge"};
  Study merged = shards.front();
  const auto same = [&](const Study& s) {
    return s.kind == merged.kind && s.kind == "sweep" && s.scenario_hash == merged.scenario_hash &&
           s.arguments == merged.arguments && s.seed == merged.seed &&
           s.replicates == merged.replicates && s.points_wanted == merged.points_wanted;
  };
  merged.points.clear();
  for (const Study& shard : shards) {
    if (!same(shard))
      throw PlanError{fmt::format(
          "these are no shards of one sweep: {} {} (seed {}, {} replicates) and {} {} (seed {}, {} "
          "replicates)",
          merged.scenario_file, merged.arguments, merged.seed, merged.replicates,
          shard.scenario_file, shard.arguments, shard.seed, shard.replicates)};
    merged.interrupted = merged.interrupted || shard.interrupted;
    merged.points.insert(merged.points.end(), shard.points.begin(), shard.points.end());
  }
  std::sort(merged.points.begin(), merged.points.end(),
            [](const StudyPoint& a, const StudyPoint& b) { return a.number < b.number; });
  for (std::size_t i = 1; i < merged.points.size(); ++i)
    if (merged.points[i].number == merged.points[i - 1].number)
      throw PlanError{fmt::format("two shards hold point {} ({})", merged.points[i].number,
                                  name(merged.points[i]))};
  describe_sweep(merged);
  return merged;
}

}  // namespace plan
