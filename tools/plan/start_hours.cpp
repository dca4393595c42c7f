#include "tools/plan/start_hours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tools/plan/variant.hpp"

namespace plan {
namespace {

constexpr std::int64_t hour = 3600, day = 24 * hour;
constexpr std::uint64_t replicates_per_hour = 50;

bool stopped(const RunOptions& options) { return options.stop != nullptr && *options.stop; }

}  // namespace

SafeHours safe_start_hours(const models::Mesh& mesh, const RunOptions& options) {
  SafeHours safe{};
  RunOptions few = options;
  few.replicates = std::min(options.replicates, replicates_per_hour);
  few.done = nullptr;
  models::Mesh shifted = mesh;
  const std::int64_t midnight = mesh.start - ((mesh.start % day) + day) % day;
  for (std::size_t h = 0; h < safe.size() && !stopped(options); ++h) {
    shifted.start = midnight + static_cast<std::int64_t>(h) * hour;
    const Variant variant = simulate_variant(shifted, few);
    safe[h] = std::all_of(variant.objectives.begin(), variant.objectives.end(),
                          [](const ObjectiveResult& objective) { return objective.met; });
  }
  return safe;
}

std::string hours_in_words(const SafeHours& safe) {
  std::vector<std::string> stretches;
  const std::size_t hours = safe.size();
  for (std::size_t from = 0; from < hours; ++from) {
    if (!safe[from] || safe[(from + hours - 1) % hours]) continue;
    std::size_t last = from;
    while (safe[(last + 1) % hours]) ++last;
    stretches.push_back(last == from
                            ? fmt::format("at {:02}:00", from)
                            : fmt::format("from {:02}:00 to {:02}:00", from, last % hours));
  }
  std::string text;
  for (std::size_t i = 0; i < stretches.size(); ++i)
    text += (i == 0 ? "" : i + 1 == stretches.size() ? " and " : ", ") + stretches[i];
  return text;
}

std::string when_to_copy(const models::Mesh& mesh, const RunOptions& options) {
  const bool copies = std::any_of(mesh.subscriptions.begin(), mesh.subscriptions.end(),
                                  [](const models::Subscription& s) { return s.copy_data; });
  if (!copies || mesh.objectives.empty() || stopped(options)) return "";
  const SafeHours safe = safe_start_hours(mesh, options);
  if (stopped(options)) return "";
  const auto many = std::count(safe.begin(), safe.end(), true);
  if (many == 0) return "There is no hour at which the initial copy can start safely.";
  if (many == 24) return "The initial copy may start at any hour.";
  return fmt::format("Start the initial copy {} UTC: then every objective is met.",
                     hours_in_words(safe));
}

}  // namespace plan
