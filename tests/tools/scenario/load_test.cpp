#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tools/scenario/loading.hpp"

namespace scenario {
namespace {

using models::Distribution;
using models::Incident;
using namespace std::chrono_literals;

const models::Parameter* parameter(const models::Mesh& mesh, const std::string& name) {
  for (const models::Parameter& candidate : mesh.parameters)
    if (candidate.name == name) return &candidate;
  return nullptr;
}

bool assumes(const models::Mesh& mesh, const std::string& part) {
  return std::any_of(
      mesh.assumptions.begin(), mesh.assumptions.end(),
      [&](const std::string& assumption) { return assumption.find(part) != std::string::npos; });
}

TEST(Load, TheModelsKnownErrorIsAnInputThatCanBeSwitchedOff) {
  const Loaded on = load_text(small_mesh, "mesh.yaml");
  const int wal = on.mesh.nodes[0].model_error.wal.parameter;
  ASSERT_GE(wal, 0);
  EXPECT_EQ(on.mesh.parameters[static_cast<std::size_t>(wal)].name, "nodes.a.model_error.wal");
  EXPECT_EQ(on.mesh.nodes[0].model_error.wal.value, 1);
  const Loaded off = load_text(small_mesh, "mesh.yaml", {{"model_error=off"}});
  EXPECT_EQ(off.mesh.nodes[0].model_error.wal.parameter, -1);
  EXPECT_EQ(off.mesh.parameters.size() + 6, on.mesh.parameters.size()) << "three of each node";
}

TEST(Load, ASmallMeshArrivesWhole) {
  const Loaded loaded = load(small_mesh);
  const models::Mesh& mesh = loaded.mesh;
  EXPECT_EQ(mesh.name, "small");
  EXPECT_EQ(mesh.horizon, 240h);
  EXPECT_EQ(mesh.start, 1767571200);  // 2026-01-05 00:00 UTC
  ASSERT_EQ(mesh.nodes.size(), 2u);
  EXPECT_EQ(mesh.nodes[0].data.size.value, 100.0 * (1 << 30));
  EXPECT_EQ(mesh.nodes[0].settings.wal_level, models::WalLevel::logical);
  ASSERT_EQ(mesh.links.size(), 1u);
  EXPECT_EQ(mesh.links[0].name, "a/b");
  EXPECT_EQ(mesh.links[0].bandwidth.value, 125e6);
  EXPECT_EQ(mesh.links[0].rtt.value, 0.002);
  ASSERT_EQ(mesh.databases.size(), 1u);
  EXPECT_EQ(mesh.databases[0].name, "shop");
  ASSERT_EQ(mesh.tables.size(), 1u);
  EXPECT_EQ(mesh.tables[0].qualified_name(), "public.orders");
  EXPECT_EQ(mesh.tables[0].domain, "shop");
  EXPECT_EQ(mesh.tables[0].rows.value, 1e6);
  EXPECT_EQ(mesh.tables[0].indexes.size(), 2u);
  ASSERT_EQ(mesh.streams.size(), 1u);
  EXPECT_EQ(mesh.streams[0].name, "inserts");
  EXPECT_EQ(mesh.streams[0].rate.value, 100);
  EXPECT_EQ(mesh.streams[0].statements.at(0).kind, models::StatementKind::insert);
  EXPECT_EQ(mesh.streams[0].statements.at(0).columns, (std::vector<int>{0, 1}));
  EXPECT_EQ(mesh.streams[0].statements.at(0).line, 22);
  ASSERT_EQ(mesh.subscriptions.size(), 1u);
  EXPECT_EQ(mesh.subscriptions[0].slot, "sub_orders_reports");
  EXPECT_EQ(mesh.subscriptions[0].publisher, 0);
  EXPECT_EQ(mesh.subscriptions[0].subscriber, 1);
  EXPECT_EQ(mesh.subscriptions[0].link, 0);
  EXPECT_EQ(mesh.subscriptions[0].tables, std::vector<int>{0});
  EXPECT_NE(mesh.domains.at(0).ddl.find("CREATE TABLE orders"), std::string::npos);
}

TEST(Load, WhatIsLeftOpenIsAssumedInWords) {
  const models::Mesh mesh = load(small_mesh).mesh;
  EXPECT_TRUE(assumes(mesh, "volume a/data: nothing reserved"));
  EXPECT_TRUE(assumes(mesh, "node b: no data volume given"));
  EXPECT_TRUE(
      assumes(mesh, "column public.orders.status: 8 bytes on average"));  // half of varchar(16)
  EXPECT_TRUE(assumes(mesh, "column public.orders.id: new values are ascending"));
  EXPECT_TRUE(assumes(mesh, "column public.orders.status: as many distinct values as rows"));
  EXPECT_EQ(mesh.tables[0].columns[0].order, models::KeyOrder::ascending);
  EXPECT_EQ(mesh.tables[0].columns[1].order, models::KeyOrder::random);
}

TEST(Load, SubscriberSpeedIsAPriorUnlessGiven) {
  const models::Mesh mesh =
      load(small_mesh, {"products.orders.consumers.reports.apply_rates.insert=50k/s"}).mesh;
  const models::Subscription& subscription = mesh.subscriptions.at(0);
  EXPECT_EQ(subscription.apply_rate_insert.parameter, -1);
  EXPECT_EQ(subscription.apply_rate_insert.value, 50e3);
  const models::Parameter* update =
      parameter(mesh, "products.orders.consumers.reports.apply_rates.update");
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->distribution.b, 35e3);
  EXPECT_EQ(update->source, "prior from measurements on PostgreSQL 15 to 18");
}

TEST(Load, UncertainNumbersBecomeParametersNamedByTheirPath) {
  const models::Mesh mesh =
      load(small_mesh,
           {"domains.shop.workload.inserts.rate={p10: 50/s, p50: 100/s, p90: 150/s}",
            "links[0].bandwidth=100..200Mbit/s", "domains.shop.tables.orders.widths.note=40..60"})
          .mesh;
  const models::Parameter* rate = parameter(mesh, "domains.shop.workload.inserts.rate");
  ASSERT_NE(rate, nullptr);
  EXPECT_EQ(rate->unit, "1/s");
  EXPECT_EQ(rate->distribution.kind, Distribution::Kind::lognormal);
  EXPECT_EQ(mesh.streams[0].rate.value, 100);
  const models::Parameter* bandwidth = parameter(mesh, "links[0].bandwidth");
  ASSERT_NE(bandwidth, nullptr);
  EXPECT_EQ(bandwidth->distribution.a, 12.5e6);
  EXPECT_NE(parameter(mesh, "domains.shop.tables.orders.widths.note"), nullptr);
}

TEST(Load, ChecksumsFollowTheMajorVersion) {
  const std::string text = std::string{small_mesh};
  EXPECT_FALSE(load(text).mesh.nodes[0].data_checksums);
  EXPECT_TRUE(load(text, {"nodes.a.postgres=18"}).mesh.nodes[0].data_checksums);
  EXPECT_FALSE(load(text, {"nodes.a.postgres=18", "nodes.a.data_checksums=off"})
                   .mesh.nodes[0]
                   .data_checksums);
}

TEST(Load, StartStateAndWalVolumeReachTheNode) {
  const models::Node node =
      load(small_mesh, {"nodes.a.start_state={pg_wal: 80MB, since_checkpoint: 0s, "
                        "since_running_xacts: 5s, segment_used: 50%}",
                        "nodes.a.volumes.wal.size=10GB", "nodes.a.wal_segment_size=1MB"})
          .mesh.nodes[0];
  EXPECT_EQ(node.pg_wal_bytes, 80.0 * (1 << 20));
  EXPECT_EQ(node.segment_used, 0.5);
  EXPECT_EQ(node.since_checkpoint, 0s);
  EXPECT_EQ(node.since_running_xacts, 5s);
  ASSERT_TRUE(node.wal);
  EXPECT_EQ(node.wal->size.value, 10.0 * (1 << 30));
  EXPECT_EQ(node.settings.max_wal_size.count, 64 << 20);  // initdb: 64 segments
}

TEST(Load, AStatementPointsAtItsOwnLineInABlock) {
  const std::string text = std::string{small_mesh} + "#";
  const std::string block = text.substr(0, text.find("products:")) + R"(      - sql: |

          UPDATE orders
             SET note = 'x'
           WHERE id = $1
        rate: 1/s
)";
  const models::Statement statement = load(block).mesh.streams.at(1).statements.at(0);
  EXPECT_EQ(statement.line, 26);  // `- sql: |` is line 24, then an empty one
  EXPECT_EQ(statement.column, 11);
}

