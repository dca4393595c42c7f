#include "tests/harness/schema_sql.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "tests/harness/connection.hpp"

namespace harness {
namespace {

using models::Column;
using models::Index;
using models::Mesh;
using models::Table;

std::string type_name(const Column& column) {
  if (column.typmod < 0) return column.type;
  if (column.type == "numeric")
    return fmt::format("numeric({},{})", column.typmod >> 16, column.typmod & 0xFFFF);
  if (column.type.starts_with("character") || column.type.starts_with("bit"))
    return fmt::format("{}({})", column.type, column.typmod);
  return column.type;
}

std::string column_names(const Table& table, const std::vector<int>& columns) {
  std::vector<std::string> names;
  for (const int column : columns)
    names.push_back(quote_identifier(table.columns[static_cast<std::size_t>(column)].name));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string key_list(const Table& table, const std::vector<models::IndexColumn>& keys) {
  std::vector<std::string> parts;
  for (const models::IndexColumn& key : keys)
    parts.push_back(key.column < 0 ? "(" + key.expression + ")"
                                   : column_names(table, {key.column}));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string create_table(const Table& table) {
  std::vector<std::string> columns;
  for (const Column& column : table.columns) {
    std::string line = fmt::format("{} {}", quote_identifier(column.name), type_name(column));
    if (!column.collation.empty()) line += " COLLATE " + quote_identifier(column.collation);
    if (column.not_null) line += " NOT NULL";
    columns.push_back(std::move(line));
  }
  return fmt::format("CREATE {}TABLE {} (\n  {}\n) WITH (fillfactor = {});\n",
                     table.persistence == models::Persistence::unlogged ? "UNLOGGED " : "",
                     quoted_name(table), fmt::join(columns, ",\n  "), table.fillfactor);
}

std::string replica_identity(const Table& table) {
  using models::ReplicaIdentity;
  const std::string alter = "ALTER TABLE " + quoted_name(table) + " REPLICA IDENTITY ";
  switch (table.replica_identity) {
    case ReplicaIdentity::default_:
      return "";
    case ReplicaIdentity::full:
      return alter + "FULL;\n";
    case ReplicaIdentity::nothing:
      return alter + "NOTHING;\n";
    case ReplicaIdentity::index:
      break;
  }
  const auto index = static_cast<std::size_t>(table.replica_identity_index);
  return alter + "USING INDEX " + quote_identifier(table.indexes[index].name) + ";\n";
}

std::string published_table(const Mesh& mesh, const models::Product& product, std::size_t i) {
  const Table& table = mesh.tables[static_cast<std::size_t>(product.tables[i])];
  std::string text = "TABLE " + quoted_name(table);
  if (i < product.column_lists.size() && !product.column_lists[i].empty())
    text += " (" + column_names(table, product.column_lists[i]) + ")";
  if (i < product.row_filters.size() && !product.row_filters[i].empty())
    text += " WHERE (" + product.row_filters[i] + ")";
  return text;
}

}  // namespace

std::string quoted_name(const Table& table) {
  return quote_identifier(table.schema) + "." + quote_identifier(table.name);
}

std::string create_index_sql(const Table& table, const Index& index) {
  static const char* const methods[] = {"btree", "hash", "gin", "gist", "spgist", "brin"};
  std::vector<std::string> options;
  if (index.fillfactor > 0) options.push_back(fmt::format("fillfactor = {}", index.fillfactor));
  if (!index.deduplicate) options.emplace_back("deduplicate_items = off");
  const std::string with =
      options.empty() ? "" : fmt::format(" WITH ({})", fmt::join(options, ", "));
  const std::string include =
      index.includes.empty() ? "" : fmt::format(" INCLUDE ({})", key_list(table, index.includes));
  if (index.primary)
    return fmt::format("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY ({}){}{};\n",
                       quoted_name(table), quote_identifier(index.name),
                       key_list(table, index.keys), include, with);
  return fmt::format("CREATE {}INDEX {} ON {} USING {} ({}){}{}{};\n",
                     index.unique ? "UNIQUE " : "", quote_identifier(index.name),
                     quoted_name(table), methods[static_cast<int>(index.method)],
                     key_list(table, index.keys), include, with,
                     index.predicate.empty() ? "" : " WHERE " + index.predicate);
}

std::string schema_sql(const Mesh& mesh, int database) {
  std::set<std::string> schemas;
  std::string tables, keys, references;
  for (const Table& table : mesh.tables) {
    if (table.database != database || table.kind != Table::Kind::table) continue;
    schemas.insert(table.schema);
    tables += create_table(table);
    for (const Index& index : table.indexes) keys += create_index_sql(table, index);
    keys += replica_identity(table);
    for (const models::ForeignKey& key : table.foreign_keys)
      references +=
          fmt::format("ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {};\n", quoted_name(table),
                      column_names(table, key.columns), key.referenced);
  }
  std::string sql;
  for (const std::string& schema : schemas)
    sql += fmt::format("CREATE SCHEMA IF NOT EXISTS {};\n", quote_identifier(schema));
  return sql + tables + keys + references;
}

std::string database_ddl(const Mesh& mesh, int database) {
  std::string text;
  for (const models::Domain& domain : mesh.domains)
    if (domain.database == database && !domain.ddl.empty()) text += domain.ddl + "\n;\n";
  return text.empty() ? schema_sql(mesh, database) : text;
}

std::string publication_name(const models::Product& product) { return product.name; }

std::string create_publication_sql(const Mesh& mesh, const models::Product& product) {
  std::vector<std::string> tables;
  for (std::size_t i = 0; i < product.tables.size(); ++i)
    tables.push_back(published_table(mesh, product, i));
  return fmt::format("CREATE PUBLICATION {} FOR {}", quote_identifier(publication_name(product)),
                     fmt::join(tables, ", "));
}

std::string create_subscription_sql(const Mesh& mesh, const models::Subscription& subscription,
                                    const std::string& publisher_conninfo) {
  const auto product = static_cast<std::size_t>(subscription.product);
  const auto on = [](bool value) { return value ? "on" : "off"; };
  return fmt::format(
      "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH (slot_name = {}, copy_data = {}, "
      "binary = {}, streaming = {}, disable_on_error = {})",
      quote_identifier(subscription.name), quote_literal(publisher_conninfo),
      quote_identifier(publication_name(mesh.products[product])), quote_literal(subscription.slot),
      on(subscription.copy_data), on(subscription.binary), on(subscription.streaming),
      on(subscription.disable_on_error));
}

}  // namespace harness
