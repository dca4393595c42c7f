#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tools/scenario/loading.hpp"

namespace scenario {
namespace {

const std::string safe = R"(meshplan: 1
name: safe
nodes:
  a: {settings: {wal_level: logical, max_slot_wal_keep_size: 10GB}, volumes: {data: {size: 100GB}}}
  b: {}
domains:
  shop:
    node: a
    ddl: |
      CREATE TABLE public.t (code varchar(10) COLLATE "C" PRIMARY KEY, note text);
      CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT 1';
    roles: {app: {}, readers: {login: off}}
  desk: {node: b}
products:
  t: {table: public.t, consumers: {desk: {node: b}}}
)";

/// id and line of each hazard after replacing a text of the safe scenario.
std::vector<std::string> hazards(const std::string& from, const std::string& to) {
  std::string text = safe;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  std::vector<std::string> found;
  for (const Notice& notice : load_text(text, "mesh.yaml").notices) {
    if (notice.id == "ddl") continue;
    EXPECT_FALSE(notice.hint.empty()) << notice.id;
    EXPECT_EQ(notice.place.file, "mesh.yaml");
    found.push_back(notice.id + ":" + std::to_string(notice.place.line));
  }
  return found;
}

bool has(const std::vector<std::string>& found, const std::string& hazard) {
  return std::find(found.begin(), found.end(), hazard) != found.end();
}

TEST(LintProvisioning, ASafeScenarioHasNoHazard) {
  EXPECT_EQ(hazards("note text", "note text"), std::vector<std::string>{});
}

TEST(LintProvisioning, KeysSayTheirCollation) {
  EXPECT_TRUE(has(hazards("COLLATE \"C\" ", ""), "text_key_without_collation:15"));
}

TEST(LintProvisioning, TheCapFitsOnTheDisk) {
  EXPECT_TRUE(has(hazards("10GB}", "99.5GB}"), "slot_cap_above_disk:4"));
}

TEST(LintProvisioning, LimitsStandWhereTheyWorkAndOneHolds) {
  EXPECT_TRUE(has(hazards("{login: off}", "{login: off, settings: {statement_timeout: 5s}}"),
                  "limits_on_group:12"));
  EXPECT_TRUE(
      has(hazards("app: {}", "app: {connection_limit: -1, settings: {statement_timeout: 5s}}"),
          "no_hard_limit:12"));
}

TEST(LintProvisioning, RowSecurityHasReadersAndDoesNotMeetReplication) {
  const auto found =
      hazards("    roles:", "    row_security: [{table: public.t, tenant: code}]\n    roles:");
  EXPECT_TRUE(has(found, "row_security_without_readers:12"));
  EXPECT_TRUE(has(found, "row_security_replicated:16"));
}

TEST(LintProvisioning, PoliciesOfTheDdlReturnRowsAndTrustNoSession) {
  const auto found = hazards("      CREATE FUNCTION",
                             "      CREATE POLICY p ON public.t AS RESTRICTIVE USING (code = "
                             "current_setting('request.jwt.claim.tenant', true));\n"
                             "      CREATE FUNCTION");
  EXPECT_TRUE(has(found, "restrictive_policy_only:11"));
  EXPECT_TRUE(has(found, "session_setting_authority:11"));
}

TEST(LintProvisioning, ConnectionsAreVerified) {
  EXPECT_TRUE(has(hazards("b: {}", "b: {tls: {sslmode: require}}"), "connection_not_verified:5"));
}

TEST(LintProvisioning, RoutinesThatEndSessionsDoSoAndSpareTheRest) {
  const std::string routine =
      "'WITH t AS (SELECT pid FROM pg_stat_activity WHERE backend_xmin IS NOT NULL), k AS (SELECT "
      "pg_terminate_backend(pid) FROM t) SELECT count(*) FROM t'";
  const auto found = hazards("'SELECT 1'", routine);
  EXPECT_TRUE(has(found, "terminate_never_runs:11"));
  EXPECT_TRUE(has(found, "terminate_any_backend:11"));
  EXPECT_TRUE(has(found, "terminate_spares_writers:11"));
}

TEST(LintProvisioning, NamesDoNotBecomeStatements) {
  EXPECT_TRUE(has(hazards("LANGUAGE sql AS 'SELECT 1'",
                          "LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE ' || 'x'; END $$"),
                  "sql_by_concatenation:11"));
}

TEST(LintProvisioning, EveryRuleHasAnIdASeverityAndWords) {
  for (const LintRule& rule : lint_rules()) {
    EXPECT_FALSE(rule.id.empty());
    EXPECT_FALSE(rule.about.empty()) << rule.id;
  }
}

}  // namespace
}  // namespace scenario
