#include <gtest/gtest.h>

#include "tests/tools/sql/read.hpp"

namespace sql {
namespace {

using Kind = models::StatementKind;

class StatementTest : public testing::Test {
 protected:
  StatementTest() {
    load_ddl({read_file("shop.sql"), "shop.sql"}, 15, schema_, problems_);
    EXPECT_TRUE(problems_.empty());
  }

  ParsedStatement parse(const std::string& text) {
    problems_.clear();
    auto parsed = parse_statement({text, "workload.yaml", 7, 12, 10}, 15, catalog_, problems_);
    for (const Problem& problem : problems_) ADD_FAILURE() << text << ": " << problem.message;
    return parsed.value_or(ParsedStatement{});
  }
  Names refused(const std::string& text) {
    problems_.clear();
    EXPECT_FALSE(parse_statement({text, "q.sql"}, 15, catalog_, problems_)) << text;
    Names texts;
    for (const Problem& problem : problems_)
      texts.push_back(std::to_string(problem.line) + ":" + std::to_string(problem.column) + ": " +
                      problem.message + (problem.hint.empty() ? "" : " | " + problem.hint));
    return texts;
  }
  Names columns(const models::Statement& statement, const std::vector<int>& columns) const {
    return names_of(schema_.tables.at(static_cast<std::size_t>(statement.table)), columns);
  }
  std::string table(int index) const {
    return schema_.tables.at(static_cast<std::size_t>(index)).qualified_name();
  }

