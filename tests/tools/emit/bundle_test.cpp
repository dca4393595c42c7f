#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pg_query.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tools/emit/emitting.hpp"

namespace emit {
namespace {

using models::Mechanism;

constexpr Mechanism every_mechanism[] = {Mechanism::logical, Mechanism::databases,
                                         Mechanism::federated, Mechanism::event};

std::string name_of(Mechanism mechanism) {
  return mechanism == Mechanism::logical     ? "logical"
         : mechanism == Mechanism::databases ? "databases"
         : mechanism == Mechanism::federated ? "federated"
                                             : "event";
}

std::vector<File> medallion_files() {
  return files_of(scenario::load_file(SOURCE_DIR "/scenarios/medallion.yaml"));
}

/// The SQL psql would send: its own lines gone, variables filled in.
std::string after_psql(const std::string& text) {
  std::string sql = std::regex_replace(text, std::regex{R"(\\(gexec|gset))"}, ";");
  sql = std::regex_replace(sql, std::regex{R"((^|\n)\\[a-z][^\n]*)"}, "$1");
  return std::regex_replace(sql, std::regex{R"((^|[^:]):'([a-z_]+)')"}, "$1'$2'");
}

void expect_parses(const std::vector<File>& files) {
  for (const File& file : files) {
    if (!file.path.ends_with(".sql") || file.path.starts_with("dbt/")) continue;
    const std::string sql = after_psql(file.text);
    const PgQueryParseResult result = pg_query_parse(sql.c_str());
    EXPECT_EQ(result.error, nullptr)
        << file.path << ": " << (result.error ? result.error->message : "") << " at "
        << (result.error
                ? sql.substr(static_cast<std::size_t>(std::max(result.error->cursorpos - 1, 0)),
                             200)
                : "");
    pg_query_free_parse_result(result);
  }
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = SOURCE_DIR "/tests/golden/emit/" + name;
  if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && *update == '1')
    std::ofstream{path, std::ios::binary} << text;
  std::stringstream expected;
  expected << std::ifstream{path, std::ios::binary}.rdbuf();
  EXPECT_TRUE(text == expected.str())
      << "differs from " << name << " (UPDATE_GOLDEN=1 rewrites it)";
}

TEST(Bundle, EveryStatementIsOneOfPostgres15) {
  for (const Mechanism mechanism : every_mechanism) {
    SCOPED_TRACE(name_of(mechanism));
    expect_parses(media_files(mechanism));
  }
  expect_parses(medallion_files());
}

/// What is not SQL but psql's; each of these is proven by a server in tests/emit.
TEST(Bundle, PsqlLinesAreTheseAndNoOthers) {
  std::set<std::string> seen;
  const auto collect = [&](const std::vector<File>& files) {
    for (const File& file : files) {
      if (!file.path.ends_with(".sql")) continue;
      const std::regex command{R"((^|\n| )\\([a-z]+))"};
      for (std::sregex_iterator at{file.text.begin(), file.text.end(), command}, end; at != end;
           ++at)
        seen.insert((*at)[2]);
    }
  };
  for (const Mechanism mechanism : every_mechanism) collect(media_files(mechanism));
  collect(medallion_files());
  EXPECT_EQ(seen,
            (std::set<std::string>{"else", "endif", "getenv", "gexec", "gset", "if", "unset"}));
}

TEST(Bundle, IsTheTextThatReviewHasSeen) {
  for (const Mechanism mechanism : every_mechanism)
    expect_golden("media_" + name_of(mechanism) + ".txt", all_text(media_files(mechanism)));
  expect_golden("medallion.txt", all_text(medallion_files()));
}

TEST(Bundle, IsTheSameBytesEachTime) {
  for (const Mechanism mechanism : every_mechanism)
    EXPECT_TRUE(all_text(media_files(mechanism)) == all_text(media_files(mechanism)));
}

TEST(Bundle, NoFileHoldsASecret) {
  // A password is a psql variable or a placeholder of format(), never a constant.
  const std::regex constant{R"re(password +'[^:%]|password *= *[A-Za-z0-9])re", std::regex::icase};
  EXPECT_TRUE(std::regex_search("CREATE ROLE r PASSWORD 'Tokens_2026'", constant));
  EXPECT_TRUE(std::regex_search("host=a password=Tokens_2026", constant));
  for (const Mechanism mechanism : every_mechanism)
    for (const File& file : media_files(mechanism))
      EXPECT_FALSE(std::regex_search(file.text, constant)) << file.path;
}

TEST(Bundle, YamlFilesAreYaml) {
  for (const File& file : media_files(Mechanism::event))
    if (file.path.ends_with(".yml")) {
      EXPECT_NO_THROW(YAML::Load(file.text)) << file.path;
    }
}

TEST(Bundle, OneNodeAloneIsAPartOfTheWhole) {
  const std::vector<File> whole = media_files(Mechanism::event);
  const std::vector<File> part =
      media_files(Mechanism::event, {}, {.node = "marketing-prod", .figures = {}});
  std::size_t compared = 0;
  for (const File& file : part) {
    EXPECT_FALSE(file.path.starts_with("media-prod/")) << file.path;
    if (!file.path.starts_with("marketing-prod/")) continue;
    EXPECT_EQ(file.text, text_of(whole, file.path));
    ++compared;
  }
  EXPECT_GT(compared, 8u);
  EXPECT_THROW(media_files(Mechanism::event, {}, {.node = "nowhere", .figures = {}}), EmitError);
}

TEST(Bundle, VersionsGetWhatTheyKnow) {
  const auto with = [](int major) {
    return media_files(Mechanism::event, {fmt::format("nodes.media-prod.postgres={}", major),
                                          fmt::format("nodes.marketing-prod.postgres={}", major),
                                          "standbys={media-standby: {node: media-prod}}"});
  };
  const std::string slots = "media-prod/52-media_analytics-slots.sql";
  const std::string subscription = "marketing-prod/61-marketing_analytics-subscriptions.sql";
  EXPECT_FALSE(contains(text_of(with(16), slots), "'pgoutput', false, false, true"));
  EXPECT_TRUE(contains(text_of(with(17), slots), "'pgoutput', false, false, true"));
  EXPECT_FALSE(contains(text_of(with(16), subscription), "failover"));
  EXPECT_TRUE(contains(text_of(with(17), subscription), "failover = true"));
  EXPECT_TRUE(contains(text_of(with(18), subscription), "streaming = parallel"));
  EXPECT_FALSE(contains(text_of(with(17), "marketing-prod/postgresql.conf"),
                        "max_active_replication_origins"));
  const std::string roles = "marketing-prod/10-roles.sql";
  const std::string membership = "'pg_create_subscription', 'marketing_owner'";
  EXPECT_FALSE(contains(text_of(with(15), roles), membership));
  EXPECT_TRUE(contains(text_of(with(16), roles), membership));
  expect_parses(with(18));
}

TEST(Bundle, FromPostgres18ASlotGoesWhenItsOutageIsNoLongerTolerable) {
  RunFigures figures;
  figures.run = 7;
  figures.replicates = 1000;
  figures.slots["sub_marketing_metrics_slot"] = {.outage_tolerance_p5 = 110160.7};
  const auto conf = [&](const std::vector<std::string>& overrides) {
    return text_of(media_files(Mechanism::event, overrides, {.node = {}, .figures = figures}),
                   "media-prod/postgresql.conf");
  };
  EXPECT_FALSE(contains(conf({"nodes.media-prod.postgres=17"}), "idle_replication_slot_timeout"));
  EXPECT_TRUE(contains(conf({"nodes.media-prod.postgres=18"}),
                       "idle_replication_slot_timeout = 110160s    # run 7 (1000 replicates)"));
  EXPECT_TRUE(contains(conf({"nodes.media-prod.postgres=18",
                             "nodes.media-prod.settings.idle_replication_slot_timeout=1h"}),
                       "idle_replication_slot_timeout = 1h"));
}

TEST(Bundle, GuardRailsComeFromARunWhenThereIsOne) {
  RunFigures figures;
  figures.run = 7;
  figures.replicates = 1000;
  figures.caps["media-prod"] = "94832MB";
  figures.slots["sub_marketing_metrics_slot"] = {
      .outage_tolerance_p5 = 110160, .retained_wal_p99 = 218e9, .replay_lag_p99 = 3600};
  const std::vector<File> files =
      media_files(Mechanism::event, {}, {.node = {}, .figures = figures});
  const std::string conf = text_of(files, "media-prod/postgresql.conf");
  EXPECT_TRUE(contains(conf, "max_slot_wal_keep_size = '94832MB'") ||
              contains(conf, "max_slot_wal_keep_size = 94832MB"));
  EXPECT_TRUE(contains(conf, "run 7 (1000 replicates)"));
  const std::string alerts = text_of(files, "monitoring/alerts.yml");
  EXPECT_TRUE(contains(alerts, "> 218000000000"));
  EXPECT_TRUE(contains(alerts, "at P99 of run 7"));
  EXPECT_TRUE(contains(alerts, "for: 27540s"));  // a quarter of 110160 s
}

const std::string small = R"(meshplan: 1
name: small
nodes:
  a: {settings: {wal_level: logical, max_slot_wal_keep_size: 1GB}}
  b: {}
domains:
  shop: {node: a, ddl: "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY, x text);"}
  desk: {node: b}
products:
  t: {table: s.t, consumers: {desk: {node: b}}}
)";

