#include <gtest/gtest.h>

#include <algorithm>

#include "models/fdw_load.hpp"
#include "models/layout.hpp"
#include "models/simulate.hpp"
#include "tests/tools/scenario/loading.hpp"

namespace scenario {
namespace {

constexpr const char* federated = R"yaml(meshplan: 1
name: federated
nodes:
  a: {postgres: 15, collation: C.utf8}
  b: {postgres: 15, collation: en_US.utf8}
links:
  - {between: [a, b], bandwidth: 100MB/s, rtt: 10ms}
domains:
  shop:
    node: a
    ddl: |
      CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, code text COLLATE "C" NOT NULL, at timestamptz NOT NULL);
    tables:
      orders: {rows: 200k, widths: {status: 8, code: 4}, distinct: {status: 4, code: 100}}
products:
  orders:
    table: orders
    consumers:
      reports:
        node: b
        mechanism: federated
        remote_scan_rate: 2M/s
        fetch_rate: 500k/s
        queries:
          - {name: by_status, sql: "SELECT status, count(*) FROM orders GROUP BY status", rate: 10/d}
          - {name: recent, sql: "SELECT id FROM orders WHERE at > now()", rate: 10/d}
          - {name: first, sql: "SELECT id FROM orders WHERE status < 'm'", rate: 10/d}
          - {name: first_code, sql: "SELECT id FROM orders WHERE code < 'm'", rate: 10/d}
)yaml";

const models::Consumer& consumer(const Loaded& loaded) {
  return loaded.mesh.products[0].consumers[0];
}

std::string ids(const Loaded& loaded) {
  std::string all;
  for (const Notice& notice : loaded.notices) all += notice.id + " ";
  return all;
}

