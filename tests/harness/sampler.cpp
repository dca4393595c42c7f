#include "tests/harness/sampler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace harness {
namespace {

double number(const std::optional<std::string>& text) {
  return text ? std::strtod(text->c_str(), nullptr) : std::numeric_limits<double>::quiet_NaN();
}

constexpr const char* slots_sql =
    "SELECT slot_name, s.active, pg_current_wal_insert_lsn() - restart_lsn,"
    " pg_current_wal_insert_lsn() - confirmed_flush_lsn, coalesce(wal_status, 'lost'),"
    " safe_wal_size, spill_bytes, stream_bytes"
    " FROM pg_replication_slots s LEFT JOIN pg_stat_replication_slots USING (slot_name)";

constexpr const char* tables_sql =
    "SELECT schemaname || '.' || relname, pg_relation_size(relid), n_live_tup, n_dead_tup,"
    " n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del, vacuum_count, autovacuum_count,"
    " autoanalyze_count FROM pg_stat_user_tables";

constexpr const char* indexes_sql =
    "SELECT schemaname || '.' || indexrelname, pg_relation_size(indexrelid)"
    " FROM pg_stat_user_indexes";

std::string server_sql(int major) {
  const std::string checkpoints = major >= 17 ? "(SELECT num_timed FROM pg_stat_checkpointer),"
                                                "(SELECT num_requested FROM pg_stat_checkpointer)"
                                              : "(SELECT checkpoints_timed FROM pg_stat_bgwriter),"
                                                "(SELECT checkpoints_req FROM pg_stat_bgwriter)";
  return "SELECT pg_current_wal_insert_lsn() - '0/0', wal_records, wal_fpi, " + checkpoints +
         " FROM pg_stat_wal";
}

double status_level(const std::string& status) {
  if (status == "reserved") return 0;
  if (status == "extended") return 1;
  return status == "unreserved" ? 2 : 3;
}

}  // namespace

Sampler::Sampler(const models::Mesh& mesh, int node, Cluster& cluster, Timeline& timeline,
                 std::chrono::milliseconds interval)
    : mesh_{mesh}, cluster_{cluster}, timeline_{timeline} {
  connections_.emplace("postgres", cluster.connect());
  for (const PlacedDatabase& placed : placed_databases(mesh)) {
    if (placed.node != node) continue;
    databases_.push_back(placed);
    const std::string& name = mesh.databases[static_cast<std::size_t>(placed.database)].name;
    connections_.emplace(name, cluster.connect(name));
  }
  for (auto& [name, connection] : connections_) connection.execute("SET lock_timeout = '200ms'");
  sample();
  thread_ = std::thread{[this, interval] { loop(interval); }};
}

Sampler::~Sampler() { stop(); }

void Sampler::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  thread_.join();
  sample();
  connections_.clear();
}

void Sampler::loop(std::chrono::milliseconds interval) {
  auto next = std::chrono::steady_clock::now();
  while (!stopping_) {
    sample();
    next = std::max(next + interval, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next);
  }
}

void Sampler::note(double t, const std::string& name, const std::string& subject, double value) {
  series_[{name, subject}].emplace_back(t, value);
}

void Sampler::count(const std::string& name, const std::string& subject, double value) {
  first_.try_emplace({name, subject}, value);
  last_[{name, subject}] = value;
}

void Sampler::sample() {
  const double t = timeline_.now();
  sample_files(t);
  if (connections_.empty()) return;
  try {
    sample_server(t);
    sample_slots(t);
    for (const PlacedDatabase& placed : databases_) sample_tables(t, placed);
  } catch (const SqlError& error) {
    // A lock held by vacuum's truncation passes; a dead server stays dead, its files tell the rest.
    const bool dead = PQstatus(connections_.at("postgres").raw()) != CONNECTION_OK;
    if (dead) {
      timeline_.add("server_lost", cluster_.options().name, error.what());
      connections_.clear();
    }
  }
}

void Sampler::sample_files(double t) {
  const std::string& node = cluster_.options().name;
  const WalFiles files = wal_files(cluster_.wal_directory());
  note(t, "pg_wal", node, files.bytes);
  const auto volume = [&](const char* name, const VolumeUse& use) {
    note(t, "volume_bytes", node + "/" + name, use.used);
    note(t, "volume_used", node + "/" + name, use.used / use.size);
  };
  if (cluster_.options().data_volume) volume("data", cluster_.data_volume());
  if (cluster_.options().wal_volume) volume("wal", cluster_.wal_volume());
}

void Sampler::sample_server(double t) {
  const std::string& node = cluster_.options().name;
  const Rows rows = connections_.at("postgres").execute(server_sql(cluster_.options().postgres));
  static const char* const names[] = {"wal_bytes", "wal_records", "wal_fpi", "checkpoints_timed",
                                      "checkpoints_req"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    const double value = number(rows[0][i]);
    count(names[i], node, value);
    note(t, names[i], node, value - first_[{names[i], node}]);
  }
}

void Sampler::sample_slots(double t) {
  for (const Row& row : connections_.at("postgres").execute(slots_sql)) {
    const std::string& slot = *row[0];
    note(t, "slot_active", slot, row[1] == "t" ? 1 : 0);
    if (row[2]) note(t, "retained_wal", slot, number(row[2]));
    if (row[3]) note(t, "slot_lag", slot, number(row[3]));
    note(t, "wal_status", slot, status_level(*row[4]));
    if (row[5]) note(t, "safe_wal_size", slot, number(row[5]));
    if (row[6]) count("spill_bytes", slot, number(row[6]));
    if (row[7]) count("stream_bytes", slot, number(row[7]));
    watch_wal_status(slot, *row[4]);
  }
}

void Sampler::watch_wal_status(const std::string& slot, const std::string& status) {
  std::string& before = wal_status_[slot];
  if (!before.empty() && before != status) timeline_.add("slot_" + status, slot);
  before = status;
}

void Sampler::sample_tables(double t, const PlacedDatabase& placed) {
  Connection& connection =
      connections_.at(mesh_.databases[static_cast<std::size_t>(placed.database)].name);
  static const char* const counters[] = {"n_tup_ins",       "n_tup_upd",    "n_tup_hot_upd",
                                         "n_tup_del",       "vacuum_count", "autovacuum_runs",
                                         "autoanalyze_runs"};
  for (const Row& row : connection.execute(tables_sql)) {
    const std::string table = relation_label(mesh_, placed, *row[0]);
    note(t, "heap", table, number(row[1]));
    note(t, "n_live_tup", table, number(row[2]));
    note(t, "n_dead_tup", table, number(row[3]));
    for (std::size_t i = 0; i < std::size(counters); ++i)
      count(counters[i], table, number(row[4 + i]));
  }
  for (const Row& row : connection.execute(indexes_sql))
    note(t, "index", relation_label(mesh_, placed, *row[0]), number(row[1]));
}

void Sampler::report(Measurement& measurement) const {
  for (const auto& [key, series] : series_) measurement.series[key] = series;
  for (const auto& [key, value] : last_) measurement.outcomes[key] = value - first_.at(key);
}

}  // namespace harness