std::string with_work(const std::string& entries) {
  const std::string text = small_mesh;
  return text.substr(0, text.find("products:")) + entries + text.substr(text.find("products:"));
}

TEST(Workload, TransactionsHoldStatementsOfTheirOwnShape) {
  const models::Mesh mesh = load(with_work(R"(      - name: pay
        transaction:
          - INSERT INTO orders (id, status) VALUES ($1, $2)
          - sql: UPDATE orders SET status = $1 WHERE id = $2
            skew: {zipf: 1.1}
          - {sql: "UPDATE orders SET note = $1 WHERE status = $2", rows: 3, unchanged: [note]}
        clients: 8
        growth: 40%
        from: 1d
        for: 2d
        executions: 1M
)"))
                                .mesh;
  const models::Stream& stream = mesh.streams.at(1);
  EXPECT_EQ(stream.clients.value, 8);
  EXPECT_EQ(stream.growth.value, 0.4);
  EXPECT_EQ(stream.from, 24h);
  EXPECT_EQ(stream.until, 72h);
  EXPECT_EQ(stream.executions, 1e6);
  ASSERT_EQ(stream.statements.size(), 3u);
  EXPECT_EQ(stream.statements[1].access.kind, models::Access::Kind::zipf);
  EXPECT_EQ(stream.statements[1].access.exponent.value, 1.1);
  EXPECT_EQ(stream.statements[1].access.keys, models::Access::Keys::scattered);
  EXPECT_EQ(stream.statements[2].rows.value, 3);
  EXPECT_EQ(stream.statements[2].unchanged, std::vector<int>{2});
}

TEST(Workload, CopyAndUpsertAndSkewNames) {
  const models::Mesh mesh =
      load(with_work(R"(      - copy: {table: orders, rows: 5k, columns: [id, status]}
        rate: 2/h
      - sql: INSERT INTO orders (id, status) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET status = excluded.status
        rate: 1/s
        conflicts: 30%
        skew: {recent: 5%}
)"))
          .mesh;
  const models::Statement& copy = mesh.streams.at(1).statements.at(0);
  EXPECT_EQ(copy.kind, models::StatementKind::copy);
  EXPECT_EQ(copy.rows.value, 5000);
  EXPECT_EQ(copy.columns, (std::vector<int>{0, 1}));
  EXPECT_EQ(mesh.streams.at(1).name, "domains.shop.workload[1]");
  const models::Statement& upsert = mesh.streams.at(2).statements.at(0);
  EXPECT_EQ(upsert.conflict_share.value, 0.3);
  EXPECT_EQ(upsert.access.kind, models::Access::Kind::recent);
  EXPECT_EQ(upsert.access.keys, models::Access::Keys::clustered);  // the newest rows lie together
  EXPECT_EQ(upsert.access.share.value, 0.05);
}

TEST(Workload, JobsHappenAtTimes) {
  const std::string text =
      with_work(R"(      - rebuild: {table: orders, by: truncate_insert, rows: 2M}
        every: 1d
        at: "02:00"
      - sql: VACUUM orders
        at: 3d
      - sql: DELETE FROM orders WHERE status = 'old'
        rows: 100k
        every: 1h
)");
  const models::Mesh mesh = load(text, {"start=2026-01-05 06:00"}).mesh;
  ASSERT_EQ(mesh.jobs.size(), 3u);
  EXPECT_EQ(mesh.jobs[0].at, 20h);  // from 06:00 to 02:00
  EXPECT_EQ(mesh.jobs[0].every, 24h);
  EXPECT_EQ(mesh.jobs[0].rows.value, 2e6);
  EXPECT_EQ(mesh.jobs[0].statements.at(0).columns.size(), 3u);
  EXPECT_EQ(mesh.jobs[1].at, 72h);
  EXPECT_FALSE(mesh.jobs[1].every);
  EXPECT_EQ(mesh.jobs[2].at, 1h);
  EXPECT_EQ(mesh.nodes[0].bulk_rate.value, 300e3);
  EXPECT_NE(parameter(mesh, "nodes.a.bulk_rate"), nullptr);  // there is bulk work
  EXPECT_EQ(parameter(mesh, "nodes.b.bulk_rate"), nullptr);
}

TEST(Nodes, CompressedImagesHaveAnUncertainRatioUnlessItIsGiven) {
  const models::Mesh plain = load(small_mesh).mesh;
  EXPECT_EQ(plain.nodes[0].wal_compression_ratio.value, 0);
  EXPECT_EQ(parameter(plain, "nodes.a.wal_compression_ratio"), nullptr);
  const models::Mesh assumed = load(small_mesh, {"nodes.a.settings.wal_compression=pglz"}).mesh;
  EXPECT_NEAR(assumed.nodes[0].wal_compression_ratio.value, 0.574, 0.001);
  EXPECT_NE(parameter(assumed, "nodes.a.wal_compression_ratio"), nullptr);
  const models::Mesh given = load(small_mesh, {"nodes.a.settings.wal_compression=zstd",
                                               "nodes.a.wal_compression_ratio=90%"})
                                 .mesh;
  EXPECT_EQ(given.nodes[0].wal_compression_ratio.value, 0.9);
  EXPECT_EQ(parameter(given, "nodes.a.wal_compression_ratio"), nullptr);
}

TEST(Nodes, RecoveryIsAssumedWhereADiskCanFill) {
  const models::Mesh assumed = load(small_mesh, {"nodes.a.volumes.data.size=10GB"}).mesh;
  EXPECT_EQ(assumed.nodes[0].recovery.operator_time.value, 3600);
  EXPECT_NE(parameter(assumed, "nodes.a.recovery.after"), nullptr);
  EXPECT_EQ(parameter(assumed, "nodes.b.recovery.after"), nullptr);
  EXPECT_EQ(assumed.nodes[1].recovery.operator_time.value, 0);
  const models::Mesh given =
      load(small_mesh, {"nodes.a.volumes.data.size=10GB", "nodes.a.recovery.after=10min..20min",
                        "nodes.a.recovery.by=drop_slots", "nodes.a.recovery.replay_rate=50MB/s"})
          .mesh;
  EXPECT_EQ(given.nodes[0].recovery.operator_time.value, 900);
  EXPECT_EQ(given.nodes[0].recovery.by, models::Recovery::By::drop_slots);
  EXPECT_EQ(given.nodes[0].recovery.replay_rate.value, 50.0 * 1024 * 1024);
}

TEST(Profiles, BuiltInsHaveAMeanOfOne) {
  for (const char* name : {"evening_peak", "office_hours", "night_batch"}) {
    const models::Mesh mesh =
        load(small_mesh, {std::string{"domains.shop.workload.inserts.profile="} + name}).mesh;
    const models::Profile& profile =
        mesh.profiles.at(static_cast<std::size_t>(mesh.streams[0].profile));
    double area = 0;
    for (std::size_t i = 0; i < profile.steps.size(); ++i) {
      const sim::Duration end =
          i + 1 < profile.steps.size() ? profile.steps[i + 1].at : profile.period;
      area += profile.steps[i].factor * sim::seconds(end - profile.steps[i].at);
    }
    EXPECT_NEAR(area / sim::seconds(profile.period), 1, 1e-12) << name;
  }
}

TEST(Profiles, TimesAreLocalAndTurnWithTheTimeZone) {
  const std::string text = std::string{small_mesh} + R"(profiles:
  day: {daily: {"08:00": 2, "20:00": 0.5}}
  lab: {steps: {0s: 1, 30s: 5, 40s: 0}}
timezone: "+02:00"
)";
  const models::Mesh mesh = load(text).mesh;
  EXPECT_EQ(mesh.start, 1767571200 - 7200);
  // 08:00 local is 06:00 UTC, 20:00 is 18:00; until 06:00 the night of the day before goes on.
  const std::vector<models::Profile::Step>& steps = mesh.profiles.at(0).steps;
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].at, 0h);
  EXPECT_EQ(steps[0].factor, 0.5);
  EXPECT_EQ(steps[1].at, 6h);
  EXPECT_EQ(steps[2].at, 18h);
  EXPECT_TRUE(mesh.profiles.at(1).once);
  EXPECT_EQ(mesh.profiles.at(1).steps.at(1).at, 30s);
}

