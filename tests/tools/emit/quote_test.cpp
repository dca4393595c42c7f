#include "tools/emit/quote.hpp"

#include <gtest/gtest.h>
#include <pg_query.h>

#include <random>

namespace emit {
namespace {

bool parses(const std::string& sql) {
  const PgQueryParseResult result = pg_query_parse(sql.c_str());
  const bool fine = result.error == nullptr;
  pg_query_free_parse_result(result);
  return fine;
}

/// What PostgreSQL's parser makes of the first identifier or string constant of the tree.
std::string read_back(const std::string& sql, const std::string& field) {
  const PgQueryParseResult result = pg_query_parse(sql.c_str());
  const std::string tree = result.error == nullptr ? result.parse_tree : "";
  pg_query_free_parse_result(result);
  const std::size_t at = tree.find('"' + field + "\":\"");
  if (at == std::string::npos) return "<none>";
  std::string text;
  for (std::size_t i = at + field.size() + 4; i < tree.size() && tree[i] != '"'; ++i) {
    if (tree[i] != '\\') {
      text += tree[i];
      continue;
    }
    ++i;
    if (tree[i] == 'u') {
      text += static_cast<char>(std::stoi(tree.substr(i + 1, 4), nullptr, 16));
      i += 4;
    } else {
      text += tree[i] == 'n'   ? '\n'
              : tree[i] == 't' ? '\t'
              : tree[i] == 'r' ? '\r'
              : tree[i] == 'b' ? '\b'
              : tree[i] == 'f' ? '\f'
                               : tree[i];
    }
  }
  return text;
}

TEST(Identifier, IsQuotedAlwaysSoThatNoWordIsSpecial) {
  EXPECT_EQ(Identifier{"order"}.sql(), "\"order\"");
  EXPECT_EQ(Identifier{"a\"b"}.sql(), "\"a\"\"b\"");
  EXPECT_EQ((QualifiedName{"Söhne & Co", "x; DROP TABLE y"}.sql()),
            "\"Söhne & Co\".\"x; DROP TABLE y\"");
}

TEST(Identifier, RefusesWhatPostgresWouldCutOrCannotStore) {
  EXPECT_THROW(Identifier{""}, QuoteError);
  EXPECT_THROW((Identifier{std::string("a\0b", 3)}), QuoteError);
  EXPECT_NO_THROW(Identifier{std::string(63, 'x')});
  EXPECT_THROW(Identifier{std::string(64, 'x')}, QuoteError);
}

TEST(Literal, SurvivesQuotesAndBackslashes) {
  EXPECT_EQ(Literal{"it's"}.sql(), "'it''s'");
  EXPECT_EQ(Literal{"a\\'b"}.sql(), "E'a\\\\''b'");
  EXPECT_THROW((Literal{std::string("a\0b", 3)}), QuoteError);
}

TEST(QuoteProperty, PostgresReadsBackWhatWasQuoted) {
  const std::string alphabet = "ab'\"\\$;-*/\n ü%{}";
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    std::string text;
    for (std::size_t i = 0, n = 1 + random() % 12; i < n; ++i) {
      const std::size_t at = random() % (alphabet.size() - 4);
      text += alphabet[at] == '\xc3' || alphabet[at] == '\xbc' ? std::string{"ü"}
                                                               : std::string(1, alphabet[at]);
    }
    EXPECT_EQ(read_back("SELECT 1 FROM " + Identifier{text}.sql(), "relname"), text);
    EXPECT_EQ(read_back("SELECT " + Literal{text}.sql(), "sval"), text);
    EXPECT_EQ(read_back("SELECT " + dollar_quoted(text), "sval"), text);
    EXPECT_TRUE(parses("-- " + in_comment(text) + "\nSELECT 1"));
  }
}

TEST(DollarQuoted, TakesATagTheBodyDoesNotHave) {
  EXPECT_EQ(dollar_quoted("x"), "$sql$x$sql$");
  EXPECT_EQ(dollar_quoted("$sql$"), "$sql1$$sql$$sql1$");
}

TEST(JoinedName, KeepsLongNamesApart) {
  EXPECT_EQ(joined_name({"repl", "orders", "desk"}), "repl_orders_desk");
  const std::string a = joined_name({"repl", std::string(70, 'a'), "x"});
  const std::string b = joined_name({"repl", std::string(70, 'a'), "y"});
  EXPECT_LE(a.size(), 63u);
  EXPECT_NE(a, b);
  std::string umlauts;
  for (int i = 0; i < 40; ++i) umlauts += "ü";
  const std::string cut = joined_name({umlauts});
  EXPECT_LE(cut.size(), 63u);
  EXPECT_NE(cut[cut.find('_') - 1], '\xc3') << "cut between characters";
}

TEST(OtherQuotes, FollowTheirFilesRules) {
  EXPECT_EQ(conninfo_value("db.internal"), "db.internal");
  EXPECT_EQ(conninfo_value("it's \\"), "'it\\'s \\\\'");
  EXPECT_EQ(conf_value("logical"), "logical");
  EXPECT_EQ(conf_value("4GB"), "4GB");
  EXPECT_EQ(conf_value("a'b"), "'a''b'");
  EXPECT_EQ(conf_value("-1"), "'-1'");
  EXPECT_EQ(hba_word("all"), "\"all\"");
  EXPECT_EQ(shell_word("a b'c"), "'a b'\\''c'");
  EXPECT_EQ(shell_word("$(rm x)"), "'$(rm x)'");
  EXPECT_EQ(yaml_text("a: \"b\"\n"), "\"a: \\\"b\\\"\\u000a\"");
  EXPECT_EQ(file_word("media-prod"), "media-prod");
  EXPECT_NE(file_word("a/b"), file_word("a b"));
}

}  // namespace
}  // namespace emit
