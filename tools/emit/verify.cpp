#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

using models::Mechanism;
using models::Table;

std::string qualified(const Table& table) { return QualifiedName{table.schema, table.name}.sql(); }

bool is_relation(const Table& table) {
  return table.kind == Table::Kind::table || table.kind == Table::Kind::partitioned;
}

class Expectations {
 public:
  void column(const std::string& relation, const models::Column& column) {
    columns_.push_back(Values{}
                           .set("relation", Literal{relation})
                           .set("position", static_cast<std::int64_t>(columns_.size() + 1))
                           .set("column", Literal{column.name})
                           .set("type", Literal{full_type(column)})
                           .set("not_null", Sql{column.not_null ? "true" : "false"}));
  }
  void reader(const std::string& role, const std::string& relation) {
    readers_.push_back(Values{}.set("role", Literal{role}).set("relation", Literal{relation}));
  }
  void stranger(const std::string& role, const Table& table) {
    strangers_.push_back(Values{}
                             .set("role", Literal{role})
                             .set("schema", Literal{Identifier{table.schema}.name()})
                             .set("relation", Literal{qualified(table)}));
  }
  std::vector<Values> columns_, readers_, strangers_, row_security_, publications_, slots_,
      subscriptions_, foreign_;
};

/// Types of our own or an extension's may be spelled with a schema by format_type.
bool has_known_type(const models::Column& column) {
  static const std::set<std::string> known{"bigint",
                                           "integer",
                                           "smallint",
                                           "boolean",
                                           "text",
                                           "character varying",
                                           "character",
                                           "numeric",
                                           "real",
                                           "double precision",
                                           "date",
                                           "uuid",
                                           "jsonb",
                                           "json",
                                           "bytea",
                                           "timestamp with time zone",
                                           "timestamp without time zone"};
  return known.contains(column.type);
}

void expect_domain(const Topology& topology, int domain, Expectations& expected) {
  const models::DomainProvisioning& owner = topology.domain(domain);
  const std::string& name = topology.mesh.domains[static_cast<std::size_t>(domain)].name;
  for (const Table& table : topology.mesh.tables) {
    if (table.domain != name || !is_relation(table)) continue;
    for (const models::Column& column : table.columns)
      if (has_known_type(column)) expected.column(qualified(table), column);
    if (topology.in_contract(table)) {
      if (table.schema != "public") expected.reader(owner.reader, qualified(table));
    } else {
      expected.stranger(owner.reader, table);
    }
  }
  for (const models::RowSecurity& row : owner.row_security) {
    const Table& table = topology.mesh.tables[static_cast<std::size_t>(row.table)];
    expected.row_security_.push_back(
        Values{}
            .set("relation", Literal{qualified(table)})
            .set("reader", Literal{owner.reader})
            .set("reader_identifier", Literal{Identifier{owner.reader}.sql()}));
  }
}

void expect_flow(const Flow& flow, int database, Expectations& expected) {
  for (const SharedTable& shared : flow.tables) {
    const Literal relation{shared.source.sql()};
    if (flow.to == database) {
      expected.reader(flow.reader_role, shared.view.sql());
      if (flow.mechanism == Mechanism::event) {
        for (const int column : shared.columns)
          expected.column(shared.source.sql(),
                          shared.table->columns[static_cast<std::size_t>(column)]);
        expected.subscriptions_.push_back(
            Values{}.set("name", Literal{flow.subscription}).set("relation", relation));
      }
      if (!flow.server.empty())
        expected.foreign_.push_back(Values{}.set(
            "relation", Literal{QualifiedName{flow.foreign_schema, shared.table->name}.sql()}));
    }
    if (flow.from == database && flow.mechanism == Mechanism::event)
      expected.publications_.push_back(Values{}
                                           .set("name", Literal{flow.publication})
                                           .set("relation", relation)
                                           .set("schema", Literal{shared.table->schema})
                                           .set("table", Literal{shared.table->name}));
  }
  if (flow.from == database && flow.mechanism == Mechanism::event)
    expected.slots_.push_back(Values{}.set("slot", Literal{flow.slot}));
}

/// Names in an IN list; one that matches nothing when there is none.
Sql list(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + Literal{name}.sql();
  return {text.empty() ? "''" : text};
}

std::set<std::string> made_schemas(const Topology& topology, int database) {
  std::set<std::string> schemas;
  for (const int domain : topology.domains_of(database))
    for (const std::string& schema : topology.schemas_of(domain))
      if (schema != "public") schemas.insert(schema);
  for (const Flow& flow : topology.flows) {
    if (flow.to != database) continue;
    if (!flow.server.empty()) schemas.insert(flow.foreign_schema);
    if (flow.mechanism == Mechanism::event)
      for (const SharedTable& shared : flow.tables) schemas.insert(shared.source.schema.name());
  }
  return schemas;
}

}  // namespace

