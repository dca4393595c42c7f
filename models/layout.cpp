#include "models/layout.hpp"

#include <algorithm>
#include <cstring>

#include "models/fdw_load.hpp"

namespace models {
namespace {

const Metric& metric(const char* name) {
  for (const Metric& m : metrics())
    if (std::strcmp(m.name, name) == 0) return m;
  return metrics().front();
}

class Maker {
 public:
  explicit Maker(const Mesh& mesh) : mesh_{mesh} {}

  Layout make() {
    layout_.sites = table_sites(mesh_);
    for (const Node& node : mesh_.nodes) add_node(node);
    for (const Subscription& s : mesh_.subscriptions)
      add_slot(s.slot, mesh_.nodes[static_cast<std::size_t>(s.publisher)], s.copy_data);
    for (const Standby& s : mesh_.standbys)
      add_slot(s.slot, mesh_.nodes[static_cast<std::size_t>(s.node)], false);
    for (const Site& site : layout_.sites) add_site(site);
    for (const Domain& domain : mesh_.domains) add_domain(domain);
    add_federation();
    return std::move(layout_);
  }

 private:
  template <std::size_t N>
  int outcomes(const char* const (&names)[N], const std::string& subject) {
    const auto first = static_cast<int>(layout_.outcomes.size());
    for (const char* name : names) layout_.outcomes.push_back({name, subject, metric(name).unit});
    return first;
  }
  int series(const char* quantity, const std::string& subject, const std::string& owner,
             const char* unit = "bytes") {
    layout_.series.push_back({quantity, subject, owner, unit});
    return static_cast<int>(layout_.series.size()) - 1;
  }

  void add_node(const Node& node) {
    Layout::NodePlaces p;
    const std::string data = node.name + "/data";
    const std::string wal = node.wal ? node.name + "/wal" : data;
    p.outcomes = outcomes(node_metrics, node.name);
    p.data_outcomes = outcomes(volume_metrics, data);
    if (node.wal) p.wal_outcomes = outcomes(volume_metrics, wal);
    p.data_used = series("volume_used", data, "");
    if (node.wal) p.wal_used = series("volume_used", wal, "");
    p.pg_wal = series("pg_wal", node.name, "");
    p.wal_written = series("wal_written", node.name, "");
    p.owner_recovery = series("volume_used", wal, "WAL for crash recovery");
    p.owner_recycled = series("volume_used", wal, "WAL files kept for reuse");
    p.owner_other = series("volume_used", data, "catalogs and other files");
    if (node.cores > 0) {
      p.compute_outcomes = outcomes(compute_metrics, node.name);
      p.cpu = series("cpu_used", node.name, "", "ratio");
    }
    if (const std::string files = temp_owner(node); !files.empty()) {
      p.temp_outcome = static_cast<int>(layout_.outcomes.size());
      layout_.outcomes.push_back({"temp_bytes", node.name, "bytes"});
      p.owner_temp = series("volume_used", data, files);
    }
    if (may_be_held_back(node)) p.horizon_age = series("horizon_age", node.name, "", "count");
    layout_.nodes.push_back(p);
  }

  void add_slot(const std::string& slot, const Node& node, bool copied) {
    Layout::SlotPlaces p;
    p.outcomes = outcomes(slot_metrics, slot);
    if (copied) p.copy_outcomes = outcomes(copy_metrics, slot);
    p.retained = series("retained_wal", slot, "");
    p.lag = series("slot_lag", slot, "");
    p.replay_lag = series("replay_lag", slot, "", "s");
    p.owner = series("volume_used", node.name + (node.wal ? "/wal" : "/data"),
                     "WAL kept for slot " + slot);
    layout_.slots.push_back(p);
  }