TEST(Profiles, ZonesOfTheDatabaseAreKnown) {
  const models::Mesh mesh =
      load(small_mesh, {"timezone=Europe/Berlin", "start=2026-07-01 12:00"}).mesh;
  EXPECT_EQ(mesh.start, 1782900000);  // date -u -d '2026-07-01 10:00' +%s: summer time is UTC+2
}

TEST(Products, ColumnListsAndRowFiltersAreChecked) {
  const models::Mesh mesh =
      load(small_mesh, {"products.orders.columns=[id, status]",
                        "products.orders.where=status = 'paid'", "products.orders.share=10%"})
          .mesh;
  EXPECT_EQ(mesh.products[0].column_lists[0], (std::vector<int>{0, 1}));
  EXPECT_EQ(mesh.products[0].row_filters[0], "status = 'paid'");
  EXPECT_EQ(mesh.products[0].row_filter_shares[0], 0.1);
  EXPECT_NE(errors_of(small_mesh, {"products.orders.where=state = 'paid'"}), "");
  EXPECT_NE(errors_of(small_mesh, {"products.orders.columns=[id, state]"}), "");
}

TEST(Products, OtherMechanismsNeedNoSlot) {
  const models::Mesh mesh =
      load(small_mesh, {"products.orders.consumers.reports={node: b, mechanism: federated, "
                        "queries: [{sql: SELECT 1, rate: 10/h}]}"})
          .mesh;
  EXPECT_TRUE(mesh.subscriptions.empty());
  EXPECT_EQ(mesh.products[0].consumers[0].mechanism, models::Mechanism::federated);
  EXPECT_EQ(mesh.products[0].consumers[0].queries.at(0).sql, "SELECT 1");
}

