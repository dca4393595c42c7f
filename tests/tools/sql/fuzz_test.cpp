// Mutated SQL never crashes, hangs or runs out of bounds: it gives a result or problems with a
// place inside the file. Seeds are fixed, so a failure repeats; run it under the asan preset to
// look deeper.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tools/sql/read.hpp"

namespace sql {
namespace {

/// splitmix64: small, and the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(next() % n); }

 private:
  std::uint64_t state_;
};

const Names& statements() {
  static const Names corpus = [] {
    Names texts;
    std::vector<Problem> problems;
    for (const char* file : {"application_dump.sql", "handwritten.sql", "shop.sql"})
      for (Source& statement : split({read_file(file), file}, problems))
        texts.push_back(std::move(statement.text));
    for (const char* text :
         {"INSERT INTO orders (customer, total) VALUES ($1, $2), (:a, :'b') ON CONFLICT (id) DO "
          "UPDATE SET total = excluded.total WHERE orders.id > ?",
          "UPDATE shop.customers c SET (name, nick) = ('a', c.nick), visits = visits + 1 FROM "
          "shop.orders o WHERE o.customer = c.id AND c.id IN (1, 2)",
          "MERGE INTO shop.lines t USING (VALUES (1, 2)) s (a, b) ON t.order_id = s.a WHEN MATCHED "
          "THEN DELETE WHEN NOT MATCHED BY SOURCE THEN DO NOTHING",
          "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) DELETE "
          "FROM shop.lines USING r WHERE line = n RETURNING *",
          "SELECT JSON_OBJECT('a': 1, 'b' VALUE $1 ABSENT ON NULL RETURNING jsonb), JSON_QUERY(x, "
          "'$' WITH WRAPPER), x IS JSON FROM t, generate_series(1, -5, -1) g",
          "CREATE TABLE v (a int4range, b int GENERATED ALWAYS AS (1) VIRTUAL, CONSTRAINT n NOT "
          "NULL a, PRIMARY KEY (a, b WITHOUT OVERLAPS))",
          "COPY shop.orders (id, total) FROM STDIN WITH (FORMAT csv, ON_ERROR ignore)",
          "TRUNCATE shop.lines", "VACUUM (FULL off) shop.orders"})
      texts.emplace_back(text);
    return texts;
  }();
  return corpus;
}

const Names words{"(",
                  ")",
                  "[",
                  "]",
                  ",",
                  ";",
                  ".",
                  "::",
                  ":",
                  "?",
                  "$1",
                  "$$",
                  "'",
                  "\"",
                  "E'\\'",
                  "/*",
                  "*/",
                  "--",
                  "\n",
                  "\\",
                  "\\.",
                  "\\i x\n",
                  "NOT",
                  "NULL",
                  "CASE",
                  "END",
                  "WHEN",
                  "SELECT",
                  "FROM",
                  "WITH",
                  "UNION",
                  "JOIN",
                  "VALUES",
                  "BEGIN ATOMIC",
                  "CREATE",
                  "TABLE",
                  "INDEX",
                  "COPY t FROM stdin;",
                  "ONLY",
                  "*",
                  "- ",
                  "0x1F",
                  "1_0",
                  "é",
                  "\xF0\x9F\x98\x80",
                  "\xFF",
                  std::string(1, '\0'),
                  "public.",
                  "NEW.a := 1",
                  "JSON_TABLE(",
                  "PARTITION OF",
                  "INHERITS (child)",
                  "LIKE people INCLUDING ALL",
                  "GENERATED ALWAYS AS ("};

/// A statement of the corpus, from `first` on, with one to six edits.
std::string mutated(Random& random, std::size_t first = 0) {
  const Names& corpus = statements();
  std::string text = corpus[first + random.below(corpus.size() - first)];
  for (std::size_t edits = 1 + random.below(6); edits > 0; --edits) {
    const std::size_t at = random.below(text.size() + 1);
    const std::size_t length = std::min(random.below(20), text.size() - at);
    switch (random.below(7)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, words[random.below(words.size())]);
        break;
      case 2:
        text.insert(at, " " + words[random.below(words.size())] + " ");
        break;
      case 3:
        text.insert(at, text.substr(random.below(text.size() + 1), random.below(60)));
        break;
      case 4: {
        const std::string& other = corpus[random.below(corpus.size())];
        text = text.substr(0, at) + other.substr(random.below(other.size() + 1));
        break;
      }
      case 5:
        if (at < text.size())
          text[at] =
              static_cast<char>(random.below(20) == 0 ? random.below(256) : 32 + random.below(95));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

void expect_places_inside(const std::string& text, const std::vector<Problem>& problems) {
  const int lines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  for (const Problem& problem : problems) {
    EXPECT_FALSE(problem.message.empty());
    EXPECT_TRUE(problem.line >= 1 && problem.line <= lines && problem.column >= 1)
        << problem.message;
  }
}

TEST(Fuzz, MutatedScriptsGiveTablesOrProblems) {
  for (std::uint64_t seed = 0; seed < 12'000; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random{seed};
    std::string text;
    for (std::size_t n = 1 + random.below(12); n > 0; --n)
      text += (random.below(3) == 0 ? mutated(random)
                                    : statements()[random.below(statements().size())]) +
              ";\n";
    Schema schema;
    std::vector<Problem> problems;
    load_ddl({text, "fuzz.sql"}, 15 + static_cast<int>(random.below(4)), schema, problems);
    expect_places_inside(text, problems);
    for (const models::Table& table : schema.tables) {  // every column number is one of the table's
      const auto inside = [&](int column) {
        return column >= 0 && column < static_cast<int>(table.columns.size());
      };
      for (const models::Index& index : table.indexes)
        for (const models::IndexColumn& key : index.keys)
          EXPECT_TRUE(key.column == -1 || inside(key.column));
      for (const models::ForeignKey& key : table.foreign_keys)
        EXPECT_TRUE(std::all_of(key.columns.begin(), key.columns.end(), inside));
      for (const models::Trigger& trigger : table.triggers)
        EXPECT_TRUE(std::all_of(trigger.assigns.begin(), trigger.assigns.end(), inside));
    }
  }
}

TEST(Fuzz, MutatedStatementsGiveAShapeOrProblems) {
  Schema schema;
  std::vector<Problem> none;
  load_ddl({read_file("shop.sql"), ""}, 15, schema, none);
  const Catalog catalog{schema.tables, -1, &schema, {"shop", "public"}};
  for (std::uint64_t seed = 0; seed < 60'000; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random{seed * 7 + 1};
    // Mostly the statements at the corpus's end, which have shapes.
    const std::size_t first = random.below(5) == 0 ? 0 : statements().size() - 9;
    const std::string text = mutated(random, first);
    std::vector<Problem> problems;
    const auto parsed = parse_statement({text, "fuzz.sql"}, 15 + static_cast<int>(random.below(4)),
                                        catalog, problems);
    EXPECT_TRUE(parsed || !problems.empty()) << text;
    expect_places_inside(text, problems);
  }
}

TEST(Fuzz, GarbageIsRefusedQuietly) {
  for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
    Random random{seed};
    std::string text(random.below(300), ' ');
    for (char& c : text)
      c = static_cast<char>(random.below(seed % 2 == 0 ? 256 : 96) + (seed % 2 == 0 ? 0 : 32));
    expect_places_inside(text, read_ddl(text).problems);
  }
}

}  // namespace
}  // namespace sql
