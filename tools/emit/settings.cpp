#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

using models::Mechanism;

struct Line {
  std::string name, value, why;
};

/// What the flows ask of a node's settings.
struct Needs {
  int slots = 0, senders = 0, subscriptions = 0, workers = 0;
  bool publishes = false;
};

Needs needs_of(const Topology& topology, int node) {
  Needs needs;
  for (const Flow& flow : topology.flows) {
    if (flow.mechanism != Mechanism::event) continue;
    const int sync = topology.node_of(flow.to).settings.max_sync_workers_per_subscription;
    if (topology.node_index(flow.from) == node) {
      needs.publishes = true;
      needs.slots += 1 + sync;
      needs.senders += 1 + sync;
    }
    if (topology.node_index(flow.to) == node) {
      ++needs.subscriptions;
      needs.workers += 1;
    }
  }
  if (needs.subscriptions > 0)
    needs.workers += topology.mesh.nodes[static_cast<std::size_t>(node)]
                         .settings.max_sync_workers_per_subscription;
  for (const models::Standby& standby : topology.mesh.standbys)
    if (standby.node == node) {
      ++needs.slots;
      ++needs.senders;
    }
  return needs;
}

/// A quarter of what PostgreSQL can use of the volume that has pg_wal: the limit is enforced at
/// checkpoints only, and tables grow beside it. A simulated run says it better.
std::int64_t assumed_cap_mb(const models::Node& node) {
  const models::Volume& volume = node.wal ? *node.wal : node.data;
  const double usable = volume.size.value * (1 - volume.reserved.value) - volume.other.value;
  return static_cast<std::int64_t>(usable / 4 / (1 << 20));
}

void add_cap(const models::Node& node, const std::optional<RunFigures>& figures,
             std::vector<Line>& lines, std::vector<Complaint>& complaints) {
  if (figures)
    if (const auto cap = figures->caps.find(node.name); cap != figures->caps.end()) {
      lines.push_back({"max_slot_wal_keep_size", cap->second,
                       fmt::format("run {} ({} replicates): disk less relations at P99 less one "
                                   "checkpoint cycle",
                                   figures->run, figures->replicates)});
      return;
    }
  if (node.settings.max_slot_wal_keep_size.count >= 0) return;  // as given
  const std::int64_t megabytes = assumed_cap_mb(node);
  if (megabytes <= 0) {
    complaints.push_back({node.place,
                          fmt::format("node {} publishes without max_slot_wal_keep_size, and its "
                                      "volume has no size to derive one from: one stopped consumer "
                                      "could fill the disk",
                                      node.name),
                          "set settings: {max_slot_wal_keep_size: …}, give volumes:, or simulate "
                          "and pass --from-run"});
    return;
  }
  lines.push_back(
      {"max_slot_wal_keep_size", fmt::format("{}MB", megabytes),
       "never -1: a quarter of the usable volume, until a run says better (--from-run)"});
}

/// From 18 a consumer that stays away may lose its slot before the disk is full, and only then.
void add_idle_timeout(const Topology& topology, int index, const std::optional<RunFigures>& figures,
                      std::vector<Line>& lines) {
  const models::Node& node = topology.mesh.nodes[static_cast<std::size_t>(index)];
  if (!figures || node.postgres < 18 ||
      node.settings.given.contains("idle_replication_slot_timeout"))
    return;
  double tolerable = 0;
  for (const Flow& flow : topology.flows) {
    const auto slot = figures->slots.find(flow.slot);
    if (topology.node_index(flow.from) != index || slot == figures->slots.end()) continue;
    const double one = slot->second.outage_tolerance_p5;
    if (one > 0 && (tolerable <= 0 || one < tolerable)) tolerable = one;
  }
  if (tolerable < 60) return;
  lines.push_back({"idle_replication_slot_timeout", fmt::format("{:.0f}s", std::floor(tolerable)),
                   fmt::format("run {} ({} replicates): outages that long are tolerable at P5",
                               figures->run, figures->replicates)});
}

std::string int_at_least(const models::Node& node, const char* name, int given, int needed,
                         std::vector<Line>& lines, const std::string& why) {
  const std::string value = std::to_string(std::max(given, needed));
  if (given < needed || node.settings.given.contains(name)) lines.push_back({name, value, why});
  return value;
}

