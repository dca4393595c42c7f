#include "tests/harness/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace harness {
namespace {

using namespace std::chrono_literals;

double factor_at(const models::Profile& profile, double period_offset, double t) {
  const double period = sim::seconds(profile.period);
  const double at = profile.once ? t : std::fmod(period_offset + t, period);
  double factor = profile.steps.empty() ? 1 : profile.steps.back().factor;
  for (const models::Profile::Step& step : profile.steps)
    if (sim::seconds(step.at) <= at) factor = step.factor;
  return factor;
}

/// Moments between 0 and the horizon at which the profile steps.
std::set<double> step_times(const models::Profile& profile, double period_offset, double horizon) {
  std::set<double> times;
  const double period = sim::seconds(profile.period);
  for (const models::Profile::Step& step : profile.steps) {
    if (profile.once) {
      times.insert(sim::seconds(step.at));
      continue;
    }
    const double first = sim::seconds(step.at) - period_offset;
    for (int n = 0; first + n * period < horizon; ++n) times.insert(first + n * period);
  }
  return times;
}

}  // namespace

Schedule::Schedule(const models::Mesh& mesh, const models::Stream& stream) {
  const double horizon = sim::seconds(mesh.horizon);
  const double from = sim::seconds(stream.from);
  const double until =
      stream.until ? std::min(horizon, sim::seconds(*stream.until)) : std::max(from, horizon);
  const models::Profile flat;
  const models::Profile& profile =
      stream.profile < 0 ? flat : mesh.profiles[static_cast<std::size_t>(stream.profile)];
  // Days count from the epoch, whose weeks begin on Thursday: four days before a Monday.
  const double epoch = static_cast<double>(mesh.start) + (profile.period == 168h ? 3 * 86400 : 0);
  const double offset = std::fmod(epoch, sim::seconds(profile.period));

  std::set<double> times = step_times(profile, offset, horizon);
  times.insert({from, until});
  double count = 0;
  points_.emplace_back(from, 0);
  for (auto t = times.begin(); t != times.end(); ++t) {
    if (*t <= from || *t > until) continue;
    const double before = points_.back().first;
    count += stream.rate.value * factor_at(profile, offset, before) * (*t - before);
    points_.emplace_back(*t, count);
  }
  if (!stream.executions) return;
  for (auto& [t, due] : points_) due = std::min(due, *stream.executions);
  // The kink where the last execution falls due is between two points: add it.
  if (stream.rate.value > 0 && stream.profile < 0 && points_.size() == 2)
    points_[1].first = std::min(points_[1].first, from + *stream.executions / stream.rate.value);
}

double Schedule::due(double t) const {
  if (t <= points_.front().first) return 0;
  for (std::size_t i = 1; i < points_.size(); ++i) {
    const auto& [t1, n1] = points_[i];
    if (t > t1) continue;
    const auto& [t0, n0] = points_[i - 1];
    return n0 + (n1 - n0) * (t - t0) / (t1 - t0);
  }
  return points_.back().second;
}

}  // namespace harness
