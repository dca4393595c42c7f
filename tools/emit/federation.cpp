#include <fmt/format.h>

#include <set>

#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

using models::Mechanism;

std::string on_off(bool on) { return on ? "true" : "false"; }

/// The options that were simulated. Every one is given, so that a later run can SET each of them.
std::string server_options(const Topology& topology, const Flow& flow, const char* verb) {
  const models::NodeProvisioning& from =
      topology.provisioning.nodes[static_cast<std::size_t>(topology.node_index(flow.from))];
  std::string text;
  const auto add = [&](const char* name, const std::string& value) {
    text +=
        fmt::format("{}    {}{} {}", text.empty() ? "" : ",\n", verb, name, Literal{value}.sql());
  };
  add("host", from.host);
  add("port", std::to_string(from.port));
  add("dbname", topology.database_name(flow.from));
  add("sslmode", from.sslmode);
  if (!from.sslrootcert.empty()) add("sslrootcert", from.sslrootcert);
  add("connect_timeout", "5");
  add("application_name", flow.remote_role);
  const models::ForeignServer& server = flow.consumer->server;
  add("fetch_size", std::to_string(server.fetch_size));
  add("updatable", "false");
  add("truncatable", "false");
  add("use_remote_estimate", on_off(server.use_remote_estimate));
  add("async_capable", on_off(server.async_capable));
  add("fdw_startup_cost", fmt::format("{}", server.fdw_startup_cost));
  add("fdw_tuple_cost", fmt::format("{}", server.fdw_tuple_cost));
  add("extensions", fmt::format("{}", fmt::join(server.extensions, ", ")));
  return text;
}

Values server(const Topology& topology, const Flow& flow) {
  std::vector<Values> tables, users;
  const std::string scratch = joined_name({flow.foreign_schema, "import"});
  for (const SharedTable& shared : flow.tables) {
    const std::string& name = shared.table->name;
    tables.push_back(Values{}
                         .set("scratch_schema", Identifier{scratch})
                         .set("remote_schema", Identifier{shared.table->schema})
                         .set("remote_table", Identifier{name})
                         .set("scratch_table", QualifiedName{scratch, name})
                         .set("scratch_text", Literal{QualifiedName{scratch, name}.sql()})
                         .set("foreign_table", QualifiedName{flow.foreign_schema, name})
                         .set("table_text", Literal{QualifiedName{flow.foreign_schema, name}.sql()})
                         .set("view", shared.view)
                         .set("import_options", Sql{flow.consumer->server.import_collate
                                                        ? ""
                                                        : " OPTIONS (import_collate 'false')"})
                         .set_flag("analyze", flow.consumer->server.analyzed));
  }
  for (const std::string& user : {std::string{federation_role}, flow.reader_role})
    users.push_back(Values{}.set("name", Literal{user}));
  return Values{}
      .set("server", Identifier{flow.server})
      .set("server_name", Literal{flow.server})
      .set("options", Sql{server_options(topology, flow, "")})
      .set("set_options", Sql{server_options(topology, flow, "SET ")})
      .set("variable", Sql{password_variable(flow.remote_role)})
      .set("remote", Literal{flow.remote_role})
      .set("users", users)
      .set("foreign_schema", Identifier{flow.foreign_schema})
      .set("tables", tables);
}

/// A view on one shared table: the producer's table itself, its foreign table or its replica.
Values view(const Topology& topology, const Flow& flow, const SharedTable& shared) {
  const models::DomainProvisioning& consumer = topology.domain(flow.consumer_domain);
  const bool foreign = !flow.server.empty();
  std::vector<Identifier> columns;
  for (const int column : shared.columns)
    columns.emplace_back(shared.table->columns[static_cast<std::size_t>(column)].name);
  const QualifiedName source =
      foreign ? QualifiedName{flow.foreign_schema, shared.table->name} : shared.source;
  // A replica is read with the owner's rights, nobody else has any on it. Behind the others stand
  // rights and mappings of whoever asks: row security and the remote role must see that one.
  const bool replica = flow.mechanism == Mechanism::event;
  std::vector<Values> foreign_grants;
  if (foreign)
    foreign_grants.push_back(Values{}.set("foreign_schema", Identifier{flow.foreign_schema}));
  return Values{}
      .set("view", shared.view)
      .set("schema", shared.view.schema)
      .set("options", Sql{replica ? "" : "WITH (security_invoker = true) "})
      .set("columns", Sql{comma_separated(columns)})
      .set("source", source)
      .set("owner", Identifier{replica   ? subscriber_role
                               : foreign ? federation_role
                                         : consumer.owner})
      .set("readers",
           Sql{comma_separated({Identifier{flow.reader_role}, Identifier{consumer.owner}})})
      .set("foreign", foreign_grants);
}

}  // namespace

std::string foreign_sql(const Topology& topology, int database) {
  std::vector<Values> servers;
  for (const Flow& flow : topology.flows)
    if (!flow.server.empty() && flow.to == database) servers.push_back(server(topology, flow));
  if (servers.empty()) return {};
  return render(
      "foreign.sql",
      Values{}
          .set("title", title(topology, "foreign tables of " + topology.database_name(database)))
          .set("federation", Identifier{federation_role})
          .set("servers", servers));
}

std::string views_sql(const Topology& topology, int database) {
  std::vector<Values> views, schemas;
  std::set<std::string> seen;
  for (const Flow& flow : topology.flows) {
    if (flow.to != database) continue;
    for (const SharedTable& shared : flow.tables) {
      if (seen.insert(shared.view.schema.name()).second)
        schemas.push_back(Values{}.set("schema", shared.view.schema));
      views.push_back(view(topology, flow, shared));
    }
  }
  if (views.empty()) return {};
  return render("views.sql",
                Values{}
                    .set("title", title(topology, "views for consumers in " +
                                                      topology.database_name(database)))
                    .set("mark", topology.mark())
                    .set("schemas", schemas)
                    .set("views", views));
}

}  // namespace emit
