#include "tests/foreign/lab.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>

#include "tools/sql/ddl.hpp"

namespace foreign {
namespace {

using json = nlohmann::json;

constexpr const char* producer_ddl = R"(
CREATE SCHEMA s;
CREATE TYPE s.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE s.orders (
  id bigint PRIMARY KEY, customer_id integer NOT NULL, country varchar(10) NOT NULL, status text NOT NULL,
  total numeric(12,2) NOT NULL, created timestamp with time zone NOT NULL, day date NOT NULL,
  qty integer NOT NULL, flag boolean NOT NULL, ref uuid NOT NULL, meta jsonb NOT NULL, tags text[] NOT NULL,
  code char(4) NOT NULL, score double precision NOT NULL, ck text COLLATE "C" NOT NULL, mood s.mood NOT NULL,
  placed timestamp without time zone NOT NULL, small smallint NOT NULL, pause interval NOT NULL);
CREATE TABLE s.customers (
  id integer PRIMARY KEY, name text NOT NULL, country varchar(10) NOT NULL, vip boolean NOT NULL, since date NOT NULL);
CREATE TABLE s.events (
  id integer PRIMARY KEY, kind text NOT NULL, at timestamp with time zone NOT NULL, body text, code smallint NOT NULL);
)";
constexpr const char* local_ddl = R"(
CREATE SCHEMA l;
CREATE TABLE l.regions (country varchar(10) PRIMARY KEY, label text NOT NULL);
)";
constexpr const char* fill = R"(
INSERT INTO s.orders SELECT g, g % 50, 'c' || g % 10, 'status' || g % 4, (g % 1000) * 1.25,
  timestamptz '2026-01-01 00:00Z' + g * interval '1 minute', date '2026-01-01' + g % 60, g % 100, g % 2 = 0,
  md5(g::text)::uuid, jsonb_build_object('k', g % 7), ARRAY['t' || g % 3], lpad((g % 20)::text, 4, '0'), g / 7.0,
  'ck' || g % 25, (ARRAY['sad','ok','happy'])[1 + g % 3]::s.mood, timestamp '2026-01-01' + g * interval '1 minute',
  g % 30, g % 12 * interval '1 hour' FROM generate_series(1, 2000) g;
INSERT INTO s.customers SELECT g, 'name' || g, 'c' || g % 10, g % 5 = 0, date '2020-01-01' + g FROM generate_series(0, 49) g;
INSERT INTO s.events SELECT g, 'kind' || g % 10, timestamptz '2026-01-01 00:00Z' + g * interval '1 minute',
  CASE WHEN g % 4 > 0 THEN repeat('x', 200 + g % 300) END, g % 500 FROM generate_series(1, 20000) g;
ANALYZE s.orders; ANALYZE s.customers; ANALYZE s.events;
)";

/// Parts of a statement at the top level of its parentheses.
std::size_t top_level(const std::string& sql, const std::string& word, std::size_t from = 0) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'') quoted = !quoted;
    if (quoted) continue;
    if (sql[i] == '(') ++depth;
    if (sql[i] == ')') --depth;
    if (depth == 0 && i >= from && sql.compare(i, word.size(), word) == 0) return i;
  }
  return std::string::npos;
}

std::size_t count_top_level(const std::string& sql, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = top_level(sql, word); at != std::string::npos;
       at = top_level(sql, word, at + 1))
    ++count;
  return count;
}

std::string relations_of(const std::string& text) {
  static const std::regex name{R"(\(?(?:\w+\.)?(\w+)(?: (\w+))?\))"};
  std::set<std::string> names;
  for (std::sregex_iterator at{text.begin(), text.end(), name}, end; at != end; ++at)
    names.insert((*at)[2].matched ? (*at)[2] : (*at)[1]);
  std::string all;
  for (const std::string& each : names) all += (all.empty() ? "" : "+") + each;
  return all;
}

