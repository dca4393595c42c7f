#include <gtest/gtest.h>

#include "tests/tools/sql/read.hpp"

namespace sql {
namespace {

constexpr const char* base =
    "CREATE TABLE t (id bigint PRIMARY KEY, n int, f real, name varchar(20), at timestamptz, day "
    "date, j jsonb,"
    " tags text[], price numeric(8,2));";

Names columns_of(const std::string& query) {
  const Read read = read_ddl(std::string{base} + "CREATE TABLE made AS " + query + ";");
  Names columns = read.complaints();
  for (const models::Table& table : read.schema.tables)
    if (table.name == "made")
      for (const models::Column& column : table.columns)
        columns.push_back(column.name + " " + column.type);
  return columns;
}

TEST(CreateTableAs, TakesColumnsAndTypesFromTables) {
  EXPECT_EQ(columns_of("SELECT *, t.n AS again, id::text FROM t WHERE false"),
            (Names{"id bigint", "n integer", "f real", "name character varying",
                   "at timestamp with time zone", "day date", "j jsonb", "tags text[]",
                   "price numeric", "again integer", "id text"}));
  EXPECT_EQ(
      columns_of("SELECT a.id, b.* FROM t a JOIN (SELECT id, n * 2 AS twice FROM t) b USING (id)"),
      (Names{"id bigint", "id bigint", "twice integer"}));
  EXPECT_EQ(
      columns_of("SELECT * FROM (SELECT id, n FROM t) a JOIN (SELECT id, f FROM t) b USING (id)"),
      (Names{"id bigint", "n integer", "f real"}));
}

TEST(CreateTableAs, TypesAggregatesAndExpressions) {
  EXPECT_EQ(columns_of("SELECT count(*), sum(n), sum(id), avg(n), max(at), sum(f), array_agg(n), "
                       "string_agg(name, ',') FROM t"),
            (Names{"count bigint", "sum bigint", "sum numeric", "avg numeric",
                   "max timestamp with time zone", "sum real", "array_agg integer[]",
                   "string_agg text"}));
  EXPECT_EQ(columns_of("SELECT n + id, n / 2.0, day - day, day + 1, at - at, at + interval '1 "
                       "day', n > 1, name || 'x', j -> 'a', "
                       "j ->> 'a', tags[1], -n, price * 2 FROM t"),
            (Names{"?column? bigint", "?column? numeric", "?column? integer", "?column? date",
                   "?column? interval", "?column? timestamp with time zone", "?column? boolean",
                   "?column? text", "?column? jsonb", "?column? text", "tags text",
                   "?column? integer", "?column? numeric"}));
  EXPECT_EQ(columns_of("SELECT CASE WHEN n > 1 THEN 'a' ELSE name END, coalesce(n, 0), now(), "
                       "date_trunc('day', at), "
                       "extract(year FROM at), row_number() OVER (), EXISTS (SELECT 1), (SELECT "
                       "max(id) FROM t), ARRAY[n], "
                       "CURRENT_DATE, 1, 5000000000, 1.5, true, 'x', NULL FROM t"),
            (Names{"name character varying", "coalesce integer", "now timestamp with time zone",
                   "date_trunc timestamp with time zone", "extract numeric", "row_number bigint",
                   "exists boolean", "max bigint", "array integer[]", "current_date date",
                   "?column? integer", "?column? bigint", "?column? numeric", "?column? boolean",
                   "?column? text", "?column? text"}));
}

TEST(CreateTableAs, ReadsWithSetOperationsAndValues) {
  EXPECT_EQ(
      columns_of(
          "WITH w (a) AS (SELECT id FROM t), r AS (SELECT a, 'x' AS b FROM w) SELECT * FROM r"),
      (Names{"a bigint", "b text"}));
  EXPECT_EQ(columns_of("SELECT n FROM t UNION ALL SELECT id FROM t"), (Names{"n bigint"}));
  EXPECT_EQ(columns_of("VALUES (1, NULL), (2, 'b')"), (Names{"column1 integer", "column2 text"}));
  EXPECT_EQ(
      columns_of(
          "SELECT g, x.value FROM generate_series(1, 10) g, jsonb_array_elements('[]'::jsonb) x"),
      (Names{"g integer", "value jsonb"}));
  EXPECT_EQ(
      columns_of(
          "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r"),
      (Names{"n integer"}));
}

TEST(CreateTableAs, LeavesWhatCannotBeDerivedToTheLoader) {
  const Read read = read_ddl(
      std::string{base} + "CREATE MATERIALIZED VIEW v AS SELECT id, my_function(n) AS odd FROM t;");
  EXPECT_EQ(read.complaints(), Names{});
  ASSERT_EQ(read.schema.unresolved.size(), 1U);
  EXPECT_EQ(read.schema.unresolved[0].column, "odd");
  EXPECT_EQ(read.schema.unresolved[0].type, "");
  EXPECT_EQ(read.schema.unresolved[0].problem.message,
            "the type of column odd of public.v cannot be derived");
  EXPECT_EQ(columns_of("SELECT * FROM my_function()"),
            (Names{"1:154: the columns of public.made cannot be derived"}));
}

TEST(Views, KeepTheirQueryAndWhatTheyRead) {
  const Read read = read_ddl(std::string{base} +
                             "CREATE MATERIALIZED VIEW m (a, b) WITH (fillfactor = 80) TABLESPACE "
                             "x AS SELECT id, max(n) FROM t GROUP BY id WITH NO DATA;"
                             "CREATE VIEW v AS SELECT a FROM m WITH CASCADED CHECK OPTION; CREATE "
                             "OR REPLACE VIEW v AS SELECT a, b FROM m;"
                             "CREATE UNIQUE INDEX ON m (a);");
  EXPECT_EQ(read.complaints(), Names{});
  const models::Table& view = read.table("public.m");
  EXPECT_EQ(view.definition, "SELECT id, max(n) FROM t GROUP BY id");
  EXPECT_EQ(view.fillfactor, 80);
  EXPECT_EQ(view.columns[1].name, "b");
  EXPECT_EQ(view.indexes.at(0).name, "m_a_idx");
  EXPECT_EQ(read.table("public.v").definition, "SELECT a, b FROM m");
  EXPECT_EQ(read.table("public.v").kind, models::Table::Kind::view);
  EXPECT_EQ(read.schema.view_reads.at("public.v"), (Names{"public.m"}));
}

TEST(Views, OfTablesOutsideTheDdlAreNoError) {
  const Read read =
      read_ddl("CREATE VIEW v AS SELECT s.relname, x.* FROM pg_stat_user_tables s, elsewhere x;");
  EXPECT_EQ(read.complaints(), Names{});
  EXPECT_TRUE(read.table("public.v").columns.empty());  // what * gives is not known
}

}  // namespace
}  // namespace sql