  void add_site(const Site& site) {
    Layout::SitePlaces p;
    const Table& table = mesh_.tables[static_cast<std::size_t>(site.table)];
    const bool stored =
        site.node >= 0 && table.persistence != Persistence::temporary &&
        (table.kind == Table::Kind::table || table.kind == Table::Kind::materialized_view);
    if (stored) {
      p.outcomes = outcomes(table_metrics, site.label);
      p.index_outcomes = static_cast<int>(layout_.outcomes.size());
      for (const Index& index : table.indexes)
        layout_.outcomes.push_back({"index_size", index_label(site, table, index), "bytes"});
      const std::string volume = mesh_.nodes[static_cast<std::size_t>(site.node)].name + "/data";
      p.heap_owner = series("volume_used", volume, "heap of " + site.label);
      if (const std::string holder = holder_of(site, table); !holder.empty())
        p.kept_owner =
            series("volume_used", volume, "dead rows of " + site.label + " kept by " + holder);
      if (!table.indexes.empty())
        p.indexes_owner = series("volume_used", volume, "indexes of " + site.label);
      p.dead = series("dead_rows", site.label, "", "count");
    }
    layout_.places.push_back(p);
  }

  void add_domain(const Domain& domain) {
    int place = -1;
    if (domain.database >= 0 && node_of(domain.database).cores > 0) {
      place = static_cast<int>(layout_.outcomes.size());
      layout_.outcomes.push_back({"delay_p99", domain.name, "s"});
    }
    layout_.domains.push_back(place);
  }

  const Node& node_of(int database) const {
    const int node = mesh_.databases[static_cast<std::size_t>(database)].node;
    return mesh_.nodes[static_cast<std::size_t>(node)];
  }

  /// Whose temporary files a node may have; empty when nobody's.
  std::string temp_owner(const Node& node) const {
    std::string owner;
    for (const Incident& i : mesh_.incidents) {
      if (i.kind != Incident::Kind::runaway_query || i.database < 0 ||
          node_of(i.database).name != node.name || i.temp_rows.value <= 0)
        continue;
      owner = "temporary files of " + (owner.empty() ? i.name : "runaway queries");
    }
    return owner;
  }

  void add_federation() {
    const std::vector<FederatedQuery> queries = federated_queries(mesh_);
    if (queries.empty()) return;
    layout_.queries = static_cast<int>(layout_.outcomes.size());
    for (const FederatedQuery& query : queries) outcomes(query_metrics, query.label);
    layout_.links = static_cast<int>(layout_.outcomes.size());
    for (const Link& link : mesh_.links)
      layout_.outcomes.push_back({"fdw_link_bytes", link.name, "bytes"});
  }

  /// Who may keep dead rows of a table; empty when nobody does.
  std::string holder_of(const Site& site, const Table& table) const {
    std::string holder;
    if (table.database < 0 ||
        mesh_.databases[static_cast<std::size_t>(table.database)].node != site.node)
      return holder;
    for (const Incident& i : mesh_.incidents) {
      if (!holds_horizon(i, table.database)) continue;
      holder = holder.empty() ? i.name : "open transactions";
    }
    return holder;
  }

  /// Whether a transaction may hold back VACUUM in some database of a node.
  bool may_be_held_back(const Node& node) const {
    return std::any_of(mesh_.incidents.begin(), mesh_.incidents.end(), [&](const Incident& i) {
      if (i.database < 0 || !holds_horizon(i, i.database)) return false;
      const int held = mesh_.databases[static_cast<std::size_t>(i.database)].node;
      return held >= 0 && &mesh_.nodes[static_cast<std::size_t>(held)] == &node;
    });
  }

  static std::string index_label(const Site& site, const Table& table, const Index& index) {
    const std::string copy =
        site.label.substr(std::min(site.label.size(), table.qualified_name().size()));
    return table.schema + "." + index.name + copy;
  }

  const Mesh& mesh_;
  Layout layout_;
};

}  // namespace

bool holds_horizon(const Incident& incident, int database) {
  if (database < 0 || incident.database != database) return false;
  if (incident.kind == Incident::Kind::runaway_query) return true;  // its statement's snapshot
  return incident.kind == Incident::Kind::open_transaction &&
         (incident.repeatable_read || incident.writes);
}

Layout make_layout(const Mesh& mesh) { return Maker{mesh}.make(); }

}  // namespace models
