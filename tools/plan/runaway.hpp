#pragma once

namespace plan {

/// The standard runaway query: it computes, and never waits for a disk or a client.
struct Runaway {
  double processes = 0;   // of it on the node in question: leader, parallel workers, remote scans
  double seconds = 3600;  // until statement_timeout, or somebody, ends it
};

/// What a node's own statements ask of its cores.
struct CpuDemand {
  double cores = 0;      // of the node
  double arrivals = 0;   // statements per second in the busiest hour
  double statement = 0;  // CPU seconds of one
};

/// Time that 99 % of the statements wait at most for a core, as M/M/c; c need not be whole.
///
///   wait = max(0, ln(C(c, a) / 0.01) / (c / s - lambda)),  a = lambda s,  C = Erlang's C
///
/// Takes     cores > 0
/// Returns   seconds; infinity when a >= c
/// Holds     for Poisson arrivals and exponential service: disks, locks and memory add to it
/// Source    Erlang 1917; Gross, Harris, "Fundamentals of Queueing Theory", 2.3
double wait_p99(double cores, double arrivals, double statement);

/// Cores that a runaway query leaves to everybody else. The kernel's scheduler gives every running
/// process the same share, so one other process keeps cores / (processes + 1) at least.
double cores_left(double cores, double processes);

/// What the runaway query adds to wait_p99. Where the cores that are left do not suffice, a queue
/// grows until the query ends; its length then, and chance as far as it gets in that time:
///
///   wait = min(wait_p99, drift + 2.576 sqrt(2 lambda t) s / c),  drift = max(0, a / c - 1) t
///
/// Source    the queue as Brownian motion reflected at 0: Gross, Harris, 7.2
double delay_added(const CpuDemand& demand, const Runaway& runaway);

/// Seconds' worth of statements that do not get through while the query runs.
double seconds_lost(const CpuDemand& demand, const Runaway& runaway);

}  // namespace plan
