#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/mesh.hpp"
#include "tests/harness/cluster.hpp"
#include "tests/harness/tcp_proxy.hpp"

namespace harness {

/// A database on a node: one of the mesh, or the copy of a published one that a subscription fills.
struct PlacedDatabase {
  int node = -1;
  int database = -1;  // index into Mesh::databases: whose tables it has
  bool copy = false;

  bool operator==(const PlacedDatabase&) const = default;
};
std::vector<PlacedDatabase> placed_databases(const models::Mesh& mesh);

/// The name under which the models report a relation of a placed database: schema.name, and
/// schema.name@node in a copy.
std::string relation_label(const models::Mesh& mesh, const PlacedDatabase& placed,
                           const std::string& relation);

/// The servers of a mesh, set up and at rest: tables loaded with their start rows, vacuumed and
/// analyzed, indexes packed where the table says so, servers restarted with no WAL but the segment
/// in use, subscriptions connected through proxies and in sync.
///
/// Throws HarnessError for what a lab cannot set up (standbys, given heap sizes, dead rows).
class Stage {
 public:
  explicit Stage(const models::Mesh& mesh);

  /// On every node CHECKPOINT at the start of a WAL segment; then waits until it is as old as the
  /// nodes' since_checkpoint says, and on a publisher the last RUNNING_XACTS as
  /// since_running_xacts.
  void settle();

  const models::Mesh& mesh() const { return mesh_; }
  const std::vector<std::unique_ptr<Cluster>>& clusters() const { return clusters_; }
  Cluster& cluster(int node) const { return *clusters_[static_cast<std::size_t>(node)]; }
  /// The link between a subscription's ends.
  TcpProxy& proxy(int subscription) const {
    return *proxies_[static_cast<std::size_t>(subscription)];
  }
  /// A session in the subscriber's database of a subscription.
  Connection connect_subscriber(int subscription) const;

 private:
  void refuse_what_cannot_be_played() const;
  void start_cluster(const models::Node& node);
  void fill(const PlacedDatabase& placed) const;
  bool is_copied(const PlacedDatabase& placed, int table) const;
  void load(Connection& connection, const models::Table& table) const;
  void vacuum() const;
  void publish() const;
  void subscribe(int subscription);
  void wait_for_sync(int subscription) const;
  void wait_for_running_xacts() const;

  const models::Mesh& mesh_;
  std::vector<std::unique_ptr<Cluster>> clusters_;  // by node
  std::vector<std::unique_ptr<TcpProxy>> proxies_;  // by subscription; stop before the servers
};

}  // namespace harness
