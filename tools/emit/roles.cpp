#include <fmt/format.h>

#include <algorithm>

#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

using models::Mechanism;

struct Login {
  std::string name, attributes;
  int connection_limit = 8;
  std::vector<std::pair<std::string, std::string>> settings;
  bool password = true;
};

/// The roles of a node, each once, in the order they are needed.
struct Roles {
  std::vector<std::string> groups;
  std::vector<Login> logins;
  std::vector<std::pair<std::string, std::string>> memberships;  // group, member

  void group(const std::string& name) {
    if (!name.empty() && std::find(groups.begin(), groups.end(), name) == groups.end())
      groups.push_back(name);
  }
  void login(Login login) {
    for (const Login& other : logins)
      if (other.name == login.name) return;
    logins.push_back(std::move(login));
  }
  void member(const std::string& of, const std::string& name) {
    const std::pair pair{of, name};
    if (of != name && std::find(memberships.begin(), memberships.end(), pair) == memberships.end())
      memberships.push_back(pair);
  }
};

/// A statement that runs away, a forgotten transaction and a huge sort: the last one is a limit
/// that the user cannot lift.
const std::vector<std::pair<std::string, std::string>> default_limits{
    {"statement_timeout", "30s"},
    {"idle_in_transaction_session_timeout", "60s"},
    {"temp_file_limit", "2GB"}};

void add_domain(const models::DomainProvisioning& domain, Roles& roles) {
  roles.group(domain.owner);
  roles.group(domain.reader);
  for (const models::RowSecurity& row : domain.row_security) roles.group(row.auditor);
  for (const models::RoleProvisioning& role : domain.roles) {
    if (!role.login)
      roles.group(role.name);
    else
      roles.login({role.name, "", role.connection_limit,
                   role.settings_given ? role.settings : default_limits, true});
    for (const std::string& group : role.member_of) roles.member(group, role.name);
  }
}

/// Copying takes a connection per sync worker besides the one that streams.
int replication_connections(const Topology& topology, const Flow& flow) {
  return 2 + topology.node_of(flow.to).settings.max_sync_workers_per_subscription + 1;
}

void add_flow(const Topology& topology, const Flow& flow, int node, Roles& roles) {
  const models::DomainProvisioning& producer = topology.domain(flow.producer_domain);
  const bool here = topology.node_index(flow.from) == node;
  const bool there = topology.node_index(flow.to) == node;
  if (flow.mechanism == Mechanism::event) {
    if (here)
      roles.login({flow.remote_role,
                   flow.row_security ? "REPLICATION BYPASSRLS" : "REPLICATION",
                   replication_connections(topology, flow),
                   {},
                   true});
    if (there) roles.group(subscriber_role);
    // Its subscription is the domain's own from 16 on: dropped and made again without a superuser.
    if (there && topology.node_of(flow.to).postgres >= 16)
      roles.member("pg_create_subscription", topology.domain(flow.consumer_domain).owner);
  } else if (flow.mechanism == Mechanism::logical) {
    if (here) roles.member(producer.reader, flow.reader_role);
  } else {
    if (here) {
      roles.login({flow.remote_role,
                   "",
                   16,
                   {{"statement_timeout", "30s"}, {"temp_file_limit", "2GB"}},
                   true});
      roles.member(producer.reader, flow.remote_role);
    }
    if (there) roles.group(federation_role);
  }
}

Roles roles_of(const Topology& topology, int node) {
  Roles roles;
  for (const int database : topology.databases_of(node))
    for (const int domain : topology.domains_of(database))
      add_domain(topology.domain(domain), roles);
  for (const Flow& flow : topology.flows) add_flow(topology, flow, node, roles);
  // Runs the jobs; it has no password, so that only pg_cron and a local superuser can be it.
  roles.login({operator_role, "", 8, {}, false});
  roles.member("pg_read_all_stats", operator_role);
  roles.member("pg_signal_backend", operator_role);
  // Somebody is a group in one domain and a login role in another: the login role it is.
  std::erase_if(roles.groups, [&](const std::string& group) {
    return std::any_of(roles.logins.begin(), roles.logins.end(),
                       [&](const Login& login) { return login.name == group; });
  });
  return roles;
}

}  // namespace

Sql title(const Topology& topology, const std::string& what) {
  return {in_comment(fmt::format("{}: {}", topology.mesh.name, what))};
}

std::string password_variable(const std::string& role) {
  std::string variable = "MESHPLAN_PASSWORD_";
  for (const char c : file_word(role))
    variable += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return variable;
}

std::vector<std::string> password_roles(const Topology& topology, int node) {
  std::vector<std::string> names;
  for (const Login& login : roles_of(topology, node).logins)
    if (login.password) names.push_back(login.name);
  return names;
}

std::string roles_sql(const Topology& topology, int node) {
  const Roles roles = roles_of(topology, node);
  std::vector<Values> groups, logins, memberships;
  for (const std::string& name : roles.groups)
    groups.push_back(Values{}.set("name", Literal{name}));
  for (const Login& login : roles.logins) {
    Values values;
    values.set("name", Literal{login.name})
        .set("role", Identifier{login.name})
        .set("attributes", Sql{login.attributes})
        .set("connection_limit", login.connection_limit);
    std::vector<Values> settings;
    for (const auto& [setting, value] : login.settings)
      settings.push_back(Values{}.set("setting", Sql{setting}).set("value", Literal{value}));
    logins.push_back(values.set("settings", settings));
  }
  for (const auto& [group, member] : roles.memberships)
    memberships.push_back(Values{}.set("group", Literal{group}).set("member", Literal{member}));
  return render("roles.sql",
                Values{}
                    .set("title", title(topology, "roles of node " + topology.node_name(node)))
                    .set("mark", topology.mark())
                    .set("groups", groups)
                    .set("logins", logins)
                    .set("memberships", memberships));
}

std::string passwords_sql(const Topology& topology, int node) {
  std::vector<Values> logins;
  for (const std::string& name : password_roles(topology, node))
    logins.push_back(
        Values{}.set("name", Literal{name}).set("variable", Sql{password_variable(name)}));
  return render("passwords.sql",
                Values{}.set("title", title(topology, "passwords")).set("logins", logins));
}

std::string databases_sql(const Topology& topology, int node) {
  std::vector<Values> databases;
  for (const int database : topology.databases_of(node)) {
    Roles roles;
    for (const int domain : topology.domains_of(database))
      add_domain(topology.domain(domain), roles);
    for (const Flow& flow : topology.flows) {
      if (flow.from == database && !flow.remote_role.empty())
        roles.login({flow.remote_role, "", 0, {}, true});
      if (flow.to == database && !flow.server.empty()) roles.group(federation_role);
    }
    roles.login({operator_role, "", 0, {}, false});
    std::vector<Values> connect, owners;
    for (const int domain : topology.domains_of(database))
      owners.push_back(Values{}.set("role", Identifier{topology.domain(domain).owner}));
    for (const std::string& group : roles.groups)
      connect.push_back(Values{}.set("role", Identifier{group}));
    for (const Login& login : roles.logins)
      connect.push_back(Values{}.set("role", Identifier{login.name}));
    const std::string& name = topology.database_name(database);
    databases.push_back(Values{}
                            .set("name", Literal{name})
                            .set("database", Identifier{name})
                            .set("locale", Literal{topology.node_of(database).collation})
                            .set("connect", connect)
                            .set("owners", owners));
  }
  return render("databases.sql", Values{}
                                     .set("title", title(topology, "databases"))
                                     .set("mark", topology.mark())
                                     .set("databases", databases));
}

}  // namespace emit
