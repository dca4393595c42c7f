#include <gtest/gtest.h>

#include <fstream>

#include "tests/emit/emitted_mesh.hpp"
#include "tests/harness/process.hpp"

/// The bundles without pg_cron's part on later majors.
namespace emit {
namespace {

using models::Mechanism;
namespace fs = std::filesystem;

const std::string mart = "media_consumption.mrt_marketing_weekly_engagement";
const std::string view = "shared_products.mrt_media_weekly_engagement";

/// The media mesh serves its consumer, who reads in a database of a node, and goes without a trace.
void expect_media(int major, Mechanism mechanism, const std::string& node,
                  const std::string& database) {
  MeshOptions options;
  options.scenario = SOURCE_DIR "/scenarios/media_mesh.yaml";
  options.mechanism = mechanism;
  options.postgres = major;
  options.overrides = {"nodes.media-prod.settings.shared_buffers=32MB",
                       "nodes.marketing-prod.settings.shared_buffers=32MB",
                       "nodes.media-prod.settings.shared_preload_libraries=''",
                       "nodes.marketing-prod.settings.shared_preload_libraries=''"};
  EmittedMesh mesh{options};
  const std::string before = mesh.dump();
  mesh.apply_twice();
  EXPECT_TRUE(fs::exists(mesh.folder() / "media-prod" / "crontab"));
  {
    harness::Connection producer = mesh.superuser("media-prod", "media_analytics");
    producer.execute("INSERT INTO " + mart + " VALUES ('2026-01-05', 'gold', 'DE', 1, 2)");
    harness::Connection app = mesh.as("marketing_app", node, database);
    EXPECT_EQ(eventually(app, "SELECT weekly_events FROM " + view, "1"), "1");
    EXPECT_NE(error_of(app, "SELECT * FROM core.dim_subscribers"), "");
  }
  const EmittedMesh::Ran gone = mesh.script("rollback.sh --drop-data");
  EXPECT_EQ(gone.exit, 0) << gone.output;
  EXPECT_EQ(mesh.dump(), before);
}

TEST(EmittedMajors, EventMeshOn17) {
  expect_media(17, Mechanism::event, "marketing-prod", "marketing_analytics");
}
TEST(EmittedMajors, EventMeshOn18) {
  expect_media(18, Mechanism::event, "marketing-prod", "marketing_analytics");
}
TEST(EmittedMajors, FederatedMeshOn17) {
  expect_media(17, Mechanism::federated, "marketing-prod", "marketing_analytics");
}
TEST(EmittedMajors, LogicalMeshOn18) {
  expect_media(18, Mechanism::logical, "media-prod", "media_analytics");
}
TEST(EmittedMajors, SeveralDatabasesOn18) {
  expect_media(18, Mechanism::databases, "media-prod", "marketing_analytics");
}

/// A scenario's folder without what needs PostGIS, which these builds do not have.
fs::path without_postgis(const harness::ScratchDirectory& scratch) {
  std::ifstream ddl{SOURCE_DIR "/scenarios/medallion.sql"};
  std::string text, line;
  while (std::getline(ddl, line))
    if (line.find("postgis") == std::string::npos && line.find("geography") == std::string::npos)
      text += line + "\n";
  std::string scenario = harness::read_text(SOURCE_DIR "/scenarios/medallion.yaml");
  const std::string width = "location: 32, ";
  scenario.erase(scenario.find(width), width.size());
  std::ofstream{scratch.path() / "medallion.sql"} << text;
  std::ofstream{scratch.path() / "medallion.yaml"} << scenario;
  return scratch.path() / "medallion.yaml";
}

TEST(EmittedMajors, MedallionOn18IsRunByAnotherScheduler) {
  const harness::ScratchDirectory scratch;
  MeshOptions options;
  options.scenario = without_postgis(scratch);
  options.postgres = 18;
  options.overrides = {"nodes.warehouse.settings.shared_buffers=32MB",
                       "nodes.warehouse.settings.shared_preload_libraries=''"};
  EmittedMesh mesh{options};
  mesh.apply_twice();
  harness::Connection admin = mesh.superuser("warehouse", "dev_db");
  admin.execute(
      "INSERT INTO staging.raw_users (user_id, username, email, country, ingested_at) VALUES "
      "(1, 'alice', 'alice@example.org', 'DE', now()), "
      "(4, 'old', 'old@example.org', 'DE', now() - interval '31 days')");
  // As cron would: the command behind the five fields, a percent sign without its backslash.
  std::ifstream crontab{mesh.folder() / "warehouse" / "crontab"};
  std::string line;
  int jobs = 0;
  while (std::getline(crontab, line)) {
    if (line.empty() || line.front() == '#') continue;
    ++jobs;
    const EmittedMesh::Ran ran = mesh.command(line.substr(line.find("  ") + 2));
    EXPECT_EQ(ran.exit, 0) << line << "\n" << ran.output;
  }
  EXPECT_EQ(jobs, 6);
  EXPECT_EQ(admin.value("SELECT string_agg(username, ',') FROM staging.raw_users"), "alice");
  EXPECT_EQ(admin.value("SELECT count(*) FROM production.users"), "1");
}

}  // namespace
}  // namespace emit