std::string verify_sql(const Topology& topology, int database) {
  Expectations expected;
  for (const int domain : topology.domains_of(database)) expect_domain(topology, domain, expected);
  for (const Flow& flow : topology.flows) expect_flow(flow, database, expected);
  return render(
      "verify.sql",
      Values{}
          .set("title", title(topology, "verification of " + topology.database_name(database)))
          .set("columns", expected.columns_)
          .set("readers", expected.readers_)
          .set("strangers", expected.strangers_)
          .set("row_security", expected.row_security_)
          .set("publications", expected.publications_)
          .set("slots", expected.slots_)
          .set("subscriptions", expected.subscriptions_)
          .set("federation", Identifier{federation_role})
          .set("foreign", expected.foreign_)
          .set("queries", foreign_checks(topology, database)));
}

std::string rollback_check_sql(const Topology& topology, int database) {
  std::set<std::string> subscriptions;
  for (const Flow& flow : topology.flows)
    if (flow.to == database && !flow.subscription.empty() && flow.mechanism == Mechanism::event)
      subscriptions.insert(flow.subscription);
  return render("rollback_check.sql", Values{}
                                          .set("title", title(topology, "what rollback would lose"))
                                          .set("subscriptions", list(subscriptions))
                                          .set("schemas", list(made_schemas(topology, database))));
}

namespace {

std::vector<Values> role_values(const Topology& topology, int node) {
  std::set<std::string> names{operator_role, subscriber_role, federation_role};
  for (const int database : topology.databases_of(node))
    for (const int domain : topology.domains_of(database)) {
      const models::DomainProvisioning& owner = topology.domain(domain);
      names.insert({owner.owner, owner.reader});
      for (const models::RoleProvisioning& role : owner.roles) names.insert(role.name);
      for (const models::RowSecurity& row : owner.row_security)
        if (!row.auditor.empty()) names.insert(row.auditor);
    }
  for (const Flow& flow : topology.flows)
    if (topology.node_index(flow.from) == node && !flow.remote_role.empty())
      names.insert(flow.remote_role);
  std::vector<Values> roles;
  for (const std::string& name : names) roles.push_back(Values{}.set("role", Literal{name}));
  return roles;
}

}  // namespace

std::string rollback_sql(const Topology& topology, int database) {
  std::vector<Values> subscriptions, slots, publications, views, servers, schemas, shared,
      extensions;
  std::set<std::string> seen;
  const auto once = [&](const std::string& what) { return seen.insert(what).second; };
  for (const Flow& flow : topology.flows) {
    if (flow.to == database) {
      if (flow.mechanism == Mechanism::event)
        subscriptions.push_back(Values{}.set("name", Literal{flow.subscription}));
      if (!flow.server.empty() && once("server " + flow.server))
        servers.push_back(Values{}.set("server", Identifier{flow.server}));
      for (const SharedTable& table : flow.tables) {
        views.push_back(Values{}.set("view", table.view));
        if (once("shared " + table.view.schema.name()))
          shared.push_back(Values{}.set("schema", Literal{table.view.schema.name()}));
      }
    }
    if (flow.from == database && flow.mechanism == Mechanism::event) {
      slots.push_back(Values{}.set("slot", Literal{flow.slot}));
      if (once("publication " + flow.publication))
        publications.push_back(Values{}.set("publication", Identifier{flow.publication}));
    }
  }
  for (const std::string& schema : made_schemas(topology, database))
    schemas.push_back(Values{}.set("schema", Identifier{schema}));
  for (const int domain : topology.domains_of(database))
    for (const std::string& name : topology.domain(domain).extensions)
      if (once("extension " + name)) extensions.push_back(Values{}.set("name", Literal{name}));
  if (topology.federates(database) && once("extension postgres_fdw"))
    extensions.push_back(Values{}.set("name", Literal{"postgres_fdw"}));
  return render(
      "rollback.sql",
      Values{}
          .set("title", title(topology, "rollback of " + topology.database_name(database)))
          .set("mark", topology.mark())
          .set("subscriptions", subscriptions)
          .set("slots", slots)
          .set("publications", publications)
          .set("views", views)
          .set("servers", servers)
          .set("schemas", schemas)
          .set("shared_schemas", shared)
          .set("extensions", extensions)
          .set("roles", role_values(topology, topology.node_index(database))));
}

std::string rollback_node_sql(const Topology& topology, int node) {
  std::vector<Values> databases;
  for (const int database : topology.databases_of(node))
    databases.push_back(Values{}.set("name", Literal{topology.database_name(database)}));
  return render("rollback_node.sql",
                Values{}
                    .set("title", title(topology, "rollback of node " + topology.node_name(node)))
                    .set("mark", topology.mark())
                    .set("databases", databases)
                    .set("roles", role_values(topology, node)));
}

std::string rollback_cron_sql(const Topology& topology, int node) {
  std::vector<Complaint> told;
  std::vector<Values> jobs;
  for (const ScheduledJob& job : scheduled_jobs(topology, node, told))
    jobs.push_back(
        Values{}.set("name", Literal{job.name}).set("operator_text", Literal{operator_role}));
  return render("rollback_cron.sql", Values{}
                                         .set("title", title(topology, "rollback of the schedule"))
                                         .set("mark", topology.mark())
                                         .set("operator_text", Literal{operator_role})
                                         .set("jobs", jobs));
}

}  // namespace emit
