#include "tools/plan/mechanisms.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "tools/plan/runaway.hpp"
#include "tools/scenario/scenario.hpp"

namespace plan {
namespace {

using models::Mechanism;
using Settings = std::vector<std::string>;

/// A shop shares its orders with a reporting domain; the orders table changes all day.
constexpr const char* mesh = R"y(meshplan: 1
name: shared
horizon: 4d
nodes:
  shop: {postgres: 15, cores: 4, memory: 8GB, volumes: {data: {size: 100GB}}, settings: {wal_level: logical}}
  desk: {postgres: 15, cores: 2, memory: 4GB, volumes: {data: {size: 50GB}}, settings: {wal_level: logical}}
links:
  - {between: [shop, desk], bandwidth: 1Gbit/s, rtt: 2ms}
domains:
  sales:
    node: shop
    ddl: CREATE TABLE orders (id bigint PRIMARY KEY, state integer NOT NULL, note text NOT NULL);
    tables: {orders: {rows: 200k, widths: {note: 60}}}
    workload:
      - {name: new, sql: "INSERT INTO orders (id, state, note) VALUES ($1, $2, $3)", rate: 50/s}
      - {name: changes, sql: "UPDATE orders SET state = $1 WHERE id = $2", rate: 50/s}
  reports:
    node: desk
    ddl: CREATE TABLE targets (id integer PRIMARY KEY, goal integer NOT NULL);
    tables: {targets: {rows: 10k}}
    workload:
      - {name: goals, sql: "UPDATE targets SET goal = $1 WHERE id = $2", rate: 20/s}
products:
  orders:
    table: orders
    consumers:
      reports:
        node: desk
        mechanism: event
        queries: [{name: all, sql: SELECT id FROM orders, rate: 10/h}]
incidents:
  - {name: outage, kind: link_down, link: shop/desk, at: 1d, for: 6h}
  - {name: session, kind: open_transaction, domain: reports, isolation: repeatable_read, writes: off, at: 2d, for: 1h}
objectives:
  - {metric: volume_used, node: shop, at: p99, below: 90%}
)y";

MechanismVariant variant(Mechanism mechanism, const Settings& set, bool keep_hardware) {
  const scenario::Loaded loaded = scenario::load_text(
      mesh, "test.yaml",
      {.overrides = set, .translation = scenario::Translation{mechanism, {}, keep_hardware}});
  return {std::string{scenario::name(mechanism)}, mechanism, loaded.mesh, loaded.rules, ""};
}

struct Asked {
  Settings set = {};
  std::optional<models::Prices> prices = {};
  bool keep_hardware = true;
  double runaway_seconds = 3'600;
  unsigned threads = 2;
  std::optional<double> statement_cpu = {};
};

MechanismAnswer ask(const Asked& asked) {
  MechanismQuestion question;
  for (const Mechanism m :
       {Mechanism::logical, Mechanism::databases, Mechanism::federated, Mechanism::event})
    question.variants.push_back(variant(m, asked.set, asked.keep_hardware));
  question.reading = question.variants[2].mesh;
  question.objectives =
      scenario::load_text(mesh, "test.yaml", {.overrides = asked.set}).mesh.objectives;
  question.products = {{0, {{"reports", asked.runaway_seconds}}}};
  question.prices = asked.prices;
  question.statement_cpu = asked.statement_cpu;
  return compare_mechanisms(question, {.replicates = 4, .seed = 7, .threads = asked.threads});
}

double cell(const MechanismAnswer& answer, const char* variant, const char* metric,
            const char* statistic = "p50") {
  for (const Comparison& c : answer.comparisons)
    if (c.variant == variant && c.key.metric == metric && c.statistic == statistic) return c.value;
  ADD_FAILURE() << "no cell " << metric << " of " << variant;
  return 0;
}

/// The mesh as it is: simulated once for all tests.
const MechanismAnswer& as_it_is() {
  static const MechanismAnswer answer = ask({});
  return answer;
}

std::string recommended(const MechanismAnswer& answer) {
  for (const Comparison& c : answer.comparisons)
    if (c.key.metric == "recommendation" && c.best) return c.variant;
  return "";
}

TEST(Mechanisms, TheWorkloadDecidesWhatARunawayQueryDelays) {
  // 4 000 statements of 150 us ask for 0.6 of the only core; a query of three processes leaves 0.25
  // of it, the backend of a foreign scan 0.5.
  const Settings busy_shop{"nodes.shop.cores=1", "domains.sales.workload.new.rate=4000/s"};
  const MechanismAnswer busy = ask({.set = busy_shop, .keep_hardware = false});
  EXPECT_GT(cell(busy, "logical", "isolation"), cell(as_it_is(), "logical", "isolation"));
  EXPECT_GT(cell(busy, "logical", "isolation"), cell(busy, "federated", "isolation"));
  EXPECT_EQ(cell(busy, "event", "isolation"), 0);
  // So does what a statement costs.
  const MechanismAnswer light =
      ask({.set = busy_shop, .keep_hardware = false, .statement_cpu = 20e-6});
  EXPECT_LT(cell(light, "logical", "isolation"), cell(busy, "logical", "isolation"));
  // A statement_timeout ends the query, and the time that writes lose.
  const MechanismAnswer timeout =
      ask({.set = busy_shop, .keep_hardware = false, .runaway_seconds = 30});
  EXPECT_LT(cell(timeout, "logical", "isolation"), cell(busy, "logical", "isolation"));
  EXPECT_GT(cell(busy, "logical", "blast_write_seconds"), 0);
  EXPECT_LT(cell(timeout, "logical", "blast_write_seconds"),
            cell(busy, "logical", "blast_write_seconds"));
}

TEST(Mechanisms, TheRoundTripDecidesTheLatencyOfAFederatedRead) {
  const MechanismAnswer far = ask({.set = {"links[0].rtt=80ms"}});
  EXPECT_GT(cell(far, "federated", "read_latency"), cell(as_it_is(), "federated", "read_latency"));
  for (const char* local : {"logical", "databases", "event"})
    EXPECT_EQ(cell(far, local, "read_latency"), cell(as_it_is(), local, "read_latency"));
  EXPECT_LT(cell(far, "logical", "read_latency"), cell(far, "databases", "read_latency"));
}

TEST(Mechanisms, AnOutageMakesCopiesOldForeignTablesUnreadableAndSharedOnesNeither) {
  const MechanismAnswer longer = ask({.set = {"incidents.outage.for=24h"}});
  EXPECT_GT(cell(longer, "event", "freshness"), 4 * 6 * 3'600.0 * 0.9);
  EXPECT_GT(cell(longer, "event", "freshness"), cell(as_it_is(), "event", "freshness"));
  EXPECT_EQ(cell(longer, "federated", "freshness"), 0);
  // 6 h and 24 h of 96 h.
  EXPECT_NEAR(cell(as_it_is(), "federated", "availability"), 1 - 6 / 96.0, 1e-9);
  EXPECT_NEAR(cell(longer, "federated", "availability"), 1 - 24 / 96.0, 1e-9);
  for (const char* other : {"logical", "databases", "event"})
    EXPECT_EQ(cell(longer, other, "availability"), 1);
}

TEST(Mechanisms, ARebuildIsSaidApartFromFreshness) {
  MechanismQuestion question;
  question.variants = {variant(Mechanism::logical, {}, true), variant(Mechanism::event, {}, true)};
  models::Job nightly;
  nightly.name = "nightly";
  nightly.kind = models::Job::Kind::rebuild;
  nightly.database = 0;
  nightly.table = question.variants[0].mesh->products[0].tables.front();
  nightly.rows = 1000;
  nightly.every = std::chrono::hours{24};
  for (MechanismVariant& v : question.variants) v.mesh->jobs.push_back(nightly);
  question.products = {{0, {{"reports", 60}}}};
  const MechanismAnswer answer = compare_mechanisms(question, {.replicates = 2});
  for (const char* name : {"logical", "event"})
    EXPECT_EQ(cell(answer, name, "rebuild_interval"), 86'400) << name;
  EXPECT_EQ(cell(answer, "logical", "freshness"), 0);
  for (const Comparison& c : as_it_is().comparisons) EXPECT_NE(c.key.metric, "rebuild_interval");
}

TEST(Mechanisms, QueriesDecideTheBytesOfFederationAndChangesThoseOfReplication) {
  const MechanismAnswer often =
      ask({.set = {"products.orders.consumers.reports.queries[0].rate=100/h"}});
  EXPECT_NEAR(cell(often, "federated", "network_bytes"),
              10 * cell(as_it_is(), "federated", "network_bytes"), 1);
  EXPECT_EQ(cell(often, "event", "network_bytes"), cell(as_it_is(), "event", "network_bytes"));
  EXPECT_EQ(cell(often, "logical", "network_bytes"), 0);
  EXPECT_EQ(cell(often, "databases", "network_bytes"), 0);
  const MechanismAnswer quiet = ask({.set = {"domains.sales.workload.changes.rate=5/s"}});
  EXPECT_LT(cell(quiet, "event", "network_bytes"), cell(as_it_is(), "event", "network_bytes"));
  // At that many queries a day both move the same.
  const double even = cell(as_it_is(), "federated", "break_even");
  EXPECT_NEAR(even * cell(as_it_is(), "federated", "network_bytes") / (10 * 24),
              cell(as_it_is(), "event", "network_bytes"), 1);
  EXPECT_LT(cell(quiet, "federated", "break_even"), even);
}

TEST(Mechanisms, RowsDecideTheDisksAndTheSecondCopy) {
  const MechanismAnswer large = ask({.set = {"domains.sales.tables.orders.rows=2M"}});
  EXPECT_GT(cell(large, "event", "storage_overhead"),
            cell(as_it_is(), "event", "storage_overhead"));
  for (const char* shared : {"logical", "databases", "federated"})
    EXPECT_EQ(cell(large, shared, "storage_overhead"), 0);
  EXPECT_GT(cell(large, "logical", "node_bytes"), cell(as_it_is(), "logical", "node_bytes"));
}

TEST(Mechanisms, SizesAndCapsDecideTheRisks) {
  const Settings outage{"incidents.outage.for=60h", "domains.sales.workload.changes.rate=500/s"};
  Settings small = outage, capped = outage;
  small.emplace_back("nodes.shop.volumes.data.size=6GB");
  capped.emplace_back("nodes.shop.settings.max_slot_wal_keep_size=128MB");
  const MechanismAnswer full = ask({.set = small});
  EXPECT_EQ(cell(full, "event", "disk_exhaustion", "probability"), 1);
  EXPECT_EQ(cell(as_it_is(), "event", "disk_exhaustion", "probability"), 0);
  EXPECT_GT(cell(full, "event", "objectives_missed"), 0);
  EXPECT_EQ(cell(as_it_is(), "event", "objectives_missed"), 0);
  const MechanismAnswer lost = ask({.set = capped});
  EXPECT_EQ(cell(lost, "event", "slot_loss", "probability"), 1);
  EXPECT_EQ(cell(lost, "federated", "slot_loss", "probability"), 0);
  EXPECT_EQ(cell(as_it_is(), "event", "slot_loss", "probability"), 0);
  EXPECT_NE(recommended(lost), "event");
}

TEST(Mechanisms, ASessionOfTheConsumersKeepsTheProducersDeadRowsInASharedDatabaseOnly) {
  const MechanismAnswer longer = ask({.set = {"incidents.session.for=20h"}});
  EXPECT_GT(cell(longer, "logical", "bloat"), 1.5 * cell(as_it_is(), "logical", "bloat"));
  EXPECT_GT(cell(longer, "logical", "bloat"), cell(longer, "databases", "bloat"));
}

TEST(Mechanisms, ChangesDecideWhatAStoppedConsumerMakesTheProducerHold) {
  const MechanismAnswer busy = ask({.set = {"domains.sales.workload.changes.rate=200/s"}});
  EXPECT_GT(cell(busy, "event", "blast_bytes"), cell(as_it_is(), "event", "blast_bytes"));
  EXPECT_GT(cell(as_it_is(), "event", "blast_bytes"), cell(as_it_is(), "federated", "blast_bytes"));
}

TEST(Mechanisms, PricesDecideTheMoneyTheRegretAndTheRecommendation) {
  models::Prices prices{.currency = "EUR", .core_month = 10};
  const MechanismAnswer kept = ask({.prices = prices});
  const MechanismAnswer dropped = ask({.prices = prices, .keep_hardware = false});
  EXPECT_EQ(cell(kept, "logical", "money"), 60);     // 4 + 2 cores on one node
  EXPECT_EQ(cell(dropped, "logical", "money"), 40);  // the desk's are given back
  EXPECT_EQ(cell(dropped, "event", "money"), 60);
  EXPECT_EQ(cell(dropped, "event", "regret"), 20);
  EXPECT_EQ(cell(dropped, "logical", "regret"), 0);
  EXPECT_TRUE(recommended(dropped) == "logical" || recommended(dropped) == "databases");
  // Storage alone: 150 GB on two nodes, 100 GB on one; and a month's egress.
  prices = {.currency = "EUR", .storage_gb_month = 1, .egress_gb = 1'000'000};
  const MechanismAnswer dear = ask({.prices = prices});
  EXPECT_EQ(cell(dear, "logical", "money"), 100);
  EXPECT_GT(cell(dear, "event", "money"), 150);
  EXPECT_GT(cell(dear, "federated", "break_even_money"), 0);
}

TEST(Mechanisms, TheSameBytesOnAnyNumberOfThreads) {
  const MechanismAnswer one = ask({.threads = 1}), &two = as_it_is();
  ASSERT_EQ(one.comparisons.size(), two.comparisons.size());
  for (std::size_t i = 0; i < one.comparisons.size(); ++i) {
    const Comparison &a = one.comparisons[i], &b = two.comparisons[i];
    EXPECT_TRUE(a.value == b.value || (std::isnan(a.value) && std::isnan(b.value))) << a.key.metric;
    EXPECT_EQ(a.text, b.text);
  }
}

TEST(Mechanisms, TheProgressCountsEveryReplicate) {
  MechanismQuestion question;
  for (const Mechanism m : {Mechanism::federated, Mechanism::event})
    question.variants.push_back(variant(m, {}, true));
  question.products = {{0, {{"reports", 60}}}};
  std::atomic<std::uint64_t> done = 0;
  compare_mechanisms(question, {.replicates = 3, .done = &done});
  EXPECT_EQ(done, matrix_replicates(question, 3));
}

TEST(Mechanisms, AMechanismThatCannotBeBuiltIsSaidToBe) {
  MechanismQuestion question;
  question.variants = {variant(Mechanism::event, {}, true),
                       {"logical", Mechanism::logical, std::nullopt, {}, "two tables t"}};
  question.products = {{0, {{"reports", 60}}}};
  const MechanismAnswer answer = compare_mechanisms(question, {.replicates = 1});
  bool said = false;
  for (const Assumption& a : answer.assumptions)
    said = said || (a.name == "mechanism logical" && a.value == "cannot be built: two tables t");
  EXPECT_TRUE(said);
  EXPECT_EQ(recommended(answer), "event");
}

// M/M/1 with 100 arrivals of 5 ms: use 0.5 = C, so 99 % wait at most ln(50) / (200 - 100) = 39.1
// ms.
TEST(Runaway, OneCoreWaitsAsMm1Does) {
  EXPECT_NEAR(wait_p99(1, 100, 0.005), std::log(50) / 100, 1e-9);
  EXPECT_EQ(wait_p99(1, 0, 0.005), 0);
  EXPECT_TRUE(std::isinf(wait_p99(1, 300, 0.005)));
}

// Erlang's C for a = 1, c = 2 is 1/3: ln(33.3) / (400 - 200) = 17.5 ms.
TEST(Runaway, TwoCoresWaitAsErlangSays) {
  EXPECT_NEAR(wait_p99(2, 200, 0.005), std::log(100 / 3.0) / 200, 1e-9);
}

TEST(Runaway, WhoeverIsThereGetsAShareOfTheCores) {
  EXPECT_EQ(cores_left(8, 3), 5);
  EXPECT_EQ(cores_left(2, 3), 0.5);  // four processes on two cores
  EXPECT_EQ(cores_left(4, 0), 4);
}

// 600 statements of 5 ms ask for 3 cores; 1 of 4 is left: a third gets through, and after 60 s the
// queue is 2 x 60 s long, give or take 2.576 sqrt(2 x 600 x 60) x 5 ms = 3.46 s.
TEST(Runaway, AQueueGrowsUntilTheQueryEnds) {
  const CpuDemand demand{.cores = 4, .arrivals = 600, .statement = 0.005};
  EXPECT_NEAR(delay_added(demand, {3, 60}) + wait_p99(4, 600, 0.005), 120 + 2.576 * std::sqrt(1.8),
              1e-9);
  EXPECT_NEAR(seconds_lost(demand, {3, 60}), 40, 1e-9);
  EXPECT_EQ(seconds_lost(demand, {1, 60}), 0);
}

TEST(RunawayProperty, MoreProcessesNeverDelayLess) {
  for (double processes = 0; processes < 12; ++processes) {
    const CpuDemand demand{.cores = 8, .arrivals = 1'000, .statement = 0.004};
    EXPECT_LE(delay_added(demand, {processes, 600}), delay_added(demand, {processes + 1, 600}));
  }
}

}  // namespace
}  // namespace plan
