#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "sim/rng.hpp"
#include "tests/foreign/lab.hpp"

namespace foreign {
namespace {

/// Queries drawn from a grammar over the producer's schema s and the consumer's own schema l.
class Grammar {
 public:
  explicit Grammar(std::uint64_t seed) : rng_{seed} {}

  /// Filters of one table: what is sent follows from the rules alone.
  std::string filter() {
    return fmt::format("SELECT {} FROM orders WHERE {}", columns(), condition(2));
  }
  /// Grouping, order, LIMIT and joins: cost has its say.
  std::string shaped() {
    switch (draw(5)) {
      case 0:
        return fmt::format("SELECT {0}, {1} FROM orders WHERE {2} GROUP BY {0}", key(), aggregate(),
                           simple());
      case 1:
        return fmt::format("SELECT {} FROM orders WHERE {} ORDER BY {} LIMIT {}", columns(),
                           simple(), key(), 1 + draw(50));
      case 2:
        return fmt::format(
            "SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE "
            "o.qty = {}",
            draw(100));
      case 3:
        return fmt::format(
            "SELECT o.id, r.label FROM orders o JOIN regions r ON r.country = o.country WHERE "
            "o.small = {}",
            draw(30));
      default:
        return fmt::format("SELECT {} FROM orders WHERE {}", aggregate(), simple());
    }
  }

 private:
  std::size_t draw(std::size_t n) {
    return static_cast<std::size_t>(rng_.uniform() * static_cast<double>(n));
  }
  template <std::size_t N>
  std::string one_of(const char* const (&texts)[N]) {
    return texts[draw(N)];
  }

  std::string columns() {
    static constexpr const char* lists[] = {
        "id", "id, status", "*", "qty, total, day", "upper(status), id", "id + 1", "meta ->> 'k'"};
    return one_of(lists);
  }
  std::string key() {
    static constexpr const char* keys[] = {"status", "country", "qty",  "day",
                                           "code",   "ck",      "flag", "small"};
    return one_of(keys);
  }
  std::string aggregate() {
    static constexpr const char* all[] = {
        "count(*)",     "sum(total)",    "avg(qty)", "max(id)", "count(*) FILTER (WHERE flag)",
        "sum(qty) + 1", "bool_and(flag)"};
    return one_of(all);
  }
  std::string text() {
    static constexpr const char* texts[] = {"status",
                                            "country",
                                            "ck",
                                            "upper(status)",
                                            "lower(country)",
                                            "status || country",
                                            "substr(status, 1, 3)",
                                            "trim(status)",
                                            "replace(status, 'a', 'b')"};
    return one_of(texts);
  }
  std::string number() {
    static constexpr const char* numbers[] = {"qty",
                                              "small",
                                              "id",
                                              "total",
                                              "score",
                                              "qty + small",
                                              "qty * 2",
                                              "abs(qty)",
                                              "length(status)",
                                              "qty % 7",
                                              "coalesce(qty, 0)",
                                              "greatest(qty, small)",
                                              "round(total)",
                                              "total / 3",
                                              "-qty",
                                              "CASE WHEN flag THEN qty ELSE 0 END",
                                              "qty::bigint",
                                              "qty::numeric",
                                              "score::integer"};
    return one_of(numbers);
  }
  std::string simple() {
    switch (draw(4)) {
      case 0:
        return fmt::format("qty = {}", draw(100));
      case 1:
        return fmt::format("status = 'status{}'", draw(4));
      case 2:
        return fmt::format("customer_id = {}", draw(50));
      default:
        return fmt::format("day = DATE '2026-01-{:02}'", 1 + draw(28));
    }
  }
  std::string predicate() {
    static constexpr const char* compare[] = {"=", "<>", "<", "<=", ">", ">="};
    switch (draw(13)) {
      case 0:
        return fmt::format("{} {} 'status{}'", text(), one_of(compare), draw(4));
      case 1:
        return fmt::format("{} LIKE '%{}%'", text(), draw(9));
      case 2:
      case 3:
        return fmt::format("{} {} {}", number(), one_of(compare), draw(100));
      case 4:
        return fmt::format("{} IN ({}, {}, {})", number(), draw(9), draw(99), draw(999));
      case 5:
        return fmt::format("{} BETWEEN {} AND {}", number(), draw(50), 50 + draw(50));
      case 6:
        return fmt::format("day {} DATE '2026-01-{:02}'", one_of(compare), 1 + draw(28));
      case 7:
        return fmt::format("created {} {}", one_of(compare),
                           draw(2) == 0 ? "now()" : "TIMESTAMPTZ '2026-01-02 00:00Z'");
      case 8:
        return fmt::format("date_trunc('day', {}) = '2026-01-02'",
                           draw(2) == 0 ? "created" : "placed");
      case 9:
        return draw(2) == 0 ? "flag" : "NOT flag";
      case 10:
        return fmt::format("tags @> ARRAY['t{}']", draw(3));
      case 11:
        return fmt::format("{} IN ('c1', 'status2')", text());
      default:
        return fmt::format("{} = {}", text(), draw(2) == 0 ? "ck" : "country");
    }
  }
  std::string condition(int depth) {
    if (depth == 0 || draw(3) == 0) return predicate();
    switch (draw(4)) {
      case 0:
        return fmt::format("({} OR {})", predicate(), predicate());
      case 1:
        return fmt::format("NOT ({})", predicate());
      default:
        return fmt::format("{} AND {}", condition(depth - 1), predicate());
    }
  }

