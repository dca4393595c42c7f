// Whatever is written, time and memory stay in bounds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/tools/sql/read.hpp"

namespace sql {
namespace {

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

std::string wide_table(const std::string& name, int columns) {
  std::string text = "CREATE TABLE " + name + " (c0 int";
  for (int i = 1; i < columns; ++i) text += fmt::format(", c{} int", i);
  return text + ");";
}

TEST(Limits, ATableHasAtMost1600Columns) {
  EXPECT_EQ(read_ddl(wide_table("t", 1'600)).complaints(), Names{});
  EXPECT_EQ(read_ddl(wide_table("t", 1'601)).complaints(),
            (Names{"1:14: a table can have at most 1600 columns"}));
  EXPECT_EQ(read_ddl(wide_table("t", 1'600) + "\nALTER TABLE t ADD COLUMN x int;").complaints(),
            (Names{"2:26: a table can have at most 1600 columns"}));
}

TEST(Limits, CopiesOfWideTablesStopBeforeTheMemoryDoes) {
  std::string text = wide_table("t", 1'500);
  for (int i = 0; i < 2'000; ++i) text += fmt::format("CREATE TABLE t{} (LIKE t);", i);
  const Read read = read_ddl(text);
  ASSERT_EQ(read.problems.size(), 1U);
  EXPECT_EQ(read.problems[0].message,
            "more than 1000000 columns or indexes; the rest was not read");
}

TEST(Limits, AStatementOfAMillionTokensIsRefused) {
  EXPECT_EQ(read_ddl("CREATE TABLE t AS VALUES " + repeated("(1),", 300'000) +
                     "(1);\nCREATE TABLE u (a int);")
                .complaints(),
            (Names{"1:1: more than 1000000 words and signs in one statement"}));
  EXPECT_EQ(read_ddl("INSERT INTO t VALUES " + repeated("(1),", 300'000) + "(1)").complaints(),
            Names{});  // not even parsed
}

TEST(Limits, ThousandsOfPartitionsFollowTheirParent) {
  std::string text =
      "CREATE TABLE p (id int, at int, PRIMARY KEY (id, at)) PARTITION BY LIST (at);";
  for (int i = 0; i < 3'000; ++i)
    text += fmt::format("CREATE TABLE p{0} PARTITION OF p FOR VALUES IN ({0});", i);
  const Read read = read_ddl(text + "CREATE INDEX ON p (id); ALTER TABLE p ADD COLUMN x int;");
  EXPECT_EQ(read.complaints(), Names{});
  EXPECT_EQ(read.table("public.p2999").indexes.size(), 2U);
  EXPECT_EQ(read.table("public.p2999").columns.size(), 3U);
}

TEST(Limits, AStatementsProblemsAreToldTwentyTimes) {
  Schema schema;
  std::vector<Problem> problems;
  load_ddl({wide_table("t", 1'600), ""}, 15, schema, problems);
  EXPECT_FALSE(parse_statement({"SELECT " + repeated("nope, ", 50'000) + "1 FROM t", ""}, 15,
                               {schema.tables}, problems));
  EXPECT_EQ(problems.size(), 20U);
}

TEST(Limits, StarsOfWideTablesEndAtPostgresLimit) {
  Schema schema;
  std::vector<Problem> problems;
  load_ddl({wide_table("t", 1'600), ""}, 15, schema, problems);
  EXPECT_FALSE(parse_statement({"SELECT " + repeated("t.*, ", 10'000) + "1 FROM t", ""}, 15,
                               {schema.tables}, problems));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message, "more than 1664 columns in a SELECT");
  problems.clear();
  EXPECT_TRUE(
      parse_statement({"SELECT 1 FROM " + repeated("(SELECT * FROM t) x, ", 10'000) + "t", ""}, 15,
                      {schema.tables}, problems));
}

}  // namespace
}  // namespace sql
