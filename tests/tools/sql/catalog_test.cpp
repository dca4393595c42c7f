// The tables read from DDL against a real server's catalogs after the same DDL.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/harness/cluster.hpp"
#include "tests/tools/sql/catalog_facts.hpp"
#include "tests/tools/sql/read.hpp"

namespace sql {
namespace {

// Domains are followed to their base type; citext has the bytes of text.
constexpr const char* catalog_query = R"sql(
WITH RECURSIVE base AS (
  SELECT oid, oid AS type, -1 AS typmod, false AS not_null FROM pg_type
  UNION ALL
  SELECT base.oid, t.typbasetype, greatest(t.typtypmod, base.typmod), base.not_null OR t.typnotnull
  FROM base JOIN pg_type t ON t.oid = base.type AND t.typtype = 'd'),
resolved AS (
  SELECT base.* FROM base JOIN pg_type t ON t.oid = base.type WHERE t.typtype <> 'd'),
chosen AS (
  SELECT c.*, n.nspname || '.' || c.relname AS full_name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm', 'v', 'f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
SELECT format('%s kind=%s persistence=%s fillfactor=%s identity=%s', full_name, relkind, relpersistence,
              coalesce(substring(array_to_string(reloptions, ',') FROM 'fillfactor=(\d+)'), '100'),
              CASE WHEN relkind IN ('r', 'p') THEN relreplident ELSE 'd' END) FROM chosen
UNION ALL
SELECT format('%s column %s %s %s typmod=%s not_null=%s generated=%s', full_name,
              row_number() OVER (PARTITION BY a.attrelid ORDER BY attnum), attname,
              regexp_replace(format_type(b.type, NULL), '^citext$', 'text'),
              CASE WHEN b.type IN ('varchar'::regtype, 'bpchar'::regtype, 'numeric'::regtype)
                   THEN greatest(atttypmod, b.typmod) - CASE WHEN greatest(atttypmod, b.typmod) > 0 THEN 4 ELSE 0 END
                   WHEN b.type IN ('bit'::regtype, 'varbit'::regtype) THEN atttypmod ELSE -1 END,
              CASE WHEN attnotnull OR (b.not_null AND relkind IN ('r', 'p')) THEN 'true' ELSE 'false' END,
              CASE WHEN attgenerated <> '' THEN 'true' ELSE 'false' END)
FROM chosen JOIN pg_attribute a ON a.attrelid = chosen.oid AND attnum > 0 AND NOT attisdropped
JOIN resolved b ON b.oid = a.atttypid
UNION ALL
SELECT format('%s index %s %s unique=%s primary=%s fillfactor=%s partial=%s deduplicate=%s keys%s include%s', full_name,
              i.relname, amname, CASE WHEN indisunique THEN 'true' ELSE 'false' END,
              CASE WHEN indisprimary THEN 'true' ELSE 'false' END,
              coalesce(substring(array_to_string(i.reloptions, ',') FROM 'fillfactor=(\d+)'), '0'),
              CASE WHEN indpred IS NOT NULL THEN 'true' ELSE 'false' END,
              CASE WHEN array_to_string(i.reloptions, ',') ~ 'deduplicate_items=off' THEN 'false' ELSE 'true' END,
              (SELECT string_agg(' ' || coalesce(attname, '(expression)'), '' ORDER BY k)
               FROM generate_series(0, indnkeyatts - 1) k LEFT JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = indkey[k] AND indkey[k] > 0),
              (SELECT string_agg(' ' || attname, '' ORDER BY k) FROM generate_series(indnkeyatts, indnatts - 1) k
               JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = indkey[k]))
FROM chosen JOIN pg_index x ON x.indrelid = chosen.oid JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am ON pg_am.oid = i.relam
UNION ALL
SELECT format('%s foreign key %s%s -> %s %s', full_name, conname,
              (SELECT string_agg(' ' || attname, '' ORDER BY k) FROM unnest(conkey) WITH ORDINALITY u(n, k)
               JOIN pg_attribute a ON a.attrelid = conrelid AND attnum = n),
              (SELECT n.nspname || '.' || f.relname FROM pg_class f JOIN pg_namespace n ON n.oid = f.relnamespace WHERE f.oid = confrelid),
              confdeltype)
FROM chosen JOIN pg_constraint ON conrelid = chosen.oid AND contype = 'f')sql";

std::vector<std::string> facts_in_catalog(harness::Connection& session) {
  std::vector<std::string> facts;
  for (const harness::Row& row : session.execute(catalog_query))
    facts.push_back(row.at(0).value_or(""));
  std::sort(facts.begin(), facts.end());
  return facts;
}

class CatalogTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster_ = std::make_unique<harness::Cluster>(harness::ClusterOptions{.name = "catalog"});
    cluster_->start();
  }
  static void TearDownTestSuite() { cluster_.reset(); }

  static void expect_same(const std::string& file) {
    const std::string text = read_file(file);
    std::vector<Problem> problems;
    Schema schema;
    load_ddl({text, file}, 15, schema, problems);
    for (const Problem& problem : problems)
      EXPECT_NE(problem.severity, Problem::Severity::error)
          << file << ":" << problem.line << ": " << problem.message;

    cluster_->connect().execute("DROP DATABASE IF EXISTS catalog WITH (FORCE)");
    cluster_->connect().execute("CREATE DATABASE catalog");
    harness::Connection session = cluster_->connect("catalog");
    for (const char* role : {"app_owner", "app_reader", "tenant"})
      session.execute(fmt::format(
          "DO $$ BEGIN CREATE ROLE {}; EXCEPTION WHEN duplicate_object THEN NULL; END $$", role));
    std::vector<Problem> none;
    for (const Source& statement : split({text, file}, none)) session.execute(statement.text);
    session.execute("SET search_path = public");
    const std::vector<std::string> read = facts_read(schema), real = facts_in_catalog(session);
    std::vector<std::string> only_read, only_real;
    std::set_difference(read.begin(), read.end(), real.begin(), real.end(),
                        std::back_inserter(only_read));
    std::set_difference(real.begin(), real.end(), read.begin(), read.end(),
                        std::back_inserter(only_real));
    EXPECT_GT(real.size(), 100U);
    for (const std::string& fact : only_read)
      ADD_FAILURE() << "read from the DDL, not in the catalog: " << fact;
    for (const std::string& fact : only_real)
      ADD_FAILURE() << "in the catalog, not read from the DDL: " << fact;
  }

 private:
  static inline std::unique_ptr<harness::Cluster> cluster_;
};

TEST_F(CatalogTest, HandwrittenDdlGivesTheServersOwnNamesTypesAndIndexes) {
  expect_same("handwritten.sql");
}

TEST_F(CatalogTest, ExpressionsOfCreateTableAsHaveTheServersTypes) {
  expect_same("expressions.sql");
}

TEST_F(CatalogTest, ADumpGivesTheServersOwnNamesTypesAndIndexes) {
  expect_same("application_dump.sql");
}

}  // namespace
}  // namespace sql
