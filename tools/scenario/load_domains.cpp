#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "tools/scenario/loading.hpp"
#include "tools/sql/ddl.hpp"

namespace scenario {
namespace {

/// DDL text stands in the scenario when it looks like SQL: a file name has neither blanks nor
/// semicolons.
bool is_inline(std::string_view text) {
  return text.find_first_of(" \n\t;") != std::string_view::npos;
}

std::vector<std::string> sql_files_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it{directory.empty() ? "." : directory, error}, end;
       !error && it != end && names.size() < 500; it.increment(error))
    if (it->path().extension() == ".sql") names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<sql::Source> ddl_source(Loading& loading, const Section& domain, const Node& item) {
  if (!item.is_scalar()) {
    domain.problem(item.mark,
                   fmt::format("ddl: a file name or DDL text is wanted, not {}", kind_name(item)));
    return std::nullopt;
  }
  if (item.text.empty()) {
    domain.problem(item.mark, "ddl is empty");
    return std::nullopt;
  }
  if (is_inline(item.text)) return loading.texts.add(item);
  const std::string path = item.text.front() == '/' ? item.text : loading.directory + item.text;
  try {
    std::string text = read_bounded(path);
    loading.included.push_back(item.text);
    loading.included.push_back(text);
    const int source = loading.problems.add_source(path, std::move(text));
    return loading.texts.add_file(source, loading.problems);
  } catch (const ScenarioError& error) {
    const std::vector<std::string> files = sql_files_in(loading.directory);
    std::string hint = did_you_mean(item.text, {files.begin(), files.end()});
    if (hint.empty()) hint = "DDL files are looked up beside the scenario";
    domain.problem(item.mark,
                   fmt::format("ddl: {}: {}", in_quotes(path), error.problems().front().message),
                   hint);
    return std::nullopt;
  }
}

std::set<std::string> table_names(const sql::Schema& schema) {
  std::set<std::string> names;
  for (const models::Table& table : schema.tables) names.insert(table.qualified_name());
  return names;
}

void load_ddl(Loading& loading, const Section& section, models::Domain& domain) {
  const Node* ddl = section.value("ddl");
  if (ddl == nullptr || domain.database < 0) return;
  Loading::DatabaseState& state = loading.databases[static_cast<std::size_t>(domain.database)];
  const int node = loading.mesh.databases[static_cast<std::size_t>(domain.database)].node;
  const int major = loading.mesh.nodes[static_cast<std::size_t>(node)].postgres;
  const std::set<std::string> before = table_names(state.schema);
  const auto load_item = [&](const Node& item) {
    const std::optional<sql::Source> source = ddl_source(loading, section, item);
    if (!source) {
      state.unreadable = true;
      return;
    }
    domain.ddl += source->text;
    if (!domain.ddl.empty() && domain.ddl.back() != '\n') domain.ddl += '\n';
    loading.provisioning.domains.back().ddl.push_back(
        {source->text,
         loading.problems.place(loading.texts.place(loading.problems, source->file, 1, 1))});
    std::vector<sql::Problem> found;
    sql::load_ddl(*source, major, state.schema, found);
    loading.texts.report(found, loading.problems, loading.notices);
  };
  if (ddl->is_sequence())
    for (const Node& item : ddl->items) load_item(item);
  else
    load_item(*ddl);
  for (const std::string& name : table_names(state.schema))
    if (!before.contains(name)) state.domain_of_table[name] = domain.name;
}

int database_of(Loading& loading, int node, const std::string& name) {
  if (node < 0) return -1;
  std::vector<models::Database>& databases = loading.mesh.databases;
  for (std::size_t i = 0; i < databases.size(); ++i)
    if (databases[i].name == name && databases[i].node == node) return static_cast<int>(i);
  databases.push_back({name, node});
  loading.databases.emplace_back();
  return static_cast<int>(databases.size()) - 1;
}

/// Unqualified names of a workload: what the scenario says, else the DDL's SET search_path; pg_dump
/// empties it, but no session of an application runs that way.
std::vector<std::string> search_path_of(const Loading& loading, const Section& section,
                                        int database) {
  std::vector<std::string> path;
  for (const Word& word : section.words("search_path")) path.push_back(word.text);
  if (path.empty() && database >= 0)
    path = loading.databases[static_cast<std::size_t>(database)].schema.search_path;
  if (path.empty()) path = {"public"};
  return path;
}

void load_domain(Loading& loading, const Section& section) {
  models::Domain domain;
  domain.name = section.name();
  domain.place = section.place();
  const int node = resolve(section, "node", loading.mesh.nodes, "node");
  domain.database = database_of(loading, node, section.text("database").value_or(domain.name));
  loading.provisioning.domains.emplace_back();
  load_ddl(loading, section, domain);
  loading.search_paths.push_back(search_path_of(loading, section, domain.database));
  loading.mesh.domains.push_back(std::move(domain));
}

/// Statements index Mesh::tables, so the tables move there when every DDL has been read.
void move_tables(Loading& loading) {
  for (std::size_t d = 0; d < loading.databases.size(); ++d) {
    Loading::DatabaseState& state = loading.databases[d];
    for (models::Table& table : state.schema.tables) {
      table.database = static_cast<int>(d);
      const std::string name = table.qualified_name();
      table.domain = state.domain_of_table[name];
      state.tables[name] = static_cast<int>(loading.mesh.tables.size());
      loading.mesh.tables.push_back(std::move(table));
    }
    state.schema.tables.clear();
  }
}

/// Columns whose type nobody knows need a width from the scenario.
void report_unresolved(Loading& loading) {
  for (std::size_t d = 0; d < loading.databases.size(); ++d) {
    std::vector<sql::Problem> found;
    for (const sql::UnresolvedType& unknown : loading.databases[d].schema.unresolved) {
      const auto at = loading.databases[d].tables.find(unknown.table);
      if (at == loading.databases[d].tables.end()) continue;
      const models::Table& table = loading.mesh.tables[static_cast<std::size_t>(at->second)];
      const int column = table.column_index(unknown.column);
      if (column < 0) continue;
      const models::Quantity& width = table.columns[static_cast<std::size_t>(column)].width;
      if (width.value > 0 || width.parameter >= 0) continue;
      found.push_back(unknown.problem);
      found.back().hint =
          fmt::format("say how wide it is on average: tables: {{{}: {{widths: {{{}: 32}}}}}}",
                      unknown.table, unknown.column);
    }
    loading.texts.report(found, loading.problems, loading.notices);
  }
}

}  // namespace