std::string changed(const std::string& from, const std::string& to) {
  std::string text = small;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(BundleRefuses, SmallMeshIsFine) { EXPECT_EQ(refusal(small), ""); }

TEST(BundleRefuses, SayWhereWhatAndWhatToDo) {
  EXPECT_EQ(refusal(changed("id int PRIMARY KEY", "id int")),
            "mesh.yaml:10: error: s.t is published without a primary key: updates and deletes fail "
            "on the "
            "producer, apply fails on the consumer\nhint: give it a primary key in the DDL\n");
  const std::string nowhere =
      refusal(changed("  desk: {node: b}\n", "  x: {node: b}\n  y: {node: b}\n"));
  EXPECT_TRUE(
      contains(nowhere, "mesh.yaml:11: error: consumer desk: in which database does it read?"))
      << nowhere;
  EXPECT_TRUE(
      contains(refusal(changed(", max_slot_wal_keep_size: 1GB", "")), "max_slot_wal_keep_size"));
  EXPECT_TRUE(contains(refusal(changed("table: s.t", "table: s.t, columns: [x]")), "primary key"));
  EXPECT_TRUE(
      contains(refusal(changed("CREATE SCHEMA s;",
                               "CREATE SCHEMA s; CREATE TABLE s.u (a int); DROP TABLE s.u;")),
               "mesh.yaml:7: error: DROP in DDL"));
  EXPECT_EQ(refusal(small, shared_by(Mechanism::logical)), "")
      << "the consumer moves in with the producer";
}

TEST(BundleRefuses, EverythingAtOnce) {
  std::string text = changed("id int PRIMARY KEY", "id int");
  text.replace(text.find("1GB"), 3, "-1 ");
  text += "  u: {table: s.t, consumers: {desk: {node: b, view: x.y.z}}}\n";
  const std::string all = refusal(text);
  EXPECT_GE(std::count(all.begin(), all.end(), '\n'), 4) << all;
}

TEST(BundleHostile, NamesOfAnyKindStayNames) {
  const std::string text = R"yaml(meshplan: 1
name: "x'; DROP TABLE y; --\n\\"
nodes:
  "a b'\"$(id)": {settings: {wal_level: logical, max_slot_wal_keep_size: 1GB}, host: "h'x", passfile: "/tmp/p w"}
  "select": {}
domains:
  "Söhne & Co":
    node: "a b'\"$(id)"
    database: "order; --"
    owner: "o'w\"ner"
    reader: "user"
    roles: {"a`b$c": {}}
    ddl: 'CREATE SCHEMA "S q"; CREATE TABLE "S q"."ta""ble" ("id;" int PRIMARY KEY, "group" text);'
  desk: {node: "select", database: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}
products:
  "pro'duct \\": {table: 'S q.ta"ble', consumers: {desk: {node: "select", role: "desk app"}}}
)yaml";
  for (const Mechanism mechanism : {Mechanism::event, Mechanism::federated}) {
    const std::vector<File> files =
        files_of(scenario::load_text(text, "mesh.yaml", shared_by(mechanism)));
    expect_parses(files);
    for (const File& file : files) {
      EXPECT_EQ(file.path.find_first_of(" '\"$`;\n"), std::string::npos) << file.path;
      if (file.path.ends_with(".yml")) {
        EXPECT_NO_THROW(YAML::Load(file.text)) << file.path;
      }
    }
  }
}

}  // namespace
}  // namespace emit
