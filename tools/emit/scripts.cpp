#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

std::string connection(const Topology& topology, int node, const std::string& database) {
  return shell_word(fmt::format("service={} dbname={}", conninfo_value(topology.node_name(node)),
                                conninfo_value(database)));
}

std::vector<Values> values_of(const Topology& topology, const std::vector<Step>& steps) {
  std::vector<Values> values;
  for (const Step& step : steps)
    values.push_back(Values{}
                         .set("connection", Sql{connection(topology, step.node, step.database)})
                         .set("file", Sql{shell_word(step.file)}));
  return values;
}

std::string database_connection(const Topology& topology, int database) {
  return connection(topology, topology.node_index(database), topology.database_name(database));
}

/// Replicated tables, each with both its databases.
std::vector<Values> links(const Topology& topology) {
  std::vector<Values> values;
  if (!topology.mesh.governance.drift_interceptor_every) return values;
  for (const Flow& flow : topology.flows) {
    if (flow.mechanism != models::Mechanism::event) continue;
    for (const SharedTable& shared : flow.tables)
      values.push_back(Values{}
                           .set("producer", Sql{database_connection(topology, flow.from)})
                           .set("consumer", Sql{database_connection(topology, flow.to)})
                           .set("relation", Sql{shell_word(shared.source.sql())})
                           .set("subscription", Sql{shell_word(flow.subscription)}));
  }
  return values;
}

std::string reference_of(const std::string& file) {
  return file.find_first_of("`|") == std::string::npos ? "`" + file + "`" : file;
}

}  // namespace

std::string apply_sh(const Topology& topology, const std::vector<Step>& steps,
                     const std::vector<Step>& checks) {
  std::vector<Values> passwords;
  std::set<std::string> seen;
  bool whole = true;  // both sides of a link are here to agree
  for (std::size_t n = 0; n < topology.mesh.nodes.size(); ++n) {
    if (topology.databases_of(static_cast<int>(n)).empty()) continue;
    const bool here = std::any_of(checks.begin(), checks.end(), [&](const Step& step) {
      return step.node == static_cast<int>(n);
    });
    whole = whole && here;
    if (!here) continue;
    for (const std::string& role : password_roles(topology, static_cast<int>(n)))
      if (seen.insert(role).second)
        passwords.push_back(Values{}.set("variable", Sql{password_variable(role)}));
  }
  return render("apply.sh",
                Values{}
                    .set("title", title(topology, "apply"))
                    .set("passwords", passwords)
                    .set("checks", values_of(topology, checks))
                    .set("steps", values_of(topology, steps))
                    .set("agreements", whole ? links(topology) : std::vector<Values>{}));
}

std::string verify_sh(const Topology& topology, const std::vector<Step>& steps) {
  return render(
      "verify.sh",
      Values{}.set("title", title(topology, "verify")).set("steps", values_of(topology, steps)));
}

std::string rollback_sh(const Topology& topology, const std::vector<Step>& checks,
                        const std::vector<Step>& steps) {
  return render("rollback.sh", Values{}
                                   .set("title", title(topology, "rollback"))
                                   .set("checks", values_of(topology, checks))
                                   .set("steps", values_of(topology, steps)));
}

std::string drift_sh(const Topology& topology) {
  const std::vector<Values> compared = links(topology);
  if (compared.empty()) return {};
  return render("drift.sh",
                Values{}.set("title", title(topology, "drift check")).set("links", compared));
}

std::string readme(const Topology& topology, const std::vector<Step>& steps) {
  std::vector<Values> files, nodes, passfiles, passwords;
  for (const Step& step : steps)
    files.push_back(Values{}
                        .set("file", Sql{reference_of(step.file)})
                        .set("node", Sql{in_comment(topology.node_name(step.node))})
                        .set("database", Sql{in_comment(step.database)}));
  for (std::size_t n = 0; n < topology.mesh.nodes.size(); ++n) {
    const int node = static_cast<int>(n);
    if (topology.databases_of(node).empty()) continue;
    nodes.push_back(Values{}
                        .set("node", Sql{in_comment(topology.mesh.nodes[n].name)})
                        .set("folder", Sql{file_word(topology.mesh.nodes[n].name)})
                        .set("major", std::int64_t{topology.mesh.nodes[n].postgres}));
    for (const std::string& role : password_roles(topology, node))
      passwords.push_back(Values{}
                              .set("role", Sql{in_comment(role)})
                              .set("node", Sql{in_comment(topology.mesh.nodes[n].name)})
                              .set("variable", Sql{password_variable(role)}));
  }
  for (const Flow& flow : topology.flows) {
    if (flow.mechanism != models::Mechanism::event) continue;
    const auto from = static_cast<std::size_t>(topology.node_index(flow.from));
    const auto to = static_cast<std::size_t>(topology.node_index(flow.to));
    const models::NodeProvisioning& publisher = topology.provisioning.nodes[from];
    const std::string& passfile = topology.provisioning.nodes[to].passfile;
    passfiles.push_back(
        Values{}
            .set("node", Sql{in_comment(topology.mesh.nodes[to].name)})
            .set("passfile", Sql{in_comment(passfile.empty() ? "~postgres/.pgpass" : passfile)})
            .set("line", Sql{in_comment(fmt::format("{}:{}:{}:{}:", publisher.host, publisher.port,
                                                    topology.database_name(flow.from),
                                                    flow.remote_role))}));
  }
  return render("README.md", Values{}
                                 .set("scenario", Sql{in_comment(topology.mesh.name)})
                                 .set("nodes", nodes)
                                 .set("files", files)
                                 .set("passwords", passwords)
                                 .set_flag("has_passfiles", !passfiles.empty())
                                 .set("passfiles", passfiles));
}

}  // namespace emit
