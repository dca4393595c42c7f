#pragma once

#include <string>
#include <vector>

#include "tools/scenario/scenario.hpp"

namespace scenario {

/// A small mesh that loads: two nodes, a link, one table, one stream, one product with one
/// consumer. Tests change it by overrides or append to it.
inline constexpr const char* small_mesh = R"(meshplan: 1
name: small
horizon: 10d
nodes:
  a:
    postgres: 15
    volumes: {data: {size: 100GB}}
    settings: {wal_level: logical}
  b: {postgres: 16}
links:
  - {between: [a, b], bandwidth: 1Gbit/s, rtt: 2ms}
domains:
  shop:
    node: a
    ddl: |
      CREATE TABLE orders (id bigint PRIMARY KEY, status varchar(16) NOT NULL, note text);
      CREATE INDEX orders_status ON orders (status);
    tables:
      orders: {rows: 1M}
    workload:
      - name: inserts
        sql: INSERT INTO orders (id, status) VALUES ($1, $2)
        rate: 100/s
products:
  orders:
    table: orders
    consumers:
      reports: {node: b}
)";

inline Loaded load(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return load_text(text, "test.yaml", {.overrides = overrides});
}

/// What the loader says about a text; empty when it loads.
inline std::string errors_of(const std::string& text,
                             const std::vector<std::string>& overrides = {}) {
  try {
    load(text, overrides);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "";
}

/// The messages alone, one per line.
inline std::string messages_of(const std::string& text,
                               const std::vector<std::string>& overrides = {}) {
  std::string messages;
  try {
    load(text, overrides);
  } catch (const ScenarioError& error) {
    for (const Problem& problem : error.problems())
      messages += std::to_string(problem.line) + ": " + problem.message +
                  (problem.hint.empty() ? "" : " [" + problem.hint + "]") + "\n";
  }
  return messages;
}

}  // namespace scenario
