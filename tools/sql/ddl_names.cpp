#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/names.hpp"
#include "tools/sql/spelling.hpp"

namespace sql {

void DdlReader::error(int location, std::string message, std::string hint) {
  error_at(current_->offset(location), std::move(message), std::move(hint));
}

void DdlReader::error_at(std::size_t offset, std::string message, std::string hint) {
  tell(offset, Problem::Severity::error, std::move(message), std::move(hint));
}

void DdlReader::warning(int location, std::string message, std::string hint) {
  tell(current_->offset(location), Problem::Severity::warning, std::move(message), std::move(hint));
}

void DdlReader::tell(std::size_t offset, Problem::Severity severity, std::string message,
                     std::string hint) {
  if (++told_ > most_problems_of_a_statement) return;
  problems_.push_back(
      problem_in(source_, current_->piece, offset, severity, std::move(message), std::move(hint)));
}

/// Where CREATE puts an unqualified name: the first schema of the search path.
std::string DdlReader::creation_schema() const {
  for (const std::string& schema : schema_.search_path)
    if (schema != "$user" && schema != "pg_catalog") return schema;
  return "public";
}

DdlReader::Name DdlReader::new_name(Node range_var) const {
  Name name{range_var["schemaname"].string(), range_var["relname"].string(), range_var.location()};
  if (name.schema.empty())
    name.schema = range_var["relpersistence"].text() == "t" ? "pg_temp" : creation_schema();
  return name;
}

DdlReader::Name DdlReader::new_name(Node names, int location) const {
  const std::size_t parts = names.size();
  return {parts > 1 ? names[parts - 2].as("String")["sval"].string() : creation_schema(),
          last_name(names), location};
}

int DdlReader::find_table(const std::string& schema, const std::string& name) const {
  const auto look = [&](const std::string& in) {
    const auto found = table_index_.find(in + "." + name);
    return found == table_index_.end() ? -1 : found->second;
  };
  if (!schema.empty()) return look(schema);
  if (const int temporary = look("pg_temp"); temporary >= 0) return temporary;
  for (const std::string& path : schema_.search_path)
    if (const int found = look(path); found >= 0) return found;
  return look("public");
}

int DdlReader::find_table(Node range_var) const {
  return find_table(range_var["schemaname"].string(), range_var["relname"].string());
}

std::vector<std::string> DdlReader::table_names() const {
  std::vector<std::string> names;
  for (const Table& table : schema_.tables) names.push_back(table.qualified_name());
  for (const Table& table : schema_.tables) names.push_back(table.name);
  return names;
}

std::vector<std::string> DdlReader::column_names(const Table& table) {
  std::vector<std::string> names;
  for (const models::Column& column : table.columns) names.push_back(column.name);
  return names;
}

int DdlReader::table(Node range_var, bool missing_ok) {
  const int found = find_table(range_var);
  if (found >= 0 || missing_ok) return found;
  const Name name = new_name(range_var);
  if (failed_.contains(name.qualified())) return -1;
  const std::string shown = range_var["schemaname"] ? name.qualified() : std::string{name.name};
  const std::string near = nearest(shown, table_names());
  error(
      name.location, fmt::format("table {} does not exist", shown),
      near.empty() ? "its CREATE TABLE has to come first" : fmt::format("did you mean {}?", near));
  return -1;
}

int DdlReader::column(const Table& table, std::string_view name, int location) {
  return column_at(table, name,
                   location < 0 ? current_->offset_of_name(name) : current_->offset(location));
}

int DdlReader::column_at(const Table& table, std::string_view name, std::size_t offset) {
  const int found = table.column_index(std::string{name});
  if (found >= 0) return found;
  if (told_ > most_problems_of_a_statement) return -1;
  const std::string near = nearest(name, column_names(table));
  error_at(offset, fmt::format("table {} has no column {}", table.qualified_name(), name),
           near.empty() ? "" : fmt::format("did you mean {}?", near));
  return -1;
}

bool DdlReader::column_list(const Table& table, Node names, int location,
                            std::vector<int>& columns) {
  for (const Node name : names) {
    columns.push_back(column(table, name.as("String")["sval"].text(), location));
    if (columns.back() < 0) return false;
  }
  return true;
}

bool DdlReader::taken(const std::string& schema, const std::string& name) const {
  return relations_.contains(schema + "." + name);
}

std::string DdlReader::free_name(const std::string& schema, std::string_view name1,
                                 std::string_view name2, std::string_view label) const {
  return free_object_name(name1, name2, label,
                          [&](const std::string& name) { return taken(schema, name); });
}

/// Takes a relation's name; false when it is in use, which is an error unless IF NOT EXISTS was
/// said.
bool DdlReader::claim(const Name& name, bool if_not_exists) {
  if (relations_.insert(name.qualified()).second) return true;
  if (!if_not_exists)
    error(name.location, fmt::format("{} exists already", name.qualified()),
          "CREATE … IF NOT EXISTS passes over what exists");
  return false;
}

void DdlReader::forget_relation(const std::string& name) {
  relations_.erase(name);
  schema_.key_constraints.erase(name);
}

void DdlReader::rename_index_entry(const std::string& from, const std::string& to) {
  relations_.erase(from);
  relations_.insert(to);
  if (schema_.key_constraints.erase(from) > 0) schema_.key_constraints.insert(to);
}

void DdlReader::add_table(Table table) {
  schema_.schemas.insert(table.schema);
  columns_made_ += table.columns.size();
  relations_.insert(table.qualified_name());
  table_index_[table.qualified_name()] = static_cast<int>(schema_.tables.size());
  schema_.tables.push_back(std::move(table));
}

void DdlReader::remove_table(int index) {
  const Table& table = schema_.tables[static_cast<std::size_t>(index)];
  const std::string name = table.qualified_name();
  relations_.erase(name);
  for (const models::Index& each : table.indexes) forget_relation(table.schema + "." + each.name);
  schema_.parents.erase(name);
  schema_.checks.erase(name);
  schema_.view_reads.erase(name);
  schema_.partition_keys.erase(name);
  std::erase_if(schema_.unresolved, [&](const UnresolvedType& type) { return type.table == name; });
  schema_.tables.erase(schema_.tables.begin() + index);
  table_index_.clear();
  for (std::size_t i = 0; i < schema_.tables.size(); ++i)
    table_index_[schema_.tables[i].qualified_name()] = static_cast<int>(i);
}

/// A table under another schema or name, with everything that refers to it by name.
void DdlReader::rename_table(int index, std::string schema, std::string name) {
  Table& table = schema_.tables[static_cast<std::size_t>(index)];
  const std::string old_name = table.qualified_name();
  relations_.erase(old_name);
  table_index_.erase(old_name);
  for (const models::Index& each : table.indexes)
    rename_index_entry(table.schema + "." + each.name, schema + "." + each.name);
  table.schema = std::move(schema);
  table.name = std::move(name);
  const std::string new_qualified = table.qualified_name();
  relations_.insert(new_qualified);
  table_index_[new_qualified] = index;
  schema_.schemas.insert(table.schema);
  const auto move_key = [&](auto& map) {
    if (auto node = map.extract(old_name)) {
      node.key() = new_qualified;
      map.insert(std::move(node));
    }
  };
  move_key(schema_.parents);
  move_key(schema_.checks);
  move_key(schema_.view_reads);
  move_key(schema_.partition_keys);
  for (auto& [child, parents] : schema_.parents)
    for (Parent& parent : parents)
      if (parent.table == old_name) parent.table = new_qualified;
  for (auto& [view, reads] : schema_.view_reads)
    std::replace(reads.begin(), reads.end(), old_name, new_qualified);
  for (UnresolvedType& type : schema_.unresolved)
    if (type.table == old_name) type.table = new_qualified;
  for (Table& other : schema_.tables)
    for (models::ForeignKey& key : other.foreign_keys)
      if (key.referenced == old_name) key.referenced = new_qualified;
}

}  // namespace sql
