#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/cli/program.hpp"

namespace cli {
namespace {

using nlohmann::json;

/// solve, sweep, merge, compare and sensitivity on a log table whose disk fills within the month.
class PlannerTest : public ProgramTest {
 protected:
  PlannerTest() { write_mesh("60GB"); }
};

/// Text without its line breaks.
std::string flat(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

const std::string few = " --replicates 40 --seed 3";

TEST_F(PlannerTest, SolveFindsTheDiskAndOneStepLessMisses) {
  const Ran ran = meshplan("solve mesh.yaml --vary nodes.db.volumes.data.size" + few);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(flat(ran.out).find("meets the objective from"), std::string::npos) << ran.out;

  const Ran exact =
      meshplan("solve mesh.yaml --vary nodes.db.volumes.data.size --no-db --format json" + few);
  const json answer = json::parse(exact.out);
  ASSERT_EQ(answer["points"].size(), 2u);
  const std::string solved = answer["points"][0]["settings"][0]["text"];
  const std::string beyond = answer["points"][1]["settings"][0]["text"];
  const std::string path = " --set nodes.db.volumes.data.size=";
  EXPECT_EQ(meshplan("run mesh.yaml --no-db" + path + solved + few).exit, 0);
  EXPECT_EQ(meshplan("run mesh.yaml --no-db" + path + beyond + few).exit, 3);
}

TEST_F(PlannerTest, SolveSaysWhatCannotBeReached) {
  const Ran ran =
      meshplan("solve mesh.yaml --vary nodes.db.volumes.data.size=1GB..2GB --gate" + few);
  EXPECT_EQ(ran.exit, 3);
  EXPECT_NE(ran.out.find("Unreachable"), std::string::npos) << ran.out;
}

TEST_F(PlannerTest, SolveTakesAnObjectiveAndAPercentileOfTheCommandLine) {
  const Ran ran = meshplan(
      "solve mesh.yaml --no-db --vary domains.app.workload[0].rate=10/s..500/s --such-that "
      "'metric: volume_used, at: p99, below: 50%' --at p50 --format json" +
      few);
  ASSERT_EQ(ran.exit, 0) << ran.err;
  const json answer = json::parse(ran.out);
  EXPECT_NE(answer["points"][0]["objectives"][0]["objective"].get<std::string>().find("p50"),
            std::string::npos);
}

/// Two domains on two nodes that share a table.
constexpr const char* shared_mesh = R"y(meshplan: 1
name: shared
horizon: 2d
nodes:
  shop: {postgres: 15, cores: 4, volumes: {data: {size: 100GB}}, settings: {wal_level: logical}}
  desk: {postgres: 15, cores: 2, volumes: {data: {size: 50GB}}}
links:
  - {between: [shop, desk], bandwidth: 1Gbit/s, rtt: 2ms}
domains:
  sales:
    node: shop
    ddl: CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL);
    tables: {orders: {rows: 200k, widths: {note: 60}}}
    workload:
      - {name: new, sql: "INSERT INTO orders (id, note) VALUES ($1, $2)", rate: 50/s}
  reports:
    node: desk
    ddl: CREATE TABLE targets (id integer PRIMARY KEY);
    tables: {targets: {rows: 10k}}
products:
  orders:
    table: orders
    consumers:
      reports: {node: desk, mechanism: event, queries: [{sql: SELECT id FROM orders, rate: 10/h}]}
)y";

TEST_F(PlannerTest, MechanismsAreComparedInAMatrixWithARecommendation) {
  write("shared.yaml", shared_mesh);
  const std::string asked = "compare shared.yaml --mechanisms logical,federated,event";
  const Ran ran = meshplan(asked + " --replicates 5");
  ASSERT_EQ(ran.exit, 0) << ran.err;
  for (const char* part :
       {"orders: logical is recommended", "isolation", "freshness", "disk_exhaustion",
        "queries a day", "logical: desk vanishes; its cores and memory are added to shop"})
    EXPECT_NE(flat(ran.out).find(part), std::string::npos) << part << "\n" << ran.out;
  const Ran page = meshplan("report meshplan.db --html page.html");
  ASSERT_EQ(page.exit, 0) << page.err;
  const std::string html = read_file(folder_ / "page.html");
  EXPECT_NE(html.find("orders: logical is recommended"), std::string::npos);
  EXPECT_NE(html.find("meshplan compare shared.yaml --mechanisms logical,federated,event --seed"),
            std::string::npos);
  const Ran markdown = meshplan(asked + " --replicates 5 --no-db --format markdown");
  EXPECT_NE(markdown.out.find("| `network_bytes` orders | 0 B"), std::string::npos) << markdown.out;
}

TEST_F(PlannerTest, TheMatrixIsTheSameOnAnyNumberOfThreads) {
  write("shared.yaml", shared_mesh);
  const std::string asked =
      "compare shared.yaml --mechanisms databases,event --no-db --format json --replicates 5";
  const auto comparisons = [&](const char* threads) {
    return json::parse(meshplan(asked + threads).out)["comparisons"];
  };
  EXPECT_EQ(comparisons(" --threads 1"), comparisons(" --threads 3"));
}

TEST_F(PlannerTest, PricesPutMoneyIntoTheMatrix) {
  write("shared.yaml", shared_mesh);
  write("prices.yaml", "currency: EUR\nstorage_gb_month: 1\n");
  const std::string asked =
      "compare shared.yaml --mechanisms event,logical --no-db --replicates 5 --prices ";
  const Ran ran = meshplan(asked + "prices.yaml");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(ran.out.find("150 EUR"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("100 EUR"), std::string::npos) << ran.out;
  write("wrong.yaml", "currency: EUR\nstorage: 1\n");
  const Ran wrong = meshplan(asked + "wrong.yaml");
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_NE(wrong.err.find("wrong.yaml:2:1"), std::string::npos) << wrong.err;
}

TEST_F(PlannerTest, WhatCannotBeTranslatedIsRefusedOrSaid) {
  write("shared.yaml", shared_mesh);
  EXPECT_EQ(meshplan("compare shared.yaml --mechanisms telepathy").exit, 2);
  EXPECT_EQ(meshplan("compare shared.yaml shared.yaml --mechanisms event").exit, 2);
  EXPECT_EQ(meshplan("compare shared.yaml --mechanisms event --product order").exit, 2);
  EXPECT_EQ(meshplan("compare mesh.yaml --mechanisms event").exit, 2);  // shares nothing
  // Both domains have a table of that name: they cannot live in one database.
  const Ran ran = meshplan(
      "compare shared.yaml --mechanisms event,logical --no-db --replicates 3 --set "
      "'domains.reports.ddl=CREATE TABLE orders (id integer PRIMARY KEY)' --set "
      "'domains.reports.tables={orders: {rows: 5}}' --set products.orders.domain=sales");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(flat(ran.out).find("logical: cannot be built"), std::string::npos) << ran.out;
}

TEST_F(PlannerTest, ShardsMergedHoldTheRowsOfTheWholeSweep) {
  const std::string sweep =
      "sweep mesh.yaml --vary nodes.db.volumes.data.size=20GB..80GB:4 --vary "
      "domains.app.workload[0].rate=60/s,120/s" +
      few;
  const Ran whole = meshplan(sweep + " --db whole.db");
  EXPECT_EQ(whole.exit, 0) << whole.err;
  EXPECT_NE(flat(whole.out).find("points meet every objective."), std::string::npos) << whole.out;
  for (const std::string i : {"1", "2", "3"})
    EXPECT_EQ(meshplan(sweep + " --shard " + i + "/3 --threads " + i + " --db s" + i + ".db").exit,
              0);
  const Ran merged = meshplan("merge merged.db s3.db s1.db s2.db");
  EXPECT_EQ(merged.exit, 0) << merged.err;
  EXPECT_EQ(merged.out, whole.out);
  const auto rows = [&](const std::string& database) {
    const std::string out = (folder_ / (database + ".rows")).string();
    // Everything but study_timing, which alone may differ.
    const std::string command = "sqlite3 '" + (folder_ / database).string() +
                                "' '.dump' | grep -v 'INSERT INTO study_timing' >'" + out + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return read_file(out);
  };
  EXPECT_GT(rows("whole.db").size(), 10'000u);
  EXPECT_EQ(rows("merged.db"), rows("whole.db"));
  EXPECT_EQ(meshplan("merge merged.db s1.db").exit, 2);  // it exists already
  EXPECT_EQ(meshplan("merge twice.db s1.db s1.db").exit, 2);
  EXPECT_FALSE(exists("twice.db"));
}

TEST_F(PlannerTest, ExplainFindsTheNearestChangeFromTheStoredRunAlone) {
  const Ran run = meshplan("run mesh.yaml --set nodes.db.volumes.data.size=50GB" + few);
  ASSERT_EQ(run.exit, 3) << run.err;
  write("mesh.yaml", "gone");  // the run holds its scenario
  const Ran ran = meshplan("explain --format json");
  ASSERT_EQ(ran.exit, 0) << ran.err;
  const json changes = json::parse(ran.out)["changes"];
  ASSERT_GE(changes.size(), 2u);
  bool size = false, rate = false;
  for (const json& change : changes) {
    size = size || (change["path"] == "nodes.db.volumes.data.size" && change["passes"]);
    rate = rate || (change["path"] == "domains.app.workload[0].rate" && change["passes"]);
  }
  EXPECT_TRUE(size && rate) << changes;
  EXPECT_EQ(changes[0]["replicates"], 40);
  for (std::size_t i = 1; i < changes.size(); ++i)
    if (changes[i]["passes"]) {
      EXPECT_LE(changes[i - 1]["factor"], changes[i]["factor"]);
    }
  // It is what it says, and stored: asked again nothing is simulated.
  const Ran text = meshplan("explain --stored");
  EXPECT_NE(flat(text.out).find("Nearest change: The smallest change of one number"),
            std::string::npos)
      << text.out;
  write_mesh("60GB");
  EXPECT_EQ(meshplan("run mesh.yaml --no-db --set nodes.db.volumes.data.size=50GB --set '" +
                     changes[0]["path"].get<std::string>() + "=" +
                     changes[0]["to_text"].get<std::string>() + "'" + few)
                .exit,
            0);
}

TEST_F(PlannerTest, ComparePutsTwoValuesSideBySide) {
  const Ran ran = meshplan(
      "compare mesh.yaml --against nodes.db.volumes.data.size=120GB --against "
      "domains.app.workload[0].rate=150/s" +
      few);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(flat(ran.out).find("volume_used of db/data (p99) falls"), std::string::npos) << ran.out;
  EXPECT_EQ(
      meshplan("compare mesh.yaml --no-db --gate --against nodes.db.volumes.data.size=30GB" + few)
          .exit,
      3);
  EXPECT_EQ(
      meshplan("compare mesh.yaml --no-db --gate --against nodes.db.volumes.data.size=90GB" + few)
          .exit,
      0);
}

TEST_F(PlannerTest, CompareTakesTwoScenariosAndTwoStoredRuns) {
  std::string larger = read_file(folder_ / "mesh.yaml");
  larger.replace(larger.find("60GB"), 4, "80GB");
  write("larger.yaml", larger);
  const Ran files = meshplan("compare mesh.yaml larger.yaml --no-db" + few);
  EXPECT_EQ(files.exit, 0) << files.err;
  meshplan("run mesh.yaml" + few);
  meshplan("run larger.yaml" + few);
  const Ran runs = meshplan("compare 1 2");
  EXPECT_EQ(runs.exit, 0) << runs.err;
  EXPECT_NE(runs.out.find("run 2:"), std::string::npos) << runs.out;
  EXPECT_EQ(meshplan("compare 1 1 --gate").exit, 0);
  EXPECT_EQ(meshplan("compare 2 1 --gate").exit, 3);
  EXPECT_EQ(meshplan("compare 2 1 --gate --tolerance 90%").exit, 0);
  EXPECT_EQ(meshplan("compare 1 9").exit, 1);
}

TEST_F(PlannerTest, SensitivityNamesTheInputThatDecides) {
  const Ran ran = meshplan("sensitivity mesh.yaml" + few);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(flat(ran.out).find("is moved most by domains.app.workload[0].rate"), std::string::npos)
      << ran.out;
}

TEST_F(PlannerTest, MarkdownAndJsonAreThere) {
  for (const std::string command :
       {"solve mesh.yaml --vary nodes.db.volumes.data.size=50GB..70GB",
        "sweep mesh.yaml --vary nodes.db.volumes.data.size=50GB,70GB",
        "compare mesh.yaml --against nodes.db.volumes.data.size=70GB", "sensitivity mesh.yaml"}) {
    const Ran text = meshplan(command + " --no-db --replicates 5 --format markdown");
    EXPECT_EQ(text.out.find("## "), 0u) << command << "\n" << text.out << text.err;
    const Ran data = meshplan(command + " --no-db --replicates 5 --format json");
    EXPECT_TRUE(json::accept(data.out)) << command << "\n" << data.out << data.err;
  }
}

TEST_F(PlannerTest, WrongUseIsExplained) {
  for (const char* arguments :
       {"solve mesh.yaml", "solve mesh.yaml --vary nodes.db.volumes.data.sizes",
        "solve mesh.yaml --vary nodes.db.volumes.data.size=9GB..1GB",
        "solve mesh.yaml --vary nodes.db.volumes.data.size=1GB,2GB",
        "solve mesh.yaml --vary nodes.db.volumes.data.size --such-that 'metric: nonsense, below: "
        "1'",
        "solve mesh.yaml --vary nodes.db.volumes.data.size --at p200",
        "sweep mesh.yaml --vary nodes.db.volumes.data.size",
        "sweep mesh.yaml --vary nodes.db.volumes.data.size=1GB,many",
        "sweep mesh.yaml --vary nodes.db.volumes.data.size=1GB,2GB --shard 3/2",
        "compare mesh.yaml", "merge out.db mesh.yaml"}) {
    const Ran ran = meshplan(arguments);
    EXPECT_NE(ran.exit, 0) << arguments;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_NE(ran.err, "") << arguments;
  }
}

}  // namespace
}  // namespace cli
