#include "tests/harness/stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <thread>

#include "tests/harness/copy_text.hpp"
#include "tests/harness/schema_sql.hpp"

namespace harness {
namespace {

using models::Mesh;
using models::Node;
using models::Table;

std::string text_of(const Mesh& mesh, int database) {
  return mesh.databases[static_cast<std::size_t>(database)].name;
}

std::optional<Bytes> volume_size(const models::Volume& volume) {
  if (volume.size.value <= 0) return std::nullopt;
  return Bytes{static_cast<std::int64_t>(volume.size.value * (1 - volume.reserved.value))};
}

Bytes other_bytes(const models::Volume& volume) {
  return Bytes{volume.size.value > 0 ? static_cast<std::int64_t>(volume.other.value) : 0};
}

void wait_until(const std::function<bool()>& holds, const std::string& what) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) throw HarnessError("waited in vain for " + what);
    std::this_thread::sleep_for(50ms);
  }
}

}  // namespace

std::vector<PlacedDatabase> placed_databases(const Mesh& mesh) {
  std::vector<PlacedDatabase> placed;
  for (std::size_t i = 0; i < mesh.databases.size(); ++i)
    placed.push_back({mesh.databases[i].node, static_cast<int>(i), false});
  for (const models::Subscription& subscription : mesh.subscriptions) {
    const PlacedDatabase copy{subscription.subscriber, subscription.database, true};
    if (std::find(placed.begin(), placed.end(), copy) == placed.end()) placed.push_back(copy);
  }
  return placed;
}

std::string relation_label(const Mesh& mesh, const PlacedDatabase& placed,
                           const std::string& relation) {
  return placed.copy ? relation + "@" + mesh.nodes[static_cast<std::size_t>(placed.node)].name
                     : relation;
}

Stage::Stage(const Mesh& mesh) : mesh_{mesh} {
  refuse_what_cannot_be_played();
  for (const Node& node : mesh.nodes) start_cluster(node);
  for (const PlacedDatabase& placed : placed_databases(mesh)) fill(placed);
  vacuum();
  for (const auto& cluster : clusters_) {
    cluster->stop();
    cluster->remove_future_segments();
    cluster->start();
  }
  publish();
  for (std::size_t i = 0; i < mesh.subscriptions.size(); ++i) subscribe(static_cast<int>(i));
}

void Stage::refuse_what_cannot_be_played() const {
  if (!mesh_.standbys.empty()) throw HarnessError("the lab has no standbys yet");
  for (const Table& table : mesh_.tables)
    if (table.dead_rows.value > 0 || table.heap_bytes)
      throw HarnessError(table.qualified_name() + ": the lab starts from freshly loaded tables");
}

void Stage::start_cluster(const Node& node) {
  ClusterOptions options;
  options.name = node.name;
  options.postgres = node.postgres;
  options.settings = node.settings.given;
  options.wal_segment_size = node.wal_segment_size;
  options.data_checksums = node.data_checksums;
  options.data_volume = volume_size(node.data);
  options.data_volume_other = other_bytes(node.data);
  if (node.wal) {
    options.wal_volume = volume_size(*node.wal);
    options.wal_volume_other = other_bytes(*node.wal);
  }
  clusters_.push_back(std::make_unique<Cluster>(std::move(options)));
  clusters_.back()->start();
}

void Stage::fill(const PlacedDatabase& placed) const {
  const std::string name = text_of(mesh_, placed.database);
  Cluster& server = cluster(placed.node);
  server.connect().execute(fmt::format("CREATE DATABASE {}", quote_identifier(name)));
  Connection connection = server.connect(name);
  connection.execute(database_ddl(mesh_, placed.database));
  for (const models::Incident& incident : mesh_.incidents)
    if (incident.kind == models::Incident::Kind::open_transaction && !placed.copy &&
        incident.database == placed.database)
      connection.execute("CREATE TABLE IF NOT EXISTS public.lab_transaction (at timestamptz)");
  for (std::size_t t = 0; t < mesh_.tables.size(); ++t) {
    const Table& table = mesh_.tables[t];
    if (table.database == placed.database && table.kind == Table::Kind::table &&
        table.rows.value > 0 && !is_copied(placed, static_cast<int>(t)))
      load(connection, table);
  }
  for (const Table& table : mesh_.tables)
    if (table.database == placed.database && table.kind == Table::Kind::materialized_view &&
        !placed.copy)
      connection.execute("REFRESH MATERIALIZED VIEW " + quoted_name(table));
}

/// Whether an initial copy brings the rows of a table.
bool Stage::is_copied(const PlacedDatabase& placed, int table) const {
  return std::any_of(mesh_.subscriptions.begin(), mesh_.subscriptions.end(),
                     [&](const models::Subscription& s) {
                       return placed.copy && s.copy_data && s.subscriber == placed.node &&
                              std::find(s.tables.begin(), s.tables.end(), table) != s.tables.end();
                     });
}