TEST(Federation, QueriesArePlannedWhenTheScenarioIsRead) {
  const Loaded loaded = load(federated);
  const auto& queries = consumer(loaded).queries;
  ASSERT_EQ(queries.size(), 4u);
  EXPECT_EQ(queries[0].name, "by_status");
  ASSERT_EQ(queries[0].plan.scans.size(), 1u);
  EXPECT_TRUE(queries[0].plan.scans[0].aggregated);
  EXPECT_EQ(queries[0].plan.scans[0].rows, 4);
  EXPECT_EQ(queries[1].plan.scans[0].rows, 200'000);
  ASSERT_EQ(queries[1].plan.refusals.size(), 1u);
  EXPECT_EQ(queries[1].plan.refusals[0].what, "now()");
  EXPECT_EQ(queries[1].plan.refusals[0].place.line, 26);
  EXPECT_EQ(consumer(loaded).server.fdw_tuple_cost, 0.01);
  EXPECT_EQ(consumer(loaded).server.fetch_size, 10'000);
}

TEST(Federation, HazardsNameThePlaceAndTheFix) {
  const Loaded loaded = load(federated);
  EXPECT_EQ(ids(loaded), "fdw_not_pushed_down fdw_collation ");
  const auto trap = std::find_if(loaded.notices.begin(), loaded.notices.end(),
                                 [](const Notice& notice) { return notice.id == "fdw_collation"; });
  ASSERT_NE(trap, loaded.notices.end());
  EXPECT_EQ(trap->severity, Severity::error);
  EXPECT_EQ(trap->place.file, "test.yaml");
  EXPECT_EQ(trap->place.line, 27);
  EXPECT_NE(trap->hint.find("COLLATE \"C\""), std::string::npos);
}

TEST(Federation, TheSameCollationIsNoHazard) {
  EXPECT_EQ(ids(load(federated, {"nodes.b.collation=C"})).find("fdw_collation"), std::string::npos);
}

TEST(Federation, TheArticlesRuleFetchesEverythingAndSaysSo) {
  const Loaded loaded =
      load(federated, {"products.orders.consumers.reports.fdw_collation_model=article"});
  EXPECT_FALSE(consumer(loaded).queries[0].plan.scans[0].aggregated);
  EXPECT_NE(ids(loaded).find("fdw_article_collation"), std::string::npos);
  // With the same collations it changes nothing.
  EXPECT_TRUE(
      consumer(load(federated, {"products.orders.consumers.reports.fdw_collation_model=article",
                                "nodes.b.collation=C.UTF-8"}))
          .queries[0]
          .plan.scans[0]
          .aggregated);
}

TEST(Federation, BytesADayAreExecutionsTimesBytes) {
  const Loaded loaded = load(federated);
  const auto queries = models::federated_queries(loaded.mesh);
  ASSERT_EQ(queries.size(), 4u);
  EXPECT_EQ(queries[1].label, "reports/recent");
  const models::FederatedUse use = models::federated_use(loaded.mesh, queries[1], {});
  EXPECT_DOUBLE_EQ(use.bytes_per_day(), 10 * use.transfer.bytes());
  // 21 FETCHes of 10 000, DECLARE, CLOSE, and the transaction's two
  EXPECT_DOUBLE_EQ(use.transfer.trips, 25);
  const auto snapshots = models::remote_snapshots(loaded.mesh, {});
  ASSERT_EQ(snapshots.size(), 4u);
  EXPECT_EQ(snapshots[0].database, 0);
}

TEST(Federation, WhatCostLeavesOpenHasBothPlans) {
  // 200 000 groups of 200 000 rows: nothing is saved by grouping over there.
  const Loaded loaded =
      load(federated,
           {"products.orders.consumers.reports.queries[0].sql=SELECT id, count(*) FROM orders "
            "GROUP BY id"});
  const models::ForeignPlan& plan = consumer(loaded).queries[0].plan;
  EXPECT_TRUE(plan.uncertain);
  ASSERT_EQ(plan.alternative.size(), 1u);
  EXPECT_NE(plan.scans[0].aggregated, plan.alternative[0].aggregated);
  // Four groups instead of 200 000 rows: no question.
  EXPECT_FALSE(consumer(load(federated)).queries[0].plan.uncertain);
  EXPECT_TRUE(consumer(load(federated)).queries[0].plan.alternative.empty());
}

TEST(Federation, ALongQueryHoldsTheProducersHorizonUnderItsName) {
  const std::string query = "products.orders.consumers.reports.queries[0]";
  const Loaded loaded = load(federated, {query + ".rate=2/h", query + ".hold=10min"});
  const models::Mesh mesh = models::with_remote_snapshots(loaded.mesh);
  ASSERT_EQ(mesh.incidents.size(), 1u) << "the others are over within a second";
  const models::Incident& held = mesh.incidents[0];
  EXPECT_EQ(held.name, "query reports/by_status");
  EXPECT_EQ(held.database, 0);
  EXPECT_TRUE(models::holds_horizon(held, 0));
  EXPECT_GT(held.duration.value, 600);
  EXPECT_LT(held.duration.value, 605);
  EXPECT_DOUBLE_EQ(held.every.value + held.duration.value, 1800);
  // Back to back where one has not ended when the next one begins.
  const Loaded often = load(federated, {query + ".rate=20/h", query + ".hold=10min"});
  EXPECT_LT(models::with_remote_snapshots(often.mesh).incidents.at(0).every.value, 0.01);
}

TEST(Federation, DeadRowsWaitForTheQueryThatMaySeeThem) {
  const std::string query = "products.orders.consumers.reports.queries[0]";
  const auto dead_rows = [&](const std::string& hold) {
    const Loaded loaded = load(
        federated, {"domains.shop.workload=[{name: edits, sql: UPDATE orders SET status = $1 WHERE "
                    "id = $2, rate: 100/s}]",
                    "horizon=12h", query + ".rate=4/d", query + ".hold=" + hold});
    const models::Model model{loaded.mesh};
    const auto outcomes = model.simulate(1, 0).outcomes;
    for (std::size_t o = 0; o < outcomes.size(); ++o)
      if (model.outcomes()[o].metric == "n_dead_tup") return outcomes[o];
    return -1.0;
  };
  EXPECT_GT(dead_rows("3h"), 5 * dead_rows("1s"));
}

TEST(Federation, BadQueriesAreReportedAtTheirPlace) {
  EXPECT_NE(
      errors_of(federated,
                {"products.orders.consumers.reports.queries[0].sql=SELECT nothing FROM orders"})
          .find("column nothing is not known"),
      std::string::npos);
  EXPECT_NE(errors_of(federated,
                      {"products.orders.consumers.reports.queries[0].sql=SELECT 1 FROM elsewhere"})
                .find("table elsewhere is not known here"),
            std::string::npos);
  EXPECT_NE(
      errors_of(federated, {"products.orders.consumers.reports.queries[0].sql=DELETE FROM orders"})
          .find("only SELECT"),
      std::string::npos);
  EXPECT_NE(errors_of(federated, {"products.orders.consumers.reports.mechanism=databases"})
                .find("databases of one cluster"),
            std::string::npos);
}

}  // namespace
}  // namespace scenario
