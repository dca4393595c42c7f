#include <gtest/gtest.h>

#include "tests/tools/sql/read.hpp"

namespace sql {
namespace {

Names texts(const std::string& script) {
  std::vector<Problem> problems;
  Names texts;
  for (const Source& statement : split({script, "s.sql"}, problems))
    texts.push_back(statement.text);
  for (const Problem& problem : problems) texts.push_back("! " + problem.message);
  return texts;
}

TEST(Split, CutsAtSemicolonsOutsideQuotesAndComments) {
  EXPECT_EQ(
      texts("SELECT ';', \"a;b\", E'\\';' -- ; not here\n /* ; /* ; */ ; */ FROM t; SELECT 2;\n;;"),
      (Names{"SELECT ';', \"a;b\", E'\\';' -- ; not here\n /* ; /* ; */ ; */ FROM t", "SELECT 2"}));
}

TEST(Split, DollarQuotesHoldAnything) {
  EXPECT_EQ(texts("DO $$ BEGIN; END; $$; SELECT $a$ $$ ; $b$ $a$, $1; SELECT 3"),
            (Names{"DO $$ BEGIN; END; $$", "SELECT $a$ $$ ; $b$ $a$, $1", "SELECT 3"}));
}

TEST(Split, AtomicBodiesAndRulesKeepTheirSemicolons) {
  const std::string function =
      "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; "
      "SELECT 2; END";
  const std::string rule =
      "CREATE RULE r AS ON DELETE TO t DO INSTEAD (DELETE FROM a; DELETE FROM b)";
  EXPECT_EQ(texts(function + "; " + rule + "; SELECT 1"), (Names{function, rule, "SELECT 1"}));
}

TEST(Split, AMissingBracketDoesNotSwallowTheRest) {
  EXPECT_EQ(texts("SELECT (1; SELECT 2"), (Names{"SELECT (1", "SELECT 2"}));
}

TEST(Split, PsqlCommandsAndCopyDataAreLeftOut) {
  EXPECT_EQ(texts("\\restrict Abc\n\\connect other -reuse\nSELECT 1;\n"
                  "COPY public.t (a, b) FROM stdin;\n1\t'; not SQL\n\\.\nSELECT 2 \\gx\nSELECT "
                  "3;\n\\unrestrict Abc\n"),
            (Names{"SELECT 1", "COPY public.t (a, b) FROM stdin", "SELECT 2", "SELECT 3"}));
}

TEST(Split, CopyDataNeedsItsEnd) {
  EXPECT_EQ(texts("COPY t FROM stdin;\n1\n2\n"),
            (Names{"COPY t FROM stdin", "! COPY data without the line \\. that ends it"}));
  EXPECT_EQ(texts("COPY t FROM stdin;\n"), (Names{"COPY t FROM stdin"}));
}

TEST(Split, WindowsLineEndsAndAByteOrderMarkAreFine) {
  EXPECT_EQ(texts("\xEF\xBB\xBFSELECT 1;\r\nCOPY t FROM stdin;\r\n1\r\n\\.\r\nSELECT 2;\r\n"),
            (Names{"SELECT 1", "COPY t FROM stdin", "SELECT 2"}));
}

TEST(Split, UnterminatedThingsAreErrorsAtTheirStart) {
  std::vector<Problem> problems;
  EXPECT_EQ(split({"SELECT 1;\n  SELECT 'open;\nSELECT 2;", "s.sql"}, problems).size(), 1U);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message, "unterminated quoted string");
  EXPECT_EQ(problems[0].line, 2);
  EXPECT_EQ(problems[0].column, 10);
  EXPECT_EQ(problems[0].source_line, "  SELECT 'open;");
  for (const char* open : {"SELECT $x$ $$", "SELECT \"a", "/* /* */"}) {
    problems.clear();
    split({open, "s.sql"}, problems);
    EXPECT_EQ(problems.size(), 1U) << open;
  }
}

TEST(Split, BinaryTextIsRefused) {
  for (const std::string& text :
       {std::string{"SELECT 1;\0 x", 12}, std::string{"SELECT '\xFF\xFE'"}, std::string{"caf\xE9"},
        std::string{"\xED"}}) {
    std::vector<Problem> problems;
    EXPECT_TRUE(split({text, "s.sql"}, problems).empty());
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_TRUE(problems[0].source_line.empty());
  }
}

TEST(Split, PositionsAreTheFilesOwn) {
  // A block scalar at column 7 of line 12: `sql: |` and its content, indented by six.
  std::vector<Problem> problems;
  const auto statements =
      split({"SELECT 1;\n\n  SELECT é, 2; SELECT 3", "a.yaml", 12, 7, 6}, problems);
  ASSERT_EQ(statements.size(), 3U);
  EXPECT_EQ(statements[1].line, 14);
  EXPECT_EQ(statements[1].column, 9);  // six of indent, two blanks, from 1
  EXPECT_EQ(statements[2].line, 14);
  EXPECT_EQ(statements[2].column, 22);  // é is one character
  EXPECT_EQ(position(statements[1], 7).column, 16);
}

TEST(Position, OnTheFirstLineCountsFromTheSourcesColumn) {
  const Source inline_sql{"UPDATE t SET a = 1", "a.yaml", 3, 14, 0};
  EXPECT_EQ(position(inline_sql, 7).line, 3);
  EXPECT_EQ(position(inline_sql, 7).column, 21);
  EXPECT_EQ(problem_at(inline_sql, 7, Problem::Severity::error, "x").source_line,
            std::string(13, ' ') + "UPDATE t SET a = 1");
}

}  // namespace
}  // namespace sql
