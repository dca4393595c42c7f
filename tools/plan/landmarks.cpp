#include "tools/plan/landmarks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include "sim/math.hpp"
#include "sim/rng.hpp"

namespace plan {
namespace {

/// The series that a metric is the maximum of, where they share a unit.
const char* series_of(const std::string& metric) {
  static const std::map<std::string, const char*> all{
      {"volume_bytes", "volume_used"}, {"retained_wal", "retained_wal"},
      {"slot_lag", "slot_lag"},        {"replay_lag", "replay_lag"},
      {"pg_wal_size", "pg_wal"},       {"n_dead_tup", "dead_rows"}};
  const auto found = all.find(metric);
  return found == all.end() ? nullptr : found->second;
}

const char* in_words(models::Incident::Kind kind) {
  using Kind = models::Incident::Kind;
  switch (kind) {
    case Kind::link_down:
      return "link_down";
    case Kind::subscriber_down:
      return "subscriber_down";
    case Kind::open_transaction:
      return "open_transaction";
    case Kind::standby_down:
      return "standby_down";
    case Kind::archiver_failing:
      return "archiver_failing";
    case Kind::ddl:
      return "ddl";
    case Kind::runaway_query:
      return "runaway_query";
  }
  return "";
}

class Lines {
 public:
  explicit Lines(const models::Mesh& mesh) : mesh_{mesh} {}

  std::vector<Threshold> take(const std::vector<ObjectiveResult>& objectives) {
    for (const models::Node& node : mesh_.nodes) {
      volume(node.name + "/data", node.data);
      if (node.wal) volume(node.name + "/wal", *node.wal);
      add("pg_wal", node.name, "max_wal_size",
          static_cast<double>(node.settings.max_wal_size.count));
    }
    for (const models::Subscription& s : mesh_.subscriptions) cap(s.slot, s.publisher);
    for (const models::Standby& s : mesh_.standbys) cap(s.slot, s.node);
    for (const ObjectiveResult& o : objectives) objective(o);
    return std::move(lines_);
  }

 private:
  void add(const char* quantity, const std::string& subject, std::string name, double value) {
    lines_.push_back({quantity, subject, std::move(name), value});
  }

  void volume(const std::string& subject, const models::Volume& volume) {
    if (volume.size.value <= 0) return;
    sizes_[subject] = volume.size.value;
    add("volume_used", subject, "full", volume.size.value * (1 - volume.reserved.value));
  }

  void cap(const std::string& slot, int node) {
    if (node < 0) return;
    const auto bytes =
        mesh_.nodes[static_cast<std::size_t>(node)].settings.max_slot_wal_keep_size.count;
    if (bytes >= 0) add("retained_wal", slot, "max_slot_wal_keep_size", static_cast<double>(bytes));
  }

  void objective(const ObjectiveResult& o) {
    if (o.objective.probability_below) return;
    const std::string name = "objective " + o.objective.at;
    if (const auto size = sizes_.find(o.subject);
        o.objective.metric == "volume_used" && size != sizes_.end())
      add("volume_used", o.subject, name, o.threshold * size->second);
    else if (const char* series = series_of(o.objective.metric); series != nullptr)
      add(series, o.subject, name, o.threshold);
  }

  const models::Mesh& mesh_;
  std::map<std::string, double> sizes_;
  std::vector<Threshold> lines_;
};

}  // namespace

std::vector<Threshold> thresholds(const models::Mesh& mesh,
                                  const std::vector<ObjectiveResult>& objectives) {
  return Lines{mesh}.take(objectives);
}

double percentile(const models::Distribution& d, double p) {
  using Kind = models::Distribution::Kind;
  switch (d.kind) {
    case Kind::fixed:
      return d.a;
    case Kind::uniform:
      return d.a + p * (d.b - d.a);
    case Kind::lognormal:
      return sim::two_piece_lognormal({.p10 = d.a, .p50 = d.b, .p90 = d.c},
                                      sim::normal_quantile(p));
    case Kind::exponential:
      return -d.a * sim::log(1 - p);
  }
  return d.a;
}

std::vector<PlannedIncident> planned_incidents(const models::Mesh& mesh) {
  const auto percentile_of = [&](const models::Quantity& q, double p) {
    return q.parameter < 0
               ? q.value
               : percentile(mesh.parameters[static_cast<std::size_t>(q.parameter)].distribution, p);
  };
  std::vector<PlannedIncident> all;
  for (const models::Incident& incident : mesh.incidents) {
    PlannedIncident planned;
    planned.name = incident.name;
    planned.kind = in_words(incident.kind);
    if (incident.at) planned.at = sim::seconds(*incident.at);
    planned.every = incident.every.value;
    planned.duration_p50 = percentile_of(incident.duration, 0.5);
    planned.duration_p95 = percentile_of(incident.duration, 0.95);
    all.push_back(std::move(planned));
  }
  const double last = std::numeric_limits<double>::infinity();
  std::stable_sort(all.begin(), all.end(), [last](const auto& a, const auto& b) {
    return a.at.value_or(last) < b.at.value_or(last);
  });
  return all;
}

}  // namespace plan
