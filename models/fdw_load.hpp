#pragma once

#include <string>
#include <vector>

#include "models/fdw_transfer.hpp"
#include "models/simulate.hpp"

/// What a mesh's federated queries cost in one replicate.
namespace models {

/// A query of a consumer with mechanism federated or databases.
struct FederatedQuery {
  int product = -1, consumer = -1, query = -1;
  std::string label;  // consumer/query: the subject of its outcomes
};
std::vector<FederatedQuery> federated_queries(const Mesh& mesh);

struct FederatedUse {
  double per_day = 0;           // executions
  Transfer transfer;            // of one execution
  double seconds = 0;           // one execution takes
  double snapshot_seconds = 0;  // the remote transaction stays open: with what the consumer adds
  double memory = 0;            // bytes of the largest batch on the consumer
  double bytes_per_day() const { return per_day * transfer.bytes(); }
  /// Remote snapshots open at a random moment (Little's law).
  double snapshots() const { return per_day / 86400 * snapshot_seconds; }
};

/// Takes     draws of the replicate; rows fetched scale with the drawn rows of the table they are
/// of Holds     at the size that tables have at the start of the run
FederatedUse federated_use(const Mesh& mesh, const FederatedQuery& query, const Draws& draws);

/// Snapshots that federation opens in a producer's database.
struct RemoteSnapshots {
  std::string query;  // FederatedQuery::label
  int database = -1;
  double per_second = 0;  // transactions begun
  double seconds = 0;     // each stays open
};
std::vector<RemoteSnapshots> remote_snapshots(const Mesh& mesh, const Draws& draws);

/// The mesh with its federated queries as open transactions of the producer, which hold its horizon
/// like any other: `query CONSUMER/NAME`, every 1/rate, for as long as one takes at the medians of
/// what is uncertain; back to back where they overlap. A query that is shorter than the producer's
/// autovacuum_naptime is left out: what dies meanwhile is less than one visit of the launcher
/// finds.
///
/// Source    postgres_fdw connection.c, begin_remote_xact(): START TRANSACTION ISOLATION LEVEL
///           REPEATABLE READ, until the local transaction ends
Mesh with_remote_snapshots(Mesh mesh);

/// Bytes a day of federated queries over each of Mesh::links.
std::vector<double> federated_link_bytes(const Mesh& mesh, const Draws& draws);

}  // namespace models