TEST(Incidents, EveryKindFindsWhatItHits) {
  const models::Mesh mesh = load(std::string{small_mesh} + R"(standbys:
  s1: {node: a}
incidents:
  - {kind: link_down, link: b/a, at: 1d, for: 36h}
  - {kind: subscriber_down, product: orders, every: ~5d, for: {p50: 1h, p95: 9h}}
  - {kind: open_transaction, domain: shop, at: "02:00", isolation: repeatable_read, writes: off}
  - {kind: standby_down, standby: s1, at: 1d}
  - {kind: archiver_failing, node: a, at: 1d}
  - {kind: ddl, at: 2d, sql: ALTER TABLE orders ADD COLUMN x int, repaired_by: interceptor}
  - {kind: link_down, link: a/b, at: 5d}
)")
                                .mesh;
  ASSERT_EQ(mesh.incidents.size(), 7u);
  EXPECT_EQ(mesh.incidents[0].name, "link_down a/b");
  EXPECT_EQ(mesh.incidents[0].link, 0);
  EXPECT_EQ(mesh.incidents[0].duration.value, 129600);
  EXPECT_EQ(mesh.incidents[1].subscription, 0);
  EXPECT_GE(mesh.incidents[1].every.parameter, 0);
  EXPECT_EQ(mesh.incidents[2].at, 2h);
  EXPECT_TRUE(mesh.incidents[2].repeatable_read);
  EXPECT_FALSE(mesh.incidents[2].writes);
  EXPECT_EQ(mesh.incidents[3].standby, 0);
  EXPECT_EQ(mesh.incidents[4].node, 0);
  EXPECT_EQ(mesh.incidents[4].duration.value, 0);  // until the horizon
  EXPECT_EQ(mesh.incidents[5].kind, Incident::Kind::ddl);
  EXPECT_EQ(mesh.incidents[5].repaired_by, "interceptor");
  ASSERT_EQ(mesh.incidents[5].drifts.size(), 1u);
  EXPECT_TRUE(mesh.incidents[5].drifts[0].column_added);
  EXPECT_EQ(mesh.incidents[6].name, "link_down a/b #2");
}