int find_table(const Loading& loading, int domain_index, std::string_view name) {
  if (domain_index < 0) return -1;
  const auto domain = static_cast<std::size_t>(domain_index);
  const int database = loading.mesh.domains[domain].database;
  if (database < 0) return -1;
  const std::map<std::string, int>& tables =
      loading.databases[static_cast<std::size_t>(database)].tables;
  const auto exact = [&](const std::string& wanted) {
    const auto found = tables.find(wanted);
    return found == tables.end() ? -1 : found->second;
  };
  if (name.find('.') != std::string_view::npos) return exact(std::string{name});
  for (const std::string& schema : loading.search_paths[domain])
    if (const int found = exact(schema + "." + std::string{name}); found >= 0) return found;
  return -1;
}

int resolve_table(const Loading& loading, const Section& section, const Word& name,
                  int domain_index) {
  if (domain_index < 0) return -1;
  const int found = find_table(loading, domain_index, name.text);
  if (found >= 0) return found;
  const models::Domain& domain = loading.mesh.domains[static_cast<std::size_t>(domain_index)];
  if (domain.database < 0 ||
      loading.databases[static_cast<std::size_t>(domain.database)].unreadable)
    return -1;  // reported where the domain stands
  std::vector<std::string> names;
  for (const models::Table& table : loading.mesh.tables)
    if (table.database == domain.database) {
      names.push_back(table.qualified_name());
      names.push_back(table.name);
    }
  std::string hint = did_you_mean(name.text, {names.begin(), names.end()});
  if (hint.empty())
    hint = names.empty() ? "no DDL creates a table here: give ddl:"
                         : "the DDL of its database has no such table";
  section.problem(
      name.mark,
      fmt::format("there is no table {} in domain {}", in_quotes(name.text), domain.name), hint);
  return -1;
}

int resolve_column(const Section& section, const models::Table& table, const Word& name) {
  const int found = table.column_index(name.text);
  if (found < 0)
    section.problem(
        name.mark,
        fmt::format("table {} has no column {}", table.qualified_name(), in_quotes(name.text)),
        did_you_mean(name.text, names_of(table.columns)));
  return found;
}

void load_domains(Loading& loading, const Section& root) {
  loading.domains = root.objects("domains");
  for (const Section& domain : loading.domains) load_domain(loading, domain);
  move_tables(loading);
  for (std::size_t i = 0; i < loading.domains.size(); ++i)
    load_tables(loading, loading.domains[i], static_cast<int>(i));
  report_unresolved(loading);
}

}  // namespace scenario
