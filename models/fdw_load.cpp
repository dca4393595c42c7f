#include "models/fdw_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

namespace models {
namespace {

constexpr double loopback_rtt = 50e-6;  // seconds; between databases of one cluster

const Consumer& consumer_of(const Mesh& mesh, const FederatedQuery& query) {
  return mesh.products[static_cast<std::size_t>(query.product)]
      .consumers[static_cast<std::size_t>(query.consumer)];
}

/// The plan with the rows of this replicate.
ForeignPlan scaled(const Mesh& mesh, const ForeignPlan& plan, const Draws& draws) {
  ForeignPlan scaled = plan;
  for (ForeignScan& scan : scaled.scans) {
    if (scan.table < 0) continue;
    const Quantity& rows = mesh.tables[static_cast<std::size_t>(scan.table)].rows;
    const double factor = rows.value > 0 ? draws(rows) / rows.value : 1;
    scan.scanned_rows *= factor;
    if (scan.grows) scan.rows *= factor;
  }
  return scaled;
}

}  // namespace

std::vector<FederatedQuery> federated_queries(const Mesh& mesh) {
  std::vector<FederatedQuery> all;
  for (std::size_t p = 0; p < mesh.products.size(); ++p)
    for (std::size_t c = 0; c < mesh.products[p].consumers.size(); ++c) {
      const Consumer& consumer = mesh.products[p].consumers[c];
      if (consumer.mechanism != Mechanism::federated && consumer.mechanism != Mechanism::databases)
        continue;
      for (std::size_t q = 0; q < consumer.queries.size(); ++q)
        all.push_back({static_cast<int>(p), static_cast<int>(c), static_cast<int>(q),
                       fmt::format("{}/{}", consumer.name, consumer.queries[q].name)});
    }
  return all;
}

FederatedUse federated_use(const Mesh& mesh, const FederatedQuery& query, const Draws& draws) {
  const Consumer& consumer = consumer_of(mesh, query);
  const ConsumerQuery& asked = consumer.queries[static_cast<std::size_t>(query.query)];
  const ForeignPlan plan = scaled(mesh, asked.plan, draws);
  ForeignPath path;
  path.rtt = loopback_rtt;
  if (consumer.link >= 0) {
    const Link& link = mesh.links[static_cast<std::size_t>(consumer.link)];
    path.bandwidth = draws(link.bandwidth);
    path.rtt = draws(link.rtt);
  }
  path.remote_rate = draws(consumer.remote_scan_rate);
  path.consume_rate = draws(consumer.fetch_rate);
  FederatedUse use;
  use.per_day = draws(asked.rate) * 86400;
  use.transfer = query_transfer(plan, consumer.server);
  use.seconds = query_seconds(plan, consumer.server, path);
  use.snapshot_seconds = use.seconds + draws(asked.hold);
  for (const ForeignScan& scan : plan.scans)
    use.memory = std::max(use.memory, batch_memory(scan, consumer.server.fetch_size));
  return use;
}

std::vector<RemoteSnapshots> remote_snapshots(const Mesh& mesh, const Draws& draws) {
  std::vector<RemoteSnapshots> all;
  for (const FederatedQuery& query : federated_queries(mesh)) {
    const Consumer& consumer = consumer_of(mesh, query);
    const FederatedUse use = federated_use(mesh, query, draws);
    std::vector<int> databases;
    for (const ForeignScan& scan :
         consumer.queries[static_cast<std::size_t>(query.query)].plan.scans)
      if (std::find(databases.begin(), databases.end(), scan.server) == databases.end())
        databases.push_back(scan.server);
    for (const int database : databases)
      all.push_back({query.label, database, use.per_day / 86400, use.snapshot_seconds});
  }
  return all;
}

namespace {

/// Every uncertain number at its median.
Draws medians(const Mesh& mesh) {
  Draws draws;
  for (const Parameter& parameter : mesh.parameters) {
    const Distribution& d = parameter.distribution;
    const bool between = d.kind == Distribution::Kind::uniform;
    const bool gaps = d.kind == Distribution::Kind::exponential;
    const bool spread = d.kind == Distribution::Kind::lognormal;
    draws.values.push_back(between  ? (d.a + d.b) / 2
                           : gaps   ? d.a * std::numbers::ln2
                           : spread ? d.b
                                    : d.a);
  }
  return draws;
}

}  // namespace

Mesh with_remote_snapshots(Mesh mesh) {
  constexpr double soon = 1e-3;  // seconds between two that follow each other
  for (const RemoteSnapshots& held : remote_snapshots(mesh, medians(mesh))) {
    if (held.database < 0 || held.per_second <= 0) continue;
    const Database& producer = mesh.databases[static_cast<std::size_t>(held.database)];
    const Node& node = mesh.nodes[static_cast<std::size_t>(producer.node)];
    if (held.seconds < sim::seconds(node.settings.autovacuum_naptime)) continue;
    Incident snapshot;
    snapshot.name = "query " + held.query;
    snapshot.kind = Incident::Kind::open_transaction;
    snapshot.node = producer.node;
    snapshot.database = held.database;
    snapshot.every = std::max(soon, 1 / held.per_second - held.seconds);
    snapshot.duration = held.seconds;
    snapshot.repeatable_read = true;
    snapshot.writes = false;
    mesh.incidents.push_back(std::move(snapshot));
  }
  return mesh;
}

std::vector<double> federated_link_bytes(const Mesh& mesh, const Draws& draws) {
  std::vector<double> bytes(mesh.links.size(), 0.0);
  for (const FederatedQuery& query : federated_queries(mesh)) {
    const Consumer& consumer = consumer_of(mesh, query);
    if (consumer.link >= 0)
      bytes[static_cast<std::size_t>(consumer.link)] +=
          federated_use(mesh, query, draws).bytes_per_day();
  }
  return bytes;
}

}  // namespace models
