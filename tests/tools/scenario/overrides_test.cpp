#include <gtest/gtest.h>

#include "tests/tools/scenario/loading.hpp"

namespace scenario {
namespace {

using namespace std::chrono_literals;

TEST(Overrides, SetWhatTheScenarioGivesAndWhatItLeavesOut) {
  const models::Mesh mesh =
      load(small_mesh,
           {"horizon=5d", "nodes.a.settings.max_wal_size=8GB", "nodes.b.settings.max_wal_size=2GB",
            "governance.kill_routine.every=1min", "nodes.a.volumes.data.reserved=5%"})
          .mesh;
  EXPECT_EQ(mesh.horizon, 120h);
  EXPECT_EQ(mesh.nodes[0].settings.max_wal_size.count, std::int64_t{8} << 30);
  EXPECT_EQ(mesh.nodes[1].settings.max_wal_size.count, std::int64_t{2} << 30);
  EXPECT_EQ(mesh.governance.kill_routine_every, 1min);
  EXPECT_EQ(mesh.nodes[0].data.reserved.value, 0.05);
}

TEST(Overrides, ReachListEntriesByNumberAndByName) {
  EXPECT_EQ(load(small_mesh, {"links[0].rtt=9ms"}).mesh.links[0].rtt.value, 0.009);
  EXPECT_EQ(load(small_mesh, {"domains.shop.workload[0].rate=7/s"}).mesh.streams[0].rate.value, 7);
  EXPECT_EQ(load(small_mesh, {"domains.shop.workload.inserts.rate=7/s"}).mesh.streams[0].rate.value,
            7);
  EXPECT_EQ(
      load(small_mesh, {"domains.shop.workload[\"inserts\"].rate=7/s"}).mesh.streams[0].rate.value,
      7);
}

TEST(Overrides, QuoteKeysWithDots) {
  EXPECT_EQ(load(small_mesh,
                 {"domains.shop.tables[\"public.orders\"].rows=3k", "domains.shop.tables.orders="})
                .mesh.tables[0]
                .rows.value,
            3000);
}

TEST(Overrides, ApplyInOrder) {
  EXPECT_EQ(load(small_mesh, {"horizon=5d", "horizon=6d"}).mesh.horizon, 144h);
}

TEST(Overrides, ReachIntoWhatCountMakes) {
  const std::string text =
      std::string{small_mesh} +
      "incidents:\n  - {name: down, kind: link_down, link: a/b, at: 1d, for: 1h, count: 3}\n";
  const models::Mesh mesh = load(text, {"incidents.down_2.for=5h"}).mesh;
  ASSERT_EQ(mesh.incidents.size(), 3u);
  EXPECT_EQ(mesh.incidents[1].duration.value, 18000);
  EXPECT_EQ(mesh.incidents[2].duration.value, 3600);
}

TEST(Overrides, AnUnknownPathNamesTheNearest) {
  EXPECT_EQ(errors_of(small_mesh, {"nodes.a.setings.max_wal_size=8GB"}),
            "--set:1:9: error: there is no 'setings'\n"
            "nodes.a.setings.max_wal_size=8GB\n"
            "        ^\n"
            "hint: did you mean 'settings'?\n");
  EXPECT_NE(errors_of(small_mesh, {"nodes.c.cores=8"}).find("there is no 'c'"), std::string::npos);
  EXPECT_NE(
      errors_of(small_mesh, {"links[4].rtt=1ms"}).find("the list has 1 entries, counted from 0"),
      std::string::npos);
  EXPECT_NE(errors_of(small_mesh, {"domains.shop.workload.insert.rate=1/s"})
                .find("did you mean 'inserts'?"),
            std::string::npos);
}

TEST(Overrides, AWrongValuePointsIntoTheOverride) {
  EXPECT_EQ(errors_of(small_mesh, {"nodes.a.settings.max_wal_size=8GiB"}),
            "--set:1:31: error: max_wal_size: '8GiB' is not an amount of memory\n"
            "nodes.a.settings.max_wal_size=8GiB\n"
            "                              ^\n"
            "hint: PostgreSQL writes memory as B, kB, MB, GB or TB (multiples of 1024), for "
            "example 64MB\n");
}

TEST(Overrides, WhatIsNoOverrideIsRefused) {
  for (const char* text : {"horizon", "=5d", "a..b=1", "a[=1", "a[x=1", ".a=1", "a.=1", "[]=1",
                           "horizon={", "nodes[\"a=5d", "horizon=\x01"})
    EXPECT_NE(errors_of(small_mesh, {text}), "") << text;
}

TEST(Like, StartsFromASibling) {
  const models::Mesh mesh =
      load(small_mesh, {"nodes.b={like: a, settings: {max_wal_size: 2GB}}"}).mesh;
  EXPECT_EQ(mesh.nodes[1].data.size.value, 100.0 * (1 << 30));
  EXPECT_EQ(mesh.nodes[1].settings.wal_level, models::WalLevel::logical);
  EXPECT_EQ(mesh.nodes[1].settings.max_wal_size.count, std::int64_t{2} << 30);
  EXPECT_NE(errors_of(small_mesh, {"nodes.b={like: c}"}).find("like: there is no sibling 'c'"),
            std::string::npos);
  EXPECT_NE(errors_of(small_mesh, {"nodes.a={like: b}", "nodes.b={like: a}"}), "");
}

TEST(Count, MakesFortyProductsOfFortyTables) {
  std::string text = small_mesh;
  text = text.substr(0, text.find("products:"));
  text.replace(text.find("      orders: {rows: 1M}"), 0,
               "      product_{n}: {like: orders, count: 40, rows: 1k}\n");
  text += R"(      - name: updates_{n}
        sql: UPDATE product_{n} SET note = $1 WHERE id = $2
        rate: 5/s
        count: 40
products:
  product_{n}:
    count: 40
    table: product_{n}
    consumers:
      reports: {node: b}
)";
  const models::Mesh mesh = load(text).mesh;
  EXPECT_EQ(mesh.tables.size(), 41u);
  EXPECT_EQ(mesh.products.size(), 40u);
  EXPECT_EQ(mesh.streams.size(), 41u);
  EXPECT_EQ(mesh.subscriptions.size(), 40u);
  EXPECT_EQ(mesh.subscriptions[39].slot, "sub_product_40_reports");
  EXPECT_EQ(mesh.tables[static_cast<std::size_t>(mesh.products[6].tables[0])].name, "product_7");
  EXPECT_EQ(mesh.tables[static_cast<std::size_t>(mesh.products[6].tables[0])].indexes.at(1).name,
            "product_7_status");
  EXPECT_EQ(mesh.tables[static_cast<std::size_t>(mesh.products[6].tables[0])].rows.value, 1000);
}

TEST(Count, IsBounded) {
  EXPECT_NE(errors_of(small_mesh, {"nodes.b={count: 100001}"}), "");
  EXPECT_NE(errors_of(small_mesh, {"nodes.b={count: 0}"}), "");
  EXPECT_NE(errors_of(small_mesh, {"nodes.b={count: 100000, postgres: 15, cores: 1, memory: 1GB, "
                                   "volumes: {data: {size: 1GB}}, settings: {work_mem: 4MB, "
                                   "max_connections: 9, jit: off}}"})
                .find("make more than 1000000 values"),
            std::string::npos);
}

}  // namespace
}  // namespace scenario
