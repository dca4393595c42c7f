// Statements up to 10 000 operators deep are read whatever the shape of their tree; beyond they are
// refused unread.
#include "tools/sql/depth.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <functional>

#include "tests/tools/sql/read.hpp"
#include "tools/sql/lexer.hpp"

namespace sql {
namespace {

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

std::size_t depth_of(const std::string& text) {
  std::vector<Problem> problems;
  const Source source{text, ""};
  const Script script = lex(source, problems);
  return depth(script.pieces.at(0).lexed()).levels;
}

/// As in a thread of a pool: 1 MiB instead of the main thread's 8.
void on_small_stack(std::function<void()> work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{1} << 20);
  pthread_t thread;
  const auto run = [](void* what) -> void* {
    (*static_cast<std::function<void()>*>(what))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &work), 0);
  pthread_attr_destroy(&attributes);
  pthread_join(thread, nullptr);
}

/// What `n` operators of one kind look like.
struct Shape {
  const char* name;
  const char* before;
  const char* part;
  const char* middle;
  const char* closing;
};

std::string text_of(const Shape& shape, std::size_t n) {
  return shape.before + repeated(shape.part, n) + shape.middle + repeated(shape.closing, n);
}

const Shape shapes[] = {
    {"Plus", "SELECT 1", "+1", "", ""},
    {"Concatenation", "SELECT 'a'", "||'a'", "", ""},
    {"And", "SELECT true", " AND true", "", ""},
    {"Or", "SELECT id FROM t WHERE id = 0", " OR id = 1", "", ""},
    {"AndOr", "SELECT true", " AND a OR b", " FROM t", ""},
    {"Not", "SELECT ", "NOT ", "true", ""},
    {"Minus", "SELECT ", "- ", "1", ""},
    {"Cast", "SELECT 1", "::int", "", ""},
    {"Collate", "SELECT 'a'", " COLLATE x", "", ""},
    {"AtTimeZone", "SELECT now()", " AT TIME ZONE 'x'", "", ""},
    {"Any", "SELECT true", " = ANY(b)", " FROM t", ""},
    {"Union", "SELECT 1", " UNION SELECT 1", "", ""},
    {"UnionOfLists", "SELECT 1, 2", " UNION ALL SELECT 1, 2", "", ""},
    {"Join", "SELECT * FROM t", " CROSS JOIN t", "", ""},
    {"JoinOn", "SELECT * FROM t", " JOIN t ON true AND a", "", ""},
    {"Brackets", "SELECT ", "(", "1", ")"},
    {"Calls", "SELECT ", "f(", "1", ")"},
    {"Arrays", "SELECT ", "ARRAY[", "1", "]"},
    {"Subqueries", "SELECT ", "(SELECT ", "1", ")"},
    {"FromSubqueries", "SELECT * FROM ", "(SELECT * FROM ", "t", ") x"},
    {"Cases", "SELECT ", "CASE WHEN true THEN ", "1", " END"},
    {"BracketedSums", "SELECT ", "(", "1", "+1)"},
    {"InLists", "SELECT ", "1 IN (", "1", ")"},
};

class DepthTest : public testing::TestWithParam<Shape> {};

TEST_P(DepthTest, TenThousandAreReadOnASmallStack) {
  Schema schema;
  std::vector<Problem> problems;
  load_ddl({"CREATE TABLE t (id int, a boolean, b boolean[]);", ""}, 15, schema, problems);
  const Shape& shape = GetParam();
  for (const std::size_t n : {std::size_t{90}, deepest / 3, deepest - 2}) {
    const std::string statement = text_of(shape, n);
    std::size_t reported = 0;
    on_small_stack([&] {
      std::vector<Problem> said;
      parse_statement({statement, ""}, 15, {schema.tables, -1, &schema}, said);
      load_ddl({"CREATE VIEW v AS " + statement + "; CREATE TABLE c AS " + statement, ""}, 15,
               schema, said);
      for (const Problem& problem : said) reported += problem.message.size() < 200 ? 1 : 1'000;
    });
    // PostgreSQL's own parser gives up on some before 10 000: an error then, said once per
    // statement.
    EXPECT_LE(reported, 4U);
  }
}

TEST_P(DepthTest, MoreAreRefusedBeforeParsing) {
  const Shape& shape = GetParam();
  std::vector<Problem> problems;
  const std::vector<models::Table> tables;
  parse_statement({text_of(shape, deepest + 1), ""}, 15, {tables}, problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message, "more than 10000 operators nested or chained in one statement");
}

INSTANTIATE_TEST_SUITE_P(Shapes, DepthTest, testing::ValuesIn(shapes),
                         [](const auto& test) { return std::string{test.param.name}; });

TEST(Depth, ChainedSumsOfTenThousandAreFine) {
  std::vector<Problem> problems;
  const std::vector<models::Table> tables;
  EXPECT_TRUE(parse_statement({"SELECT 1" + repeated("+1", deepest), ""}, 15, {tables}, problems));
  EXPECT_FALSE(
      parse_statement({"SELECT 1" + repeated("+1", deepest + 1), ""}, 15, {tables}, problems));
}

TEST(Depth, SiblingsDoNotAddUp) {
  EXPECT_LT(depth_of("INSERT INTO t VALUES " + repeated("(-1, 2 + 3, 'x'::text),", 20'000) +
                     "(1, 2, 'x')"),
            10U);
  EXPECT_LT(depth_of("SELECT * FROM t WHERE id IN (" + repeated("1 + 1,", 20'000) + "1)"), 10U);
  EXPECT_LT(depth_of("SELECT CASE " + repeated("WHEN a = 1 THEN b + 1 ", 20'000) + "END"), 10U);
}

TEST(Depth, NestedChainsAddUpHoweverTheyAreArranged) {
  // Each bracket wraps the chain before it: a tree of 100 * 200 levels, though no chain is longer
  // than 200.
  std::string text = "1";
  for (int i = 0; i < 100; ++i) text = "(" + text + repeated("+1", 200) + ")";
  EXPECT_GT(depth_of("SELECT " + text), deepest);
  std::vector<Problem> problems;
  const std::vector<models::Table> tables;
  EXPECT_FALSE(parse_statement({"SELECT " + text, ""}, 15, {tables}, problems));
}

TEST(Depth, TheLimitIsOfEachStatement) {
  const Read read = read_ddl(
      repeated("CREATE VIEW v AS SELECT 1" + repeated("+1", 3'000) + "; DROP VIEW v;\n", 8));
  EXPECT_EQ(read.complaints(), Names{});
}

TEST(WithStackFor, PassesExceptionsOn) {
  EXPECT_THROW(with_stack_for(9'000, [] { throw std::runtime_error{"out"}; }), std::runtime_error);
}

}  // namespace
}  // namespace sql
