#include "models/simulate.hpp"

namespace models {

const std::vector<Metric>& metrics() {
  static const std::vector<Metric> all{
      {"volume_used", "ratio", "volume", false, "Fullest the volume gets, as a share of its size"},
      {"volume_bytes", "bytes", "volume", false, "Most bytes on the volume"},
      {"disk_full", "0/1", "volume", false, "A WAL segment or a relation could not be extended"},
      {"time_to_disk_full", "s", "volume", true,
       "From the start of the run until the volume is full"},
      {"outage_tolerance", "s", "slot", true,
       "From the start of an outage that never ends until the disk is full or the slot is lost"},
      {"slot_lost", "0/1", "slot", false, "The slot was invalidated (wal_status = lost)"},
      {"time_to_slot_lost", "s", "slot", true, "From the start of the run until wal_status = lost"},
      {"time_to_slot_unreserved", "s", "slot", true,
       "From the start of the run until safe_wal_size turns negative (wal_status = unreserved)"},
      {"retained_wal", "bytes", "slot", false,
       "Most WAL between restart_lsn and the insert position"},
      {"retained_wal_end", "bytes", "slot", false, "The same at the end of the run"},
      {"slot_lag", "bytes", "slot", false,
       "Most WAL between confirmed_flush_lsn and the insert position"},
      {"replay_lag", "s", "slot", false, "Oldest a change gets before the subscriber has it"},
      {"catch_up_time", "s", "slot", false,
       "Longest time from the subscriber's return until it has caught up"},
      {"pg_wal_size", "bytes", "node", false, "Largest size of the pg_wal directory"},
      {"pg_wal_size_end", "bytes", "node", false, "Its size at the end of the run"},
      {"wal_bytes", "bytes", "node", false, "WAL written: distance of the insert position"},
      {"wal_records", "count", "node", false, "WAL records written"},
      {"wal_fpi", "count", "node", false, "Full-page images written"},
      {"wal_fpi_bytes", "bytes", "node", false, "Bytes of these images"},
      {"checkpoints_timed", "count", "node", false, "Checkpoints started by checkpoint_timeout"},
      {"checkpoints_req", "count", "node", false, "Checkpoints started by WAL volume or a command"},
      {"link_bytes", "bytes", "slot", false, "Bytes the walsender sends for this slot"},
      {"write_seconds_lost", "s", "node", false, "Time during which the node refused writes"},
      {"heap_size", "bytes", "table", false, "Largest size of the table's main fork"},
      {"index_size", "bytes", "index", false, "Largest size of the index"},
      {"table_size", "bytes", "table", false, "Heap and indexes together, at their largest"},
      {"n_live_tup", "count", "table", false, "Live rows at the end of the run"},
      {"n_dead_tup", "count", "table", false, "Most dead rows (n_dead_tup)"},
      {"n_tup_hot_upd", "count", "table", false, "HOT updates"},
      {"n_tup_upd", "count", "table", false, "Updates, HOT or not"},
      {"autovacuum_runs", "count", "table", false, "Autovacuum runs on the table"},
      {"database_size", "bytes", "node", false,
       "All relations and catalogs of the node, at their largest"},
  };
  return all;
}

}  // namespace models