std::string line(const std::string& relations, std::size_t columns, std::size_t conditions,
                 bool joined, bool filter, bool aggregated, bool ordered, bool limited) {
  std::string all = fmt::format("{}: {} columns", relations, columns);
  if (!joined) all += fmt::format(", {} conditions", conditions);
  if (filter) all += ", filtered here";
  if (aggregated) all += ", aggregated";
  if (ordered) all += ", ordered";
  if (limited) all += ", limited";
  return all;
}

std::string line_of(const json& node) {
  const std::string sql = node["Remote SQL"];
  const std::string relations = node.value("Relations", "");
  const std::size_t from = top_level(sql, " FROM ");
  const std::string list = sql.substr(7, from - 7);
  const std::size_t columns = list == "NULL" ? 0 : 1 + count_top_level(list, ", ");
  const std::string rest = sql.substr(from);
  std::size_t conditions = 0;
  for (const char* clause : {" WHERE ", " HAVING "})
    if (top_level(rest, clause) != std::string::npos) ++conditions;
  conditions += count_top_level(rest, " AND ");
  return line(relations.empty() ? node["Alias"].get<std::string>() : relations_of(relations),
              columns, conditions, relations.find("JOIN") != std::string::npos,
              node.contains("Filter"), relations.find("Aggregate") != std::string::npos,
              top_level(rest, " ORDER BY ") != std::string::npos,
              top_level(rest, " LIMIT ") != std::string::npos);
}

void collect(const json& node, Shape& shape) {
  if (node["Node Type"] == "Foreign Scan") shape.insert(line_of(node));
  if (node.contains("Plans"))
    for (const json& child : node["Plans"]) collect(child, shape);
}

}  // namespace

std::string text(const Shape& shape) {
  std::string all;
  for (const std::string& each : shape) all += "    " + each + "\n";
  return all.empty() ? "    no foreign scan\n" : all;
}

Lab::Lab(const Options& options) {
  for (auto* cluster : {&producer_, &consumer_}) {
    *cluster = std::make_unique<harness::Cluster>(
        harness::ClusterOptions{.name = cluster == &producer_ ? "producer" : "consumer",
                                .postgres = options.postgres,
                                .settings = {{"autovacuum", "off"},
                                             {"max_parallel_workers_per_gather", "0"},
                                             {"jit", "off"},
                                             {"TimeZone", "UTC"}}});
    (*cluster)->start();
  }
  producer_->connect().execute(std::string{producer_ddl} + fill);
  session_ = consumer_->connect();
  session_.execute(local_ddl);
  session_.execute(
      "INSERT INTO l.regions SELECT 'c' || g, 'region ' || g FROM generate_series(0, 9) g; ANALYZE "
      "l.regions; "
      "CREATE EXTENSION postgres_fdw; CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('sad', 'ok', "
      "'happy')");
  add_server(
      "s", fmt::format(
               "host '{}', port '{}', dbname 'postgres', use_remote_estimate '{}', fetch_size '{}'",
               producer_->socket_directory().string(), producer_->port(),
               options.use_remote_estimate ? "true" : "false", options.fetch_size));
  if (options.analyze) session_.execute("ANALYZE s.orders; ANALYZE s.customers; ANALYZE s.events");
  session_.execute("SET search_path = s, l, public");

  std::vector<sql::Problem> problems;
  for (const char* ddl : {producer_ddl, local_ddl})
    sql::load_ddl({ddl, "lab.sql"}, options.postgres, schema_, problems);
  const auto distinct = [&](const char* name, double rows,
                            std::initializer_list<std::pair<const char*, double>> values) {
    for (models::Table& each : schema_.tables)
      if (each.name == name) {
        each.rows = rows;
        for (const auto& [column, count] : values)
          each.columns[static_cast<std::size_t>(each.column_index(column))].distinct = count;
        for (models::Column& column : each.columns)
          if (column.type == "text" || column.type.starts_with("character"))
            column.width = 5;
          else
            column.width = 20;
      }
  };
  distinct("orders", 2000,
           {{"customer_id", 50},
            {"country", 10},
            {"status", 4},
            {"total", 1000},
            {"day", 60},
            {"qty", 100},
            {"flag", 2},
            {"meta", 7},
            {"tags", 3},
            {"code", 20},
            {"ck", 25},
            {"mood", 3},
            {"small", 30},
            {"pause", 12}});
  distinct("customers", 50, {{"country", 10}, {"vip", 2}});
  distinct("regions", 10, {});
  distinct("events", 20000, {{"kind", 10}, {"code", 500}});
  measure_widths();
  catalog_ = std::make_unique<sql::ForeignCatalog>(sql::ForeignCatalog{
      schema_.tables,
      [this](const std::string& schema, const std::string& name) { return table(schema, name); },
      [this](int index) {
        return schema_.tables[static_cast<std::size_t>(index)].schema == "s" ? 0 : -1;
      },
      {},
      &schema_,
      options.postgres});
  catalog_->options.use_remote_estimate = options.use_remote_estimate;
  catalog_->options.analyzed = options.analyze;
  catalog_->options.fdw_tuple_cost = options.postgres >= 17 ? 0.2 : 0.01;
}

