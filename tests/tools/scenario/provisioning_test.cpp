#include <gtest/gtest.h>

#include "tests/tools/scenario/loading.hpp"

namespace scenario {
namespace {

using namespace std::chrono_literals;

const std::string provisioned = R"(meshplan: 1
name: provisioned
nodes:
  a:
    settings: {wal_level: logical}
    host: a.internal
    port: 6000
    tls: {sslmode: verify-ca, sslrootcert: /etc/ca.pem}
  b: {passfile: /etc/b.pgpass}
domains:
  shop:
    node: a
    ddl: |
      CREATE SCHEMA mart;
      CREATE TABLE mart.orders (id bigint PRIMARY KEY, country text NOT NULL,
        at timestamptz NOT NULL);
    contract: [mart]
    layers: {mart: datamarts}
    owner: shop_boss
    roles:
      shop_app: {connection_limit: 3, settings: {statement_timeout: 5s}}
      auditors: {login: off}
    row_security:
      - {table: mart.orders, tenant: country, auditor: auditors, grants: [{role: shop_app, tenants: [DE, AT]}]}
    retention:
      - {table: mart.orders, column: at, keep: 30d, at: "04:00"}
    workload:
      - {sql: UPDATE mart.orders SET country = 'DE', every: 1h, rows: 1, run_by: pg_cron}
  sales: {node: b}
products:
  orders:
    table: mart.orders
    publication: pub_orders_v1
    where: country = 'DE'
    consumers: {sales: {node: b, view: desk.orders}}
governance: {heartbeat: {every: 2min}}
)";

TEST(Provisioning, NodesSayHowTheyAreReached) {
  const Loaded loaded = load_text(provisioned, "mesh.yaml");
  ASSERT_EQ(loaded.provisioning.nodes.size(), 2u);
  const models::NodeProvisioning& a = loaded.provisioning.nodes[0];
  EXPECT_EQ(a.host, "a.internal");
  EXPECT_EQ(a.port, 6000);
  EXPECT_EQ(a.sslmode, "verify-ca");
  EXPECT_EQ(a.sslrootcert, "/etc/ca.pem");
  const models::NodeProvisioning& b = loaded.provisioning.nodes[1];
  EXPECT_EQ(b.host, "b");
  EXPECT_EQ(b.sslmode, "verify-full");
  EXPECT_EQ(b.passfile, "/etc/b.pgpass");
  EXPECT_EQ(loaded.provisioning.heartbeat_every, 2min);
}

TEST(Provisioning, DomainsSayWhoOwnsReadsAndSeesWhat) {
  const Loaded loaded = load_text(provisioned, "mesh.yaml");
  const models::DomainProvisioning& shop = loaded.provisioning.domains.at(0);
  EXPECT_EQ(shop.owner, "shop_boss");
  EXPECT_EQ(shop.reader, "shop_reader");
  EXPECT_EQ(shop.contract, std::vector<std::string>{"mart"});
  EXPECT_EQ(shop.layers.at("mart"), "datamarts");
  ASSERT_EQ(shop.roles.size(), 2u);
  EXPECT_EQ(shop.roles[0].member_of, std::vector<std::string>{"shop_boss"});
  EXPECT_EQ(shop.roles[0].connection_limit, 3);
  EXPECT_EQ(shop.roles[0].settings.at(0).second, "5s");
  EXPECT_TRUE(shop.roles[1].member_of.empty());
  EXPECT_EQ(shop.roles[1].place.line, 22);
  ASSERT_EQ(shop.row_security.size(), 1u);
  EXPECT_EQ(shop.row_security[0].column, 1);
  EXPECT_EQ(shop.row_security[0].grants.at(0).tenants, (std::vector<std::string>{"DE", "AT"}));
  ASSERT_EQ(shop.retention.size(), 1u);
  EXPECT_EQ(shop.retention[0].keep, 24h * 30);
  EXPECT_EQ(shop.retention[0].at, 4h);  // the scenario starts at midnight
  ASSERT_EQ(shop.ddl.size(), 1u);
  EXPECT_EQ(shop.ddl[0].place.line, 14);
}

TEST(Provisioning, ConsumersReadInADomainByARole) {
  const Loaded loaded = load_text(provisioned, "mesh.yaml");
  EXPECT_EQ(loaded.provisioning.products.at(0).publication, "pub_orders_v1");
  const models::ConsumerProvisioning& sales = loaded.provisioning.products.at(0).consumers.at(0);
  EXPECT_EQ(sales.domain, 1);
  EXPECT_EQ(sales.role, "sales_app");  // a domain without roles has one
  EXPECT_EQ(sales.view, "desk.orders");
  EXPECT_EQ(loaded.provisioning.scheduled_jobs, std::vector<bool>{true});
}

TEST(Provisioning, RoleSettingsAreThoseARoleCanHave) {
  std::string wrong = provisioned;
  wrong.replace(wrong.find("statement_timeout: 5s"), 21, "shared_buffers: 1GB  ");
  try {
    load_text(wrong, "mesh.yaml");
    FAIL() << "a role cannot set shared_buffers";
  } catch (const ScenarioError& error) {
    EXPECT_EQ(error.problems().at(0).message, "shared_buffers cannot be set for a role");
    EXPECT_EQ(error.problems().at(0).line, 21);
  }
}

}  // namespace
}  // namespace scenario
