#include "tools/plan/run.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "tests/tools/plan/outage_mesh.hpp"
#include "tools/plan/outcomes.hpp"

namespace plan {
namespace {

using namespace sim::units;

/// One node of `gib` GiB, a table that grows by 200 uncertain inserts per second, a subscription,
/// and a link that goes down after an hour and does not come back within the day.
models::Mesh mesh(double gib) {
  models::Mesh mesh;
  mesh.name = "small";
  mesh.horizon = 24h;
  models::Node producer, consumer;
  producer.name = "producer";
  producer.settings.wal_level = models::WalLevel::logical;
  producer.data.size = gib * (1 << 30);
  consumer.name = "consumer";
  mesh.nodes = {producer, consumer};
  models::Database here, there;
  here.name = there.name = "app";
  here.node = 0;
  there.node = 1;
  mesh.databases = {here, there};
  models::Domain sales;
  sales.name = "sales";
  sales.database = 0;
  mesh.domains = {sales};
  models::Link link;
  link.name = "producer/consumer";
  link.a = 0;
  link.b = 1;
  mesh.links = {link};

  models::Table table;
  table.schema = "core";
  table.name = "orders";
  table.database = 0;
  table.domain = "sales";
  models::Column id, note;
  id.name = "id";
  id.type = "bigint";
  id.not_null = true;
  id.order = models::KeyOrder::ascending;
  note.name = "note";
  note.type = "text";
  note.width = 100;
  table.columns = {id, note};
  models::Index key;
  key.name = "orders_pkey";
  key.unique = key.primary = true;
  key.keys = {{0, "", {}}};
  table.indexes = {key};
  table.rows = 1e6;
  mesh.tables = {table};

  models::Statement insert;
  insert.kind = models::StatementKind::insert;
  insert.table = 0;
  insert.columns = {0, 1};
  models::Stream stream;
  stream.name = "orders";
  stream.domain = "sales";
  stream.database = 0;
  stream.statements = {insert};
  stream.rate = models::Quantity{200, 0};
  mesh.streams = {stream};
  mesh.parameters = {
      {"orders.rate", "1/s", {models::Distribution::Kind::uniform, 100, 300, 0}, "here"}};

  models::Product product;
  product.name = "orders";
  product.tables = {0};
  mesh.products = {product};
  models::Subscription subscription;
  subscription.name = "orders";
  subscription.slot = "orders";
  subscription.product = 0;
  subscription.publisher = 0;
  subscription.database = 0;
  subscription.subscriber = 1;
  subscription.link = 0;
  subscription.tables = {0};
  subscription.decode_rate = 100e6;
  subscription.apply_rate_insert = 20e3;
  subscription.apply_rate_update = 20e3;
  subscription.apply_rate_delete = 20e3;
  subscription.apply_rate_commit = 5e3;
  mesh.subscriptions = {subscription};
  models::Incident down;
  down.name = "link_down";
  down.kind = models::Incident::Kind::link_down;
  down.link = 0;
  down.at = 1h;
  mesh.incidents = {down};
  return mesh;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

TEST(Run, IsTheSameOnAnyNumberOfThreads) {
  RunOptions options{.replicates = 40, .seed = 7, .threads = 1};
  const Results one = run(mesh(4), options);
  options.threads = 5;
  const Results five = run(mesh(4), options);
  ASSERT_EQ(one.outcomes.size(), five.outcomes.size());
  ASSERT_FALSE(one.outcomes.empty());
  for (std::size_t i = 0; i < one.outcomes.size(); ++i)
    for (std::size_t r = 0; r < 40; ++r)
      EXPECT_TRUE(same(one.outcomes[i].values[r], five.outcomes[i].values[r]))
          << one.outcomes[i].key.metric;
  ASSERT_EQ(one.bands.size(), five.bands.size());
  ASSERT_FALSE(one.bands.empty());
  for (std::size_t i = 0; i < one.bands.size(); ++i) {
    EXPECT_EQ(one.bands[i].p50, five.bands[i].p50);
    EXPECT_EQ(one.bands[i].mean, five.bands[i].mean);
  }
  ASSERT_EQ(one.traces.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(one.traces[i].replicate, five.traces[i].replicate);
    EXPECT_EQ(one.traces[i].events.size(), five.traces[i].events.size());
  }
  EXPECT_EQ(one.verdict.headline, five.verdict.headline);
  EXPECT_EQ(one.verdict.next_step, five.verdict.next_step);
}

TEST(Run, AnotherSeedDrawsOtherReplicates) {
  const Results a = run(mesh(4), {.replicates = 10, .seed = 1, .threads = 2});
  const Results b = run(mesh(4), {.replicates = 10, .seed = 2, .threads = 2});
  EXPECT_NE(find(a.outcomes, "wal_bytes", "producer")->values,
            find(b.outcomes, "wal_bytes", "producer")->values);
}

TEST(Run, ALongOutageFillsASmallDiskWithWalOfTheSlotAndTheVerdictSaysSo) {
  const Results r = run(mesh(4), {.replicates = 40, .seed = 7, .threads = 2});
  const Outcome* full = find(r.outcomes, "time_to_disk_full", "producer/data");
  ASSERT_NE(full, nullptr);
  EXPECT_GT(full->probability, 0.5);
  EXPECT_FALSE(r.verdict.ok);
  EXPECT_EQ(r.verdict.headline.find("producer/data fills up"), 0u) << r.verdict.headline;
  EXPECT_EQ(r.verdict.cause.find("WAL kept for slot orders"), 0u) << r.verdict.cause;
}

TEST(Run, TheCapThatTheVerdictNamesKeepsTheDiskFromFilling) {
  const Results r = run(mesh(6), {.replicates = 40, .seed = 7, .threads = 2});
  const std::string& step = r.verdict.next_step;
  ASSERT_EQ(step.find("Set max_slot_wal_keep_size = "), 0u) << step;
  models::Mesh capped = mesh(6);
  const double amount = std::stod(step.substr(29));
  const bool gigabytes = step.find("GB on ") != std::string::npos;
  capped.nodes[0].settings.max_slot_wal_keep_size = sim::Bytes{
      static_cast<std::int64_t>(amount * static_cast<double>(gigabytes ? 1 << 30 : 1 << 20))};
  const Results after = run(capped, {.replicates = 40, .seed = 7, .threads = 2});
  EXPECT_EQ(find(after.outcomes, "disk_full", "producer/data")->probability, 0) << step;
  EXPECT_GT(find(after.outcomes, "slot_lost", "orders")->probability, 0);
}

// The lag of an exponential outage of mean m is its length: P95 = m ln 20, P50 = m ln 2, each
// within the 95 % interval of its Monte Carlo error.
TEST(Run, PercentilesOfAnExponentialOutageAreTheAnalyticOnes) {
  const double mean = 7'200;
  const Results r =
      run(outage_mesh({.mean_outage = mean}), {.replicates = 400, .seed = 3, .band_replicates = 1});
  const Outcome* lag = find(r.outcomes, "replay_lag", "orders");
  ASSERT_NE(lag, nullptr);
  for (const auto& [estimate, survivors] : {std::pair{lag->p50, 2.0}, std::pair{lag->p95, 20.0}}) {
    EXPECT_LE(estimate.low, mean * std::log(survivors));
    EXPECT_GE(estimate.high, mean * std::log(survivors));
    EXPECT_LT(estimate.high - estimate.low, 0.6 * estimate.value);  // it says something
  }
}

TEST(Run, AStoppedRunKeepsTheLeadingReplicates) {
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> done = 0;
  RunOptions options{.replicates = 100'000, .seed = 7, .threads = 2, .stop = &stop, .done = &done};
  std::jthread stopper{[&] {
    while (done < 20) std::this_thread::yield();
    stop = true;
  }};
  const Results r = run(mesh(4), options);
  EXPECT_TRUE(r.interrupted);
  EXPECT_GE(r.replicates, 20u);
  EXPECT_LT(r.replicates, 100'000u);
  const Results whole = run(mesh(4), {.replicates = r.replicates, .seed = 7, .threads = 2});
  for (std::size_t i = 0; i < r.outcomes.size(); ++i)
    EXPECT_TRUE(same(r.outcomes[i].p50.value, whole.outcomes[i].p50.value))
        << r.outcomes[i].key.metric;
  EXPECT_EQ(r.verdict.headline, whole.verdict.headline);
}

TEST(Run, StoppedAtOnceHasNoAnswer) {
  const std::atomic<bool> stop = true;
  const Results r = run(mesh(4), {.replicates = 10, .stop = &stop});
  EXPECT_EQ(r.replicates, 0u);
  EXPECT_TRUE(r.interrupted);
  EXPECT_FALSE(r.verdict.ok);
}

TEST(Run, AnObjectiveThatTheMeshCannotAnswerIsRefusedBeforeSimulating) {
  models::Mesh asked = mesh(4);
  models::Objective o;
  o.metric = "n_dead_tup";
  o.subject = "core.nonsense";
  asked.objectives = {o};
  std::atomic<std::uint64_t> done = 0;
  EXPECT_THROW(run(asked, {.replicates = 10, .done = &done}), PlanError);
  EXPECT_EQ(done, 0u);
}

TEST(Run, AssumptionsNameTheUncertainInputs) {
  models::Mesh asked = mesh(4);
  asked.assumptions = {"column note: 100 bytes on average (the scenario)"};
  const Results r = run(asked, {.replicates = 1});
  ASSERT_GE(r.assumptions.size(), 2u);
  EXPECT_EQ(r.assumptions[0].name, "orders.rate");
  EXPECT_EQ(r.assumptions[0].value, "100 1/s to 300 1/s, uniform");
  EXPECT_EQ(r.assumptions[1].name, "column note");
  EXPECT_EQ(r.assumptions[1].source, "the scenario");
}

}  // namespace
}  // namespace plan