std::vector<Line> needed_lines(const Topology& topology, int index,
                               const std::optional<RunFigures>& figures,
                               std::vector<Complaint>& complaints) {
  const models::Node& node = topology.mesh.nodes[static_cast<std::size_t>(index)];
  const Needs needs = needs_of(topology, index);
  std::vector<Line> lines;
  if (needs.publishes) {
    lines.push_back({"wal_level", "logical", "restart; logical decoding"});
    add_cap(node, figures, lines, complaints);
    add_idle_timeout(topology, index, figures, lines);
    int_at_least(node, "max_wal_senders", node.settings.max_wal_senders, needs.senders + 1, lines,
                 "restart; streams, copies and standbys");
  }
  if (needs.slots + needs.subscriptions > 0)
    int_at_least(
        node, "max_replication_slots", node.settings.max_replication_slots,
        std::max(needs.slots, needs.subscriptions), lines,
        "restart; subscriptions × (1 + sync workers), and standbys; origins on a subscriber");
  if (needs.subscriptions > 0) {
    int_at_least(node, "max_logical_replication_workers",
                 node.settings.max_logical_replication_workers, needs.workers, lines,
                 "restart; apply and copy");
    int_at_least(node, "max_worker_processes", node.settings.max_worker_processes,
                 needs.workers + 4, lines,
                 "restart; the same and the launcher, parallel queries, jobs");
    if (node.postgres >= 18)
      int_at_least(node, "max_active_replication_origins", 10, needs.subscriptions, lines,
                   "restart; one per subscription and copy");
  }
  if (topology.has_pg_cron(index)) {
    lines.push_back({"cron.database_name", topology.cron_database(index), "restart"});
    lines.push_back({"cron.use_background_workers", "on",
                     "jobs need neither a password nor a line in pg_hba.conf"});
  }
  return lines;
}

std::string host_pattern(const std::string& host) {
  if (host.find(':') != std::string::npos) return host + "/128";
  const bool address = !host.empty() && host.find_first_not_of("0123456789.") == std::string::npos;
  return address ? host + "/32" : hba_word(host);
}

}  // namespace

std::string postgresql_conf(const Topology& topology, int index,
                            const std::optional<RunFigures>& figures,
                            std::vector<Complaint>& complaints) {
  const models::Node& node = topology.mesh.nodes[static_cast<std::size_t>(index)];
  const std::vector<Line> needed = needed_lines(topology, index, figures, complaints);
  std::string text = fmt::format(
      "# {}\n# Include it: include_if_exists = '…/postgresql.conf' at the end of the server's own "
      "file.\n"
      "# Lines marked restart take effect at the next restart, the others at pg_reload_conf().\n",
      title(topology, "settings of node " + node.name).text);
  bool listens = false;
  for (const auto& [name, value] : node.settings.given) {
    if (std::any_of(needed.begin(), needed.end(),
                    [&](const Line& line) { return line.name == name; }))
      continue;
    listens = listens || name == "listen_addresses";
    text += fmt::format("{} = {}\n", name, conf_value(value));
  }
  const bool reached =
      std::any_of(topology.flows.begin(), topology.flows.end(), [&](const Flow& flow) {
        return !flow.remote_role.empty() && topology.node_index(flow.from) == index;
      });
  if (reached && !listens)
    text += "listen_addresses = '*'    # restart; the default is localhost\n";
  for (const Line& line : needed)
    text += fmt::format("{} = {}    # {}\n", line.name, conf_value(line.value), line.why);
  return text;
}

std::string pg_hba_conf(const Topology& topology, int node) {
  std::string text;
  std::set<std::string> seen;
  for (const Flow& flow : topology.flows) {
    if (flow.remote_role.empty() || topology.node_index(flow.from) != node) continue;
    const models::NodeProvisioning& from =
        topology.provisioning.nodes[static_cast<std::size_t>(node)];
    const models::NodeProvisioning& to =
        topology.provisioning.nodes[static_cast<std::size_t>(topology.node_index(flow.to))];
    const std::string line =
        fmt::format("{:8} {} {} {} scram-sha-256\n", from.sslmode == "disable" ? "host" : "hostssl",
                    hba_word(topology.database_name(flow.from)), hba_word(flow.remote_role),
                    host_pattern(to.host));
    if (seen.insert(line).second) text += line;
  }
  if (text.empty()) return {};
  return fmt::format(
      "# {}\n# Put these lines before more general ones. A subscription's connection matches the\n"
      "# database, not the word replication.\n{}",
      title(topology, "who else connects to node " + topology.node_name(node)).text, text);
}

std::string check_sql(const Topology& topology, int index) {
  const models::Node& node = topology.mesh.nodes[static_cast<std::size_t>(index)];
  std::vector<Complaint> told;
  std::string settings;
  const auto add = [&](const std::string& name, const std::string& least, const std::string& text) {
    settings += fmt::format("{}({}, {}, {})", settings.empty() ? "" : ",\n                 ",
                            Literal{name}.sql(), least, text);
  };
  for (const Line& line : needed_lines(topology, index, {}, told)) {
    if (line.name == "wal_level") add(line.name, "NULL::bigint", Literal{line.value}.sql());
    if (line.name.starts_with("max_") && line.name != "max_slot_wal_keep_size")
      add(line.name, line.value, "NULL");
  }
  if (topology.has_pg_cron(index)) add("shared_preload_libraries", "NULL::bigint", "'pg_cron'");
  if (settings.empty()) add("max_connections", "1", "NULL");
  return render("check.sql", Values{}
                                 .set("title", title(topology, "checks of node " + node.name))
                                 .set("major", std::int64_t{node.postgres})
                                 .set("node", Literal{node.name})
                                 .set("settings", Sql{settings}));
}

}  // namespace emit
