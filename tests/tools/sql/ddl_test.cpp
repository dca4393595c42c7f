#include <gtest/gtest.h>

#include "tests/tools/sql/read.hpp"

namespace sql {
namespace {

using models::KeyOrder;

TEST(CreateTable, ColumnsHaveCanonicalTypesTypmodsAndNullability) {
  const Read read = read_ddl(
      "CREATE TABLE t (a int4, b varchar(40) NOT NULL, c numeric(12, 2), d timestamptz, e int[][], "
      "f char,"
      " g double precision, h bigserial, i bit varying(7), j text COLLATE \"C\")");
  EXPECT_EQ(read.complaints(), Names{});
  const models::Table& table = read.table("public.t");
  Names types;
  for (const models::Column& column : table.columns) types.push_back(column.type);
  EXPECT_EQ(types,
            (Names{"integer", "character varying", "numeric", "timestamp with time zone",
                   "integer[]", "character", "double precision", "bigint", "bit varying", "text"}));
  EXPECT_EQ(table.columns[1].typmod, 40);
  EXPECT_TRUE(table.columns[1].not_null);
  EXPECT_EQ(table.columns[2].typmod, 12 * 65536 + 2);
  EXPECT_EQ(table.columns[5].typmod, 1);  // char is char(1)
  EXPECT_TRUE(table.columns[7].not_null && table.columns[7].has_default);
  EXPECT_EQ(table.columns[9].collation, "C");
  EXPECT_EQ(table.columns[0].typmod, -1);
}

TEST(CreateTable, DefaultsTellHowNewKeysFall) {
  const Read read = read_ddl(
      "CREATE TABLE t (a serial, b bigint GENERATED ALWAYS AS IDENTITY, c timestamptz DEFAULT "
      "now(),"
      " d uuid DEFAULT gen_random_uuid(), e uuid DEFAULT uuidv7(), f text DEFAULT "
      "md5(random()::text),"
      " g date DEFAULT CURRENT_DATE, h int DEFAULT 5, i int DEFAULT NULL, j text DEFAULT "
      "NULL::text,"
      " k int DEFAULT nextval('s'::regclass), l text DEFAULT md5(now()::text), m uuid DEFAULT "
      "uuid_generate_v4())");
  const models::Table& table = read.table("public.t");
  std::vector<KeyOrder> orders;
  for (const models::Column& column : table.columns) orders.push_back(column.order);
  constexpr auto up = KeyOrder::ascending, any = KeyOrder::random, no = KeyOrder::unknown;
  EXPECT_EQ(orders,
            (std::vector<KeyOrder>{up, up, up, any, up, any, up, no, no, no, up, any, any}));
  EXPECT_TRUE(table.columns[7].has_default);
  EXPECT_FALSE(table.columns[8].has_default);  // NULL is no default
  EXPECT_FALSE(table.columns[9].has_default);
}

TEST(CreateTable, StorageParametersAreReadAndTheToastTablesPassedOver) {
  const Read read = read_ddl(
      "CREATE TABLE t (a int) WITH (fillfactor = 70, autovacuum_enabled = off, "
      "autovacuum_vacuum_scale_factor = 0.01,"
      " autovacuum_vacuum_insert_threshold = -1, toast.autovacuum_enabled = false, "
      "toast_tuple_target = '256',"
      " parallel_workers = 4);"
      "ALTER TABLE t SET (autovacuum_vacuum_threshold = 500), RESET (fillfactor);");
  EXPECT_EQ(read.complaints(), Names{});
  const models::Table& table = read.table("public.t");
  EXPECT_EQ(table.fillfactor, 100);
  EXPECT_EQ(table.autovacuum.enabled, false);
  EXPECT_EQ(table.autovacuum.vacuum_scale_factor, 0.01);
  EXPECT_EQ(table.autovacuum.vacuum_insert_threshold, -1);
  EXPECT_EQ(table.autovacuum.vacuum_threshold, 500);
  EXPECT_EQ(table.toast_tuple_target, 256);
}

TEST(CreateTable, WrongStorageParametersAreErrors) {
  EXPECT_EQ(read_ddl("CREATE TABLE t (a int) WITH (fillfactor = 5)").complaints(),
            (Names{"1:30: storage parameter fillfactor: '5' is not between 10 and 100"}));
  const Read read = read_ddl("CREATE TABLE t (a int) WITH (filfactor = 50)");
  EXPECT_EQ(read.complaints(), (Names{"1:30: unknown storage parameter filfactor"}));
  EXPECT_EQ(read.problems[0].hint, "did you mean fillfactor?");
  const std::string newer = "CREATE TABLE t (a int) WITH (autovacuum_vacuum_max_threshold = 9)";
  EXPECT_EQ(read_ddl(newer, 17).complaints(),
            (Names{"1:30: storage parameter autovacuum_vacuum_max_threshold needs PostgreSQL 18; "
                   "the node runs 17"}));
  EXPECT_EQ(read_ddl(newer, 18).table("public.t").autovacuum.vacuum_max_threshold, 9);
}

TEST(CreateTable, EnumsAndDomainsResolveAndOtherTypesAreLeftToTheLoader) {
  const Read read = read_ddl(
      "CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('a'); CREATE DOMAIN mail AS varchar(99) NOT "
      "NULL;"
      "CREATE DOMAIN work_mail AS mail DEFAULT 'x'; CREATE TYPE pair AS (a int, b int);"
      "CREATE TABLE t (m s.mood, w work_mail, g geometry(Point, 4326), p pair, c citext, b "
      "bigintt);");
  EXPECT_EQ(read.complaints(), Names{});
  const models::Table& table = read.table("public.t");
  EXPECT_TRUE(table.columns[0].is_enum);
  EXPECT_EQ(table.columns[0].type, "s.mood");
  EXPECT_EQ(table.columns[1].type, "character varying");
  EXPECT_EQ(table.columns[1].typmod, 99);
  EXPECT_TRUE(table.columns[1].not_null && table.columns[1].has_default);
  EXPECT_EQ(table.columns[4].type, "text");  // citext has the same bytes
  Names unresolved;
  for (const UnresolvedType& type : read.schema.unresolved)
    unresolved.push_back(type.column + " " + type.type);
  EXPECT_EQ(unresolved, (Names{"g geometry", "p pair", "b bigintt"}));
  EXPECT_EQ(read.schema.unresolved[0].problem.hint,
            "give its average bytes: tables: {public.t: {widths: {g: 40}}}");
  EXPECT_TRUE(read.schema.unresolved[2].problem.hint.starts_with("did you mean bigint?"));
}

TEST(CreateTable, ConstraintsBecomeIndexesUnderPostgresNames) {
  const Read read = read_ddl(
      "CREATE TABLE o (id int PRIMARY KEY, n text UNIQUE, p int, q int, UNIQUE (p, q) INCLUDE (n) "
      "WITH (fillfactor = 60));"
      "CREATE TABLE l (o int REFERENCES o ON DELETE CASCADE, k int CONSTRAINT named UNIQUE);");
  Names indexes;
  for (const models::Index& index : read.table("public.o").indexes) indexes.push_back(index.name);
  EXPECT_EQ(indexes, (Names{"o_pkey", "o_n_key", "o_p_q_n_key"}));
  const models::Index& wide = read.table("public.o").indexes[2];
  EXPECT_EQ(wide.keys.size(), 2U);
  EXPECT_EQ(wide.includes.size(), 1U);
  EXPECT_EQ(wide.fillfactor, 60);
  EXPECT_TRUE(read.table("public.o").columns[0].not_null);
  const models::ForeignKey& key = read.table("public.l").foreign_keys.at(0);
  EXPECT_EQ(key.name, "l_o_fkey");
  EXPECT_EQ(key.referenced, "public.o");
  EXPECT_EQ(key.on_delete, 'c');
  EXPECT_EQ(read.table("public.l").indexes[0].name, "named");
}

TEST(CreateTable, LikeInheritsAndPartitionsCarryColumnsAndIndexes) {
  const Read read = read_ddl(
      "CREATE TABLE p (id int, at date, v text DEFAULT 'x', PRIMARY KEY (id, at)) PARTITION BY "
      "RANGE (at);"
      "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
      "CREATE TABLE q (LIKE p INCLUDING INDEXES); \nCREATE TABLE c (extra int) INHERITS (p1x);"
      "CREATE TABLE base (id int); CREATE TABLE kid (more text) INHERITS (base);");
  EXPECT_EQ(read.complaints(), (Names{"2:38: table p1x does not exist"}));
  EXPECT_EQ(read.table("public.p").kind, models::Table::Kind::partitioned);
  EXPECT_EQ(read.table("public.p1").indexes.at(0).name, "p1_pkey");
  EXPECT_TRUE(read.table("public.p1").columns[2].has_default);
  EXPECT_FALSE(read.table("public.q").columns[2].has_default);  // not INCLUDING DEFAULTS
  EXPECT_EQ(read.table("public.q").indexes.at(0).name, "q_pkey");
  EXPECT_EQ(read.table("public.kid").columns.size(), 2U);
  const Parent& parent = read.schema.parents.at("public.p1").at(0);
  EXPECT_EQ(parent.table, "public.p");
  EXPECT_TRUE(parent.partition);
  EXPECT_EQ(parent.bound, "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')");
  EXPECT_EQ(read.schema.partition_keys.at("public.p"), "RANGE (at)");
  EXPECT_EQ(read.schema.parents.count("public.kid"), 1U);
}

TEST(CreateIndex, KeepsExpressionsPredicatesAndWhatTheyRead) {
  const Read read = read_ddl(
      "CREATE TABLE t (a int, b text, c jsonb, d int);"
      "CREATE INDEX i ON t USING btree (lower(b) text_pattern_ops DESC, (a + d), c) INCLUDE (d)"
      " WITH (fillfactor = 75, deduplicate_items = off) WHERE (a > 1) AND d IS NOT NULL;"
      "CREATE INDEX ON t USING gin (c jsonb_path_ops);");
  EXPECT_EQ(read.complaints(), Names{});
  const models::Table& table = read.table("public.t");
  const models::Index& index = table.indexes.at(0);
  EXPECT_EQ(index.keys[0].expression, "lower(b)");
  EXPECT_EQ(names_of(table, index.keys[0].uses), (Names{"b"}));
  EXPECT_EQ(index.keys[1].expression, "(a + d)");
  EXPECT_EQ(names_of(table, index.keys[1].uses), (Names{"a", "d"}));
  EXPECT_EQ(index.keys[2].column, 2);
  EXPECT_EQ(index.includes.at(0).column, 3);
  EXPECT_EQ(index.predicate, "(a > 1) AND d IS NOT NULL");
  EXPECT_EQ(names_of(table, index.predicate_uses), (Names{"a", "d"}));
  EXPECT_EQ(index.fillfactor, 75);
  EXPECT_FALSE(index.deduplicate);
  EXPECT_EQ(table.indexes.at(1).method, models::Index::Method::gin);
  EXPECT_EQ(table.indexes.at(1).name, "t_c_idx");
}

TEST(CreateIndex, OfAMethodThatIsNotSimulatedIsLeftOutWithAWarning) {
  const Read read = read_ddl("CREATE TABLE t (v text); CREATE INDEX ON t USING hnsw (v);");
  ASSERT_EQ(read.problems.size(), 1U);
  EXPECT_EQ(read.problems[0].severity, Problem::Severity::warning);
  EXPECT_TRUE(read.table("public.t").indexes.empty());
}

TEST(SearchPath, DecidesWhereUnqualifiedNamesLive) {
  const Read read = read_ddl(
      "CREATE TABLE a (x int); SET search_path TO app, public; CREATE TABLE b (x int REFERENCES "
      "nothing);"
      "CREATE TABLE c (x int); CREATE INDEX ON a (x); CREATE INDEX ON c (x);"
      "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE s.d (y int);");
  EXPECT_EQ(read.complaints(), (Names{"1:90: table nothing does not exist"}));
  EXPECT_EQ(read.table("app.c").indexes.at(0).name, "c_x_idx");
  EXPECT_EQ(read.table("public.a").indexes.size(), 1U);
  EXPECT_EQ(read.table("s.d").columns.size(), 1U);
  EXPECT_TRUE(read.schema.search_path.empty());
}

TEST(Ddl, EveryErrorIsReportedWithItsPlaceAndFollowUpsAreNot) {
  const Read read = read_ddl(
      "CREATE TABLE good (a int);\n"
      "CREATE TABLE bad (a int,, b int);\n"
      "ALTER TABLE bad ADD PRIMARY KEY (a);\n"
      "CREATE INDEX ON bad (a);\n"
      "CREATE INDEX ON good (aa);\n"
      "ALTER TABLE goof ADD b int;\n"
      "SELEC 1;\n");
  EXPECT_EQ(
      read.complaints(),
      (Names{"2:25: syntax error at or near \",\"", "5:23: table public.good has no column aa",
             "6:13: table goof does not exist", "7:1: syntax error at or near \"SELEC\""}));
  EXPECT_EQ(read.problems[2].hint, "did you mean good?");
  EXPECT_EQ(read.problems[0].source_line, "CREATE TABLE bad (a int,, b int);");
  EXPECT_EQ(read.schema.tables.size(), 1U);
}

TEST(Ddl, AFailedTableLeavesNoTraceOfItself) {
  const Read read = read_ddl(
      "CREATE TABLE t (id serial PRIMARY KEY, g geometry, CHECK (id > 0), \nFOREIGN KEY (idd) "
      "REFERENCES t);"
      "CREATE TABLE u (id int PRIMARY KEY); CREATE INDEX t_pkey ON u (id);");
  EXPECT_EQ(read.complaints(), (Names{"2:14: table public.t has no column idd"}));
  EXPECT_EQ(read.schema.tables.size(), 1U);
  EXPECT_TRUE(read.schema.unresolved.empty());
  EXPECT_TRUE(read.schema.checks.empty());
  EXPECT_EQ(read.schema.tables[0].indexes.size(), 2U);
}

TEST(Ddl, ManyErrorsStopTheReading) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "CREATE TABL t;\n";
  const Read read = read_ddl(text);
  EXPECT_EQ(read.problems.size(), 101U);
  EXPECT_EQ(read.problems.back().message, "more than 100 errors; the rest was not read");
}

TEST(Ddl, SeveralFilesAddUp) {
  Schema schema;
  std::vector<Problem> problems;
  load_ddl({"CREATE TYPE m AS ENUM ('a'); CREATE TABLE a (id int PRIMARY KEY);", "a.sql"}, 15,
           schema, problems);
  load_ddl({"CREATE TABLE b (a int REFERENCES a, m m); CREATE TABLE a (x int);", "b.sql"}, 15,
           schema, problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].file, "b.sql");
  EXPECT_EQ(problems[0].message, "public.a exists already");
  EXPECT_TRUE(schema.tables.at(1).columns[1].is_enum);
}

}  // namespace
}  // namespace sql