  sim::Rng rng_;
};

/// GRAMMAR_SEED replays a run.
std::uint64_t seed() {
  const char* given = std::getenv("GRAMMAR_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'121;
}

/// What cost decides, agreed with the server in at least 95 of 100 drawn queries; the others are
/// listed. A draw that the prediction calls one may go either way.
void expect_chosen_alike(const Lab::Options& options, int queries) {
  fmt::print("GRAMMAR_SEED={}\n", seed());
  Lab lab{options};
  Grammar grammar{seed()};
  int wrong = 0;
  for (int i = 0; i < queries; ++i) {
    const std::string query = grammar.shaped();
    const Shape planned = lab.planned(query), predicted = lab.predicted(query);
    if (planned == predicted) continue;
    wrong += lab.prediction(query).uncertain ? 0 : 1;
    fmt::print("chosen otherwise: {}\n  server\n{}  predicted\n{}{}", query, text(planned),
               text(predicted), lab.explain(query));
  }
  EXPECT_LE(wrong, queries * 5 / 100);
}

TEST(PushDownProperty, WhatRulesDecideIsPredictedOfTwoHundredDrawnQueries) {
  fmt::print("GRAMMAR_SEED={}\n", seed());
  Lab lab{{}};
  Grammar grammar{seed()};
  for (int i = 0; i < 200; ++i) {
    const std::string query = grammar.filter();
    const Shape planned = lab.planned(query), predicted = lab.predicted(query);
    EXPECT_EQ(planned, predicted) << query << "\nserver\n"
                                  << text(planned) << "predicted\n"
                                  << text(predicted) << lab.explain(query);
  }
}

TEST(PushDownProperty, WhatCostDecidesIsPredicted) { expect_chosen_alike({}, 100); }
TEST(PushDownProperty, WhatCostDecidesIsPredictedOnPostgres18) {
  expect_chosen_alike({.postgres = 18}, 100);
}
TEST(PushDownProperty, WhatCostDecidesIsPredictedWithRemoteEstimates) {
  expect_chosen_alike({.use_remote_estimate = true}, 100);
}
TEST(PushDownProperty, WhatCostDecidesIsPredictedForTablesNeverAnalyzed) {
  expect_chosen_alike({.analyze = false}, 100);
}

}  // namespace
}  // namespace foreign
