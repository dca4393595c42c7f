#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/tools/scenario/loading.hpp"

namespace scenario {
namespace {

/// small_mesh with one piece of text exchanged.
std::string with(const std::string& before, const std::string& after) {
  std::string text = small_mesh;
  const std::size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  return text.replace(at, before.size(), after);
}

TEST(BadInput, AnUnknownKeyIsShownWithTheNearestOne) {
  EXPECT_EQ(errors_of(with("horizon:", "horizn:")),
            "test.yaml:3:1: error: scenario has no key 'horizn'\n"
            "horizn: 10d\n"
            "^\n"
            "hint: did you mean 'horizon'?\n");
}

TEST(BadInput, EveryProblemIsReportedAtOnce) {
  const std::string text = with("100GB", "100GiB");
  EXPECT_EQ(messages_of(
                text, {"horizon=10", "links[0].bandwidth=1Gb/s",
                       "domains.shop.workload[0].rate=-5/s", "nodes.b.settings.max_wal_sise=1GB"}),
            "7: size: '100GiB' is not an amount of memory [PostgreSQL writes memory as B, kB, MB, "
            "GB or TB (multiples of 1024), for example 64MB]\n"
            "1: horizon: '10' has no unit [PostgreSQL writes time as us, ms, s, min, h or d, for "
            "example 5min or 3d12h]\n"
            "1: bandwidth: '1Gb/s' is not a bandwidth [write bits as 1Gbit/s (multiples of 1000) "
            "or bytes as 100MB/s (multiples of 1024)]\n"
            "1: rate must be 0 or more\n"
            "1: PostgreSQL 16 has no setting 'max_wal_sise' [did you mean 'max_wal_size'?]\n");
}

TEST(BadInput, ASettingOfAnotherMajorIsNamedWithIt) {
  EXPECT_EQ(
      messages_of(with("{wal_level: logical}", "{wal_level: logical, transaction_timeout: 1min}")),
      "8: PostgreSQL 15 has no setting 'transaction_timeout' [transaction_timeout exists from "
      "PostgreSQL 17]\n");
}

TEST(BadInput, ADdlErrorInABlockPointsAtItsLine) {
  EXPECT_EQ(errors_of(with("CREATE INDEX orders_status ON orders (status);",
                           "CREATE INDEX orders_status ON\n      orders (statuz);")),
            "test.yaml:18:15: error: table public.orders has no column statuz\n"
            "      orders (statuz);\n"
            "              ^\n"
            "hint: did you mean status?\n");
}

TEST(BadInput, AMissingDdlFileIsTheOnlyProblemReported) {
  const std::string text = small_mesh;
  const std::size_t from = text.find("ddl: |"), to = text.find("    tables:");
  EXPECT_EQ(
      errors_of(text.substr(0, from) + "ddl: no_such_file.sql\n" + text.substr(to)),
      "test.yaml:15:10: error: ddl: 'no_such_file.sql': cannot read: No such file or directory\n"
      "    ddl: no_such_file.sql\n"
      "         ^\n"
      "hint: DDL files are looked up beside the scenario\n");
}

TEST(BadInput, ErrorsInADdlFilePointIntoIt) {
  const std::string folder = testing::TempDir();
  std::ofstream{folder + "bad_input.sql"}
      << "CREATE TABLE t (id int);\n\nCREATE TABEL u (id int);\n";
  const std::string text =
      "meshplan: 1\nname: x\nnodes:\n  a: {}\ndomains:\n  d: {node: a, ddl: bad_input.sql}\n";
  try {
    load_text(text, folder + "x.yaml");
    FAIL();
  } catch (const ScenarioError& error) {
    ASSERT_EQ(error.problems().size(), 1u);
    EXPECT_EQ(error.problems()[0].file, folder + "bad_input.sql");
    EXPECT_EQ(error.problems()[0].line, 3);
    EXPECT_EQ(error.problems()[0].column, 8);
    EXPECT_EQ(error.problems()[0].excerpt, "CREATE TABEL u (id int);");
  }
  std::filesystem::remove(folder + "bad_input.sql");
}

TEST(BadInput, AMissingTableIsNamedWithTheNearest) {
  EXPECT_EQ(messages_of(with("table: orders", "table: order")),
            "26: there is no table 'order' [did you mean 'orders'?]\n");
  EXPECT_NE(messages_of(with("INSERT INTO orders", "INSERT INTO oders")).find("oders"),
            std::string::npos);
}

TEST(BadInput, AnOutagePastTheHorizonIsRefused) {
  EXPECT_EQ(messages_of(std::string{small_mesh} +
                        "incidents:\n  - {kind: link_down, link: a/b, at: 11d, for: 1h}\n"),
            "30: at: the incident begins after the horizon [move it, or make horizon: longer]\n");
  const Loaded loaded = load(std::string{small_mesh} +
                             "incidents:\n  - {kind: link_down, link: a/b, at: 9d, for: 2d}\n");
  EXPECT_EQ(loaded.notices.front().id, "incident_past_horizon");
}

TEST(BadInput, AnUnquotedCommaInSqlIsRecognised) {
  const std::string text =
      std::string{small_mesh}.substr(0, std::string{small_mesh}.find("products:"));
  EXPECT_EQ(messages_of(text + "      - {sql: SELECT id, status FROM orders, rate: 200/h}\n"),
            "24: sql: an unquoted comma ended the SQL before 'status FROM orders' [quote the SQL, "
            "or write it as a block: sql: |]\n");
  EXPECT_NE(messages_of(text + "      - {sql: \"SELECT id, status FROM orders\", rate: 200/h}\n"),
            "24");
  EXPECT_EQ(messages_of(text + "      - {sql: \"SELECT id, status FROM orders\", rate: 200/h}\n"),
            "");
  const std::string in_list = messages_of(
      text +
      "      - {transaction: [INSERT INTO orders (id, status) VALUES ($1, $2)], rate: 1/s}\n");
  EXPECT_NE(in_list.find("quote it or write it as a block"), std::string::npos) << in_list;
}

TEST(BadInput, SqlWithBracesBreaksYamlWithAHint) {
  const std::string text =
      std::string{small_mesh}.substr(0, std::string{small_mesh}.find("products:"));
  EXPECT_NE(errors_of(text + "      - {sql: SELECT '{}' FROM orders, rate: 1/s}\n"), "");
  EXPECT_NE(errors_of(text + "      - {sql: SELECT '[]' FROM orders], rate: 1/s}\n")
                .find("must be quoted, or written as a block"),
            std::string::npos);
}

TEST(BadInput, WhatAServerRefusesIsRefused) {
  EXPECT_NE(messages_of(with("wal_level: logical", "wal_level: replica"))
                .find("logical replication needs wal_level = logical on node a"),
            std::string::npos);
  EXPECT_NE(messages_of(with("wal_level: logical", "wal_level: minimal"))
                .find("minimal needs max_wal_senders = 0"),
            std::string::npos);
  EXPECT_NE(messages_of(with("wal_level: logical", "wal_level: logical, max_wal_size: 16MB"))
                .find("at least twice wal_segment_size"),
            std::string::npos);
  EXPECT_NE(messages_of(with("products:",
                             "      - {rebuild: {table: orders, by: swap}, every: 1d}\nproducts:"))
                .find("is published and rebuilt by swap"),
            std::string::npos);
  EXPECT_NE(messages_of(with("{node: b}", "{node: b, streaming: parallel, slot: My-Slot}"))
                .find("'My-Slot' is not a slot name"),
            std::string::npos);
}

TEST(BadInput, EachEntryNeedsOneSubjectAndOneTiming) {
  const auto work = [](const std::string& entry) {
    return messages_of(with("products:", "      - " + entry + "\nproducts:"));
  };
  EXPECT_EQ(work("{rate: 1/s}"),
            "24: this workload entry lacks its subject [give one of sql, transaction, copy and "
            "rebuild]\n");
  EXPECT_EQ(work("{sql: SELECT 1}"),
            "24: how often does this run? [give rate: or clients: for a stream, every: or at: for "
            "a job]\n");
  EXPECT_NE(
      work("{sql: SELECT 1, rate: 1/s, at: 1d}").find("a stream (rate:, clients:) has no times"),
      std::string::npos);
  EXPECT_NE(work("{sql: SELECT 1, rate: 1/s, clients: 4}")
                .find("a load is open (rate) or closed (clients)"),
            std::string::npos);
  EXPECT_NE(work("{sql: SELECT 1, copy: {table: orders, rows: 1}, rate: 1/s}")
                .find("one of them, not both"),
            std::string::npos);
  EXPECT_NE(work("{sql: DELETE FROM orders WHERE status = 'x', rate: 1/s}")
                .find("does not tell how many rows"),
            std::string::npos);
  EXPECT_NE(work("{sql: SELECT 1, at: 11d}").find("comes after the horizon"), std::string::npos);
  EXPECT_NE(work("{sql: SELECT 1, rate: 1/s, profile: evening_peek}")
                .find("did you mean 'evening_peak'?"),
            std::string::npos);
  EXPECT_NE(work("{sql: SELECT 1, rate: 1/s, skew: hot}").find("write uniform, {recent: 5%}"),
            std::string::npos);
}

TEST(BadInput, ShapesOfTheWrongKindAreReported) {
  for (const char* change : {"nodes=5",
                             "nodes=[a]",
                             "nodes.a=5",
                             "links={a: b}",
                             "links=[5]",
                             "domains.shop.tables=5",
                             "domains.shop.workload={}",
                             "domains.shop.workload=[5]",
                             "domains.shop.workload[0].sql=[a]",
                             "domains.shop.workload[0].rate=[5]",
                             "domains.shop.workload[0].rate={p50: [1]}",
                             "domains.shop.ddl={a: b}",
                             "domains.shop.ddl=''",
                             "products.orders.consumers=[a]",
                             "products.orders.tables=[[a]]",
                             "objectives={}",
                             "incidents=x",
                             "nodes.a.settings=[a]",
                             "nodes.a.settings.jit=[a]",
                             "nodes.a.volumes=5",
                             "profiles={x: {daily: [1]}}",
                             "profiles={x: {}}",
                             "profiles={flat: {daily: {\"00:00\": 1}}}",
                             "domains.shop.tables.orders.widths=[1]",
                             "domains.shop.tables.orders.order={id: up}",
                             "name=[x]",
                             "name=''",
                             "governance=5",
                             "standbys=[]"})
    EXPECT_NE(errors_of(small_mesh, {change}), "") << change;
}

TEST(BadInput, ObjectivesSayWhichMetricsTakeWhat) {
  const auto objective = [](const std::string& text) {
    return messages_of(std::string{small_mesh} + "objectives:\n  - " + text + "\n");
  };
  EXPECT_NE(objective("{metric: volume_usd, below: 85%}").find("did you mean 'volume_used'?"),
            std::string::npos);
  EXPECT_NE(objective("{metric: volume_used, below: 85}")
                .find("'85' has no unit (volume_used is in ratio)"),
            std::string::npos);
  EXPECT_NE(objective("{metric: slot_lost, below: 1%}").find("write probability_below: 1%"),
            std::string::npos);
  EXPECT_NE(objective("{metric: volume_used, table: orders, below: 85%}")
                .find("volume_used is a metric of a volume"),
            std::string::npos);
  EXPECT_NE(
      objective("{metric: volume_used}").find("exactly one of below, above and probability_below"),
      std::string::npos);
  EXPECT_NE(objective("{metric: volume_used, volume: wal, below: 85%}")
                .find("there is no separate WAL volume"),
            std::string::npos);
}

TEST(BadInput, EmptyBinaryAndLargeFilesAreRefused) {
  EXPECT_NE(errors_of("").find("the scenario is empty"), std::string::npos);
  EXPECT_NE(errors_of(std::string("\0\1\2", 3)).find("not a text file"), std::string::npos);
  EXPECT_NE(errors_of("just text"), "");
  EXPECT_NE(errors_of("- a\n- b\n"), "");
  EXPECT_THROW(load_file(testing::TempDir() + "no_such_scenario.yaml"), ScenarioError);
}

}  // namespace
}  // namespace scenario
