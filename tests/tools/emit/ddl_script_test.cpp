#include "tools/emit/ddl_script.hpp"

#include <gtest/gtest.h>

namespace emit {
namespace {

struct Made {
  DdlScript script;
  std::vector<Complaint> complaints;
};

Made made(const std::string& ddl) {
  Made result;
  result.script = rerunnable({{ddl, {"shop.sql", 1, 1}}}, result.complaints);
  return result;
}

std::string sql(const std::string& ddl) { return made(ddl).script.sql; }

TEST(DdlScript, MakesWhatThereIsOnlyWhereItIsMissing) {
  EXPECT_EQ(sql("CREATE TABLE s.t (id int);"), "CREATE TABLE IF NOT EXISTS s.t (id int);\n\n");
  EXPECT_EQ(sql("CREATE UNLOGGED TABLE IF NOT EXISTS t (id int)"),
            "CREATE UNLOGGED TABLE IF NOT EXISTS t (id int);\n\n");
  EXPECT_EQ(sql("CREATE UNIQUE INDEX i ON t (a)"),
            "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a);\n\n");
  EXPECT_EQ(sql("CREATE INDEX CONCURRENTLY i ON t (a)"),
            "CREATE INDEX  IF NOT EXISTS i ON t (a);\n\n");
  EXPECT_EQ(sql("CREATE VIEW v AS SELECT 1"), "CREATE OR REPLACE VIEW v AS SELECT 1;\n\n");
  EXPECT_EQ(sql("CREATE MATERIALIZED VIEW v AS SELECT 1"),
            "CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT 1;\n\n");
  EXPECT_EQ(sql("CREATE TRIGGER g BEFORE UPDATE ON t EXECUTE FUNCTION f()"),
            "CREATE OR REPLACE TRIGGER g BEFORE UPDATE ON t EXECUTE FUNCTION f();\n\n");
  EXPECT_EQ(sql("ALTER TABLE t ADD c int"), "ALTER TABLE t ADD COLUMN IF NOT EXISTS c int;\n\n");
}

TEST(DdlScript, LooksIntoTheCatalogWhereSqlHasNoIfNotExists) {
  EXPECT_EQ(sql("CREATE TYPE s.mood AS ENUM ('it''s')"),
            "SELECT $sql$CREATE TYPE s.mood AS ENUM ('it''s')$sql$\n"
            "WHERE to_regtype('s.mood') IS NULL \\gexec\n\n");
  EXPECT_EQ(
      sql("ALTER TABLE ONLY s.t ADD CONSTRAINT \"Key\" PRIMARY KEY (id)"),
      "SELECT $sql$ALTER TABLE ONLY s.t ADD CONSTRAINT \"Key\" PRIMARY KEY (id)$sql$\n"
      "WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = 's.t'::regclass AND "
      "conname = 'Key') \\gexec\n\n");
}

TEST(DdlScript, ExtensionsComeApartAndKeysMakeTheRest) {
  const Made result = made(
      "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"; CREATE EXTENSION postgis;\n"
      "CREATE SCHEMA s; GRANT SELECT ON t TO x; ALTER TABLE t OWNER TO y; SET client_encoding = "
      "'UTF8';");
  EXPECT_EQ(result.script.extensions, (std::vector<std::string>{"uuid-ossp", "postgis"}));
  EXPECT_EQ(result.script.sql, "");
  EXPECT_EQ(result.script.left_out.size(), 4u);
  EXPECT_TRUE(result.complaints.empty());
}

TEST(DdlScript, RefusesWithItsPlaceWhatCannotRunTwice) {
  const Made result = made(
      "CREATE TABLE t (id int);\nDROP TABLE t;\nINSERT INTO t VALUES (1);\nCREATE INDEX ON t "
      "(id);\n"
      "ALTER TABLE t RENAME COLUMN a TO b;\nCREATE POLICY p ON t AS RESTRICTIVE USING (true);\n"
      "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p;\nALTER TABLE t ADD CHECK (id > 0);");
  std::vector<int> lines;
  for (const Complaint& complaint : result.complaints) {
    lines.push_back(complaint.place.line);
    EXPECT_EQ(complaint.place.file, "shop.sql");
    EXPECT_FALSE(complaint.hint.empty()) << complaint.message;
  }
  EXPECT_EQ(lines, (std::vector<int>{2, 3, 4, 5, 6, 7, 8}));
}

}  // namespace
}  // namespace emit