void Stage::load(Connection& connection, const Table& table) const {
  const auto rows = static_cast<std::int64_t>(table.rows.value);
  std::int64_t row = 0;
  const std::vector<int> columns = copied_columns(table);
  connection.copy_in(copy_statement(table, columns), [&](std::string& chunk) {
    while (row < rows && chunk.size() < 1 << 20) chunk += copy_line(table, columns, ++row);
  });
  for (const models::Column& column : table.columns)
    if (column.has_default && column.order == models::KeyOrder::ascending)
      connection.execute(fmt::format(
          "SELECT setval(s, {}) FROM pg_get_serial_sequence({}, {}) s WHERE s IS NOT NULL", rows,
          quote_literal(quoted_name(table)), quote_literal(column.name)));
  if (table.indexes_built_after_load && !table.indexes.empty())
    connection.execute("REINDEX TABLE " + quoted_name(table));
}

/// A settled server has looked at its own databases too; otherwise autoanalyze does so during the
/// run. ANALYZE leaves dead rows in pg_statistic, which only a second pass removes.
void Stage::vacuum() const {
  const auto settle_down = [](Connection connection) {
    connection.execute("VACUUM (ANALYZE)");
    connection.execute("SELECT pg_stat_force_next_flush()");  // its dead rows count before they go
    connection.execute("VACUUM pg_catalog.pg_statistic");
  };
  for (const auto& cluster : clusters_)
    for (const char* name : {"postgres", "template1"}) settle_down(cluster->connect(name));
  for (const PlacedDatabase& placed : placed_databases(mesh_))
    settle_down(cluster(placed.node).connect(text_of(mesh_, placed.database)));
}

void Stage::publish() const {
  for (const models::Product& product : mesh_.products) {
    if (product.tables.empty()) continue;
    const Table& first = mesh_.tables[static_cast<std::size_t>(product.tables[0])];
    const models::Database& database = mesh_.databases[static_cast<std::size_t>(first.database)];
    cluster(database.node).connect(database.name).execute(create_publication_sql(mesh_, product));
  }
}

Connection Stage::connect_subscriber(int subscription) const {
  const models::Subscription& s = mesh_.subscriptions[static_cast<std::size_t>(subscription)];
  return cluster(s.subscriber).connect(text_of(mesh_, s.database));
}

void Stage::subscribe(int subscription) {
  const models::Subscription& s = mesh_.subscriptions[static_cast<std::size_t>(subscription)];
  const Cluster& publisher = cluster(s.publisher);
  TcpProxy::Options options;
  options.upstream_socket =
      publisher.socket_directory() / fmt::format(".s.PGSQL.{}", publisher.port());
  if (s.link >= 0) {
    const models::Link& link = mesh_.links[static_cast<std::size_t>(s.link)];
    options.bandwidth = link.bandwidth.value;
    options.rtt = sim::from_seconds(link.rtt.value);
  }
  proxies_.push_back(std::make_unique<TcpProxy>(std::move(options)));
  const std::string publisher_conninfo = fmt::format(
      "host=127.0.0.1 port={} user=postgres sslmode=disable gssencmode=disable "
      "dbname={}",
      proxies_.back()->port(), quote_literal(text_of(mesh_, s.database)));
  connect_subscriber(subscription).execute(create_subscription_sql(mesh_, s, publisher_conninfo));
  wait_for_sync(subscription);
}

void Stage::wait_for_sync(int subscription) const {
  const models::Subscription& s = mesh_.subscriptions[static_cast<std::size_t>(subscription)];
  Connection subscriber = connect_subscriber(subscription);
  wait_until(
      [&] {
        return subscriber.value(
                   "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'") == "0";
      },
      "the initial copy of " + s.name);
  Connection publisher = cluster(s.publisher).connect();
  wait_until(
      [&] {
        return publisher.value("SELECT active FROM pg_replication_slots WHERE slot_name = " +
                               quote_literal(s.slot)) == "t";
      },
      "the walsender of " + s.name);
}

/// Waits until the background writer of a publisher has just logged RUNNING_XACTS, and from then on
/// until it is as long ago as the scenario says at the start. It counts its rounds, which take
/// longer on a busy machine, so that the moment has to be seen: nothing else writes meanwhile.
void Stage::wait_for_running_xacts() const {
  for (const models::Subscription& s : mesh_.subscriptions) {
    const Node& node = mesh_.nodes[static_cast<std::size_t>(s.publisher)];
    if (!node.since_running_xacts) continue;
    Connection session = cluster(s.publisher).connect();
    const auto position = [&] { return session.value("SELECT pg_current_wal_insert_lsn()"); };
    session.execute("SELECT pg_logical_emit_message(true, 'lab', 'something to log')");
    const std::string before = position();
    wait_until([&] { return position() != before; }, "RUNNING_XACTS of " + node.name);
    const double left =
        sim::seconds(*node.since_running_xacts) - sim::seconds(node.since_checkpoint.value_or(0s));
    std::this_thread::sleep_for(sim::from_seconds(std::max(0.0, left)));
    return;  // of one server; others keep what they have
  }
}

void Stage::settle() {
  wait_for_running_xacts();
  // A new segment first: where in its segment the redo point lies decides when WAL volume starts
  // the next checkpoint.
  for (const auto& cluster : clusters_) {
    Connection session = cluster->connect();
    session.execute("SELECT pg_switch_wal()");
    session.execute("CHECKPOINT");
  }
  Duration age{0};
  for (const Node& node : mesh_.nodes) age = std::max(age, node.since_checkpoint.value_or(0s));
  std::this_thread::sleep_for(age);
}

}  // namespace harness