void Lab::add_server(const std::string& schema, const std::string& options) {
  session_.execute(fmt::format(
      "CREATE SERVER {0}_server FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({1}); "
      "CREATE USER MAPPING FOR CURRENT_USER SERVER {0}_server; CREATE SCHEMA IF NOT EXISTS {0}; "
      "IMPORT FOREIGN SCHEMA s FROM SERVER {0}_server INTO {0}",
      schema, options));
}

/// What a scenario states as widths, text_widths and nulls: asked of the data.
void Lab::measure_widths() {
  harness::Connection producer = producer_->connect();
  for (models::Table& each : schema_.tables) {
    if (each.schema != "s") continue;
    for (models::Column& column : each.columns) {
      const harness::Row row =
          producer.execute(fmt::format("SELECT avg(pg_column_size({0})), avg(length({0}::text)), "
                                       "avg(({0} IS NULL)::int) FROM {1}",
                                       column.name, each.qualified_name()))[0];
      column.width = std::stod(*row[0]) - 1;
      column.text_width = std::stod(*row[1]);
      column.null_fraction = std::stod(*row[2]);
    }
  }
}

int Lab::table(const std::string& schema, const std::string& name) const {
  for (std::size_t i = 0; i < schema_.tables.size(); ++i)
    if (schema_.tables[i].name == name && (schema.empty() || schema_.tables[i].schema == schema))
      return static_cast<int>(i);
  return -1;
}

std::string Lab::explain(const std::string& sql) {
  std::string all;
  for (const harness::Row& row : session_.execute("EXPLAIN (VERBOSE) " + sql))
    all += "    " + row[0].value_or("") + "\n";
  return all;
}

Shape Lab::planned(const std::string& sql) {
  const json plan = json::parse(session_.value("EXPLAIN (VERBOSE, FORMAT JSON) " + sql));
  Shape shape;
  collect(plan[0]["Plan"], shape);
  return shape;
}

models::ForeignPlan Lab::prediction(const std::string& sql) {
  std::vector<sql::Problem> problems;
  const auto plan = sql::plan_foreign_query({sql, "query"}, *catalog_, problems);
  if (!plan) throw std::runtime_error{problems.empty() ? "no plan" : problems.front().message};
  return *plan;
}

Shape Lab::predicted(const std::string& sql) {
  Shape shape;
  for (const models::ForeignScan& scan : prediction(sql).scans)
    shape.insert(line(relations_of("(" + scan.relations + ")"), scan.columns.size(),
                      static_cast<std::size_t>(scan.remote_conditions), scan.joined,
                      scan.local_conditions > 0, scan.aggregated, scan.ordered, scan.limited));
  return shape;
}

}  // namespace foreign
