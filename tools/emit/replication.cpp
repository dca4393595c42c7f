#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

using models::Mechanism;

const models::NodeProvisioning& reach(const Topology& topology, int database) {
  return topology.provisioning.nodes[static_cast<std::size_t>(topology.node_index(database))];
}

std::vector<const Flow*> flows_from(const Topology& topology, int database) {
  std::vector<const Flow*> found;
  for (const Flow& flow : topology.flows)
    if (flow.mechanism == Mechanism::event && flow.from == database) found.push_back(&flow);
  return found;
}

Identifier collation_name(const std::string& collation) {
  const std::size_t dot = collation.rfind('.');
  const bool qualified = collation.starts_with("pg_catalog.");
  return Identifier{qualified ? collation.substr(dot + 1) : collation};
}

std::string published_tables(const Topology& topology, const Flow& flow) {
  std::string text;
  for (const SharedTable& shared : flow.tables) {
    std::vector<Identifier> columns;
    for (const int column : shared.columns)
      columns.emplace_back(shared.table->columns[static_cast<std::size_t>(column)].name);
    text += fmt::format("{}    {} ({})", text.empty() ? "" : ",\n", shared.source.sql(),
                        comma_separated(columns));
    if (!shared.filter.empty()) text += fmt::format("\n        WHERE ({})", shared.filter);
  }
  if (topology.provisioning.heartbeat_every)
    text += fmt::format(",\n    governance.heartbeat WHERE (publication = {})",
                        Literal{flow.publication}.sql());
  return text;
}

/// The column definitions of the table a subscription writes to.
std::string target_columns(const SharedTable& shared) {
  std::string text;
  for (const int index : shared.columns) {
    const models::Column& column = shared.table->columns[static_cast<std::size_t>(index)];
    text += fmt::format("    {} {}", Identifier{column.name}.sql(), full_type(column));
    if (!column.collation.empty()) text += " COLLATE " + collation_name(column.collation).sql();
    text += column.not_null ? " NOT NULL,\n" : ",\n";
  }
  for (const models::Index& index : shared.table->indexes) {
    if (!index.primary) continue;
    std::vector<Identifier> keys;
    for (const models::IndexColumn& key : index.keys)
      keys.emplace_back(shared.table->columns[static_cast<std::size_t>(key.column)].name);
    text += fmt::format("    CONSTRAINT {} PRIMARY KEY ({})", Identifier{index.name}.sql(),
                        comma_separated(keys));
  }
  return text;
}

std::string connection(const Topology& topology, const Flow& flow) {
  const models::NodeProvisioning& from = reach(topology, flow.from);
  const models::NodeProvisioning& to = reach(topology, flow.to);
  std::string text = fmt::format(
      "host={} port={} dbname={} user={} application_name={} connect_timeout=10 sslmode={}",
      conninfo_value(from.host), from.port, conninfo_value(topology.database_name(flow.from)),
      conninfo_value(flow.remote_role), conninfo_value(flow.subscription), from.sslmode);
  if (!from.sslrootcert.empty()) text += " sslrootcert=" + conninfo_value(from.sslrootcert);
  if (!to.passfile.empty()) text += " passfile=" + conninfo_value(to.passfile);
  return text;
}

/// From 17 a slot can be carried over to a standby, when both ends say so.
bool failover(const Topology& topology, const Flow& flow) {
  const int node = topology.node_index(flow.from);
  const bool standby = std::any_of(topology.mesh.standbys.begin(), topology.mesh.standbys.end(),
                                   [&](const models::Standby& one) { return one.node == node; });
  return standby && topology.node_of(flow.from).postgres >= 17 &&
         topology.node_of(flow.to).postgres >= 17;
}

std::string subscription_options(const Topology& topology, const Flow& flow) {
  const models::Subscription& given = *flow.subscription_spec;
  const auto on_off = [](bool value) { return value ? "true" : "false"; };
  const bool parallel = given.streaming && topology.node_of(flow.to).postgres >= 18;
  std::string options = fmt::format(
      "copy_data = true, binary = {}, streaming = {}, disable_on_error = {}", on_off(given.binary),
      parallel ? "parallel" : on_off(given.streaming), on_off(given.disable_on_error));
  if (failover(topology, flow)) options += ", failover = true";
  return options;
}

}  // namespace

std::string publications_sql(const Topology& topology, int database) {
  std::vector<Values> publications;
  std::set<std::string> seen;
  std::string readers;
  for (const Flow* flow : flows_from(topology, database)) {
    readers += (readers.empty() ? "" : ", ") + Identifier{flow->remote_role}.sql();
    if (!seen.insert(flow->publication).second) continue;
    publications.push_back(Values{}
                               .set("name", Literal{flow->publication})
                               .set("publication", Identifier{flow->publication})
                               .set("tables", Sql{published_tables(topology, *flow)}));
  }
  if (publications.empty()) return {};
  return render(
      "publications.sql",
      Values{}
          .set("title", title(topology, "publications of " + topology.database_name(database)))
          .set_flag("heartbeat", topology.provisioning.heartbeat_every.has_value())
          .set("readers", Sql{readers})
          .set("publications", publications));
}

std::string agree_sql(const Topology& topology, int database) {
  if (!topology.mesh.governance.drift_interceptor_every) return {};
  std::vector<Values> relations;
  std::set<std::string> seen;
  for (const Flow* flow : flows_from(topology, database))
    for (const SharedTable& shared : flow->tables)
      if (seen.insert(shared.source.sql()).second)
        relations.push_back(Values{}.set("relation", Literal{shared.source.sql()}));
  if (relations.empty()) return {};
  return render(
      "agree.sql",
      Values{}
          .set("title", title(topology, "contracts of " + topology.database_name(database)))
          .set("relations", relations));
}

std::string slots_sql(const Topology& topology, int database) {
  std::vector<Values> slots;
  for (const Flow* flow : flows_from(topology, database))
    slots.push_back(
        Values{}
            .set("slot", Literal{flow->slot})
            .set("options", Sql{failover(topology, *flow) ? ", false, false, true" : ""}));
  if (slots.empty()) return {};
  return render("slots.sql",
                Values{}
                    .set("title", title(topology, "slots of " + topology.database_name(database)))
                    .set("slots", slots));
}

std::string subscriptions_sql(const Topology& topology, int database) {
  std::vector<Values> subscriptions;
  for (const Flow& flow : topology.flows) {
    if (flow.mechanism != Mechanism::event || flow.to != database) continue;
    std::vector<Values> tables;
    for (const SharedTable& shared : flow.tables)
      tables.push_back(Values{}
                           .set("schema", shared.source.schema)
                           .set("table", shared.source)
                           .set("owner", Identifier{subscriber_role})
                           .set("columns", Sql{target_columns(shared)}));
    subscriptions.push_back(Values{}
                                .set("name", Literal{flow.subscription})
                                .set("connection", Literal{connection(topology, flow)})
                                .set("publication", Literal{flow.publication})
                                .set("slot", Literal{flow.slot})
                                .set("options", Sql{subscription_options(topology, flow)})
                                .set("tables", tables));
  }
  if (subscriptions.empty()) return {};
  return render(
      "subscriptions.sql",
      Values{}
          .set("title", title(topology, "subscriptions of " + topology.database_name(database)))
          .set("subscriptions", subscriptions));
}

}  // namespace emit
