#include "tools/scenario/translate.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tools/scenario/loading.hpp"

namespace scenario {
namespace {

using models::Mechanism;

const std::string shared_mesh = std::string{R"y(meshplan: 1
name: two
horizon: 5d
nodes:
  a: {postgres: 15, cores: 8, memory: 16GB, volumes: {data: {size: 100GB}}, settings: {wal_level: logical}}
  b: {postgres: 15, cores: 4, memory: 8GB, volumes: {data: {size: 50GB}}, settings: {wal_level: logical}}
  c: {postgres: 15, settings: {wal_level: logical}}
links:
  - {between: [a, b], bandwidth: 1Gbit/s, rtt: 2ms}
  - {between: [a, c], bandwidth: 1Gbit/s, rtt: 2ms}
domains:
  sales:
    node: a
    ddl: CREATE TABLE orders (id bigint PRIMARY KEY, note text); CREATE TABLE lines (id bigint PRIMARY KEY);
    tables: {orders: {rows: 1M}, lines: {rows: 1M}}
    workload:
      - {name: rebuild, rebuild: {table: orders, by: swap, rows: 1k}, every: 1d, at: "02:00"}
  reports:
    node: b
    ddl: CREATE TABLE targets (id integer PRIMARY KEY);
    tables: {targets: {rows: 10k}}
products:
  orders:
    tables: [orders, lines]
    consumers:
      reports:
        node: b
        mechanism: federated
        queries: [{sql: SELECT id FROM orders, rate: 10/h}]
incidents:
  - {name: cut, kind: link_down, link: a/b, at: 1d, for: 1h}
  - {name: other cut, kind: link_down, link: a/c, at: 1d, for: 1h}
  - {name: session, kind: open_transaction, domain: reports, at: 2d, for: 1h}
  - {name: archive, kind: archiver_failing, node: b, at: 2d, for: 1h}
objectives:
  - {metric: volume_used, node: b, at: p99, below: 90%}
)y"};

Loaded translated(Mechanism mechanism, bool keep_hardware = true,
                  const std::vector<std::string>& overrides = {}) {
  return load_text(
      shared_mesh, "test.yaml",
      {.overrides = overrides, .translation = Translation{mechanism, {}, keep_hardware}});
}

std::vector<std::string> incidents(const Loaded& loaded) {
  std::vector<std::string> names;
  for (const models::Incident& i : loaded.mesh.incidents) names.push_back(i.name);
  return names;
}

bool says(const Loaded& loaded, const std::string& part) {
  return std::any_of(loaded.rules.begin(), loaded.rules.end(),
                     [&](const std::string& rule) { return rule.find(part) != std::string::npos; });
}

TEST(Translate, LogicalMovesTheSchemasIntoTheProducersDatabase) {
  const Loaded loaded = translated(Mechanism::logical);
  const models::Mesh& mesh = loaded.mesh;
  ASSERT_EQ(mesh.nodes.size(), 2U);  // b is gone
  EXPECT_EQ(mesh.databases.size(), 1U);
  EXPECT_EQ(mesh.domains[1].database, mesh.domains[0].database);
  EXPECT_EQ(mesh.products[0].consumers[0].mechanism, Mechanism::logical);
  EXPECT_EQ(mesh.products[0].consumers[0].node, 0);
  EXPECT_TRUE(says(loaded, "its schemas move into database sales of a"));
}

TEST(Translate, DatabasesMovesTheDatabaseAsItIs) {
  const Loaded loaded = translated(Mechanism::databases);
  const models::Mesh& mesh = loaded.mesh;
  ASSERT_EQ(mesh.databases.size(), 2U);
  EXPECT_EQ(mesh.databases[0].node, mesh.databases[1].node);
  const models::Consumer& consumer = mesh.products[0].consumers[0];
  EXPECT_EQ(consumer.node, 0);
  EXPECT_EQ(consumer.link, -1);  // loopback
  EXPECT_FALSE(consumer.queries[0].plan.scans.empty());
}

TEST(Translate, AVanishedNodesHardwareGoesToTheHostUnlessDroppedAndItsVolumesNever) {
  const models::Node kept = translated(Mechanism::logical).mesh.nodes[0];
  EXPECT_EQ(kept.cores, 12);
  EXPECT_EQ(kept.memory.value, 24.0 * (1 << 30));
  EXPECT_EQ(kept.data.size.value, 100.0 * (1 << 30));
  const models::Node dropped = translated(Mechanism::logical, false).mesh.nodes[0];
  EXPECT_EQ(dropped.cores, 8);
  EXPECT_EQ(dropped.memory.value, 16.0 * (1 << 30));
}

TEST(Translate, IncidentsVanishWithWhatTheyHitAndFollowTheirDomain) {
  const std::vector<std::string> left{"other cut", "session"};
  const Loaded loaded = translated(Mechanism::databases);
  EXPECT_EQ(incidents(loaded), left);
  EXPECT_EQ(loaded.mesh.incidents[1].database, loaded.mesh.domains[1].database);
  EXPECT_TRUE(says(loaded, "incident cut vanishes"));
  const std::vector<std::string> all{"cut", "other cut", "session", "archive"};
  EXPECT_EQ(incidents(translated(Mechanism::event)), all);
  EXPECT_TRUE(loaded.mesh.objectives.empty());
}

TEST(Translate, EventSubscribesTheTablesThatQueriesReadAndRebuildsThemInPlace) {
  const Loaded loaded = translated(Mechanism::event, true, {"nodes.a.settings.wal_level=replica"});
  const models::Mesh& mesh = loaded.mesh;
  ASSERT_EQ(mesh.subscriptions.size(), 1U);
  ASSERT_EQ(mesh.subscriptions[0].tables.size(), 1U);
  EXPECT_EQ(mesh.tables[static_cast<std::size_t>(mesh.subscriptions[0].tables[0])].name, "orders");
  EXPECT_EQ(mesh.nodes[0].settings.wal_level, models::WalLevel::logical);
  EXPECT_EQ(mesh.jobs[0].by, models::Job::Rebuild::truncate_insert);
  EXPECT_TRUE(says(loaded, "lines is read by no query"));
  EXPECT_TRUE(says(loaded, "a: wal_level = logical"));
}

TEST(Translate, FederatedDropsWhatBelongsToASubscription) {
  const std::vector<std::string> event{"products.orders.consumers.reports.mechanism=event",
                                       "products.orders.consumers.reports.slot=s",
                                       "domains.sales.workload.rebuild.rebuild.by=merge"};
  std::vector<std::string> with_incident = event;
  with_incident.emplace_back(
      "incidents=[{kind: subscriber_down, slot: s, at: 1d, for: 1h}, "
      "{kind: link_down, link: a/b, at: 1d, for: 1h}]");
  const Loaded loaded = translated(Mechanism::federated, true, with_incident);
  EXPECT_TRUE(loaded.mesh.subscriptions.empty());
  EXPECT_EQ(incidents(loaded), std::vector<std::string>{"link_down a/b"});
  EXPECT_EQ(loaded.mesh.products[0].consumers[0].node, 1);
}

TEST(Translate, OnlyTheProductsAskedForAreTranslated) {
  const Loaded none =
      load_text(shared_mesh, "test.yaml",
                {.translation = Translation{Mechanism::federated, {"orders"}, true}});
  EXPECT_EQ(none.mesh.nodes.size(), 3U);
  EXPECT_THROW(load_text(shared_mesh, "test.yaml",
                         {.translation = Translation{Mechanism::event, {"ordrs"}, true}}),
               ScenarioError);
}

TEST(Translate, UncertainInputsKeepTheirNamesSoThatDrawsStayTheSame) {
  const Loaded event = translated(Mechanism::event), logical = translated(Mechanism::logical);
  for (const models::Parameter& p : logical.mesh.parameters)
    EXPECT_TRUE(std::any_of(event.mesh.parameters.begin(), event.mesh.parameters.end(),
                            [&](const models::Parameter& other) { return other.name == p.name; }))
        << p.name;
}

TEST(Translate, ARewrittenScenarioHasAHashOfItsOwn) {
  EXPECT_NE(translated(Mechanism::event).hash, translated(Mechanism::logical).hash);
  EXPECT_NE(translated(Mechanism::event).hash, load_text(shared_mesh, "test.yaml").hash);
}

}  // namespace
}  // namespace scenario
