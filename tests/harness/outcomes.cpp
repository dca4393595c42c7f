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

/// How old the oldest change is that a slot's consumer has not confirmed: when the WAL stood where
/// confirmed_flush_lsn stands now. Samples of both series are taken together.
Series replay_lags(const Series& slot_lag, const Series& wal) {
  Series lags;
  std::size_t now = 0;
  for (const auto& [t, lag] : slot_lag) {
    while (now + 1 < wal.size() && wal[now + 1].first <= t) ++now;
    if (wal.empty() || wal[now].first != t) continue;
    const auto written = time_reached(wal, wal[now].second - lag);
    lags.emplace_back(t, t - written.value_or(t));
  }
  return lags;
}

/// Caught up: the consumer is as fresh again as it was before the incident, give or take the moment
/// it takes to confirm.
std::optional<double> caught_up(const Series& lags, double begin, double back) {
  constexpr double confirming =
      0.2;  // wal_writer_delay: the subscriber's WAL is flushed that often
  std::vector<double> usual;
  for (const auto& [t, lag] : lags)
    if (t < begin) usual.push_back(lag);
  std::sort(usual.begin(), usual.end());
  const double fresh = confirming + (usual.empty() ? 0 : usual[usual.size() / 2]);
  for (std::size_t i = 1; i < lags.size(); ++i) {
    const auto [t0, lag0] = lags[i - 1];
    const auto [t1, lag1] = lags[i];
    if (t1 < back || lag1 > fresh) continue;
    return lag0 <= fresh || t0 < back ? t1 : t0 + (t1 - t0) * (lag0 - fresh) / (lag0 - lag1);
  }
  return std::nullopt;
}

void add_replay(const Stage& stage, Measurement& m) {
  for (const models::Subscription& s : stage.mesh().subscriptions) {
    const std::string& node = stage.mesh().nodes[static_cast<std::size_t>(s.publisher)].name;
    const Series lags = replay_lags(m.series[{"slot_lag", s.slot}], m.series[{"wal_bytes", node}]);
    m.series[{"replay_lag", s.slot}] = lags;
    for (const models::Incident& incident : stage.mesh().incidents) {
      const auto up = m.first("subscriber_up", incident.name);
      const auto back = up ? up : m.first("link_up", incident.name);
      if (!back) continue;
      if (const auto at = caught_up(lags, sim::seconds(*incident.at), *back))
        m.outcomes[{"catch_up_time", s.slot}] = *at - *back;
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
  add_replay(stage, m);
  add_maximum(m, "replay_lag", "replay_lag");
}

}  // namespace harness
