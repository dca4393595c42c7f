#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/emit/render.hpp"
#include "tools/emit/topology.hpp"

/// The files that provision a mesh.
namespace emit {

struct File {
  std::string path;  // within the bundle
  std::string text;
  bool executable = false;
};

/// What a simulated run says about the guard rails.
struct RunFigures {
  std::int64_t run = 0;
  std::uint64_t replicates = 0;
  struct Slot {
    double outage_tolerance_p5 = 0;  // seconds; 0 = beyond the horizon
    double retained_wal_p99 = 0;     // bytes
    double replay_lag_p99 = 0;       // seconds
  };
  std::map<std::string, Slot> slots;  // by slot name
  std::map<std::string, std::string>
      caps;  // max_slot_wal_keep_size by node, as PostgreSQL writes it
};

struct BundleOptions {
  std::optional<std::string> node;  // only this node's files
  std::optional<RunFigures> figures;
};

/// Every file of the bundle, ordered by path. The same mesh gives the same bytes.
/// Throws    EmitError when the scenario lacks something
std::vector<File> bundle(const Topology& topology, const BundleOptions& options);

/// One psql call of apply.sh.
struct Step {
  int node = -1;
  std::string database;
  std::string file;  // within the bundle
};

/// The texts of one node and its databases; an empty text is no file. `complaints` collects.
std::string roles_sql(const Topology& topology, int node);
std::string passwords_sql(const Topology& topology, int node);
std::string databases_sql(const Topology& topology, int node);
std::string check_sql(const Topology& topology, int node);
std::string extensions_sql(const Topology& topology, int database,
                           const std::vector<std::string>& ddl);
std::string governance_sql(const Topology& topology, int database);
std::string schemas_sql(const Topology& topology, int database);
std::string tables_sql(const Topology& topology, int database, std::vector<std::string>& extensions,
                       std::vector<Complaint>& complaints);
std::string grants_sql(const Topology& topology, int database);
std::string row_security_sql(const Topology& topology, int database,
                             std::vector<Complaint>& complaints);
std::string publications_sql(const Topology& topology, int database);
std::string agree_sql(const Topology& topology, int database);
std::string slots_sql(const Topology& topology, int database);
std::string subscriptions_sql(const Topology& topology, int database);
std::string foreign_sql(const Topology& topology, int database);
std::string views_sql(const Topology& topology, int database);
std::string jobs_sql(const Topology& topology, int database, std::vector<Complaint>& complaints);
std::string cron_sql(const Topology& topology, int node, std::vector<Complaint>& complaints);
std::string crontab(const Topology& topology, int node, std::vector<Complaint>& complaints);
std::string verify_sql(const Topology& topology, int database);
/// The federated queries of a database, each with what was simulated of it: for verify.sql.
std::vector<Values> foreign_checks(const Topology& topology, int database);
std::string rollback_check_sql(const Topology& topology, int database);
std::string rollback_sql(const Topology& topology, int database);
std::string rollback_cron_sql(const Topology& topology, int node);
std::string rollback_node_sql(const Topology& topology, int node);
std::string postgresql_conf(const Topology& topology, int node,
                            const std::optional<RunFigures>& figures,
                            std::vector<Complaint>& complaints);
std::string pg_hba_conf(const Topology& topology, int node);
std::string alert_rules(const Topology& topology, const std::optional<RunFigures>& figures);
std::string alert_queries(const Topology& topology);
std::vector<File> dbt_projects(const Topology& topology);

/// The environment variable that carries a role's password.
std::string password_variable(const std::string& role);

/// Shell scripts and README around the steps.
std::string apply_sh(const Topology& topology, const std::vector<Step>& steps,
                     const std::vector<Step>& checks);
std::string verify_sh(const Topology& topology, const std::vector<Step>& steps);
std::string rollback_sh(const Topology& topology, const std::vector<Step>& checks,
                        const std::vector<Step>& steps);
std::string drift_sh(const Topology& topology);
std::string readme(const Topology& topology, const std::vector<Step>& steps);

/// The jobs of a database that a scheduler runs: who owns them, when, what.
struct ScheduledJob {
  std::string name;
  std::string database;
  std::string schedule;  // five fields of cron, UTC
  std::string command;
};
std::vector<ScheduledJob> scheduled_jobs(const Topology& topology, int node,
                                         std::vector<Complaint>& complaints);

/// Login roles that get a password from the environment, per node: name and variable.
std::vector<std::string> password_roles(const Topology& topology, int node);

/// Title line of a file.
Sql title(const Topology& topology, const std::string& what);

}  // namespace emit
