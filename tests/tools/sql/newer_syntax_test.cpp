#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/tools/sql/catalog_facts.hpp"
#include "tests/tools/sql/read.hpp"

namespace sql {
namespace {

/// Complaints about a statement over t (id bigint PRIMARY KEY, a int, b text, j jsonb) and s alike.
Names complaints(const std::string& text, int major) {
  Schema schema;
  std::vector<Problem> problems;
  load_ddl(
      {"CREATE TABLE t (id bigint PRIMARY KEY, a int, b text, j jsonb); CREATE TABLE s (LIKE t);",
       ""},
      15, schema, problems);
  parse_statement({text, "q"}, major, {schema.tables, -1, &schema}, problems);
  Names texts;
  for (const Problem& problem : problems)
    texts.push_back(fmt::format("{}: {}", problem.column, problem.message));
  return texts;
}

struct Newer {
  int since;
  const char* sql;
  const char* construct;
};

class NewerStatement : public testing::TestWithParam<Newer> {};

TEST_P(NewerStatement, LoadsFromItsVersionOnAndIsRefusedByNameBefore) {
  const Newer& newer = GetParam();
  EXPECT_EQ(complaints(newer.sql, newer.since), Names{}) << newer.sql;
  const Names before = complaints(newer.sql, newer.since - 1);
  ASSERT_GE(before.size(), 1U) << newer.sql;
  EXPECT_NE(before[0].find(fmt::format("{} needs PostgreSQL {}; the node runs {}", newer.construct,
                                       newer.since, newer.since - 1)),
            std::string::npos)
      << before[0];
}

INSTANTIATE_TEST_SUITE_P(
    Statements, NewerStatement,
    testing::Values(
        Newer{16, "SELECT a FROM t WHERE a = 1_000_000 AND id > 0xFF", "the number 1_000_000"},
        Newer{16, "SELECT x FROM (SELECT a AS x FROM t) WHERE x > 1",
              "a subquery in FROM without an alias"},
        Newer{16, "SELECT JSON_OBJECT('k': a, 'l' VALUE b ABSENT ON NULL RETURNING jsonb) FROM t",
              "JSON_OBJECT"},
        Newer{16,
              "SELECT JSON_ARRAY(a, b NULL ON NULL), JSON_ARRAYAGG(a ORDER BY id RETURNING jsonb) "
              "FROM t GROUP BY a, b",
              "JSON_ARRAY"},
        Newer{16, "UPDATE t SET b = 'x' WHERE j IS JSON OBJECT WITH UNIQUE KEYS AND b IS NOT JSON",
              "IS JSON"},
        Newer{16, "INSERT INTO t (b) SELECT SYSTEM_USER", "SYSTEM_USER"},
        Newer{17,
              "SELECT JSON_VALUE(j, '$.a' PASSING a AS x RETURNING int DEFAULT 3 ON EMPTY NULL ON "
              "ERROR) FROM t",
              "JSON_VALUE"},
        Newer{17,
              "SELECT JSON_QUERY(j, '$.a' WITH WRAPPER), JSON_EXISTS(j, '$.b' ERROR ON ERROR), "
              "JSON_SCALAR(a) FROM t",
              "JSON_QUERY"},
        Newer{17, "SELECT x.c FROM t, JSON_TABLE(j, '$[*]' COLUMNS (c int PATH '$.c')) AS x",
              "JSON_TABLE"},
        Newer{17,
              "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT "
              "MATCHED THEN INSERT (id) VALUES (s.id) RETURNING merge_action(), t.*",
              "MERGE … RETURNING"},
        Newer{17,
              "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT "
              "MATCHED BY TARGET THEN DO NOTHING",
              "MERGE … WHEN NOT MATCHED BY SOURCE"},
        Newer{17, "SELECT now() AT LOCAL", "AT LOCAL"},
        Newer{18, "UPDATE t SET a = 1 WHERE id = 1 RETURNING WITH (OLD AS o, NEW AS n) o.a, n.a",
              "RETURNING WITH (OLD …, NEW …)"},
        Newer{18, "VACUUM ONLY t", "VACUUM and ANALYZE of ONLY a table"}));

TEST(NewerStatement, KeepsTheMeaningOfWhatItRewrites) {
  Schema schema;
  std::vector<Problem> problems;
  load_ddl({"CREATE TABLE t (id bigint PRIMARY KEY, a int, b text);", ""}, 17, schema, problems);
  const auto merge = parse_statement({"MERGE INTO t USING (VALUES (1, 2), (3, 4)) v (x, y) ON t.id "
                                      "= v.x WHEN MATCHED THEN UPDATE SET a = v.y"
                                      " WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED "
                                      "THEN INSERT (id, a) VALUES (v.x, v.y) RETURNING t.id",
                                      ""},
                                     17, {schema.tables, -1, &schema}, problems);
  ASSERT_TRUE(merge && problems.empty());
  EXPECT_TRUE(merge->statement.merge_deletes);
  EXPECT_EQ(names_of(schema.tables[0], merge->statement.columns), (Names{"id", "a"}));
  EXPECT_EQ(names_of(schema.tables[0], merge->statement.update_columns), (Names{"a"}));
  EXPECT_EQ(merge->statement.rows.value, 2);
}

TEST(NewerStatement, ErrorsBehindARewriteKeepTheirPlace) {
  //                                  1         2         3         4
  //                         1234567890123456789012345678901234567890
  EXPECT_EQ(complaints("SELECT 1_000_000, JSON_OBJECT('a': a), aa FROM t", 16),
            (Names{"40: table public.t has no column aa"}));
  EXPECT_EQ(complaints("SELECT 1_000_000 FROM t WHERE WHERE", 16),
            (Names{"31: syntax error at or near \"WHERE\""}));
}

TEST(NewerStatement, OldAndNewInReturningAreOf18) {
  const char* sql = "DELETE FROM t WHERE id = 1 RETURNING old.a, new.a";
  EXPECT_EQ(complaints(sql, 18), Names{});
  EXPECT_EQ(complaints(sql, 17), (Names{"38: old is no table or alias of this statement",
                                        "45: new is no table or alias of this statement"}));
}

TEST(NewerStatement, PlainCallsAndFromsAreLeftAlone) {
  EXPECT_EQ(complaints("SELECT json_object('{a,b}'), extract(year FROM (SELECT now())), a IS "
                       "DISTINCT FROM (SELECT 1), substring(b FROM (1)) FROM t",
                       15),
            Names{});
}

struct NewerTable {
  int since;
  const char* ddl;
  const char* construct;
};

class NewerDdl : public testing::TestWithParam<NewerTable> {};

TEST_P(NewerDdl, LoadsFromItsVersionOnAndIsRefusedByNameBefore) {
  const NewerTable& newer = GetParam();
  EXPECT_EQ(read_ddl(newer.ddl, newer.since).complaints(), Names{}) << newer.ddl;
  const Names before = read_ddl(newer.ddl, newer.since - 1).complaints();
  ASSERT_GE(before.size(), 1U) << newer.ddl;
  EXPECT_NE(before[0].find(fmt::format("{} needs PostgreSQL {}", newer.construct, newer.since)),
            std::string::npos)
      << before[0];
}

INSTANTIATE_TEST_SUITE_P(
    Tables, NewerDdl,
    testing::Values(
        NewerTable{16,
                   "CREATE TABLE t (a text STORAGE EXTERNAL COMPRESSION lz4 NOT NULL, storage int)",
                   "STORAGE in CREATE TABLE"},
        NewerTable{16, "CREATE TABLE t (a text); ALTER TABLE t ALTER a SET STORAGE DEFAULT",
                   "SET STORAGE DEFAULT"},
        NewerTable{17,
                   "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED); ALTER TABLE "
                   "t ALTER b SET EXPRESSION AS (a * 2), ALTER a SET NOT NULL",
                   "SET EXPRESSION"},
        NewerTable{18, "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL, c int)",
                   "a virtual generated column"},
        NewerTable{18, "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2), c int)",
                   "a virtual generated column"},
        NewerTable{18, "CREATE TABLE t (a int, CONSTRAINT x NOT NULL a, b int NOT NULL NO INHERIT)",
                   "NOT NULL as a table constraint"},
        NewerTable{18,
                   "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT x NOT NULL a NOT VALID",
                   "NOT NULL as a table constraint"},
        NewerTable{18,
                   "CREATE TABLE t (a int4range, b tstzrange, PRIMARY KEY (a, b WITHOUT OVERLAPS))",
                   "WITHOUT OVERLAPS"},
        NewerTable{
            18,
            "CREATE TABLE p (a int4range, b tstzrange, PRIMARY KEY (a, b)); CREATE TABLE t (a "
            "int4range, b tstzrange, FOREIGN KEY (a, PERIOD b) REFERENCES p (a, PERIOD b))",
            "a foreign key with PERIOD"},
        NewerTable{18,
                   "CREATE TABLE t (a int CHECK (a > 0) NOT ENFORCED, enforced int, CONSTRAINT c "
                   "CHECK (a < 9) ENFORCED)",
                   "a NOT ENFORCED constraint"},
        NewerTable{18,
                   "CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t ALTER CONSTRAINT "
                   "t_a_not_null NO INHERIT",
                   "ALTER CONSTRAINT … INHERIT"}));

TEST(NewerDdl, IsReadAsAServerOf18ReadsIt) {
  const Read read = read_ddl(read_file("newer_18.sql"), 18);
  EXPECT_EQ(read.complaints(), Names{});
  std::string facts;
  for (const std::string& fact : facts_read(read.schema)) facts += fact + "\n";
  EXPECT_EQ(facts, read_file("newer_18.facts"));
}

TEST(NewerDdl, VirtualColumnsAreStoredAsNull) {
  const Read read = read_ddl(
      "CREATE TABLE t (a int, v int GENERATED ALWAYS AS (a) VIRTUAL, s int GENERATED ALWAYS AS (a) "
      "STORED)",
      18);
  const models::Table& table = read.table("public.t");
  EXPECT_TRUE(table.columns[1].generated && table.columns[2].generated);
  EXPECT_EQ(table.columns[1].null_fraction, 1);
  EXPECT_EQ(table.columns[2].null_fraction, 0);
}

TEST(NewerDdl, TableLevelNotNullCountsAndTemporalKeysAreGist) {
  const Read read = read_ddl(
      "CREATE TABLE t (a int, \"B\" int, d daterange, CONSTRAINT x NOT NULL a, NOT NULL \"B\" NO "
      "INHERIT,"
      " UNIQUE (a), PRIMARY KEY (\"B\", d WITHOUT OVERLAPS), UNIQUE (\"B\"))",
      18);
  EXPECT_EQ(read.complaints(), Names{});
  const models::Table& table = read.table("public.t");
  EXPECT_TRUE(table.columns[0].not_null && table.columns[1].not_null);
  using Method = models::Index::Method;
  EXPECT_EQ(table.indexes[0].method, Method::gist);  // the primary key comes first
  EXPECT_EQ(table.indexes[1].method, Method::btree);
  EXPECT_EQ(table.indexes[2].method, Method::btree);
}

TEST(NewerDdl, ADumpOf18Loads) {
  const Read read = read_ddl(
      "\\restrict abc\nSET transaction_timeout = 0;\nSET default_table_access_method = heap;\n"
      "CREATE TABLE public.t (\n    id integer CONSTRAINT t_id_not_null NOT NULL,\n    v integer "
      "GENERATED ALWAYS AS ((id + 1)),\n"
      "    w text\n);\nCREATE TABLE public.c (\n    CONSTRAINT c_w_not_null NOT NULL "
      "w\n)\nINHERITS (public.t);\n"
      "ALTER TABLE ONLY public.t ALTER COLUMN w SET STATISTICS 10;\nALTER TABLE ONLY public.t\n    "
      "ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n"
      "ALTER TABLE public.t ADD CONSTRAINT chk CHECK ((id > 0)) NOT ENFORCED;\n\\unrestrict abc\n",
      18);
  EXPECT_EQ(read.complaints(), Names{});
  EXPECT_TRUE(read.table("public.c").columns[2].not_null);
}

}  // namespace
}  // namespace sql
