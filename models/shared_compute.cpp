#include "models/shared_compute.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/math.hpp"

namespace models {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double header = 24, kept = 14;  // bytes of a heap tuple; what a temporary file leaves out

/// Cores that everybody but the open streams gets at a speed.
double cores_of_others(const ComputeDemand& demand, double speed) {
  double cores = demand.processes * speed;
  for (const ClosedClients& c : demand.closed)
    if (c.cpu > 0) cores += c.clients * c.cpu / (c.cpu / speed + c.wait);
  return cores;
}

/// Speed at which `fixed` cores, `running` more processes and everybody else use all cores.
double speed_at(const ComputeDemand& demand, double fixed, double running) {
  const auto asked = [&](double speed) {
    return fixed + running * speed + cores_of_others(demand, speed);
  };
  if (asked(1) <= demand.cores) return 1;
  if (demand.closed.empty()) return (demand.cores - fixed) / (running + demand.processes);
  double low = 0, high = 1;  // asked() grows with speed
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (asked(middle) > demand.cores ? high : low) = middle;
  }
  return high;
}

}  // namespace

ComputeShare compute_share(const ComputeDemand& demand) {
  ComputeShare share;
  const double full = speed_at(demand, 0, demand.connections);
  share.capacity = demand.connections * full;
  share.overloaded = demand.open > share.capacity;
  share.speed = share.overloaded ? full : speed_at(demand, demand.open, 0);
  const double open = std::min(demand.open, share.capacity);
  share.used = std::min(1.0, (open + cores_of_others(demand, share.speed)) / demand.cores);
  return share;
}

double running_always(const ComputeDemand& demand, double speed) {
  return cores_of_others(demand, speed) / speed;
}

double closed_pace(const ClosedClients& c, double speed) {
  return c.cpu > 0 ? (c.cpu + c.wait) / (c.cpu / speed + c.wait) : 1;
}

Underway::Underway(double cores, double open, double processes, double connections) {
  const int most = std::max(0, static_cast<int>(connections));
  probability_ = {1};
  double sum = 1;
  for (int n = 1; n <= most && open > 0; ++n) {
    const double ratio = open / (n * std::min(1.0, cores / (n + processes)));
    probability_.push_back(probability_.back() * ratio);
    sum += probability_.back();
    if (ratio < 1 && probability_.back() < 1e-18 * sum) break;
    if (sum < 1e200) continue;
    for (double& p : probability_) p /= sum;
    sum = 1;
  }
  for (double& p : probability_) p /= sum;
}

double Underway::mean() const {
  double mean = 0;
  for (std::size_t n = 0; n < probability_.size(); ++n)
    mean += static_cast<double>(n) * probability_[n];
  return mean;
}

double Underway::at_least(double least) const {
  double sum = 0;
  for (std::size_t n = probability_.size(); n-- > 0 && static_cast<double>(n) >= least;)
    sum += probability_[n];
  return sum;
}

double Underway::p99() const {
  constexpr double rare = 0.01;
  double above = 0;  // probability of more than n
  for (std::size_t n = probability_.size(); n-- > 0;) {
    const double from = above + probability_[n];  // of n or more
    if (from > rare) {
      if (above <= 0) return static_cast<double>(n);
      const double step = sim::log(from / rare) / sim::log(from / above);
      return std::max(0.0, static_cast<double>(n) - 1 + step);
    }
    above = from;
  }
  return 0;
}

double delay(double cpu, double others, double processes, double cores) {
  return cpu * std::max(0.0, (others + 1 + processes) / cores - 1);
}

void OpenQueue::advance(double seconds, double open, double capacity, double most) {
  const double came = open * seconds;
  offered += came;
  const double done = std::min(waiting + came, capacity * seconds);
  executed += done;
  waiting += came - done;
  const double lost = std::max(0.0, waiting - most);
  waiting -= lost;
  refused += lost;
}

double OpenQueue::until_change(double open, double capacity, double most) const {
  if (open > capacity && waiting < most) return (most - waiting) / (open - capacity);
  if (open < capacity && waiting > 0) return waiting / (capacity - open);
  return infinity;
}

double spilled_width(double columns) { return header + columns - kept; }

double spilled_bytes(const RunawayTemp& temp, double work_mem) {
  const double bytes = temp.rows * spilled_width(temp.width);
  return bytes > work_mem ? bytes : 0;
}

}  // namespace models
