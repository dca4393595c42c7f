// S6: how long does a scenario of 400 tables take to load, against what libpg_query and yaml-cpp
// alone take for it?
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <pg_query.h>
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "sim/check.hpp"
#include "tools/scenario/scenario.hpp"

namespace {

constexpr int tables = 400;

std::string create_table(int i) {
  return fmt::format(
      "CREATE TABLE app.t{0} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id "
      "bigint NOT NULL,"
      " status varchar(16) NOT NULL DEFAULT 'new', amount numeric(12,2), note text,"
      " created_at timestamptz NOT NULL DEFAULT now());",
      i);
}
std::string create_index(int i) {
  return fmt::format("CREATE INDEX t{0}_customer ON app.t{0} (customer_id);", i);
}
std::string insert(int i) {
  return fmt::format("INSERT INTO app.t{} (customer_id, amount, note) VALUES ($1, $2, $3)", i);
}
std::string update(int i) { return fmt::format("UPDATE app.t{} SET status = $1 WHERE id = $2", i); }

std::string scenario_text() {
  std::string text =
      "meshplan: 1\nname: large\nhorizon: 30d\nnodes:\n  db: {postgres: 15, volumes: {data: {size: "
      "4000GB}}}\n"
      "domains:\n  app:\n    node: db\n    ddl: |\n      CREATE SCHEMA app;\n";
  for (int i = 0; i < tables; ++i)
    text += fmt::format("      {}\n      {}\n", create_table(i), create_index(i));
  text += "    tables:\n";
  for (int i = 0; i < tables; ++i)
    text += fmt::format("      app.t{}: {{rows: 1M, widths: {{status: 6, note: 40}}}}\n", i);
  text += "    workload:\n";
  for (int i = 0; i < tables; ++i)
    text += fmt::format("      - {{sql: \"{}\", rate: 1/s}}\n      - {{sql: \"{}\", rate: 2/s}}\n",
                        insert(i), update(i));
  return text;
}

void ScenarioLoad(benchmark::State& state) {
  const std::string text = scenario_text();
  for (auto _ : state)
    sim::check(scenario::load_text(text, "large.yaml").mesh.tables.size() == tables, "all tables");
}
BENCHMARK(ScenarioLoad)->Unit(benchmark::kMillisecond);

void ParsersAlone(benchmark::State& state) {
  const std::string text = scenario_text();
  std::vector<std::string> statements;
  for (int i = 0; i < tables; ++i)
    for (const std::string& sql : {create_table(i), create_index(i), insert(i), update(i)})
      statements.push_back(sql);
  for (auto _ : state) {
    benchmark::DoNotOptimize(YAML::Load(text));
    for (const std::string& sql : statements) {
      const PgQueryParseResult result = pg_query_parse(sql.c_str());
      sim::check(result.error == nullptr, "the statement parses");
      pg_query_free_parse_result(result);
    }
  }
}
BENCHMARK(ParsersAlone)->Unit(benchmark::kMillisecond);

}  // namespace
