#include <gtest/gtest.h>

#include <regex>

#include "tests/tools/emit/emitting.hpp"

/// What goes wrong in SQL that circulates for such meshes, each tried on real servers: the bundle
/// must not have it.
namespace emit {
namespace {

using models::Mechanism;

const std::vector<File>& event() {
  static const std::vector<File> files = media_files(Mechanism::event);
  return files;
}
const std::vector<File>& logical() {
  static const std::vector<File> files = media_files(Mechanism::logical);
  return files;
}
const std::vector<File>& federated() {
  static const std::vector<File> files = media_files(Mechanism::federated);
  return files;
}
const std::vector<File>& medallion() {
  static const std::vector<File> files =
      files_of(scenario::load_file(SOURCE_DIR "/scenarios/medallion.yaml"));
  return files;
}
std::string producer(const std::string& file) { return text_of(event(), "media-prod/" + file); }
std::string consumer(const std::string& file) { return text_of(event(), "marketing-prod/" + file); }

TEST(Defect, RolesAndDatabasesAreMadeOnce) {
  const std::string all = all_text(event());
  // A bare CREATE ROLE or CREATE DATABASE fails the second time.
  EXPECT_FALSE(std::regex_search(
      all,
      std::regex{R"((^|\n)CREATE (ROLE|USER|DATABASE|PUBLICATION|SUBSCRIPTION|SCHEMA [^I]))"}));
  EXPECT_TRUE(contains(producer("12-databases.sql"), "WHERE NOT EXISTS"));
}

TEST(Defect, LimitsStandOnLoginRolesWhereTheyWork) {
  const std::string roles = text_of(logical(), "media-prod/10-roles.sql");
  EXPECT_TRUE(contains(roles, "ALTER ROLE \"marketing_app\" SET statement_timeout = '30s'"));
  EXPECT_TRUE(contains(roles, "ALTER ROLE \"marketing_app\" SET temp_file_limit = '2GB'"));
  EXPECT_TRUE(contains(roles, "CONNECTION LIMIT 8"));
  EXPECT_FALSE(std::regex_search(
      roles, std::regex{R"re(ALTER ROLE "(marketing|media_consumption)_(owner|reader)")re"}));
}

TEST(Defect, InternalLayersHaveSchemasOfTheirOwnWithoutUsage) {
  const std::string grants = text_of(logical(), "media-prod/40-media_analytics-grants.sql");
  EXPECT_FALSE(contains(grants, "INSERT INTO wanted_schema VALUES ('stg'"));
  EXPECT_TRUE(contains(grants,
                       "INSERT INTO wanted_schema VALUES ('media_consumption', "
                       "'media_consumption_reader', 'USAGE')"));
  EXPECT_TRUE(contains(grants, "REVOKE %s ON SCHEMA"));
  EXPECT_TRUE(contains(grants, "ALTER DEFAULT PRIVILEGES FOR ROLE \"media_consumption_owner\""));
}

TEST(Defect, TheSubscriptionWritesToTheProducersName) {
  const std::string text = consumer("61-marketing_analytics-subscriptions.sql");
  EXPECT_TRUE(contains(
      text,
      "CREATE TABLE IF NOT EXISTS \"media_consumption\".\"mrt_marketing_weekly_engagement\""));
  EXPECT_TRUE(contains(consumer("70-marketing_analytics-views.sql"),
                       "VIEW \"shared_products\".\"mrt_media_weekly_engagement\""));
  EXPECT_TRUE(contains(text, "CONSTRAINT \"pk_mrt_marketing_weekly_engagement\" PRIMARY KEY"));
}

TEST(Defect, TheSubscriptionGuardLooksAtItsOwnDatabase) {
  const std::string text = consumer("61-marketing_analytics-subscriptions.sql");
  EXPECT_TRUE(contains(text, "d.oid = s.subdbid"));
  EXPECT_TRUE(contains(text, "SET statement_timeout = '60s'"));
  EXPECT_FALSE(contains(text, "BEGIN;")) << "CREATE SUBSCRIPTION runs in no transaction block";
}

TEST(Defect, TheSlotComesFirstAndForgottenWritersAreNamed) {
  const std::string slots = producer("52-media_analytics-slots.sql");
  EXPECT_TRUE(contains(slots, "backend_xid IS NOT NULL"));
  EXPECT_TRUE(contains(slots, "pg_prepared_xacts"));
  EXPECT_TRUE(
      contains(consumer("61-marketing_analytics-subscriptions.sql"), "create_slot = false"));
  const std::string apply = text_of(event(), "apply.sh");
  EXPECT_LT(apply.find("52-media_analytics-slots.sql"),
            apply.find("61-marketing_analytics-subscriptions.sql"));
}

TEST(Defect, TheColumnListHasTheKeyAndNoColumnMore) {
  EXPECT_TRUE(
      contains(producer("50-media_analytics-publications.sql"),
               "(\"playback_week\", \"subscription_tier\", \"country_code\", \"weekly_events\", "
               "\"weekly_viewtime_seconds\")"));
}

TEST(Defect, SlotsHaveALimitAndEnoughRoomForCopies) {
  const std::string conf = producer("postgresql.conf");
  EXPECT_TRUE(std::regex_search(conf, std::regex{R"(\nmax_slot_wal_keep_size = '?\d+MB)"}));
  EXPECT_FALSE(contains(conf, "max_slot_wal_keep_size = '-1'"));
  const std::vector<File> tight =
      media_files(Mechanism::event, {"nodes.media-prod.settings.max_replication_slots=1",
                                     "nodes.media-prod.settings.max_wal_senders=1"});
  // One subscription and its two sync workers, and a sender to spare.
  EXPECT_TRUE(contains(text_of(tight, "media-prod/postgresql.conf"), "max_replication_slots = 3 "));
  EXPECT_TRUE(contains(text_of(tight, "media-prod/postgresql.conf"), "max_wal_senders = 4 "));
}

TEST(Defect, TheSubscribersLineInPgHbaNamesTheDatabase) {
  EXPECT_TRUE(contains(producer("pg_hba.conf"),
                       "hostssl  \"media_analytics\" \"repl_weekly_engagement_marketing\" "
                       "\"marketing-prod\" scram-sha-256"));
}

TEST(Defect, ForeignTablesAreImportedAsTheMappedRoleWithTlsAndAnalyzed) {
  const std::string text =
      text_of(federated(), "marketing-prod/60-marketing_analytics-foreign.sql");
  EXPECT_TRUE(contains(text, "sslmode 'verify-full'"));
  EXPECT_TRUE(contains(text, "use_remote_estimate 'false'")) << "as simulated";
  EXPECT_LT(text.find("SET LOCAL ROLE \"mesh_federation\""), text.find("IMPORT FOREIGN SCHEMA"));
  EXPECT_TRUE(contains(text, "ANALYZE \"foreign_weekly_engagement\""));
  EXPECT_TRUE(contains(text, "GRANT USAGE ON FOREIGN SERVER"));
  EXPECT_FALSE(contains(text, "import_collate 'false'"));
  const std::string roles = text_of(federated(), "media-prod/10-roles.sql");
  EXPECT_TRUE(
      contains(roles, "ALTER ROLE \"fdw_weekly_engagement_marketing\" SET statement_timeout"));
  EXPECT_TRUE(contains(text_of(federated(), "marketing-prod/90-marketing_analytics-verify.sql"),
                       "Remote SQL"));
}

TEST(Defect, RowSecurityReturnsRowsAndTrustsNoSession) {
  const std::string text = producer("33-media_analytics-row-security.sql");
  EXPECT_FALSE(contains(all_text(event()), "current_setting('request"));
  EXPECT_TRUE(std::regex_search(
      text, std::regex{
                R"(CREATE POLICY tenant_read ON [^;]* FOR SELECT TO "media_consumption_reader")"}));
  EXPECT_TRUE(contains(text, "= ANY (ARRAY(SELECT")) << "once per scan, and an index can be used";
  EXPECT_TRUE(contains(text, "CREATE POLICY owner_all"))
      << "FORCE without it locks the pipeline out";
  EXPECT_TRUE(contains(text, "CREATE POLICY audit_read")) << "not an OR in the predicate";
}

TEST(Defect, TheKillRoutineReallyEndsAndSparesTheRightOnes) {
  const std::string text = producer("21-media_analytics-governance.sql");
  // The INSERT reads what ended, so that the CTE runs.
  EXPECT_TRUE(contains(text, "FROM ended"));
  EXPECT_TRUE(contains(text, "a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()"));
  EXPECT_TRUE(contains(text, "age(a.backend_xid)")) << "an idle writer has no xmin";
  EXPECT_TRUE(contains(text, "xmin_age > oldest_xid_age")) << "an inherited age is nobody's fault";
  EXPECT_TRUE(contains(text, "datname = current_database()"));
  EXPECT_TRUE(contains(producer("10-roles.sql"), "('pg_signal_backend', 'mesh_operator')"));
}

TEST(Defect, DriftIsQuotedTypedAndTellsARenameFromADrop) {
  const std::string text = producer("21-media_analytics-governance.sql");
  EXPECT_TRUE(contains(text, "ADD COLUMN IF NOT EXISTS %I %s"));
  EXPECT_TRUE(contains(text, "format_type(to_regtype(c.type), c.typmod)"));
  EXPECT_TRUE(contains(text, "RENAME COLUMN %I TO %I"));
  EXPECT_FALSE(contains(text, "information_schema")) << "empty without a grant on the table";
}

TEST(Defect, PublishedTablesAreNeverSwapped) {
  const std::string project = text_of(event(), "dbt/media_consumption_domain/dbt_project.yml");
  EXPECT_TRUE(contains(project, "+materialized: incremental"));
  EXPECT_TRUE(contains(project, "TRUNCATE {{ this }}"));
  EXPECT_TRUE(contains(text_of(event(), "dbt/media_consumption_domain/models/datamarts/schema.yml"),
                       "data_type: \"character varying(10)\""));
  EXPECT_TRUE(
      contains(text_of(event(), "dbt/media_consumption_domain/macros/generate_schema_name.sql"),
               "custom_schema_name if custom_schema_name is not none"));
}

TEST(Defect, MedallionCleansUpRefreshesAndMergesAsItShould) {
  const std::string jobs = text_of(medallion(), "warehouse/80-dev_db-jobs.sql");
  EXPECT_TRUE(contains(jobs, "DELETE FROM \"staging\".\"raw_users\""));
  EXPECT_TRUE(contains(jobs, "DELETE FROM \"staging\".\"raw_events\"")) << "not the users alone";
  EXPECT_TRUE(contains(jobs, "REFRESH MATERIALIZED VIEW CONCURRENTLY"));
  EXPECT_TRUE(contains(jobs, "ON CONFLICT DO NOTHING")) << "whichever unique key";
  const std::string tables = text_of(medallion(), "warehouse/31-dev_db-tables.sql");
  EXPECT_TRUE(contains(tables, "CREATE UNIQUE INDEX IF NOT EXISTS daily_user_metrics_key"));
  EXPECT_FALSE(contains(tables, "LEFT JOIN"));
  EXPECT_FALSE(contains(tables, "A-Z|a-z"));
  EXPECT_FALSE(contains(tables, "ON DELETE CASCADE"));
  EXPECT_TRUE(contains(text_of(medallion(), "warehouse/81-schedule.sql"), "'30 3 * * *'"));
  EXPECT_TRUE(contains(text_of(medallion(), "warehouse/20-dev_db-extensions.sql"), "'postgis'"));
}

TEST(Defect, RetentionNeedsAClockAndAKey) {
  const std::string yaml = R"(meshplan: 1
name: x
nodes: {a: {settings: {shared_preload_libraries: pg_cron}}}
domains:
  shop:
    node: a
    ddl: "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY, at timestamp DEFAULT now());"
    retention:
      - {table: s.t, column: at, keep: 30d}
)";
  const std::string refused = refusal(yaml);
  EXPECT_TRUE(
      contains(refused, "mesh.yaml:9: error: retention of s.t: at is timestamp without time zone"))
      << refused;
  EXPECT_TRUE(contains(refused, "may be NULL, and such rows would never go")) << refused;
}

TEST(Defect, RowSecurityOnAReplicatedTableNeedsAFilter) {
  const std::string yaml = R"(meshplan: 1
name: x
nodes: {a: {settings: {wal_level: logical, max_slot_wal_keep_size: 1GB}}, b: {}}
domains:
  shop:
    node: a
    ddl: "CREATE SCHEMA s; CREATE TABLE s.t (id int, c text, PRIMARY KEY (id, c));"
    row_security: [{table: s.t, tenant: c}]
  desk: {node: b}
products:
  t: {table: s.t, consumers: {desk: {node: b}}}
)";
  EXPECT_TRUE(
      contains(refusal(yaml), "mesh.yaml:11: error: s.t has row security and is replicated"));
  std::string filtered = yaml;
  filtered.replace(filtered.find("table: s.t, consumers"), 11,
                   "table: s.t, where: c = 'DE', share: 50%,");
  EXPECT_EQ(refusal(filtered), "");
}

}  // namespace
}  // namespace emit
