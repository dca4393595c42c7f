#include <gtest/gtest.h>

#include "tests/emit/emitted_mesh.hpp"

namespace emit {
namespace {

MeshOptions medallion() {
  MeshOptions options;
  options.scenario = SOURCE_DIR "/scenarios/medallion.yaml";
  options.overrides = {"nodes.warehouse.settings.shared_buffers=32MB",
                       "governance.kill_routine.every=1min"};
  return options;
}

TEST(EmittedMedallion, JobsRunAndTheKillRoutineEndsWhatHoldsVacuumBack) {
  EmittedMesh mesh{medallion()};
  mesh.apply_twice();

  harness::Connection admin = mesh.superuser("warehouse", "dev_db");
  EXPECT_EQ(
      admin.value("SELECT count(*) FROM pg_extension WHERE extname IN ('postgis', 'uuid-ossp')"),
      "2");
  admin.execute(
      "INSERT INTO staging.raw_users (user_id, username, email, country, ingested_at) VALUES "
      "(1, 'alice', 'alice@example.org', 'DE', now()), (2, 'bob', 'Alice@example.org', 'FR', "
      "now()), "
      "(3, 'eve', 'x@y.||', 'DE', now()), (4, 'old', 'old@example.org', 'DE', now() - interval '31 "
      "days')");

  // pg_cron starts the jobs, in the other database, as a role that cannot log in from outside.
  harness::Connection cron = mesh.superuser("warehouse", "postgres");
  EXPECT_EQ(
      cron.value(
          "SELECT count(*) FROM cron.job WHERE username = 'mesh_operator' AND database = 'dev_db'"),
      "6");
  cron.execute("UPDATE cron.job SET schedule = '* * * * *'");

  // Readers and writers that hold back vacuum, and one that does not.
  harness::Connection reader = mesh.as("analyst", "warehouse", "dev_db");
  harness::Connection writer = mesh.as("ingest", "warehouse", "dev_db");
  harness::Connection fresh = mesh.as("analyst", "warehouse", "dev_db");
  reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
  reader.execute("SELECT count(*) FROM analytics.daily_user_metrics WHERE false");
  admin.execute("SELECT txid_current()");  // else reader and writer are of one age
  writer.execute("BEGIN");
  writer.execute("INSERT INTO staging.raw_users (user_id) VALUES (9)");
  admin.execute(
      "DO $$ BEGIN FOR i IN 1 .. 300 LOOP PERFORM txid_current(); COMMIT; END LOOP; END $$");
  fresh.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
  EXPECT_EQ(fresh.value("SELECT 1 FROM production.dim_date LIMIT 1"), "");
  EXPECT_EQ(admin.value("SELECT governance.end_old_transactions()"), "0")
      << "nothing is 500000 old";
  EXPECT_EQ(admin.value("SELECT governance.end_old_transactions(200)"), "2");
  EXPECT_NE(error_of(reader, "SELECT 1"), "") << "the old reader is gone";
  EXPECT_NE(error_of(writer, "SELECT 1"), "") << "the old writer is gone";
  EXPECT_EQ(fresh.value("SELECT 2"), "2") << "who inherited the writer's age is spared";
  EXPECT_EQ(
      admin.value(
          "SELECT string_agg(role_name::text || terminated::text, ',' ORDER BY role_name) FROM "
          "governance.killed_query"),
      "analysttrue,ingesttrue");
  EXPECT_EQ(admin.value(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum launcher'"),
            "1");
  fresh.close();

  EXPECT_EQ(
      eventually(
          cron, "SELECT count(DISTINCT jobid) FROM cron.job_run_details WHERE status = 'succeeded'",
          "6", 100),
      "6");
  EXPECT_EQ(cron.value("SELECT coalesce(string_agg(return_message, ','), '') FROM "
                       "cron.job_run_details WHERE status = 'failed'"),
            "");
  EXPECT_EQ(admin.value("SELECT string_agg(username, ',' ORDER BY username) FROM staging.raw_users "
                        "WHERE username IS NOT NULL"),
            "alice,bob,eve")
      << "the old row went";
  // One address is one person, and what is no address stays in staging; which of the two came last
  // decides.
  EXPECT_EQ(admin.value("SELECT count(*) FROM production.users"), "1");
  EXPECT_EQ(admin.value("SELECT count(*) > 700 FROM production.dim_date"), "t");

  harness::Connection analyst = mesh.as("analyst", "warehouse", "dev_db");
  EXPECT_EQ(analyst.value("SELECT count(*) FROM analytics.daily_user_metrics"), "0");
  EXPECT_NE(error_of(analyst, "SELECT * FROM staging.raw_users").find("permission denied"),
            std::string::npos);
  EXPECT_NE(
      error_of(analyst, "SELECT governance.end_old_transactions(1)").find("permission denied"),
      std::string::npos);
}

}  // namespace
}  // namespace emit
