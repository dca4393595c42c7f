#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/mesh.hpp"
#include "models/provisioning.hpp"
#include "tools/scenario/problems.hpp"
#include "tools/scenario/section.hpp"
#include "tools/scenario/sql_text.hpp"
#include "tools/sql/schema.hpp"

namespace scenario {

/// What the parts of the loader share while one scenario is read.
struct Loading {
  Problems& problems;
  models::Mesh& mesh;
  std::string directory;  // of the scenario, where DDL files are; empty or ending in '/'

  std::vector<std::string> included = {};  // DDL files read: name and text in turn, for the hash
  std::vector<Notice> notices = {};
  SqlTexts texts = {};

  struct DatabaseState {
    bool unreadable = false;  // a DDL file is missing: what else it would explain is not reported
    sql::Schema schema;       // its tables move to Mesh::tables once all DDL is read
    std::map<std::string, std::string> domain_of_table;  // by schema.table
    std::map<std::string, int> tables;                   // schema.table: index into Mesh::tables
  };
  std::vector<DatabaseState> databases = {};                // as Mesh::databases
  std::vector<Section> domains = {};                        // as Mesh::domains
  std::vector<std::vector<std::string>> search_paths = {};  // as Mesh::domains

  std::set<std::string> work_names = {};  // of streams and jobs

  /// Nodes without `bulk_rate:` by index into Mesh::nodes: the prior's name, used when they get
  /// bulk work.
  std::map<std::size_t, std::string> bulk_rate_paths = {};
  /// Costs that `cpu:` of a node leaves out, by index and key: the prior's name, used when
  /// something asks for its cores.
  std::map<std::pair<std::size_t, std::string>, std::string> cpu_paths = {};

  sim::Duration utc_offset{0};  // local time minus UTC on the start day

  models::Provisioning provisioning = {};
};

// The parts, in the order they run: each resolves references against what the earlier ones made.
void load_nodes(Loading& loading, const Section& root);  // nodes, links, standbys
void load_profiles(Loading& loading, const Section& root);
void load_domains(Loading& loading, const Section& root);  // databases, DDL, tables
void load_workloads(Loading& loading);                     // streams and jobs of the domains
/// A node with bulk work gets the uncertain speed of it, once.
void assume_bulk_rate(Loading& loading, std::size_t node);
/// A node whose cores something asks for gets the uncertain costs that the scenario leaves out, by
/// keys of `cpu:`, each once.
void assume_cpu(Loading& loading, std::size_t node, std::initializer_list<const char*> costs);
void load_products(Loading& loading, const Section& root);
/// The foreign server that a consumer has, or would have under another mechanism.
models::ForeignServer load_server(const Section& consumer, const models::Node& node);
void load_foreign_server(Loading& loading, const Section& consumer, int database,
                         models::Consumer& into);
void plan_foreign_queries(Loading& loading, const Section& root);  // once all products are read
/// Whether two collations order text alike, by their names.
bool same_order(const std::string& a, const std::string& b);
void load_incidents(Loading& loading, const Section& root);  // and governance
void load_objectives(Loading& loading, const Section& root);
/// What the scenario leaves open about columns of tables in use: decided, and told in words.
void assume_columns(Loading& loading);

// What the mesh needs to be set up for real, each beside the part it belongs to.
models::NodeProvisioning load_node_provisioning(const Section& section);
void load_domain_provisioning(Loading& loading);  // after the domains, before the products
models::ConsumerProvisioning load_consumer_provisioning(Loading& loading, const Section& section,
                                                        const models::Product& product, int node);

/// Settings of one node, checked against its major version.
void load_settings(const Section& node, models::Node& into);

/// `tables:` of a domain: sizes, values, copies.
void load_tables(Loading& loading, const Section& domain, int domain_index);

/// A workload statement: parsed, with the rows, skew and conflicts that `shape` (the workload entry
/// or an entry of its transaction) gives. `rebuilt_rows`: of a rebuild, whose rows are known.
std::optional<models::Statement> load_statement(Loading& loading, const Section& shape,
                                                const Node& sql, int domain_index,
                                                std::optional<models::Quantity> rebuilt_rows = {});
std::optional<models::Statement> load_copy(Loading& loading, const Section& copy, int domain_index);

/// An uncertain physical constant that the scenario does not give: a two-piece lognormal.
models::Quantity prior(Loading& loading, const std::string& name, const std::string& unit,
                       double p10, double p50, double p90,
                       const char* source = "prior from measurements on PostgreSQL 15 to 18");

/// A text made a replication slot's name: lower case, digits and underscores, at most 63.
std::string slot_name(std::string_view text);
void check_slot_name(const Section& section, Mark mark, const std::string& name);

/// `at:` of jobs and incidents: a time after the start, or a time of day (its first occurrence).
std::optional<sim::Duration> read_moment(const Loading& loading, const Section& section,
                                         std::string_view key);

/// The table that a name means in a domain: schema.table, or a bare name by the search path.
/// Returns   -1 when there is none; resolve_table reports it then, with the nearest name
int find_table(const Loading& loading, int domain_index, std::string_view name);
int resolve_table(const Loading& loading, const Section& section, const Word& name,
                  int domain_index);

/// A column of a table by name, or -1 with a problem that names the nearest.
int resolve_column(const Section& section, const models::Table& table, const Word& name);

/// Index of the entry of that name; -1 when there is none.
template <typename Named>
int index_of(const std::vector<Named>& entries, std::string_view name) {
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i].name == name) return static_cast<int>(i);
  return -1;
}

template <typename Named>
std::vector<std::string_view> names_of(const std::vector<Named>& entries) {
  std::vector<std::string_view> names;
  for (const Named& entry : entries) names.push_back(entry.name);
  return names;
}

/// The entry that a key names, or -1 with a problem that names the nearest.
template <typename Named>
int resolve(const Section& section, std::string_view key, const std::vector<Named>& entries,
            std::string_view what) {
  const std::optional<Word> word = section.word(key);
  if (!word) return -1;
  const int found = index_of(entries, word->text);
  if (found >= 0) return found;
  std::string hint = did_you_mean(word->text, names_of(entries));
  if (hint.empty() && !entries.empty()) hint = "there is " + listed(names_of(entries));
  section.problem_at(key, "there is no " + std::string{what} + " " + in_quotes(word->text), hint);
  return -1;
}

}  // namespace scenario
