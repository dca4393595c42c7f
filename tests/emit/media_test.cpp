#include <gtest/gtest.h>

#include "tests/emit/emitted_mesh.hpp"

namespace emit {
namespace {

using models::Mechanism;

const std::string mart = "media_consumption.mrt_marketing_weekly_engagement";
const std::string view = "shared_products.mrt_media_weekly_engagement";

MeshOptions media(Mechanism mechanism) {
  MeshOptions options;
  options.scenario = SOURCE_DIR "/scenarios/media_mesh.yaml";
  options.mechanism = mechanism;
  options.overrides = {"nodes.media-prod.settings.shared_buffers=32MB",
                       "nodes.marketing-prod.settings.shared_buffers=32MB"};
  return options;
}

const std::string sessions =
    "INSERT INTO core.fct_playback_sessions (subscriber_id, title_id, country_code, device) "
    "SELECT i, i, CASE WHEN i % 2 = 0 THEN 'DE' ELSE 'FR' END, 'tv' FROM generate_series(1, 100) i";
const std::string weeks = "INSERT INTO " + mart +
                          " SELECT '2026-01-05'::date + 7 * i, 'gold', c, i, 60 * i "
                          "FROM generate_series(1, 50) i, unnest(ARRAY['DE', 'FR']) c";

// The daily job, which autovacuum does not do for foreign tables.
const std::string analyze = "SELECT governance.analyze_foreign_weekly_engagement()";

TEST(EmittedMedia, LogicalMeshReadsTheMartAndNothingInternal) {
  EmittedMesh mesh{media(Mechanism::logical)};
  mesh.apply();
  const std::string once = mesh.dump();
  mesh.apply();
  EXPECT_EQ(mesh.dump(), once) << "a second run changes nothing";
  EXPECT_EQ(mesh.script("verify.sh").exit, 0) << mesh.script("verify.sh").output;

  harness::Connection owner = mesh.superuser("media-prod", "media_analytics");
  owner.execute(weeks);
  owner.execute(sessions);
  harness::Connection app = mesh.as("marketing_app", "media-prod", "media_analytics");
  EXPECT_EQ(app.value("SELECT count(*) FROM " + view), "100");
  EXPECT_NE(error_of(app, "SELECT * FROM stg.stg_playback_sessions")
                .find("permission denied for schema stg"),
            std::string::npos);
  EXPECT_NE(error_of(app, "SELECT * FROM core.dim_subscribers").find("permission denied for table"),
            std::string::npos);
  EXPECT_NE(error_of(app, "INSERT INTO " + mart + " DEFAULT VALUES").find("permission denied"),
            std::string::npos);
  // Limits hold for the login, and one of them cannot be lifted.
  EXPECT_EQ(app.value("SHOW statement_timeout"), "30s");
  EXPECT_EQ(app.value("SHOW temp_file_limit"), "2GB");
  EXPECT_NE(error_of(app, "SET temp_file_limit = -1").find("permission denied"), std::string::npos);

  // The tenant sees its own rows, whatever it sets; the auditor sees all.
  EXPECT_EQ(app.value("SELECT string_agg(DISTINCT country_code, ',') || count(*) FROM "
                      "core.fct_playback_sessions"),
            "DE50");
  harness::Connection forger =
      mesh.as("marketing_app", "media-prod", "media_analytics",
              "-c request.jwt.claim.tenant=FR -c request.jwt.claim.role=global_corporate_audit");
  EXPECT_EQ(
      forger.value("SELECT string_agg(DISTINCT country_code, ',') FROM core.fct_playback_sessions"),
      "DE");
  EXPECT_NE(error_of(app,
                     "INSERT INTO governance.tenant_grant VALUES "
                     "('\"core\".\"fct_playback_sessions\"', 'marketing_app', 'FR')")
                .find("permission denied"),
            std::string::npos);
  harness::Connection auditor = mesh.as("media_auditor", "media-prod", "media_analytics");
  EXPECT_EQ(auditor.value("SELECT count(*) FROM core.fct_playback_sessions"), "100");
  harness::Connection pipeline = mesh.as("media_pipeline", "media-prod", "media_analytics");
  EXPECT_EQ(pipeline.value("SELECT count(*) FROM core.fct_playback_sessions"), "100");
}

/// The same from the consumer's side under every mechanism.
void expect_consumer_reads(EmittedMesh& mesh, const std::string& node,
                           const std::string& database) {
  harness::Connection app = mesh.as("marketing_app", node, database);
  EXPECT_EQ(eventually(app, "SELECT count(*) FROM " + view, "100"), "100");
  EXPECT_EQ(
      app.value("SELECT sum(weekly_viewtime_seconds) FROM " + view + " WHERE country_code = 'DE'"),
      "76500");  // 60 × (1 + … + 50)
}

TEST(EmittedMedia, EventMeshDeliversRowsAndOnlyTheApplyWorkerWrites) {
  MeshOptions options = media(Mechanism::event);
  options.tls = true;
  EmittedMesh mesh{options};
  const EmittedMesh::Ran dry = mesh.script("apply.sh --dry-run");
  EXPECT_EQ(dry.exit, 0) << dry.output;
  harness::Connection producer_postgres = mesh.superuser("media-prod", "postgres");
  EXPECT_EQ(producer_postgres.value("SELECT count(*) FROM pg_database WHERE NOT datistemplate"),
            "1");

  mesh.apply_twice();

  harness::Connection producer = mesh.superuser("media-prod", "media_analytics");
  producer.execute(weeks);
  expect_consumer_reads(mesh, "marketing-prod", "marketing_analytics");
  harness::Connection app = mesh.as("marketing_app", "marketing-prod", "marketing_analytics");
  EXPECT_NE(error_of(app, "INSERT INTO " + mart + " DEFAULT VALUES").find("permission denied"),
            std::string::npos);
  EXPECT_NE(error_of(app, "SELECT * FROM " + mart).find("permission denied"), std::string::npos);
  harness::Connection replica = mesh.superuser("media-prod", "media_analytics");
  EXPECT_EQ(replica.value(
                "SELECT bool_and(s.ssl) FROM pg_stat_replication r JOIN pg_stat_ssl s USING (pid)"),
            "t");

  // In place, in one transaction: readers never see it empty, and the stream goes on.
  producer.execute("BEGIN; TRUNCATE " + mart + "; INSERT INTO " + mart +
                   " VALUES ('2026-02-02', 'silver', 'AT', 7, 8); COMMIT");
  EXPECT_EQ(
      eventually(app, "SELECT string_agg(country_code || weekly_events, ',') FROM " + view, "AT7"),
      "AT7");

  // The heartbeat crosses over, each publication's own row.
  producer.execute("SELECT governance.beat()");
  harness::Connection consumer = mesh.superuser("marketing-prod", "marketing_analytics");
  EXPECT_EQ(eventually(consumer, "SELECT string_agg(publication, ',') FROM governance.heartbeat",
                       "pub_marketing_weekly_metrics"),
            "pub_marketing_weekly_metrics");

  // The kill routine ends an old reader and spares the walsender.
  const std::string sender = producer.value("SELECT pid FROM pg_stat_replication");
  harness::Connection reader = mesh.as("media_auditor", "media-prod", "media_analytics");
  reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
  reader.execute("SELECT count(*) FROM core.fct_playback_sessions");
  producer.execute(
      "DO $$ BEGIN FOR i IN 1 .. 300 LOOP PERFORM txid_current(); COMMIT; END LOOP; END $$");
  EXPECT_EQ(producer.value("SELECT governance.end_old_transactions(200)"), "1");
  EXPECT_NE(error_of(reader, "SELECT 1"), "");
  EXPECT_EQ(producer.value("SELECT pid FROM pg_stat_replication"), sender);

  // A rewritten password of the environment is kept out of the server's log.
  for (const harness::LogLine& line : mesh.node("media-prod").log())
    EXPECT_EQ(line.message.find("own'"), std::string::npos) << line.message;
}

TEST(EmittedMedia, DriftIsNamedAndItsRepairMendsTheStream) {
  EmittedMesh mesh{media(Mechanism::event)};
  mesh.apply();
  harness::Connection producer = mesh.superuser("media-prod", "media_analytics");
  harness::Connection consumer = mesh.superuser("marketing-prod", "marketing_analytics");
  producer.execute(weeks);
  EXPECT_EQ(eventually(consumer, "SELECT count(*) FROM " + mart, "100"), "100");
  EXPECT_EQ(mesh.script("drift.sh").exit, 0) << "no drift yet";

  producer.execute("ALTER TABLE " + mart +
                   " ADD COLUMN \"de'vice; DROP\" varchar(16) DEFAULT 'tv';"
                   "ALTER TABLE " +
                   mart + " RENAME COLUMN weekly_events TO events");
  // The column list of the publication holds its columns: whoever changes one takes it out first.
  EXPECT_NE(error_of(producer, "ALTER TABLE " + mart + " DROP COLUMN weekly_viewtime_seconds")
                .find("cannot drop column"),
            std::string::npos);
  EXPECT_NE(
      error_of(producer, "ALTER TABLE " + mart + " ALTER COLUMN subscription_tier TYPE varchar(64)")
          .find("cannot alter type"),
      std::string::npos);
  producer.execute("BEGIN; ALTER PUBLICATION pub_marketing_weekly_metrics DROP TABLE " + mart +
                   "; ALTER TABLE " + mart + " DROP COLUMN weekly_viewtime_seconds; ALTER TABLE " +
                   mart +
                   " ALTER COLUMN subscription_tier TYPE varchar(64);"
                   "ALTER PUBLICATION pub_marketing_weekly_metrics ADD TABLE " +
                   mart + " (playback_week, subscription_tier, country_code, events); COMMIT");
  EXPECT_EQ(producer.value("SELECT governance.note_drift()"), "4");

  const EmittedMesh::Ran found = mesh.script("drift.sh");
  EXPECT_EQ(found.exit, 1);
  for (const char* finding :
       {"column weekly_viewtime_seconds was dropped", "column weekly_events is called events now",
        "column subscription_tier changed from character varying(32) to character varying(64)",
        "column \"de'vice; DROP\" character varying(16) is new"})
    EXPECT_NE(found.output.find(finding), std::string::npos) << finding << "\n" << found.output;

  const EmittedMesh::Ran repaired = mesh.script("drift.sh --repair");
  EXPECT_EQ(repaired.exit, 0) << repaired.output;
  EXPECT_EQ(mesh.script("drift.sh").exit, 0) << mesh.script("drift.sh").output;
  EXPECT_EQ(producer.value("SELECT count(*) FROM governance.drift_log"), "0");
  producer.execute("INSERT INTO " + mart + " VALUES ('2027-01-04', repeat('x', 60), 'AT', 5)");
  EXPECT_EQ(
      eventually(consumer, "SELECT count(*) FROM " + mart + " WHERE length(subscription_tier) = 60",
                 "1"),
      "1");
  EXPECT_EQ(eventually(consumer, "SELECT count(*) FROM " + mart + " WHERE \"de'vice; DROP\" = 'tv'",
                       "101"),
            "101");
  // The consumer's name and its columns have stayed.
  harness::Connection app = mesh.as("marketing_app", "marketing-prod", "marketing_analytics");
  EXPECT_EQ(app.value("SELECT sum(weekly_events) FROM " + view), "2555");  // 2 × (1 + … + 50) + 5
}

void expect_federation(EmittedMesh& mesh, const std::string& producer_node,
                       const std::string& consumer_node) {
  mesh.apply();
  const std::string once = mesh.dump();
  mesh.apply();
  EXPECT_EQ(mesh.dump(), once) << "a second run changes nothing";
  harness::Connection producer = mesh.superuser(producer_node, "media_analytics");
  producer.execute(weeks);
  producer.execute(sessions);
  mesh.superuser(consumer_node, "marketing_analytics").execute(analyze);
  const EmittedMesh::Ran verified = mesh.script("verify.sh");
  EXPECT_EQ(verified.exit, 0) << verified.output;
  EXPECT_EQ(verified.output.find("WARNING"), std::string::npos) << verified.output;
  expect_consumer_reads(mesh, consumer_node, "marketing_analytics");
  harness::Connection app = mesh.as("marketing_app", consumer_node, "marketing_analytics");
  // Worth pushing down once there are rows to save.
  producer.execute("INSERT INTO " + mart +
                   " SELECT '1900-01-01'::date + i, 'gold', 'AT', 1, 1 "
                   "FROM generate_series(1, 20000) i; ANALYZE " +
                   mart);
  mesh.superuser(consumer_node, "marketing_analytics").execute(analyze);
  std::string plan;
  for (const harness::Row& row : app.execute(
           "EXPLAIN (VERBOSE, COSTS OFF) SELECT country_code, sum(weekly_viewtime_seconds) FROM " +
           view + " WHERE country_code = 'AT' GROUP BY country_code"))
    plan += row.at(0).value_or("") + "\n";
  EXPECT_NE(plan.find("GROUP BY"), std::string::npos) << plan;
  EXPECT_NE(plan.find("WHERE ((country_code = 'AT'))"), std::string::npos) << plan;
  producer.execute("DELETE FROM " + mart + " WHERE country_code = 'AT'");
  EXPECT_NE(error_of(app, "DELETE FROM " + view).find("permission denied"), std::string::npos);
  // The collation of the text keys came along.
  harness::Connection consumer = mesh.superuser(consumer_node, "marketing_analytics");
  EXPECT_EQ(consumer.value("SELECT count(*) FROM pg_attribute WHERE attrelid = "
                           "'foreign_weekly_engagement.mrt_marketing_weekly_engagement'::regclass "
                           "AND attcollation = '\"C\"'::regcollation"),
            "2");
  // The mapped role is the same tenant, with a timeout of its own.
  harness::Connection mapped =
      mesh.as("fdw_weekly_engagement_marketing", producer_node, "media_analytics");
  EXPECT_EQ(
      mapped.value("SELECT string_agg(DISTINCT country_code, ',') FROM core.fct_playback_sessions"),
      "DE");
  EXPECT_EQ(mapped.value("SHOW statement_timeout"), "30s");
}

TEST(EmittedMedia, FederatedMeshPushesDownAndKeepsTheTenant) {
  EmittedMesh mesh{media(Mechanism::federated)};
  expect_federation(mesh, "media-prod", "marketing-prod");
  // Drift of the producer is imported by the next run.
  harness::Connection producer = mesh.superuser("media-prod", "media_analytics");
  producer.execute("ALTER TABLE " + mart + " ALTER COLUMN subscription_tier TYPE varchar(64)");
  mesh.apply();
  harness::Connection consumer = mesh.superuser("marketing-prod", "marketing_analytics");
  EXPECT_EQ(
      consumer.value("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = "
                     "'foreign_weekly_engagement.mrt_marketing_weekly_engagement'::regclass "
                     "AND attname = 'subscription_tier'"),
      "character varying(64)");
  expect_consumer_reads(mesh, "marketing-prod", "marketing_analytics");
}

TEST(EmittedFederation, QueriesAreSentAsSimulated) {
  MeshOptions options;
  options.scenario = SOURCE_DIR "/scenarios/federated_mesh.yaml";
  options.overrides = {"nodes.media-prod.settings.shared_buffers=32MB",
                       "nodes.marketing-prod.settings.shared_buffers=32MB"};
  EmittedMesh mesh{options};
  mesh.apply();
  mesh.superuser("media-prod", "media_analytics")
      .execute("INSERT INTO " + mart +
               " SELECT '2013-01-07'::date + 7 * i, 'tier ' || t, 'c' || c, i, 60 * i "
               "FROM generate_series(1, 694) i, generate_series(1, 6) t, generate_series(1, 60) c; "
               "ANALYZE " +
               mart);
  mesh.superuser("marketing-prod", "marketing_analytics")
      .execute(
          "INSERT INTO marketing.stg_local_campaigns (name, target_country, budget_allocated, "
          "starts_on, ends_on) SELECT 'campaign ' || i, 'c' || i % 60, i, '2026-01-01', "
          "'2026-02-01' FROM generate_series(1, 4000) i; ANALYZE; " +
          analyze);
  const EmittedMesh::Ran agreed = mesh.script("verify.sh");
  EXPECT_EQ(agreed.exit, 0) << agreed.output;
  EXPECT_EQ(agreed.output.find("WARNING"), std::string::npos) << agreed.output;
  // What the simulation did not know of is named: an empty product is counted here.
  mesh.superuser("media-prod", "media_analytics").execute("TRUNCATE " + mart);
  mesh.superuser("marketing-prod", "marketing_analytics").execute(analyze);
  const EmittedMesh::Ran differs = mesh.script("verify.sh");
  EXPECT_NE(differs.output.find("query by_country: the simulation took"), std::string::npos)
      << differs.output;
}

TEST(EmittedMedia, SeveralDatabasesOfOneClusterReadOverLoopback) {
  EmittedMesh mesh{media(Mechanism::databases)};
  expect_federation(mesh, "media-prod", "media-prod");
}

TEST(EmittedMedia, RollbackRefusesWhileThereIsDataAndThenLeavesNothing) {
  EmittedMesh mesh{media(Mechanism::event)};
  const std::string before = mesh.dump();
  mesh.apply();
  harness::Connection producer = mesh.superuser("media-prod", "media_analytics");
  const EmittedMesh::Ran enabled = mesh.script("rollback.sh");
  EXPECT_NE(enabled.exit, 0);
  EXPECT_NE(enabled.output.find("is enabled"), std::string::npos) << enabled.output;
  producer.execute(weeks);
  harness::Connection consumer = mesh.superuser("marketing-prod", "marketing_analytics");
  EXPECT_EQ(eventually(consumer, "SELECT count(*) FROM " + mart, "100"), "100");
  consumer.execute("ALTER SUBSCRIPTION sub_weekly_engagement_marketing DISABLE");
  const EmittedMesh::Ran filled = mesh.script("rollback.sh");
  EXPECT_NE(filled.exit, 0);
  EXPECT_NE(filled.output.find("holds rows"), std::string::npos) << filled.output;
  EXPECT_EQ(producer.value("SELECT count(*) FROM " + mart), "100") << "nothing was touched";
  producer.close();
  consumer.close();
  const EmittedMesh::Ran dropped = mesh.script("rollback.sh --drop-data");
  EXPECT_EQ(dropped.exit, 0) << dropped.output;
  EXPECT_EQ(mesh.dump(), before);
  EXPECT_EQ(mesh.script("rollback.sh --drop-data").exit, 0) << "again, with nothing left";
  mesh.apply();  // and from the start
}

}  // namespace
}  // namespace emit
