#include "tools/plan/runaway.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/math.hpp"

namespace plan {
namespace {

/// Probability that an arrival finds all servers busy, by the recursion of Erlang's B.
double erlang_c(int servers, double offered) {
  double b = 1;
  for (int k = 1; k <= servers; ++k) b = offered * b / (k + offered * b);
  const double use = offered / servers;
  return b / (1 - use * (1 - b));
}

/// wait_p99 of a queue that was empty so many seconds ago: work piles up by its drift and by
/// chance.
double longest_wait(const CpuDemand& d, double cores, double seconds) {
  constexpr double p99 = 2.576;  // of the size of a normal variable
  const double piled_up = p99 * std::sqrt(2 * d.arrivals * seconds) * d.statement / cores;
  const double drift = std::max(0.0, d.arrivals * d.statement / cores - 1) * seconds;
  return std::min(wait_p99(cores, d.arrivals, d.statement), drift + piled_up);
}

}  // namespace

double wait_p99(double cores, double arrivals, double statement) {
  const double offered = arrivals * statement;
  if (offered <= 0) return 0;
  if (offered >= cores) return std::numeric_limits<double>::infinity();
  // Cores that are not whole: as many servers, each slower or faster by the rest.
  const int servers = std::max(1, static_cast<int>(cores));
  const double speed = cores / servers;
  const double waits = erlang_c(servers, offered / speed);
  if (waits <= 0.01) return 0;
  return sim::log(waits / 0.01) / (cores / statement - arrivals);
}

double cores_left(double cores, double processes) {
  return std::max(cores - processes, cores / (processes + 1));
}

double delay_added(const CpuDemand& d, const Runaway& runaway) {
  return longest_wait(d, cores_left(d.cores, runaway.processes), runaway.seconds) -
         longest_wait(d, d.cores, runaway.seconds);
}

double seconds_lost(const CpuDemand& d, const Runaway& runaway) {
  const double offered = d.arrivals * d.statement;
  const double left = cores_left(d.cores, runaway.processes);
  return offered <= left ? 0 : runaway.seconds * (1 - left / offered);
}

}  // namespace plan
