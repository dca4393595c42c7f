#include "tools/plan/precision.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tools/plan/variant.hpp"

namespace plan {

double uncertainty(const ObjectiveResult& objective) {
  const Estimate& e = objective.estimate;
  if (std::isnan(e.low) && std::isnan(e.high)) return 0;  // beyond the horizon at both ends
  if (std::isnan(e.low) || std::isnan(e.high)) return std::numeric_limits<double>::infinity();
  const bool share = objective.unit == "ratio" || objective.unit == "0/1" ||
                     objective.objective.probability_below.has_value();
  const double scale = share ? 1 : std::abs(e.value);
  if (e.high == e.low) return 0;
  return scale > 0 ? (e.high - e.low) / 2 / scale : std::numeric_limits<double>::infinity();
}

std::uint64_t replicates_for(const models::Mesh& mesh, const RunOptions& given, double precision,
                             std::uint64_t most) {
  if (mesh.objectives.empty())
    throw PlanError{"a precision is that of an objective, and the scenario has none"};
  RunOptions options = given;
  options.done = nullptr;
  options.replicates = std::min(options.replicates, most);
  while (true) {
    const Variant variant = simulate_variant(mesh, options);
    if (variant.replicates < options.replicates) return options.replicates;  // stopped
    double worst = 0;
    for (const ObjectiveResult& objective : variant.objectives)
      worst = std::max(worst, uncertainty(objective));
    if (worst <= precision || options.replicates >= most) return options.replicates;
    // A tenth more than the square root law says; at least half more, at most eight times.
    const double more = std::clamp(1.1 * (worst / precision) * (worst / precision), 1.5, 8.0);
    options.replicates = std::min(
        most,
        static_cast<std::uint64_t>(std::ceil(static_cast<double>(options.replicates) * more)));
  }
}

}  // namespace plan
