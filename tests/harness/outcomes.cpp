#include "tests/harness/outcomes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace harness {
namespace {

/// What a log line means for the run; empty when nothing.
std::string kind_of(const LogLine& line) {
  const auto says = [&line](const char* text) {
    return line.message.find(text) != std::string::npos;
  };
  if (line.severity == "PANIC") return "panic";
  if (says("No space left on device")) return "out_of_space";
  if (says("checkpoint starting")) return "checkpoint";
  if (says("checkpoint complete")) return "checkpoint_complete";
  if (says("invalidating slot") || says("invalidating obsolete replication slot"))
    return "slot_invalidated";
  if (says("automatic vacuum of table")) return "autovacuum";
  if (says("automatic analyze of table")) return "autoanalyze";
  return line.severity == "FATAL" || line.severity == "ERROR" ? "server_error" : "";
}

/// The volume that a line about missing space speaks of.
std::string full_volume(const Cluster& cluster, const std::string& message) {
  const bool wal = cluster.options().wal_volume && message.find("pg_wal") != std::string::npos;
  return cluster.options().name + (wal ? "/wal" : "/data");
}

/// Largest value of each subject of one series, as an outcome.
void add_maximum(Measurement& m, const std::string& series, const std::string& metric) {
  for (const auto& [key, samples] : m.series)
    if (key.name == series)
      for (const auto& [t, value] : samples) {
        const auto [outcome, added] = m.outcomes.try_emplace({metric, key.subject}, value);
        if (!added) outcome->second = std::max(outcome->second, value);
      }
}

void add_last(Measurement& m, const std::string& series, const std::string& metric) {
  for (const auto& [key, samples] : m.series)
    if (key.name == series && !samples.empty())
      m.outcomes[{metric, key.subject}] = samples.back().second;
}

/// When a growing series reaches a level, on the straight line between two samples.
std::optional<double> time_reached(const Series& samples, double level) {
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const auto [t0, v0] = samples[i - 1];
    const auto [t1, v1] = samples[i];
    if (v1 >= level) return v0 >= level ? t0 : t0 + (t1 - t0) * (level - v0) / (v1 - v0);
  }
  return std::nullopt;
}

/// A slot turns unreserved when the safe_wal_size of the last sample that had some is written; the
/// slot may be lost before the next sample shows it.
std::optional<double> time_unreserved(const Series& safe, const Series& wal) {
  std::optional<std::pair<double, double>> last;
  for (const auto& sample : safe) {
    if (sample.second < 0) break;
    last = sample;
  }
  if (!last) return std::nullopt;
  for (const auto& [t, written] : wal)
    if (t >= last->first) return time_reached(wal, written + last->second);
  return std::nullopt;
}

void add_disk_full(const Cluster& cluster, Measurement& m) {
  const std::string& node = cluster.options().name;
  std::vector<std::string> volumes;
  if (cluster.options().data_volume) volumes.push_back(node + "/data");
  if (cluster.options().wal_volume) volumes.push_back(node + "/wal");
  for (const std::string& volume : volumes) {
    const auto at = m.first("disk_full", volume);
    m.outcomes[{"disk_full", volume}] = at ? 1 : 0;
    if (at) m.outcomes[{"time_to_disk_full", volume}] = *at;
  }
}

/// Caught up: the lag is back to what it was at most before the incident, or below 1 % of what it
/// had become.
void add_catch_up(const Stage& stage, const models::Incident& incident, Measurement& m) {
  const auto up = m.first("subscriber_up", incident.name);
  const std::optional<double> back = up ? up : m.first("link_up", incident.name);
  if (!back) return;
  for (const models::Subscription& s : stage.mesh().subscriptions) {
    double usual = 0, at_return = 0;
    for (const auto& [t, lag] : m.series[{"slot_lag", s.slot}]) {
      if (t < sim::seconds(*incident.at)) {
        usual = std::max(usual, lag);
      } else if (t < *back) {
        at_return = lag;
      } else if (lag <= std::max(usual, 0.01 * at_return)) {
        m.outcomes[{"catch_up_time", s.slot}] = t - *back;
        break;
      }
    }
  }
}

void add_slots(const Stage& stage, Measurement& m) {
  for (const models::Subscription& s : stage.mesh().subscriptions) {
    const auto lost = m.first("slot_lost", s.slot);
    m.outcomes[{"slot_lost", s.slot}] = lost ? 1 : 0;
    if (lost) m.outcomes[{"time_to_slot_lost", s.slot}] = *lost;
    const std::string& node = stage.mesh().nodes[static_cast<std::size_t>(s.publisher)].name;
    const auto safe = m.series.find({"safe_wal_size", s.slot});
    if (safe == m.series.end()) continue;
    if (const auto at = time_unreserved(safe->second, m.series[{"wal_bytes", node}]))
      m.outcomes[{"time_to_slot_unreserved", s.slot}] = *at;
  }
}

}  // namespace

LinkBytes link_bytes(const Stage& stage) {
  LinkBytes bytes;
  const auto& subscriptions = stage.mesh().subscriptions;
  for (std::size_t i = 0; i < subscriptions.size(); ++i)
    bytes[subscriptions[i].slot] =
        static_cast<double>(stage.proxy(static_cast<int>(i)).bytes_to_subscriber());
  return bytes;
}

void add_log_lines(const Stage& stage, const Timeline& timeline, Measurement& m) {
  for (const auto& cluster : stage.clusters()) {
    for (const LogLine& line : cluster->log()) {
      const double at = timeline.since_start(line.at);
      const std::string kind = kind_of(line);
      if (at < 0 || kind.empty()) continue;
      const std::string text = line.severity + ": " + line.message;
      if (line.message.find("No space left on device") != std::string::npos)
        m.timeline.push_back({at, "disk_full", full_volume(*cluster, line.message), text});
      if (kind == "slot_invalidated")  // the log names the slot in quotes
        for (const models::Subscription& s : stage.mesh().subscriptions)
          if (line.message.find('"' + s.slot + '"') != std::string::npos)
            m.timeline.push_back({at, "slot_lost", s.slot, text});
      m.timeline.push_back({at, kind, cluster->options().name, text});
    }
  }
  std::stable_sort(m.timeline.begin(), m.timeline.end(),
                   [](const Happening& a, const Happening& b) { return a.at < b.at; });
}

void add_outcomes(const Stage& stage, Measurement& m) {
  add_maximum(m, "pg_wal", "pg_wal_size");
  add_last(m, "pg_wal", "pg_wal_size_end");
  add_maximum(m, "retained_wal", "retained_wal");
  add_last(m, "retained_wal", "retained_wal_end");
  add_maximum(m, "slot_lag", "slot_lag");
  add_maximum(m, "heap", "heap_size");
  add_maximum(m, "index", "index_size");
  add_maximum(m, "volume_bytes", "volume_bytes");
  add_maximum(m, "volume_used", "volume_used");
  add_last(m, "n_live_tup", "n_live_tup");
  add_maximum(m, "n_dead_tup", "n_dead_tup");
  for (const auto& cluster : stage.clusters()) add_disk_full(*cluster, m);
  add_slots(stage, m);
  for (const models::Incident& incident : stage.mesh().incidents) add_catch_up(stage, incident, m);
}

}  // namespace harness
