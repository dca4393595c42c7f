#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"
#include "tools/sql/lexer.hpp"

namespace emit {
namespace {

using models::Job;
using models::Table;
using namespace std::chrono_literals;

int domain_of(const Topology& topology, const std::string& name) {
  for (std::size_t d = 0; d < topology.mesh.domains.size(); ++d)
    if (topology.mesh.domains[d].name == name) return static_cast<int>(d);
  return -1;
}

/// Minutes of the day in UTC at which something first happens.
int minute_of_day(const models::Mesh& mesh, sim::Duration at) {
  const sim::Duration since_midnight = (std::chrono::seconds{mesh.start} + at) % 24h;
  return static_cast<int>(since_midnight / 1min);
}

/// Every so often, in cron's five fields; none when cron cannot say it.
std::optional<std::string> cron_schedule(const models::Mesh& mesh, sim::Duration every,
                                         sim::Duration at) {
  const int minute = minute_of_day(mesh, at) % 60, hour = minute_of_day(mesh, at) / 60;
  const auto minutes = every / 1min;
  if (every % 1min != 0ns) return std::nullopt;
  if (minutes == 1) return "* * * * *";
  if (minutes < 60 && 60 % minutes == 0) return fmt::format("*/{} * * * *", minutes);
  if (minutes == 60) return fmt::format("{} * * * *", minute);
  if (minutes % 60 == 0 && minutes < 1440 && 24 % (minutes / 60) == 0)
    return fmt::format("{} */{} * * *", minute, minutes / 60);
  if (minutes == 1440) return fmt::format("{} {} * * *", minute, hour);
  if (minutes == 7 * 1440) {
    // 1970-01-01 was a Thursday, day 4 of cron's week.
    const auto days = (std::chrono::seconds{mesh.start} + at) / 24h;
    return fmt::format("{} {} * * {}", minute, hour, (days + 4) % 7);
  }
  return std::nullopt;
}

/// A job that is a function of its own: what its statements are.
struct JobFunction {
  std::string function, about, body, owner;
  std::vector<std::string> search_path;
  sim::Duration every{0}, at{0};
  models::Place place;
};

/// CONCURRENTLY keeps readers reading, but needs a view that has been filled.
std::string refresh_body(const Table& view, bool concurrently) {
  const std::string name = QualifiedName{view.schema, view.name}.sql();
  if (!concurrently) return fmt::format("    REFRESH MATERIALIZED VIEW {};\n", name);
  return fmt::format(
      "    IF (SELECT relispopulated FROM pg_catalog.pg_class WHERE oid = {}::regclass) THEN\n"
      "        REFRESH MATERIALIZED VIEW CONCURRENTLY {};\n"
      "    ELSE\n"
      "        REFRESH MATERIALIZED VIEW {};\n"
      "    END IF;\n",
      Literal{name}.sql(), name, name);
}

/// The statements of a job; complains where they cannot run by themselves.
std::string job_body(const Topology& topology, const Job& job, std::vector<Complaint>& complaints) {
  const auto refuse = [&](std::string message, std::string hint) {
    complaints.push_back({job.place, std::move(message), std::move(hint)});
    return std::string{};
  };
  if (job.kind == Job::Kind::rebuild) {
    const Table& table = topology.mesh.tables[static_cast<std::size_t>(job.table)];
    if (job.by == Job::Rebuild::refresh) return refresh_body(table, false);
    if (job.by == Job::Rebuild::refresh_concurrently) return refresh_body(table, true);
    const std::string name = QualifiedName{table.schema, table.name}.sql();
    if (job.by == Job::Rebuild::swap)
      return refuse(
          fmt::format("{}: a swap loses the table's grants, indexes and publications", job.name),
          "rebuild in place: by: truncate_insert, delete_insert or merge");
    if (job.statements.empty() || job.statements.front().sql.ends_with("SELECT …"))
      return refuse(fmt::format("{}: pg_cron needs the statement that fills {}", job.name, name),
                    "give rebuild: {sql: INSERT INTO … SELECT …}, or run_by: domain");
    std::string body;
    if (job.by == Job::Rebuild::truncate_insert) body = "    TRUNCATE " + name + ";\n";
    if (job.by == Job::Rebuild::delete_insert) body = "    DELETE FROM " + name + ";\n";
    return body + "    " + job.statements.front().sql + ";\n";
  }
  std::string body;
  for (const models::Statement& statement : job.statements) {
    if (sql::has_parameters({statement.sql, ""}))
      return refuse(fmt::format("{}: a job that pg_cron runs has no parameters", job.name),
                    "write the values into the statement, or run_by: domain");
    if (statement.kind == models::StatementKind::select)
      return refuse(fmt::format("{}: a SELECT as a job has no effect", job.name),
                    "let it write, or run_by: domain");
    body += "    " + statement.sql + ";\n";
  }
  return body;
}

std::string retention_body(const Topology& topology, const models::Retention& retention,
                           std::vector<Complaint>& complaints) {
  const Table& table = topology.mesh.tables[static_cast<std::size_t>(retention.table)];
  if (retention.column < 0) return {};
  const models::Column& column = table.columns[static_cast<std::size_t>(retention.column)];
  if (column.type != "timestamp with time zone")
    complaints.push_back(
        {retention.place,
         fmt::format("retention of {}: {} is {}; whose clock is that?", table.qualified_name(),
                     column.name, full_type(column)),
         "make it timestamptz: a timestamp without zone is hours off for a session "
         "elsewhere"});
  if (!column.not_null)
    complaints.push_back(
        {retention.place,
         fmt::format("retention of {}: {} may be NULL, and such rows would never go",
                     table.qualified_name(), column.name),
         "make it NOT NULL DEFAULT now()"});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(retention.keep).count();
  return fmt::format("    DELETE FROM {} WHERE {} < now() - interval '{} seconds';\n",
                     QualifiedName{table.schema, table.name}.sql(), Identifier{column.name}.sql(),
                     seconds);
}

/// Autovacuum passes foreign tables over: without this the planner goes by the sizes of the day
/// they were imported.
void analyze_foreign_tables(const Topology& topology, int database,
                            std::vector<JobFunction>& functions) {
  for (const Flow& flow : topology.flows) {
    if (flow.to != database || flow.server.empty() || !flow.consumer->server.analyzed) continue;
    std::string body;
    for (const SharedTable& shared : flow.tables)
      body += fmt::format("    ANALYZE {};\n",
                          QualifiedName{flow.foreign_schema, shared.table->name}.sql());
    functions.push_back({joined_name({"analyze", flow.foreign_schema}),
                         "Statistics of the foreign tables of " + flow.product->name + ".",
                         body,
                         federation_role,
                         {"pg_catalog"},
                         24h,
                         3h,
                         flow.place});
  }
}

std::vector<JobFunction> job_functions(const Topology& topology, int database,
                                       std::vector<Complaint>& complaints) {
  std::vector<JobFunction> functions;
  for (const int domain : topology.domains_of(database)) {
    const models::DomainProvisioning& owner = topology.domain(domain);
    for (const models::Retention& retention : owner.retention) {
      const Table& table = topology.mesh.tables[static_cast<std::size_t>(retention.table)];
      functions.push_back({joined_name({"clean_up", table.schema, table.name}),
                           "Old rows of " + table.qualified_name() + " go.",
                           retention_body(topology, retention, complaints),
                           owner.owner,
                           {"pg_catalog"},
                           retention.every,
                           retention.at,
                           retention.place});
    }
  }
  for (std::size_t j = 0; j < topology.mesh.jobs.size(); ++j) {
    const Job& job = topology.mesh.jobs[j];
    if (job.database != database || j >= topology.provisioning.scheduled_jobs.size() ||
        !topology.provisioning.scheduled_jobs[j])
      continue;
    if (!job.every) {
      complaints.push_back({job.place, fmt::format("{} runs once: pg_cron repeats", job.name),
                            "give every:, or run_by: domain"});
      continue;
    }
    const int domain = domain_of(topology, job.domain);
    std::vector<std::string> path = topology.domain(domain).search_path;
    functions.push_back({joined_name({"run", job.name}), "Job " + job.name + ".",
                         job_body(topology, job, complaints), topology.domain(domain).owner,
                         std::move(path), *job.every, job.at, job.place});
  }
  analyze_foreign_tables(topology, database, functions);
  return functions;
}

}  // namespace

std::string jobs_sql(const Topology& topology, int database, std::vector<Complaint>& complaints) {
  std::vector<Values> jobs;
  for (const JobFunction& job : job_functions(topology, database, complaints)) {
    std::vector<Identifier> path;
    for (const std::string& schema : job.search_path) path.emplace_back(schema);
    jobs.push_back(Values{}
                       .set("about", Sql{in_comment(job.about)})
                       .set("function", Identifier{job.function})
                       .set("owner", Identifier{job.owner})
                       .set("search_path", Sql{comma_separated(path)})
                       .set("body", Sql{dollar_quoted("\nBEGIN\n" + job.body + "END\n")}));
  }
  if (jobs.empty()) return {};
  return render("jobs.sql",
                Values{}
                    .set("title", title(topology, "jobs of " + topology.database_name(database)))
                    .set("operator", Identifier{operator_role})
                    .set("jobs", jobs));
}

std::vector<ScheduledJob> scheduled_jobs(const Topology& topology, int node,
                                         std::vector<Complaint>& complaints) {
  const models::Governance& governance = topology.mesh.governance;
  std::vector<ScheduledJob> jobs;
  for (const int database : topology.databases_of(node)) {
    const std::string& name = topology.database_name(database);
    const auto add = [&](const std::string& what, sim::Duration every, sim::Duration at,
                         const std::string& command, const models::Place& place) {
      const auto schedule = cron_schedule(topology.mesh, every, at);
      if (!schedule)
        complaints.push_back(
            {place, fmt::format("{}: cron cannot run this every {} s", what, sim::seconds(every)),
             "take minutes that divide an hour, hours that divide a day, a day or "
             "a week"});
      else
        jobs.push_back({fmt::format("meshplan {}: {}", name, what), name, *schedule, command});
    };
    if (governance.kill_routine_every)
      add("end old transactions", *governance.kill_routine_every, 0s,
          "SELECT governance.end_old_transactions()", {});
    if (topology.provisioning.heartbeat_every && topology.publishes(database))
      add("heartbeat", *topology.provisioning.heartbeat_every, 0s, "SELECT governance.beat()", {});
    if (governance.drift_interceptor_every && topology.publishes(database))
      add("drift", std::max(*governance.drift_interceptor_every, sim::Duration{1min}), 0s,
          "SELECT governance.note_drift()", {});
    std::vector<Complaint> told;  // jobs_sql has them
    for (const JobFunction& job : job_functions(topology, database, told))
      add(job.function, job.every, job.at,
          fmt::format("SELECT governance.{}()", Identifier{job.function}.sql()), job.place);
  }
  return jobs;
}

std::string cron_sql(const Topology& topology, int node, std::vector<Complaint>& complaints) {
  if (!topology.has_pg_cron(node)) return {};
  std::vector<Values> jobs;
  for (const ScheduledJob& job : scheduled_jobs(topology, node, complaints))
    jobs.push_back(Values{}
                       .set("name", Literal{job.name})
                       .set("schedule", Literal{job.schedule})
                       .set("command", Literal{job.command})
                       .set("database", Literal{job.database})
                       .set("operator_text", Literal{operator_role}));
  if (jobs.empty()) return {};
  return render("cron.sql",
                Values{}
                    .set("title", title(topology, "schedule of node " + topology.node_name(node)))
                    .set("mark", topology.mark())
                    .set("jobs", jobs));
}

/// The same jobs for a scheduler outside, where pg_cron is not preloaded.
std::string crontab(const Topology& topology, int node, std::vector<Complaint>& complaints) {
  if (topology.has_pg_cron(node)) return {};
  std::string text;
  const std::string& service = topology.node_name(node);
  for (const ScheduledJob& job : scheduled_jobs(topology, node, complaints)) {
    std::string command =
        fmt::format("psql -X -q -v ON_ERROR_STOP=1 {} -c {}",
                    shell_word(fmt::format("service={} dbname={}", conninfo_value(service),
                                           conninfo_value(job.database))),
                    shell_word(fmt::format("SET ROLE {}; {}", operator_role, job.command)));
    std::string escaped;  // cron ends a command at an unescaped percent sign
    for (const char c : command) escaped += c == '%' ? std::string{"\\%"} : std::string(1, c);
    text += fmt::format("{}  {}\n", job.schedule, escaped);
  }
  if (text.empty()) return {};
  return fmt::format(
      "# {}\n# Times are UTC. pg_cron is not preloaded on this node: another scheduler runs "
      "these.\n{}",
      title(topology, "jobs of node " + service).text, text);
}

}  // namespace emit
