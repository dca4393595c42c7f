#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/emit/bundle.hpp"
#include "tools/emit/ddl_script.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

using models::Mechanism;
using models::Table;

bool has_row_security(const Topology& topology, int database) {
  for (const int domain : topology.domains_of(database))
    if (!topology.domain(domain).row_security.empty()) return true;
  return false;
}

std::string layer_of(const models::DomainProvisioning& domain, const std::string& schema) {
  if (const auto given = domain.layers.find(schema); given != domain.layers.end())
    return given->second;
  for (const auto& [prefix, layer] : {std::pair{"stg", "staging"},
                                      {"staging", "staging"},
                                      {"int", "intermediate"},
                                      {"core", "core"},
                                      {"mrt", "datamarts"}})
    if (schema == prefix || schema.starts_with(std::string{prefix} + "_")) return layer;
  return "";
}

/// A table's privilege for somebody, for grants.sql.
Values table_grant(const Table& table, const std::string& grantee) {
  return Values{}
      .set("schema", Literal{table.schema})
      .set("table", Literal{table.name})
      .set("grantee", Literal{grantee})
      .set("privilege", Literal{"SELECT"});
}

class Grants {
 public:
  explicit Grants(const Topology& topology) : topology_{topology} {}

  void read(const Table& table, const std::string& grantee) {
    if (grantee.empty() || table.schema == "public") return;
    if (tables_.emplace(table.qualified_name(), grantee).second)
      table_grants_.push_back(table_grant(table, grantee));
    use(table.schema, grantee);
  }
  void use(const std::string& schema, const std::string& grantee) {
    if (schemas_.emplace(schema, grantee).second)
      schema_grants_.push_back(Values{}
                                   .set("schema", Literal{schema})
                                   .set("grantee", Literal{grantee})
                                   .set("privilege", Literal{"USAGE"}));
  }
  void whole(const std::string& schema, const models::DomainProvisioning& domain) {
    use(schema, domain.reader);
    whole_.push_back(Values{}
                         .set("schema", Identifier{schema})
                         .set("schema_text", Literal{schema})
                         .set("owner", Identifier{domain.owner})
                         .set("reader", Identifier{domain.reader})
                         .set("reader_text", Literal{domain.reader}));
  }
  Values values() const {
    return Values{}
        .set("schema_grants", schema_grants_)
        .set("table_grants", table_grants_)
        .set("whole_schemas", whole_);
  }

 private:
  const Topology& topology_;
  std::set<std::pair<std::string, std::string>> tables_, schemas_;
  std::vector<Values> table_grants_, schema_grants_, whole_;
};

}  // namespace

std::string extensions_sql(const Topology& topology, int database,
                           const std::vector<std::string>& ddl) {
  std::vector<std::string> names = ddl;
  if (topology.federates(database)) names.push_back("postgres_fdw");
  std::vector<Values> extensions;
  std::set<std::string> seen;
  for (const std::string& name : names)
    if (name != "plpgsql" && seen.insert(name).second)
      extensions.push_back(Values{}.set("name", Literal{name}));
  if (extensions.empty()) return {};
  return render(
      "extensions.sql",
      Values{}
          .set("title", title(topology, "extensions of " + topology.database_name(database)))
          .set("mark", topology.mark())
          .set("extensions", extensions));
}

std::string governance_sql(const Topology& topology, int database) {
  const models::Governance& governance = topology.mesh.governance;
  const bool publishes = topology.publishes(database), subscribes = topology.subscribes(database);
  const bool heartbeat = topology.provisioning.heartbeat_every && (publishes || subscribes);
  std::string publications;
  std::set<std::string> seen;
  for (const Flow& flow : topology.flows)
    if (flow.mechanism == Mechanism::event && flow.from == database &&
        seen.insert(flow.publication).second)
      publications += (publications.empty() ? "" : ", ") + Literal{flow.publication}.sql();
  return render(
      "governance.sql",
      Values{}
          .set("title", title(topology, "governance of " + topology.database_name(database)))
          .set("mark", topology.mark())
          .set("operator", Identifier{operator_role})
          .set_flag("row_security", has_row_security(topology, database))
          .set_flag("kill_routine", governance.kill_routine_every.has_value())
          .set("xmin_age", static_cast<std::int64_t>(governance.kill_routine_xmin_age))
          .set_flag("heartbeat", heartbeat)
          .set_flag("beats", heartbeat && publishes)
          .set("publications", Sql{publications})
          .set_flag("drift", governance.drift_interceptor_every && (publishes || subscribes)));
}

std::string schemas_sql(const Topology& topology, int database) {
  std::vector<Values> schemas, public_owners;
  std::set<std::string> seen;
  for (const int domain : topology.domains_of(database))
    for (const std::string& schema : topology.schemas_of(domain)) {
      const models::DomainProvisioning& owner = topology.domain(domain);
      if (schema == "public") {
        public_owners.push_back(Values{}.set("owner", Identifier{owner.owner}));
        continue;
      }
      if (!seen.insert(schema).second) continue;
      const bool contract = std::any_of(
          topology.mesh.tables.begin(), topology.mesh.tables.end(), [&](const Table& table) {
            return table.database == database && table.schema == schema &&
                   topology.in_contract(table);
          });
      const std::string layer = layer_of(owner, schema);
      schemas.push_back(
          Values{}
              .set("schema", Identifier{schema})
              .set("owner", Identifier{owner.owner})
              .set("about", Literal{fmt::format(
                                "{}{} of domain {}", contract ? "contract" : "internal",
                                layer.empty() ? "" : ", layer " + layer,
                                topology.mesh.domains[static_cast<std::size_t>(domain)].name)}));
    }
  if (schemas.empty() && public_owners.empty()) return {};
  return render("schemas.sql",
                Values{}
                    .set("title", title(topology, "schemas of " + topology.database_name(database)))
                    .set("schemas", schemas)
                    .set("public_owners", public_owners));
}

