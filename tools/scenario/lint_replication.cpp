#include <fmt/format.h>

#include <algorithm>

#include "tools/scenario/lint.hpp"

namespace scenario {
namespace {

using models::Mesh;
using models::Node;
using models::Subscription;
using models::Table;

bool has_replica_identity(const Table& table) {
  switch (table.replica_identity) {
    case models::ReplicaIdentity::full:
    case models::ReplicaIdentity::index:
      return true;
    case models::ReplicaIdentity::nothing:
      return false;
    case models::ReplicaIdentity::default_:
      break;
  }
  return std::any_of(table.indexes.begin(), table.indexes.end(),
                     [](const models::Index& index) { return index.primary; });
}

bool needs_identity(const models::Statement& statement) {
  using Kind = models::StatementKind;
  return statement.kind == Kind::update || statement.kind == Kind::delete_ ||
         statement.kind == Kind::merge ||
         (statement.kind == Kind::upsert && statement.conflict_updates);
}

bool is_changed(const Mesh& mesh, int table) {
  const auto changes = [&](const auto& work) {
    return std::any_of(work.statements.begin(), work.statements.end(),
                       [&](const models::Statement& statement) {
                         return statement.table == table && needs_identity(statement);
                       });
  };
  return std::any_of(mesh.streams.begin(), mesh.streams.end(), changes) ||
         std::any_of(mesh.jobs.begin(), mesh.jobs.end(), changes);
}

void lint_publisher(const Mesh& mesh, std::size_t n, Findings& findings) {
  const Node& node = mesh.nodes[n];
  std::size_t slots = 0;
  for (const Subscription& subscription : mesh.subscriptions)
    if (subscription.publisher == static_cast<int>(n)) ++slots;
  for (const models::Standby& standby : mesh.standbys)
    if (standby.node == static_cast<int>(n)) ++slots;
  const models::Settings& settings = node.settings;
  if (slots > 0 && settings.max_slot_wal_keep_size.count < 0)
    findings.add(
        "slot_without_cap", node.place,
        fmt::format(
            "node {}: max_slot_wal_keep_size is -1, so one stopped consumer can fill the disk",
            node.name),
        "set max_slot_wal_keep_size below the free space, or watch pg_replication_slots closely");
  if (slots > static_cast<std::size_t>(settings.max_replication_slots))
    findings.add("too_few_replication_slots", node.place,
                 fmt::format("node {}: {} slots are needed, max_replication_slots is {}", node.name,
                             slots, settings.max_replication_slots),
                 fmt::format("set max_replication_slots to at least {}", slots + 2));
  if (slots > static_cast<std::size_t>(settings.max_wal_senders))
    findings.add("too_few_wal_senders", node.place,
                 fmt::format("node {}: {} walsenders are needed, max_wal_senders is {}", node.name,
                             slots, settings.max_wal_senders),
                 fmt::format("set max_wal_senders to at least {}", slots + 2));
}

void lint_subscriber(const Mesh& mesh, std::size_t n, Findings& findings) {
  const auto subscriptions = std::count_if(mesh.subscriptions.begin(), mesh.subscriptions.end(),
                                           [&](const Subscription& subscription) {
                                             return subscription.subscriber == static_cast<int>(n);
                                           });
  const Node& node = mesh.nodes[n];
  if (subscriptions > node.settings.max_logical_replication_workers)
    findings.add(
        "too_few_logical_workers", node.place,
        fmt::format("node {}: {} subscriptions share max_logical_replication_workers = {}: some "
                    "never start",
                    node.name, subscriptions, node.settings.max_logical_replication_workers),
        fmt::format("set max_logical_replication_workers to at least {}", subscriptions + 2));
}

void lint_published_tables(const Mesh& mesh, Findings& findings) {
  std::vector<int> seen;
  for (const Subscription& subscription : mesh.subscriptions)
    for (const int index : subscription.tables) {
      if (std::find(seen.begin(), seen.end(), index) != seen.end()) continue;
      seen.push_back(index);
      const Table& table = mesh.tables[static_cast<std::size_t>(index)];
      if (!has_replica_identity(table) && is_changed(mesh, index))
        findings.add(
            "no_replica_identity", subscription.place,
            fmt::format("{} is published without a replica identity: its updates and deletes fail",
                        table.qualified_name()),
            "add a primary key, or ALTER TABLE … REPLICA IDENTITY FULL");
      if (table.replica_identity == models::ReplicaIdentity::full)
        findings.add("replica_identity_full", subscription.place,
                     fmt::format("{} has REPLICA IDENTITY FULL: every update logs the whole "
                                 "old row, and apply looks for it without a key",
                                 table.qualified_name()),
                     "");
      if (table.persistence == models::Persistence::unlogged)
        findings.add(
            "unlogged_published", subscription.place,
            fmt::format("{} is unlogged: PostgreSQL refuses to publish it", table.qualified_name()),
            "");
    }
}

bool in_identity(const Table& table, int column) {
  for (std::size_t i = 0; i < table.indexes.size(); ++i) {
    const models::Index& index = table.indexes[i];
    const bool identity = table.replica_identity == models::ReplicaIdentity::index
                              ? static_cast<int>(i) == table.replica_identity_index
                              : index.primary;
    for (const models::IndexColumn& key : index.keys)
      if (identity && key.column == column) return true;
  }
  return table.replica_identity == models::ReplicaIdentity::full;
}

/// A column list must hold the replica identity, or updates and deletes fail on the publisher.
void lint_column_lists(const Mesh& mesh, Findings& findings) {
  for (const models::Product& product : mesh.products) {
    const bool published = std::any_of(
        product.consumers.begin(), product.consumers.end(),
        [](const models::Consumer& c) { return c.mechanism == models::Mechanism::event; });
    for (std::size_t t = 0; published && t < product.tables.size(); ++t) {
      const std::vector<int>& list = product.column_lists[t];
      const Table& table = mesh.tables[static_cast<std::size_t>(product.tables[t])];
      for (std::size_t c = 0; !list.empty() && c < table.columns.size(); ++c)
        if (in_identity(table, static_cast<int>(c)) &&
            std::find(list.begin(), list.end(), static_cast<int>(c)) == list.end())
          findings.add("column_list_without_key", product.place,
                       fmt::format("product {}: the column list leaves out {}.{}, which identifies "
                                   "rows: UPDATE and DELETE on the publisher fail",
                                   product.name, table.qualified_name(), table.columns[c].name),
                       fmt::format("add {} to columns:", table.columns[c].name));
    }
  }
}

void lint_subscriptions(const Mesh& mesh, Findings& findings) {
  for (const Subscription& subscription : mesh.subscriptions) {
    const Node& node = mesh.nodes[static_cast<std::size_t>(subscription.publisher)];
    if (subscription.publisher == subscription.subscriber)
      findings.add("same_cluster_subscription", subscription.place,
                   fmt::format("subscription {}: publisher and subscriber are both {}: CREATE "
                               "SUBSCRIPTION waits for its own transaction and hangs",
                               subscription.name, node.name),
                   "create the slot by hand first, then CREATE SUBSCRIPTION … WITH (create_slot = "
                   "false)");
    const auto slots = std::count_if(
        mesh.subscriptions.begin(), mesh.subscriptions.end(),
        [&](const Subscription& other) { return other.publisher == subscription.publisher; });
    const int sync = std::min<int>(2, static_cast<int>(subscription.tables.size()));
    if (subscription.copy_data && slots + sync > node.settings.max_replication_slots &&
        slots <= node.settings.max_replication_slots)
      findings.add(
          "copy_needs_slots", subscription.place,
          fmt::format("subscription {}: its initial copy takes {} more slots on {}, "
                      "max_replication_slots is {}",
                      subscription.name, sync, node.name, node.settings.max_replication_slots),
          fmt::format("set max_replication_slots to at least {}", slots + 2));
  }
}

}  // namespace

void lint_replication(const Mesh& mesh, Findings& findings) {
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    lint_publisher(mesh, n, findings);
    lint_subscriber(mesh, n, findings);
  }
  lint_published_tables(mesh, findings);
  lint_column_lists(mesh, findings);
  lint_subscriptions(mesh, findings);
}

}  // namespace scenario
