#include <fmt/format.h>

#include <algorithm>

#include "models/shared_compute.hpp"
#include "tools/scenario/guc.hpp"
#include "tools/scenario/loading.hpp"

namespace scenario {
namespace {

using models::DomainProvisioning;
using models::RoleProvisioning;
using namespace std::chrono_literals;

int node_of(const models::Mesh& mesh, int domain) {
  const int database = mesh.domains[static_cast<std::size_t>(domain)].database;
  return database < 0 ? -1 : mesh.databases[static_cast<std::size_t>(database)].node;
}

/// Settings of a role, checked as the server of its node would.
void load_role_settings(const Section& section, int major, RoleProvisioning& role) {
  const Node* given = section.value("settings");
  role.settings_given = given != nullptr;
  if (given == nullptr) return;
  if (!given->is_map()) {
    section.problem_at("settings", "a map of PostgreSQL settings is wanted");
    return;
  }
  for (std::size_t i = 0; i < given->keys.size() && i < given->items.size(); ++i) {
    const Node& value = given->items[i];
    const std::string& name = given->keys[i].text;
    const Guc* guc = find_guc(name, major);
    if (guc == nullptr) {
      const Reading<GucValue> unknown = unknown_guc(name, major);
      section.problem(given->keys[i].mark, unknown.wrong, unknown.hint);
    } else if (!value.is_scalar()) {
      section.problem(given->keys[i].mark, fmt::format("{}: one value is wanted here", name));
    } else if (guc->context != "user" && guc->context != "superuser") {
      section.problem(
          given->keys[i].mark, fmt::format("{} cannot be set for a role", guc->name),
          fmt::format("its context is {}: set it in the node's settings", guc->context));
    } else if (const Reading<GucValue> read = read_guc(*guc, value.text); !read.value) {
      section.problem(value.mark, fmt::format("{}: {}", guc->name, read.wrong), read.hint);
    } else {
      role.settings.emplace_back(guc->name, value.text);
    }
  }
}

void load_roles(Loading& loading, const Section& domain, int index, DomainProvisioning& into) {
  const int node = node_of(loading.mesh, index);
  const int major =
      node < 0 ? oldest_major : loading.mesh.nodes[static_cast<std::size_t>(node)].postgres;
  for (const Section& section : domain.objects("roles")) {
    RoleProvisioning role;
    role.name = section.name();
    role.place = section.place();
    role.login = section.flag("login", true);
    for (const Word& group : section.words("member_of")) role.member_of.push_back(group.text);
    if (!section.given("member_of") && role.login) role.member_of = {into.owner};
    role.connection_limit = static_cast<int>(section.whole("connection_limit").value_or(8));
    load_role_settings(section, major, role);
    into.roles.push_back(std::move(role));
  }
  if (into.roles.empty()) {
    RoleProvisioning role;
    role.name = loading.mesh.domains[static_cast<std::size_t>(index)].name + "_app";
    role.member_of = {into.owner};
    role.place = domain.place();
    into.roles.push_back(std::move(role));
  }
}

/// CPU of a scanned row under the policy.
models::Quantity policy_cost(Loading& loading, const Section& section) {
  const std::string_view form = section.choice("policy").value_or("subquery");
  if (form == "setting") return models::policy_cost_setting;
  if (form != "function") return models::policy_cost_subquery;
  loading.mesh.parameters.push_back(
      {join_path(section.path(), "policy"),
       "ratio",
       {models::Distribution::Kind::uniform, models::policy_cost_function_least,
        models::policy_cost_function_most, 0},
       "measured on PostgreSQL 15, sequential scan of a million rows"});
  return {(models::policy_cost_function_least + models::policy_cost_function_most) / 2,
          static_cast<int>(loading.mesh.parameters.size()) - 1};
}

void load_row_security(Loading& loading, const Section& domain, int index,
                       DomainProvisioning& into) {
  for (const Section& section : domain.objects("row_security")) {
    models::RowSecurity row;
    row.place = section.place();
    if (const auto name = section.word("table"))
      row.table = resolve_table(loading, section, *name, index);
    if (row.table < 0) continue;
    const models::Table& table = loading.mesh.tables[static_cast<std::size_t>(row.table)];
    if (const auto tenant = section.word("tenant"))
      row.column = resolve_column(section, table, *tenant);
    row.auditor = section.text("auditor").value_or("");
    loading.mesh.tables[static_cast<std::size_t>(row.table)].policy_cost =
        policy_cost(loading, section);
    for (const Section& grant : section.objects("grants")) {
      models::TenantGrant tenants{grant.text("role").value_or(""), {}};
      for (const Word& word : grant.words("tenants")) tenants.tenants.push_back(word.text);
      row.grants.push_back(std::move(tenants));
    }
    into.row_security.push_back(std::move(row));
  }
}

void load_retention(Loading& loading, const Section& domain, int index, DomainProvisioning& into) {
  for (const Section& section : domain.objects("retention")) {
    models::Retention retention;
    retention.place = section.place();
    if (const auto name = section.word("table"))
      retention.table = resolve_table(loading, section, *name, index);
    if (retention.table < 0) continue;
    const models::Table& table = loading.mesh.tables[static_cast<std::size_t>(retention.table)];
    if (const auto column = section.word("column"))
      retention.column = resolve_column(section, table, *column);
    retention.keep = section.duration("keep").value_or(24h);
    retention.every = section.duration("every").value_or(24h);
    const sim::Duration midnight = (24h - std::chrono::seconds{loading.mesh.start} % 24h) % 24h;
    retention.at = read_moment(loading, section, "at").value_or(midnight + 210min);
    into.retention.push_back(std::move(retention));
  }
}

void load_domain(Loading& loading, const Section& section, int index) {
  DomainProvisioning& into = loading.provisioning.domains[static_cast<std::size_t>(index)];
  into.owner = section.text("owner").value_or(section.name() + "_owner");
  into.reader = section.text("reader").value_or(section.name() + "_reader");
  for (const Word& word : section.words("contract")) into.contract.push_back(word.text);
  for (const auto& [schema, layer] : section.choices_by_name("layers"))
    into.layers[schema.text] = layer;
  into.search_path = loading.search_paths[static_cast<std::size_t>(index)];
  const int database = loading.mesh.domains[static_cast<std::size_t>(index)].database;
  if (database >= 0)
    into.extensions = loading.databases[static_cast<std::size_t>(database)].schema.extensions;
  into.dbt = section.text("dbt").value_or("");
  load_roles(loading, section, index, into);
  load_row_security(loading, section, index, into);
  load_retention(loading, section, index, into);
}

/// The domain a consumer reads in: given, of the consumer's name, or the only one of its node.
int consumer_domain(Loading& loading, const Section& section, int node) {
  const std::vector<models::Domain>& domains = loading.mesh.domains;
  if (section.given("domain")) return resolve(section, "domain", domains, "domain");
  if (const int named = index_of(domains, section.name()); named >= 0) return named;
  int only = -1;
  for (std::size_t d = 0; d < domains.size(); ++d) {
    if (node_of(loading.mesh, static_cast<int>(d)) != node) continue;
    if (only >= 0) return -1;
    only = static_cast<int>(d);
  }
  return only;
}

}  // namespace

models::NodeProvisioning load_node_provisioning(const Section& section) {
  models::NodeProvisioning node;
  node.host = section.text("host").value_or(section.name());
  node.port = static_cast<int>(section.whole("port").value_or(5432));
  if (const auto tls = section.object("tls")) {
    node.sslmode = tls->choice("sslmode").value_or("verify-full");
    node.sslrootcert = tls->text("sslrootcert").value_or("");
  }
  node.passfile = section.text("passfile").value_or("");
  return node;
}

models::ConsumerProvisioning load_consumer_provisioning(Loading& loading, const Section& section,
                                                        const models::Product& product, int node) {
  models::ConsumerProvisioning consumer;
  consumer.domain = consumer_domain(loading, section, node);
  consumer.role = section.text("role").value_or("");
  if (consumer.role.empty() && consumer.domain >= 0)
    for (const RoleProvisioning& role :
         loading.provisioning.domains[static_cast<std::size_t>(consumer.domain)].roles)
      if (role.login && consumer.role.empty()) consumer.role = role.name;
  consumer.view = section.text("view").value_or("");
  if (section.given("view") && product.tables.size() > 1)
    section.problem_at("view", "the product has several tables, each under its own name",
                       "leave view: out: they appear as shared_products.TABLE");
  return consumer;
}

void load_domain_provisioning(Loading& loading) {
  for (std::size_t i = 0; i < loading.domains.size(); ++i)
    load_domain(loading, loading.domains[i], static_cast<int>(i));
}

}  // namespace scenario