std::string tables_sql(const Topology& topology, int database, std::vector<std::string>& extensions,
                       std::vector<Complaint>& complaints) {
  std::vector<Values> domains;
  for (const int domain : topology.domains_of(database)) {
    const models::DomainProvisioning& owner = topology.domain(domain);
    if (owner.ddl.empty()) continue;
    const DdlScript script = rerunnable(owner.ddl, complaints);
    extensions.insert(extensions.end(), script.extensions.begin(), script.extensions.end());
    std::vector<Identifier> path;
    for (const std::string& schema : owner.search_path) path.emplace_back(schema);
    // Types and functions of extensions live in public.
    if (std::find(owner.search_path.begin(), owner.search_path.end(), "public") ==
        owner.search_path.end())
      path.emplace_back("public");
    std::vector<Values> left_out;
    for (const std::string& what : script.left_out)
      left_out.push_back(Values{}.set("what", Sql{what}));
    domains.push_back(
        Values{}
            .set("about",
                 Sql{in_comment("Domain " +
                                topology.mesh.domains[static_cast<std::size_t>(domain)].name)})
            .set("left_out", left_out)
            .set("owner", Identifier{owner.owner})
            .set("search_path", Sql{comma_separated(path)})
            .set("ddl", Sql{script.sql}));
  }
  if (domains.empty()) return {};
  return render("tables.sql",
                Values{}
                    .set("title", title(topology, "tables of " + topology.database_name(database)))
                    .set("domains", domains));
}

std::string grants_sql(const Topology& topology, int database) {
  Grants grants{topology};
  std::string schemas;
  for (const int domain : topology.domains_of(database)) {
    const models::DomainProvisioning& owner = topology.domain(domain);
    for (const std::string& schema : topology.schemas_of(domain)) {
      if (schema == "public") continue;
      schemas += (schemas.empty() ? "" : ", ") + Literal{schema}.sql();
      if (std::find(owner.contract.begin(), owner.contract.end(), schema) != owner.contract.end())
        grants.whole(schema, owner);
    }
    for (const Table& table : topology.mesh.tables)
      if (table.domain == topology.mesh.domains[static_cast<std::size_t>(domain)].name &&
          topology.in_contract(table))
        grants.read(table, owner.reader);
    for (const models::RowSecurity& row : owner.row_security)
      grants.read(topology.mesh.tables[static_cast<std::size_t>(row.table)], row.auditor);
  }
  for (const Flow& flow : topology.flows)
    if (flow.mechanism == Mechanism::event && flow.from == database)
      for (const SharedTable& shared : flow.tables) grants.read(*shared.table, flow.remote_role);
  if (schemas.empty()) return {};
  return render("grants.sql",
                grants.values()
                    .set("title", title(topology, "grants in " + topology.database_name(database)))
                    .set("schemas", Sql{schemas}));
}

std::string row_security_sql(const Topology& topology, int database,
                             std::vector<Complaint>& complaints) {
  std::vector<Values> tables;
  for (const int domain : topology.domains_of(database)) {
    const models::DomainProvisioning& owner = topology.domain(domain);
    for (const models::RowSecurity& row : owner.row_security) {
      if (row.column < 0) continue;
      const Table& table = topology.mesh.tables[static_cast<std::size_t>(row.table)];
      const models::Column& column = table.columns[static_cast<std::size_t>(row.column)];
      if (!topology.in_contract(table))
        complaints.push_back(
            {row.place,
             fmt::format("{} has row security, but is internal: nobody may read it",
                         table.qualified_name()),
             fmt::format("add it to the domain's contract: [{}]", table.qualified_name())});
      const QualifiedName name{table.schema, table.name};
      const Literal relation{name.sql()};
      std::vector<Values> grants, auditor;
      const auto grant = [&](const std::string& role, const std::vector<std::string>& tenants) {
        for (const std::string& tenant : tenants)
          grants.push_back(Values{}
                               .set("relation", relation)
                               .set("role", Literal{role})
                               .set("tenant", Literal{tenant}));
      };
      for (const models::TenantGrant& given : row.grants) {
        grant(given.role, given.tenants);
        // A foreign query arrives as the mapped role, so that one is the same tenant.
        for (const Flow& flow : topology.flows)
          if (!flow.server.empty() && flow.from == database && flow.reader_role == given.role)
            grant(flow.remote_role, given.tenants);
      }
      if (!row.auditor.empty()) auditor.push_back(Values{}.set("role", Identifier{row.auditor}));
      const bool is_text = column.type == "text" || column.type.starts_with("character");
      tables.push_back(
          Values{}
              .set("table", name)
              .set("relation", relation)
              .set("column", Identifier{column.name})
              .set("cast", Sql{is_text ? "" : "::" + full_type(column)})
              .set("collate",
                   Sql{column.collation.empty() ? ""
                                                : " COLLATE " + Identifier{column.collation}.sql()})
              .set("owner", Identifier{owner.owner})
              .set("reader", Identifier{owner.reader})
              .set("grants", grants)
              .set("auditor", auditor));
    }
  }
  if (tables.empty()) return {};
  return render(
      "row_security.sql",
      Values{}
          .set("title", title(topology, "row security in " + topology.database_name(database)))
          .set("tables", tables));
}

}  // namespace emit
