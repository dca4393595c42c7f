#include "tests/harness/rebuild_sql.hpp"

#include <fmt/format.h>

#include "tests/harness/connection.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/schema_sql.hpp"

namespace harness {
namespace {

using models::Job;
using models::Table;

std::string filling_statement(const Job& job) {
  if (job.statements.empty() || job.statements.front().sql.ends_with("SELECT …"))
    throw HarnessError(job.name + ": the lab needs the statement that fills the table (sql:)");
  return job.statements.front().sql;
}

/// The query of INSERT INTO … SELECT.
std::string query_of(const Job& job) {
  const std::string insert = filling_statement(job);
  const std::size_t at = insert.find("SELECT");
  if (at == std::string::npos) throw HarnessError(job.name + ": the lab swaps INSERT … SELECT");
  return insert.substr(at);
}

std::vector<std::string> swap(const Table& table, const Job& job) {
  Table made = table;
  made.name += "__dbt_tmp";
  std::vector<std::string> sql{
      "BEGIN", fmt::format("CREATE TABLE {} WITH (fillfactor = {}) AS {}", quoted_name(made),
                           table.fillfactor, query_of(job))};
  for (std::size_t i = 0; i < table.indexes.size(); ++i) {
    models::Index index = table.indexes[i];
    index.primary = false;
    index.name = fmt::format("{}_{}", made.name, i);
    sql.push_back(create_index_sql(made, index));
  }
  const std::string backup = quote_identifier(table.name + "__dbt_backup");
  sql.push_back(fmt::format("ALTER TABLE {} RENAME TO {}", quoted_name(table), backup));
  sql.push_back(
      fmt::format("ALTER TABLE {} RENAME TO {}", quoted_name(made), quote_identifier(table.name)));
  sql.emplace_back("COMMIT");
  sql.push_back(fmt::format("DROP TABLE {}.{} CASCADE", quote_identifier(table.schema), backup));
  for (std::size_t i = 0; i < table.indexes.size(); ++i)  // for the sampler, which goes by name
    sql.push_back(fmt::format("ALTER INDEX {}.{} RENAME TO {}", quote_identifier(table.schema),
                              quote_identifier(fmt::format("{}_{}", made.name, i)),
                              quote_identifier(table.indexes[i].name)));
  return sql;
}

}  // namespace

std::vector<std::string> rebuild_sql(const models::Mesh& mesh, const Job& job) {
  const Table& table = mesh.tables[static_cast<std::size_t>(job.table)];
  const std::string name = quoted_name(table);
  switch (job.by) {
    case Job::Rebuild::swap:
      return swap(table, job);
    case Job::Rebuild::truncate_insert:
      return {"BEGIN", "TRUNCATE " + name, filling_statement(job), "COMMIT"};
    case Job::Rebuild::delete_insert:
      return {"BEGIN", "DELETE FROM " + name, filling_statement(job), "COMMIT"};
    case Job::Rebuild::merge:
      return {filling_statement(job)};
    case Job::Rebuild::refresh:
      return {"REFRESH MATERIALIZED VIEW " + name};
    case Job::Rebuild::refresh_concurrently:
      break;
  }
  return {"REFRESH MATERIALIZED VIEW CONCURRENTLY " + name};
}

}  // namespace harness
