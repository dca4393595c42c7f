#pragma once

#include <vector>

/// How the statements of one node share its cores: modelled, not measured.
///
/// The kernel gives every process that can run the same share of the cores, so a node is processor
/// sharing with at most one core for each. What never waits (runaway queries, jobs) and clients
/// that run back to back are always there; transactions of open streams come and go, each in a
/// connection of its own.
namespace models {

/// Clients that run one transaction after the other.
struct ClosedClients {
  double clients = 0;
  double cpu = 0;   // seconds of a core per transaction
  double wait = 0;  // seconds per transaction without one: the flush of its commit
  bool operator==(const ClosedClients&) const = default;
};

/// What asks for the cores of a node.
struct ComputeDemand {
  double cores = 0;                   // of the node
  double open = 0;                    // cores that open streams ask for: sum of rate x cpu
  double processes = 0;               // that always run
  std::vector<ClosedClients> closed;  // streams with `clients:`
  double connections = 0;             // that open streams may have at a time
  bool operator==(const ComputeDemand&) const = default;
};

/// Who gets what while demand stays as it is.
struct ComputeShare {
  double speed = 1;     // of a process that runs, as a share of a core's
  double capacity = 0;  // cores that open streams get when all their connections run
  double used = 0;      // of the node's cores, 0..1
  bool overloaded = false;
};

/// Processor sharing in the mean: each of N running processes gets min(1, cores / N).
///
///   speed f: open + processes f + sum of clients cpu / (cpu / f + wait) = cores,  at most 1
///   capacity = connections f',  the same with connections f' for open
///
/// Overloaded when open > capacity: then all connections run, at f'. As long as open < cores,
/// running processes of others only slow open streams down: with more of them running they get
/// more of the cores.
/// Takes     cores > 0
/// Source    processor sharing with permanent customers: Kleinrock, "Queueing Systems" II, 4.4;
///           the kernel's fair scheduler
ComputeShare compute_share(const ComputeDemand& demand);

/// Processes beside those of open streams that run or wait for a core.
double running_always(const ComputeDemand& demand, double speed);

/// Throughput of closed clients relative to what they would do alone.
double closed_pace(const ClosedClients& closed, double speed);

/// Transactions of open streams that are under way, as a birth-death chain: births at the rate of
/// arrivals, deaths as the cores allow,
///
///   p(n) / p(n - 1) = open / (n min(1, cores / (n + processes)))
///
/// Processor sharing is insensitive to how CPU times are spread around their mean: the same holds
/// for M/M and M/G. Alone on one core it is M/M/1, p(n) = (1 - rho) rho^n; with c cores the n of
/// M/M/c, whose C(c, a) is Erlang's.
/// Holds     for Poisson arrivals; beyond `connections` they are turned away
class Underway {
 public:
  Underway(double cores, double open, double processes, double connections);
  double mean() const;
  /// At least so many are there with probability `p`.
  double at_least(double n) const;
  double turned_away() const { return probability_.back(); }
  /// So many find 99 % of the arrivals at most; between whole numbers on the tail's exponential.
  double p99() const;

 private:
  std::vector<double> probability_;
};

/// Delay of a transaction that finds `others` of the open streams under way: what it takes longer
/// than its own CPU time.
double delay(double cpu, double others, double processes, double cores);

/// Transactions of open streams that came faster than they were executed: they wait in their
/// connections until none is left, then clients are refused ("sorry, too many clients already").
/// All in seconds of a core. Executed + waiting + refused = offered, at any time.
struct OpenQueue {
  double offered = 0, executed = 0, refused = 0, waiting = 0;

  /// Takes     open and capacity in cores; most that can wait
  void advance(double seconds, double open, double capacity, double most);
  /// Seconds until the queue is empty or full; infinity when it never is.
  double until_change(double open, double capacity, double most) const;
};

/// A runaway query, a Cartesian product as a rule: it computes until somebody ends it.
struct RunawayTemp {
  double rows = 0;   // that it sorts, hashes or materializes
  double width = 0;  // average bytes of a row's columns
};

/// Bytes of one spilled row: as in the table but for a part of its header.
double spilled_width(double columns);

/// Bytes of temporary files in the end. A sort or tuplestore keeps one copy, rows of t_len - 14.
/// Takes     work_mem   bytes; 0 below it
/// Source    tuplesort.c, writetup_heap(); tuplestore.c (measured: MODEL_FACTS H.2)
double spilled_bytes(const RunawayTemp& temp, double work_mem);

/// How much more CPU a scanned row costs under row security, by the form of its policy.
///   subquery       the tenant in a scalar subquery, evaluated once
///   setting        current_setting(…) for every row
///   function       a PL/pgSQL function for every row, 4.8 to 7.3
/// Measured on PostgreSQL 15, sequential scan of a million rows (MODEL_FACTS H.1).
inline constexpr double policy_cost_subquery = 1, policy_cost_setting = 2.6,
                        policy_cost_function_least = 4.8, policy_cost_function_most = 7.3;

}  // namespace models