TEST(Incidents, ARunawayQueryHasTheLimitsOfItsRole) {
  const std::string query =
      "incidents:\n  - {kind: runaway_query, domain: shop, at: 1d, for: 2h, rows: 1G, row_width: "
      "64B";
  const auto incident = [&](const std::string& more, const std::vector<std::string>& set = {}) {
    return load(std::string{small_mesh} + query + more + "}\n", set).mesh.incidents.at(0);
  };
  const Incident plain = incident("", {"nodes.a.settings.statement_timeout=10min"});
  EXPECT_EQ(plain.name, "runaway_query shop");
  EXPECT_EQ(plain.database, 0);
  EXPECT_EQ(plain.workers.value, 2);  // max_parallel_workers_per_gather
  EXPECT_EQ(plain.temp_rows.value, 1e9);
  EXPECT_EQ(plain.temp_width.value, 64);
  EXPECT_EQ(plain.statement_timeout, 10min);
  // A login role is set up with 30 s and 2 GB.
  const Incident guarded = incident(", role: shop_app");
  EXPECT_EQ(guarded.statement_timeout, 30s);
  EXPECT_EQ(guarded.temp_file_limit.count, std::int64_t{2} << 30);
}

TEST(Workload, CpuIsTakenAsGivenOrAsAPrior) {
  const models::Mesh limited = load(small_mesh, {"nodes.a.cores=4"}).mesh;
  EXPECT_GE(limited.nodes[0].cpu.statement.parameter, 0);
  EXPECT_LT(load(small_mesh).mesh.nodes[0].cpu.statement.parameter, 0);  // nobody asks
  const models::Mesh given =
      load(small_mesh, {"nodes.a.cores=4", "nodes.a.cpu={statement: 1ms}"}).mesh;
  EXPECT_EQ(given.nodes[0].cpu.statement.value, 1e-3);
  EXPECT_LT(given.nodes[0].cpu.statement.parameter, 0);
}

