#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/prices.hpp"
#include "models/simulate.hpp"
#include "tools/plan/mechanisms.hpp"
#include "tools/plan/results.hpp"

/// Single cells of the mechanism matrix: one value per replicate of a variant.
namespace plan {

using Values = std::vector<double>;

/// A variant that was simulated.
struct SimulatedMesh {
  const models::Mesh* mesh = nullptr;
  std::uint64_t seed = 1, replicates = 0;
  std::vector<Outcome> outcomes;
  std::optional<double> statement_cpu = {};  // MechanismQuestion::statement_cpu
};

/// CPU seconds of one statement of an OLTP workload, parsing and commit included.
/// A prior: single-core throughput of pgbench's scripts on servers of the last ten years.
double statement_cpu(std::uint64_t seed, std::uint64_t replicate);
Assumption statement_cpu_assumption(std::optional<double> given);

/// Statements per second on a node in the busiest step of their profiles, those of one domain left
/// out.
double busiest_arrivals(const models::Mesh& mesh, int node, const std::string& without_domain,
                        const models::Draws& draws);

/// Processes of a consumer's runaway query on the node that the product is on: a leader and two
/// parallel workers (max_parallel_workers_per_gather) where its session runs, and the remote scan's
/// backend, which cannot be parallel (it is a cursor).
double runaway_processes(const models::Mesh& mesh, const models::Consumer& consumer,
                         const models::Product& product);

/// Seconds that 99 % of the other domains' statements wait at most, more than without the query.
Values isolation(const SimulatedMesh& variant, const SharedProduct& product);
Values runaway_seconds_lost(const SimulatedMesh& variant, const SharedProduct& product);
/// Seconds of one query on average, weighted by rate; `reading`: see MechanismQuestion.
Values read_latency(const SimulatedMesh& variant, const models::Mesh& reading, int product);
Values freshness(const SimulatedMesh& variant, int product);
/// Seconds between two rebuilds of the product's tables, of the one that waits longest; 0 where
/// they are written to directly. No mechanism changes it: it adds to the freshness of all.
double rebuild_interval(const models::Mesh& mesh, int product);
/// Bytes a day between nodes, of a product; -1: of all.
Values network_bytes(const SimulatedMesh& variant, int product);
/// The part of federated queries, and their executions a day, wherever they run.
Values federated_bytes(const SimulatedMesh& variant, int product);
Values executions(const SimulatedMesh& variant, int product);
Values storage_overhead(const SimulatedMesh& variant, int product);
Values node_bytes(const SimulatedMesh& variant, const std::string& node);
Values disk_exhaustion(const SimulatedMesh& variant);
Values slot_loss(const SimulatedMesh& variant, int product);
/// Bytes of dead rows, every table at its worst.
Values bloat(const SimulatedMesh& variant);
/// A month of 30 days.
Values money(const SimulatedMesh& variant, const models::Prices& prices);

/// Node of a product's tables; -1 if it has none.
int producer_of(const models::Mesh& mesh, const models::Product& product);

}  // namespace plan
