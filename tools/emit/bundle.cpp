#include "tools/emit/bundle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace emit {

namespace {

class Bundle {
 public:
  Bundle(const Topology& topology, const BundleOptions& options)
      : topology_{topology}, options_{options} {}

  std::vector<File> files() {
    for (std::size_t n = 0; n < topology_.mesh.nodes.size(); ++n)
      if (!topology_.databases_of(static_cast<int>(n)).empty())
        nodes_.push_back(static_cast<int>(n));
    check_node();
    settings();
    steps();
    verification();
    rollback();
    around();
    if (!complaints_.empty()) throw EmitError{std::move(complaints_)};
    std::sort(files_.begin(), files_.end(),
              [](const File& a, const File& b) { return a.path < b.path; });
    return std::move(files_);
  }

 private:
  std::string folder(int node) const {
    return file_word(topology_.mesh.nodes[static_cast<std::size_t>(node)].name) + "/";
  }
  const std::string& database_name(int database) const {
    return topology_.mesh.databases[static_cast<std::size_t>(database)].name;
  }
  bool wanted(int node) const {
    return !options_.node ||
           topology_.mesh.nodes[static_cast<std::size_t>(node)].name == *options_.node;
  }

  void check_node() {
    if (!options_.node) return;
    for (const int node : nodes_)
      if (wanted(node)) return;
    complaints_.push_back(
        {{}, fmt::format("there is no node '{}' with a domain", *options_.node), {}});
  }

  void add(std::string path, std::string text, bool executable = false) {
    if (!text.empty()) files_.push_back({std::move(path), std::move(text), executable});
  }

  /// A file that psql runs; nothing when the text is empty.
  void step(std::vector<Step>& into, int node, const std::string& database, const std::string& name,
            std::string text) {
    if (text.empty() || !wanted(node)) return;
    into.push_back({node, database, folder(node) + name});
    add(folder(node) + name, std::move(text));
  }

  /// One file per database of every node, all of them before the next kind of file.
  void per_database(std::vector<Step>& into, const std::string& number, const std::string& what,
                    const std::function<std::string(int)>& text) {
    for (const int node : nodes_)
      for (const int database : topology_.databases_of(node))
        step(into, node, database_name(database),
             fmt::format("{}-{}-{}.sql", number, file_word(database_name(database)), what),
             text(database));
  }

  void settings() {
    for (const int node : nodes_) {
      if (!wanted(node)) continue;
      add(folder(node) + "postgresql.conf",
          postgresql_conf(topology_, node, options_.figures, complaints_));
      add(folder(node) + "pg_hba.conf", pg_hba_conf(topology_, node));
      add(folder(node) + "crontab", crontab(topology_, node, complaints_));
    }
  }

  void steps() {
    for (const int node : nodes_)
      step(checks_, node, "postgres", "00-check.sql", check_sql(topology_, node));
    for (const int node : nodes_) {
      step(steps_, node, "postgres", "10-roles.sql", roles_sql(topology_, node));
      step(steps_, node, "postgres", "11-passwords.sql", passwords_sql(topology_, node));
      step(steps_, node, "postgres", "12-databases.sql", databases_sql(topology_, node));
    }
    // The DDL names the extensions that it needs.
    std::map<int, std::string> tables;
    std::map<int, std::vector<std::string>> extensions;
    for (const int node : nodes_)
      for (const int database : topology_.databases_of(node))
        tables[database] = tables_sql(topology_, database, extensions[database], complaints_);
    per_database(steps_, "20", "extensions",
                 [&](int d) { return extensions_sql(topology_, d, extensions[d]); });
    per_database(steps_, "21", "governance", [&](int d) { return governance_sql(topology_, d); });
    per_database(steps_, "30", "schemas", [&](int d) { return schemas_sql(topology_, d); });
    per_database(steps_, "31", "tables", [&](int d) { return tables[d]; });
    // Before anybody is granted anything.
    per_database(steps_, "33", "row-security",
                 [&](int d) { return row_security_sql(topology_, d, complaints_); });
    per_database(steps_, "40", "grants", [&](int d) { return grants_sql(topology_, d); });
    per_database(steps_, "50", "publications",
                 [&](int d) { return publications_sql(topology_, d); });
    per_database(steps_, "51", "contracts", [&](int d) { return agree_sql(topology_, d); });
    per_database(steps_, "52", "slots", [&](int d) { return slots_sql(topology_, d); });
    per_database(steps_, "60", "foreign", [&](int d) { return foreign_sql(topology_, d); });
    per_database(steps_, "61", "subscriptions",
                 [&](int d) { return subscriptions_sql(topology_, d); });
    per_database(steps_, "70", "views", [&](int d) { return views_sql(topology_, d); });
    per_database(steps_, "80", "jobs", [&](int d) { return jobs_sql(topology_, d, complaints_); });
    for (const int node : nodes_)
      step(steps_, node, topology_.cron_database(node), "81-schedule.sql",
           cron_sql(topology_, node, complaints_));
  }

  void verification() {
    per_database(verify_, "90", "verify", [&](int d) { return verify_sql(topology_, d); });
  }

  void rollback() {
    per_database(rollback_checks_, "95", "rollback-check",
                 [&](int d) { return rollback_check_sql(topology_, d); });
    for (const int node : nodes_)
      if (topology_.has_pg_cron(node))
        step(rollback_, node, topology_.cron_database(node), "96-rollback-schedule.sql",
             rollback_cron_sql(topology_, node));
    // Subscribers first: dropping a subscription drops its slot at the publisher.
    std::vector<Step> publishers;
    per_database(publishers, "97", "rollback", [&](int d) {
      return topology_.subscribes(d) ? std::string{} : rollback_sql(topology_, d);
    });
    per_database(rollback_, "97", "rollback", [&](int d) {
      return topology_.subscribes(d) ? rollback_sql(topology_, d) : std::string{};
    });
    rollback_.insert(rollback_.end(), publishers.begin(), publishers.end());
    for (const int node : nodes_)
      step(rollback_, node, "postgres", "98-rollback-node.sql", rollback_node_sql(topology_, node));
  }

  void around() {
    add("apply.sh", apply_sh(topology_, steps_, checks_), true);
    add("verify.sh", verify_sh(topology_, verify_), true);
    add("rollback.sh", rollback_sh(topology_, rollback_checks_, rollback_), true);
    if (!options_.node) add("drift.sh", drift_sh(topology_), true);
    add("README.md", readme(topology_, steps_));
    add("monitoring/alerts.yml", alert_rules(topology_, options_.figures));
    add("monitoring/queries.yml", alert_queries(topology_));
    for (File& file : dbt_projects(topology_)) files_.push_back(std::move(file));
  }

  const Topology& topology_;
  const BundleOptions& options_;
  std::vector<int> nodes_;
  std::vector<File> files_;
  std::vector<Step> checks_, steps_, verify_, rollback_checks_, rollback_;
  std::vector<Complaint> complaints_;
};

}  // namespace

std::vector<File> bundle(const Topology& topology, const BundleOptions& options) {
  try {
    return Bundle{topology, options}.files();
  } catch (const QuoteError& error) {
    throw EmitError{{{{}, error.what(), "names have 1 to 63 bytes"}}};
  }
}

}  // namespace emit