  Schema schema_;
  std::vector<Problem> problems_;
  Catalog catalog_{schema_.tables, -1, &schema_, {"shop", "public"}};
};

TEST_F(StatementTest, InsertWritesItsListAndCountsItsRows) {
  const auto one = parse("INSERT INTO orders (customer, total, status) VALUES ($1, $2, DEFAULT)");
  EXPECT_EQ(one.statement.kind, Kind::insert);
  EXPECT_EQ(table(one.statement.table), "shop.orders");
  EXPECT_EQ(columns(one.statement, one.statement.columns),
            (Names{"customer", "total"}));  // DEFAULT writes none
  EXPECT_TRUE(one.rows_known);
  EXPECT_EQ(one.statement.rows.value, 1);
  EXPECT_EQ(one.statement.line, 7);
  EXPECT_EQ(one.statement.column, 12);
  EXPECT_EQ(parse("INSERT INTO orders (customer) VALUES ($1), ($2), ($3)").statement.rows.value, 3);
  const auto bare = parse("INSERT INTO lines VALUES ($1, 2)");
  EXPECT_EQ(columns(bare.statement, bare.statement.columns), (Names{"order_id", "line"}));
  EXPECT_TRUE(parse("INSERT INTO orders DEFAULT VALUES").statement.columns.empty());
}

TEST_F(StatementTest, GeneratedColumnsTakeDefaultOnly) {
  const auto insert = parse("INSERT INTO sums VALUES (1, DEFAULT, 3), (2, DEFAULT, 4)");
  EXPECT_EQ(columns(insert.statement, insert.statement.columns), (Names{"a", "b"}));
  const auto copy = parse("COPY sums FROM STDIN");
  EXPECT_EQ(columns(copy.statement, copy.statement.columns), (Names{"a", "b"}));
  EXPECT_EQ(refused("INSERT INTO sums (a, twice) VALUES (1, 2)"),
            (Names{"1:22: column twice is generated: it takes DEFAULT only"}));
  EXPECT_EQ(refused("UPDATE sums SET twice = 1"),
            (Names{"1:17: column twice is generated: it takes DEFAULT only"}));
}

TEST_F(StatementTest, InsertFromAQueryKnowsItsRowsOnlyFromConstants) {
  EXPECT_EQ(parse("INSERT INTO lines (order_id, line) SELECT g, 1 FROM generate_series(1, 500) g")
                .statement.rows.value,
            500);
  EXPECT_EQ(parse("INSERT INTO lines (order_id, line) SELECT a, b FROM generate_series(-4, 5) a, "
                  "generate_series(10, 1, -3) b")
                .statement.rows.value,
            40);  // ten times 10, 7, 4, 1
  EXPECT_EQ(
      parse("INSERT INTO lines (order_id) SELECT 1 UNION ALL SELECT 2 UNION ALL VALUES (3), (4)")
          .statement.rows.value,
      4);
  for (const char* unknown :
       {"INSERT INTO lines (order_id) SELECT id FROM orders",
        "INSERT INTO lines (order_id) SELECT 1 LIMIT 5",
        "INSERT INTO lines (order_id) SELECT g FROM generate_series(1, $1) g",
        "INSERT INTO lines (order_id) SELECT g FROM generate_series(1, 10) g WHERE g > 3"})
    EXPECT_FALSE(parse(unknown).rows_known) << unknown;
  const auto read = parse(
      "INSERT INTO lines (order_id) SELECT o.id FROM orders o JOIN customers c ON c.id = "
      "o.customer");
  EXPECT_EQ(read.statement.reads.size(), 2U);
}

TEST_F(StatementTest, UpsertKnowsItsArbiterAndBothBranches) {
  const auto upsert = parse(
      "INSERT INTO customers AS c (id, email, name) VALUES ($1, $2, $3) ON CONFLICT (email) DO "
      "UPDATE"
      " SET name = excluded.name, email = c.email, visits = c.visits + 1 WHERE c.name <> "
      "excluded.name");
  EXPECT_EQ(upsert.statement.kind, Kind::upsert);
  EXPECT_TRUE(upsert.statement.conflict_updates);
  EXPECT_EQ(columns(upsert.statement, upsert.statement.conflict_columns), (Names{"email"}));
  EXPECT_EQ(columns(upsert.statement, upsert.statement.columns),
            (Names{"id", "email", "name", "changed_at"}));
  EXPECT_EQ(columns(upsert.statement, upsert.statement.update_columns),
            (Names{"name", "email", "visits", "changed_at", "vip"}));
  EXPECT_EQ(columns(upsert.statement, upsert.statement.unchanged), (Names{"email"}));
  const auto nothing = parse(
      "INSERT INTO lines (order_id, line) VALUES (1, 2) ON CONFLICT ON CONSTRAINT lines_pkey DO "
      "NOTHING");
  EXPECT_FALSE(nothing.statement.conflict_updates);
  EXPECT_EQ(columns(nothing.statement, nothing.statement.conflict_columns),
            (Names{"order_id", "line"}));
  EXPECT_TRUE(parse("INSERT INTO lines (order_id) VALUES (1) ON CONFLICT DO NOTHING")
                  .statement.conflict_columns.empty());
  EXPECT_EQ(
      refused("INSERT INTO orders (total) VALUES (1) ON CONFLICT (total) DO NOTHING"),
      (Names{"1:51: no unique index of shop.orders fits this ON CONFLICT | unique are (id)"}));
}

TEST_F(StatementTest, UpdateByAUniqueKeyIsOneRow) {
  const auto update = parse(
      "UPDATE orders SET total = total + $1, status = 'paid', customer = customer WHERE id = $2 "
      "AND total > 0");
  EXPECT_EQ(update.statement.kind, Kind::update);
  EXPECT_EQ(columns(update.statement, update.statement.columns),
            (Names{"total", "status", "customer"}));
  EXPECT_EQ(columns(update.statement, update.statement.unchanged), (Names{"customer"}));
  EXPECT_EQ(columns(update.statement, update.statement.predicate_columns), (Names{"id", "total"}));
  EXPECT_TRUE(update.rows_known);
  EXPECT_EQ(parse("UPDATE lines SET quantity = 1 WHERE 3 = line AND order_id IN (1, 2, $1)")
                .statement.rows.value,
            3);
  EXPECT_EQ(parse("UPDATE orders SET total = 1 WHERE id = (SELECT max(order_id) FROM lines)")
                .statement.rows.value,
            1);
  EXPECT_EQ(parse("UPDATE orders SET total = 1 WHERE id = ANY(ARRAY[1, 2]::bigint[])")
                .statement.rows.value,
            2);
  EXPECT_EQ(parse("DELETE FROM lines WHERE (order_id, line) = ($1, $2)").statement.rows.value, 1);
  for (const char* unknown :
       {"UPDATE orders SET total = 1", "UPDATE lines SET quantity = 1 WHERE order_id = 5",
        "UPDATE orders SET total = 1 WHERE id > 5",
        "UPDATE orders SET total = 1 WHERE id = 5 OR id = 6",
        "UPDATE orders o SET total = 1 FROM lines l WHERE o.id = l.order_id",
        "UPDATE orders SET total = 1 WHERE id = total",
        "UPDATE customers SET name = 'x' WHERE nick = 'only unique where active'"})
    EXPECT_FALSE(parse(unknown).rows_known) << unknown;
}

TEST_F(StatementTest, UpdateOfSeveralColumnsAtOnceAndFromOtherTables) {
  const auto update = parse(
      "UPDATE ONLY orders AS o SET (total, status) = (o.total, 'x'), customer = c.id FROM "
      "customers c WHERE c.id = o.customer");
  EXPECT_EQ(columns(update.statement, update.statement.columns),
            (Names{"total", "status", "customer"}));
  EXPECT_EQ(columns(update.statement, update.statement.unchanged), (Names{"total"}));
  EXPECT_EQ(columns(update.statement, update.statement.predicate_columns), (Names{"customer"}));
  ASSERT_EQ(update.statement.reads.size(), 1U);
  EXPECT_EQ(table(update.statement.reads[0]), "shop.customers");
  const auto row = parse("UPDATE orders SET (total, status) = (SELECT 1, 'x') WHERE id = 1");
  EXPECT_EQ(columns(row.statement, row.statement.columns), (Names{"total", "status"}));
}

TEST_F(StatementTest, BeforeTriggersWriteWhatTheyAssign) {
  // touch assigns changed_at on every write of customers; rank assigns vip when visits is set.
  const auto plain = parse("UPDATE customers SET name = $1, changed_at = changed_at WHERE id = $2");
  EXPECT_EQ(columns(plain.statement, plain.statement.columns), (Names{"name", "changed_at"}));
  EXPECT_TRUE(plain.statement.unchanged.empty());
  const auto visited = parse("UPDATE customers SET visits = visits + 1 WHERE id = $1");
  EXPECT_EQ(columns(visited.statement, visited.statement.columns),
            (Names{"visits", "changed_at", "vip"}));
}

TEST_F(StatementTest, DeleteNotesItsPredicateAndWhatItReads) {
  const auto deleted = parse(
      "DELETE FROM orders USING customers c WHERE c.id = customer AND placed < now() - interval "
      "'30 days'"
      " AND NOT EXISTS (SELECT 1 FROM lines l WHERE l.order_id = orders.id)");
  EXPECT_EQ(deleted.statement.kind, Kind::delete_);
  EXPECT_EQ(columns(deleted.statement, deleted.statement.predicate_columns),
            (Names{"customer", "placed", "id"}));
  EXPECT_EQ(deleted.statement.reads.size(), 2U);
  EXPECT_FALSE(deleted.rows_known);
  EXPECT_EQ(parse("DELETE FROM lines WHERE order_id = $1 AND line = $2").statement.rows.value, 1);
}

TEST_F(StatementTest, MergeHasColumnsOfBothBranches) {
  const auto merge = parse(
      "MERGE INTO lines t USING (SELECT id FROM orders) s ON t.order_id = s.id AND t.line = 1 WHEN "
      "MATCHED AND t.quantity > 5 THEN DELETE"
      " WHEN MATCHED THEN UPDATE SET quantity = t.quantity + 1 WHEN NOT MATCHED THEN INSERT "
      "(order_id, line) VALUES (s.id, 1)");
  EXPECT_EQ(merge.statement.kind, Kind::merge);
  EXPECT_TRUE(merge.statement.merge_deletes);
  EXPECT_EQ(columns(merge.statement, merge.statement.columns), (Names{"order_id", "line"}));
  EXPECT_EQ(columns(merge.statement, merge.statement.update_columns), (Names{"quantity"}));
  EXPECT_EQ(columns(merge.statement, merge.statement.predicate_columns),
            (Names{"order_id", "line"}));
  EXPECT_FALSE(merge.rows_known);
}

TEST_F(StatementTest, SelectNamesItsTableAndWhetherItLocks) {
  const auto plain = parse(
      "SELECT c.name, sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer WHERE "
      "o.status = $1 GROUP BY c.name ORDER BY 2");
  EXPECT_EQ(plain.statement.kind, Kind::select);
  EXPECT_EQ(table(plain.statement.table), "shop.orders");
  EXPECT_EQ(columns(plain.statement, plain.statement.predicate_columns), (Names{"status"}));
  ASSERT_EQ(plain.statement.reads.size(), 1U);
  EXPECT_FALSE(plain.statement.locks_rows);
  const auto lock = parse("SELECT * FROM orders WHERE id = $1 FOR UPDATE SKIP LOCKED");
  EXPECT_TRUE(lock.statement.locks_rows && lock.rows_known);
  EXPECT_FALSE(parse("SELECT * FROM orders WHERE status = 'new' FOR NO KEY UPDATE").rows_known);
  EXPECT_EQ(
      table(parse("SELECT 1 FROM orders o, customers c WHERE c.id = o.customer FOR SHARE OF c")
                .statement.table),
      "shop.customers");
  EXPECT_EQ(parse("SELECT 1").statement.table, -1);
  EXPECT_EQ(parse("SELECT count(*) FROM pg_stat_activity").statement.table, -1);
}

TEST_F(StatementTest, ViewsStandForTheTablesTheyRead) {
  const auto select = parse("SELECT * FROM open_orders WHERE name = 'x'");
  EXPECT_EQ(table(select.statement.table), "shop.customers");
  ASSERT_EQ(select.statement.reads.size(), 1U);
  EXPECT_EQ(table(select.statement.reads[0]), "shop.orders");
  EXPECT_EQ(refused("UPDATE open_orders SET total = 1"),
            (Names{"1:8: UPDATE of shop.open_orders, which is a view | name the table that takes "
                   "the write"}));
}

TEST_F(StatementTest, AWriteInsideWithIsTheStatement) {
  const auto moved = parse(
      "WITH gone AS (DELETE FROM orders WHERE id = $1 RETURNING *) SELECT count(*) FROM gone, "
      "customers");
  EXPECT_EQ(moved.statement.kind, Kind::delete_);
  EXPECT_EQ(table(moved.statement.table), "shop.orders");
  EXPECT_EQ(moved.statement.rows.value, 1);
  EXPECT_EQ(moved.statement.reads.size(), 1U);
  const auto picked = parse(
      "WITH batch AS (SELECT id FROM orders WHERE status = 'new' LIMIT 100 FOR UPDATE SKIP LOCKED)"
      " UPDATE orders SET status = 'paid' FROM batch WHERE orders.id = batch.id");
  EXPECT_EQ(picked.statement.kind, Kind::update);
  EXPECT_FALSE(picked.rows_known);
  EXPECT_EQ(refused("WITH gone AS (DELETE FROM orders RETURNING id) INSERT INTO lines (order_id) "
                    "SELECT id FROM gone"),
            (Names{"1:27: a second write in one statement | list each INSERT, UPDATE, DELETE and "
                   "MERGE of a WITH as a statement of its own, in one transaction"}));
}

TEST_F(StatementTest, UtilityStatementsHaveShapesToo) {
  const auto copy = parse("COPY lines (order_id, line) FROM STDIN WITH (FORMAT csv)");
  EXPECT_EQ(copy.statement.kind, Kind::copy);
  EXPECT_EQ(columns(copy.statement, copy.statement.columns), (Names{"order_id", "line"}));
  EXPECT_FALSE(copy.rows_known);
  EXPECT_EQ(parse("TRUNCATE TABLE ONLY lines RESTART IDENTITY").statement.kind, Kind::truncate);
  const auto refresh = parse("REFRESH MATERIALIZED VIEW CONCURRENTLY daily");
  EXPECT_EQ(refresh.statement.kind, Kind::refresh);
  EXPECT_TRUE(refresh.statement.concurrently);
  EXPECT_EQ(refresh.statement.reads.size(), 1U);
  EXPECT_EQ(parse("VACUUM (FREEZE, ANALYZE) orders").statement.kind, Kind::vacuum);
  EXPECT_EQ(parse("VACUUM").statement.table, -1);
  EXPECT_EQ(parse("ANALYZE orders (total)").statement.kind, Kind::analyze);
  EXPECT_EQ(parse("CHECKPOINT;").statement.kind, Kind::checkpoint);
}

TEST_F(StatementTest, WhatHasNoShapeIsRefusedByName) {
  EXPECT_EQ(refused("CALL archive()"), (Names{"1:1: CALL has no shape that can be simulated | list "
                                              "the statements that the procedure executes"}));
  EXPECT_EQ(refused("do $$ begin end $$").at(0).substr(0, 42),
            "1:1: DO has no shape that can be simulated");
  for (const char* text :
       {"EXPLAIN SELECT 1", "LOCK orders", "BEGIN", "CREATE TABLE x (a int)", "SELECT 1 INTO x",
        "SET work_mem = 1", "COPY orders TO STDOUT", "VACUUM FULL orders", "TRUNCATE orders, lines",
        "VACUUM orders, lines", "PREPARE p AS SELECT 1", "REFRESH MATERIALIZED VIEW orders",
        "NOTIFY x", "SELECT 1; SELECT 2", "", "  -- nothing", "\\x",
        "INSERT INTO remote (id) VALUES (1)"})
    EXPECT_EQ(refused(text).size(), 1U) << text;
}

TEST_F(StatementTest, UnknownNamesAreErrorsWithTheNearestSpelling) {
  EXPECT_EQ(refused("UPDATE ordres SET total = 1"),
            (Names{"1:8: table ordres does not exist | did you mean orders?"}));
  EXPECT_EQ(refused("UPDATE other.orders SET total = 1"),
            (Names{"1:8: table other.orders does not exist | did you mean shop.orders?"}));
  EXPECT_EQ(refused("SELECT * FROM loose"),
            (Names{"1:15: table loose does not exist | did you mean elsewhere.loose?"}));
  EXPECT_EQ(refused("UPDATE orders SET totall = 1, statuss = stat WHERE customr = 2"),
            (Names{"1:19: table shop.orders has no column totall | did you mean total?",
                   "1:41: table shop.orders has no column stat",
                   "1:31: table shop.orders has no column statuss | did you mean status?",
                   "1:52: table shop.orders has no column customr | did you mean customer?"}));
}

TEST_F(StatementTest, ColumnsOfSubqueriesAndAliasesAreChecked) {
  EXPECT_EQ(refused("SELECT x.idd FROM (SELECT id FROM orders) x").size(), 1U);
  EXPECT_EQ(refused("SELECT o.id FROM orders"),
            (Names{"1:8: o is no table or alias of this statement"}));
  EXPECT_EQ(refused("INSERT INTO lines (order_id) SELECT nope FROM orders"),
            (Names{"1:37: table shop.orders has no column nope"}));
  EXPECT_EQ(refused("INSERT INTO lines (order_id, line) VALUES (1)"),
            (Names{"1:1: INSERT lists 2 columns but gives 1 values"}));
  EXPECT_EQ(refused("INSERT INTO lines (order_id) VALUES (1, 2)"),
            (Names{"1:1: INSERT gives 2 values for 1 columns"}));
  parse(
      "SELECT o.ctid, count(o), count(o.*), (o.address).city FROM orders o, LATERAL (SELECT o.id "
      "AS k) l WHERE l.k = o.id GROUP BY o.ctid, o.address");
  parse(
      "SELECT s.n FROM customers c CROSS JOIN LATERAL (SELECT count(*) AS n FROM orders WHERE "
      "customer = c.id) s ORDER BY n");
  parse(
      "SELECT e.key, u.x FROM orders o, jsonb_each(o.extra) e, unnest(ARRAY[1, 2]) AS u (x), "
      "some_function(o.id) f WHERE f.anything > 1");
}

TEST_F(StatementTest, ParametersComeInThreeSpellings) {
  for (const char* text :
       {"UPDATE orders SET total = :total, status = :'status' WHERE id = :id",
        "UPDATE orders SET total=?, status = ? WHERE id=?",
        "UPDATE orders SET total = $1, status = $2 WHERE id = $3",
        "UPDATE orders SET total = ?::numeric, extra = extra - ? WHERE id IN (?)",
        "UPDATE orders SET total = 1 WHERE extra ? 'key' AND extra ?| ARRAY[?] AND id = ? ",
        "UPDATE orders SET total = (ARRAY[1,2])[1:2][?] WHERE placed < now() - interval ? AND id = "
        "?"}) {
    const auto update = parse(text);
    EXPECT_EQ(update.statement.rows.value, 1) << text;
    EXPECT_TRUE(update.rows_known) << text;
  }
}

TEST_F(StatementTest, OnlyTablesOfTheDatabaseCount) {
  for (models::Table& table : schema_.tables) table.database = table.name == "orders" ? 1 : 0;
  Catalog one{schema_.tables, 1, &schema_, {"shop"}};
  std::vector<Problem> problems;
  EXPECT_TRUE(parse_statement({"UPDATE orders SET total = 1", ""}, 15, one, problems));
  EXPECT_FALSE(parse_statement({"UPDATE lines SET quantity = 1", ""}, 15, one, problems));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].hint, "declare it in the DDL of the domain's database");
}

TEST_F(StatementTest, ErrorsInABlockPointAtTheFilesOwnLine) {
  std::vector<Problem> problems;
  // sql: |            # line 20, content indented by ten
  parse_statement(
      {"UPDATE orders\nSET total = 1,\n    nothing_like = 2\nWHERE id = 3\n", "s.yaml", 21, 11, 10},
      15, catalog_, problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].line, 23);
  EXPECT_EQ(problems[0].column, 15);
  EXPECT_EQ(problems[0].source_line, "              nothing_like = 2");
}

}  // namespace
}  // namespace sql