TEST(Objectives, SubjectsAndThresholdsFitTheMetric) {
  const models::Mesh mesh = load(std::string{small_mesh} + R"(objectives:
  - {metric: volume_used, node: a, below: 85%}
  - {metric: slot_lost, product: orders, probability_below: 1%}
  - {metric: outage_tolerance, above: 36h}
  - {metric: heap_size, table: orders, at: max, below: 20GB}
  - {metric: index_size, index: orders_status, below: 1GB}
  - {metric: heap_size, table: orders@b, below: 20GB}
  - {name: lag, metric: replay_lag, slot: sub_orders_reports, below: 1min}
)")
                                .mesh;
  ASSERT_EQ(mesh.objectives.size(), 7u);
  EXPECT_EQ(mesh.objectives[0].subject, "a/data");
  EXPECT_EQ(mesh.objectives[0].at, "p99");
  EXPECT_EQ(mesh.objectives[0].below, 0.85);
  EXPECT_EQ(mesh.objectives[0].text, "volume_used of a/data: p99 below 85%");
  EXPECT_EQ(mesh.objectives[1].subject, "sub_orders_reports");
  EXPECT_EQ(mesh.objectives[1].probability_below, 0.01);
  EXPECT_EQ(mesh.objectives[2].subject, "");
  EXPECT_EQ(mesh.objectives[2].at, "p5");  // of times, small is bad
  EXPECT_EQ(mesh.objectives[2].above, 129600);
  EXPECT_EQ(mesh.objectives[3].subject, "public.orders");
  EXPECT_EQ(mesh.objectives[4].subject, "public.orders_status");
  EXPECT_EQ(mesh.objectives[5].subject, "public.orders@b");
  EXPECT_EQ(mesh.objectives[6].name, "lag");
  EXPECT_EQ(mesh.objectives[6].below, 60);
}

TEST(Hash, CoversTextAndOverrides) {
  const std::string plain = load(small_mesh).hash;
  EXPECT_EQ(plain.size(), 64u);
  EXPECT_EQ(load(small_mesh).hash, plain);
  EXPECT_NE(load(std::string{small_mesh} + "# note\n").hash, plain);
  EXPECT_NE(load(small_mesh, {"horizon=9d"}).hash, plain);
}

TEST(Lint, HazardsHaveStableIds) {
  const auto ids = [](const models::Mesh& mesh) {
    std::string all;
    for (const Notice& notice : lint(mesh)) all += notice.id + " ";
    return all;
  };
  EXPECT_EQ(ids(load(small_mesh).mesh), "slot_without_cap ");
  EXPECT_EQ(ids(load(small_mesh, {"nodes.a.settings.max_slot_wal_keep_size=20GB"}).mesh), "");
  EXPECT_EQ(ids(load(small_mesh, {"nodes.a.settings.max_slot_wal_keep_size=20GB",
                                  "nodes.a.settings.max_replication_slots=0"})
                    .mesh),
            "too_few_replication_slots ");
  models::Mesh mesh = load(small_mesh).mesh;
  mesh.tables[0].indexes.clear();
  mesh.streams[0].statements[0].kind = models::StatementKind::update;
  EXPECT_EQ(ids(mesh), "slot_without_cap no_replica_identity ");
}

}  // namespace
}  // namespace scenario
