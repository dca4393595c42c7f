#include "tools/plan/candidates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace plan {
namespace {

using models::Incident;

constexpr std::size_t most_streams = 3;

/// `.name`, or `["a name"]` where it has other characters.
std::string member(const std::string& name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
  return plain ? "." + name : "[\"" + name + "\"]";
}

class Collector {
 public:
  explicit Collector(const models::Mesh& mesh) : mesh_{mesh} {}

  void about(const ObjectiveResult& missed) {
    const std::string& subject = missed.subject;
    const std::string_view metric = missed.objective.metric;
    for (std::size_t n = 0; n < mesh_.nodes.size(); ++n) {
      const std::string& node = mesh_.nodes[n].name;
      if (subject == node || subject.starts_with(node + "/")) about_node(n);
    }
    for (const models::Subscription& s : mesh_.subscriptions)
      if (s.slot == subject) {
        about_link(s.link);
        about_node(static_cast<std::size_t>(s.publisher));
      }
    for (const models::Standby& s : mesh_.standbys)
      if (s.slot == subject) about_node(static_cast<std::size_t>(s.node));
    if (metric.starts_with("fdw_"))
      for (std::size_t l = 0; l < mesh_.links.size(); ++l) about_link(static_cast<int>(l));
    for (const models::Table& table : mesh_.tables)
      if (subject.starts_with(table.qualified_name()) && table.database >= 0)
        about_node(node_of(table.database));
  }

  std::vector<Candidate> take() { return std::move(found_); }

 private:
  std::size_t node_of(int database) const {
    return static_cast<std::size_t>(mesh_.databases[static_cast<std::size_t>(database)].node);
  }

  void add(std::string path, const models::Quantity& now, int towards, std::string otherwise = {}) {
    const bool known = std::any_of(found_.begin(), found_.end(), [&](const Candidate& c) {
      return c.path == path && c.towards == towards;
    });
    if (!known) found_.push_back({std::move(path), std::move(otherwise), now, towards});
  }

  void about_node(std::size_t index) {
    const models::Node& node = mesh_.nodes[index];
    const std::string path = "nodes" + member(node.name);
    add(path + ".volumes.data.size", node.data.size, +1);
    if (node.wal) add(path + ".volumes.wal.size", node.wal->size, +1);
    const bool publishes =
        std::any_of(mesh_.subscriptions.begin(), mesh_.subscriptions.end(),
                    [&](const auto& s) { return s.publisher == static_cast<int>(index); });
    if (publishes) about_cap(path, node);
    add(path + ".settings.max_wal_size", static_cast<double>(node.settings.max_wal_size.count), -1);
    for (std::size_t i = 0; i < mesh_.incidents.size(); ++i) about_incident(i, index);
    if (held_back(index)) {
      add(path + ".settings.autovacuum_vacuum_scale_factor",
          node.settings.autovacuum_vacuum_scale_factor, -1);
      if (mesh_.governance.kill_routine_every)
        add("governance.kill_routine.xmin_age", mesh_.governance.kill_routine_xmin_age, -1);
    }
    about_streams(index);
  }

  /// A smaller cap saves the disk, a larger one the slot.
  void about_cap(const std::string& path, const models::Node& node) {
    const auto cap = static_cast<double>(node.settings.max_slot_wal_keep_size.count);
    const std::string setting = path + ".settings.max_slot_wal_keep_size";
    add(setting, std::max(cap, 0.0), -1);
    if (cap > 0) add(setting, cap, +1);
  }

  bool held_back(std::size_t node) const {
    return std::any_of(mesh_.incidents.begin(), mesh_.incidents.end(), [&](const Incident& i) {
      return i.kind == Incident::Kind::open_transaction && i.database >= 0 &&
             node_of(i.database) == node;
    });
  }

  bool hits(const Incident& incident, std::size_t node) const {
    const auto index = static_cast<int>(node);
    switch (incident.kind) {
      case Incident::Kind::link_down:
      case Incident::Kind::subscriber_down:
        for (std::size_t s = 0; s < mesh_.subscriptions.size(); ++s) {
          const models::Subscription& subscription = mesh_.subscriptions[s];
          if (subscription.publisher == index &&
              (incident.subscription == static_cast<int>(s) ||
               (incident.link >= 0 && incident.link == subscription.link)))
            return true;
        }
        return false;
      case Incident::Kind::standby_down:
        return incident.standby >= 0 &&
               mesh_.standbys[static_cast<std::size_t>(incident.standby)].node == index;
      case Incident::Kind::archiver_failing:
        return incident.node == index;
      case Incident::Kind::open_transaction:
      case Incident::Kind::runaway_query:
        return incident.database >= 0 && node_of(incident.database) == node;
      case Incident::Kind::ddl:
        return false;
    }
    return false;
  }

  void about_incident(std::size_t index, std::size_t node) {
    const Incident& incident = mesh_.incidents[index];
    if (!hits(incident, node) || incident.duration.value <= 0) return;
    add("incidents" + member(incident.name) + ".for", incident.duration, -1,
        fmt::format("incidents[{}].for", index));
  }

  void about_link(int index) {
    if (index < 0) return;
    const models::Link& link = mesh_.links[static_cast<std::size_t>(index)];
    if (link.bandwidth.value > 0)
      add(fmt::format("links[{}].bandwidth", index), link.bandwidth, +1);
    if (link.rtt.value > 0) add(fmt::format("links[{}].rtt", index), link.rtt, -1);
  }

  void about_streams(std::size_t node) {
    std::vector<const models::Stream*> busiest;
    for (const models::Stream& stream : mesh_.streams)
      if (stream.database >= 0 && node_of(stream.database) == node && stream.rate.value > 0)
        busiest.push_back(&stream);
    std::stable_sort(busiest.begin(), busiest.end(),
                     [](const auto* a, const auto* b) { return a->rate.value > b->rate.value; });
    busiest.resize(std::min(busiest.size(), most_streams));
    for (const models::Stream* stream : busiest) {
      const bool is_path = stream->name.starts_with("domains.");
      add(is_path
              ? stream->name + ".rate"
              : "domains" + member(stream->domain) + ".workload" + member(stream->name) + ".rate",
          stream->rate, -1);
    }
  }

  const models::Mesh& mesh_;
  std::vector<Candidate> found_;
};

}  // namespace

std::vector<Candidate> candidates(const models::Mesh& mesh,
                                  const std::vector<ObjectiveResult>& objectives) {
  Collector collector{mesh};
  for (const ObjectiveResult& objective : objectives)
    if (!objective.met) collector.about(objective);
  return collector.take();
}

}  // namespace plan
