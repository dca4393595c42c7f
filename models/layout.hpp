#pragma once

#include <string>
#include <vector>

#include "models/simulate.hpp"
#include "models/table_site.hpp"

namespace models {

/// Names and places of everything a run reports: the same in every replicate of a mesh.
struct Layout {
  std::vector<Site> sites;
  std::vector<OutcomeKey> outcomes;
  std::vector<SeriesKey> series;

  // Where things stand in the two lists above; -1 = not reported.
  struct NodePlaces {
    int outcomes = -1;       // first of node_metrics, in their order
    int data_outcomes = -1;  // first of volume_metrics
    int wal_outcomes = -1;   // the same for a separate WAL volume
    int wal_written = -1, pg_wal = -1, data_used = -1, wal_used = -1;  // series
    int compute_outcomes = -1;                                         // first of compute_metrics
    int temp_outcome = -1;                                             // temp_bytes
    int cpu = -1, owner_temp = -1;                                     // series
    int owner_recovery = -1, owner_recycled = -1, owner_other = -1;    // series of pg_wal's owners
    int horizon_age = -1;  // series, where a transaction may be held open
  };
  struct SlotPlaces {
    int outcomes = -1;                                         // first of slot_metrics
    int copy_outcomes = -1;                                    // first of copy_metrics
    int retained = -1, lag = -1, replay_lag = -1, owner = -1;  // series
  };
  struct SitePlaces {
    int outcomes = -1;                                   // first of table_metrics
    int index_outcomes = -1;                             // one per index
    int dead = -1, heap_owner = -1, indexes_owner = -1;  // series
    int kept_owner = -1;  // of the heap: dead rows that a transaction keeps
  };
  std::vector<NodePlaces> nodes;
  std::vector<SlotPlaces> slots;   // subscriptions, then standbys
  std::vector<SitePlaces> places;  // by site
  std::vector<int> domains;        // delay_p99 by domain
  int queries = -1;                // query_metrics of each of federated_queries()
  int links = -1;                  // fdw_link_bytes of each link
};

inline constexpr const char* node_metrics[] = {
    "pg_wal_size",   "pg_wal_size_end",   "wal_bytes",       "wal_records",        "wal_fpi",
    "wal_fpi_bytes", "checkpoints_timed", "checkpoints_req", "write_seconds_lost", "database_size"};
inline constexpr const char* volume_metrics[] = {"volume_used", "volume_bytes", "disk_full",
                                                 "time_to_disk_full"};
inline constexpr const char* slot_metrics[] = {
    "slot_lost",    "time_to_slot_lost", "time_to_slot_unreserved",
    "retained_wal", "retained_wal_end",  "slot_lag",
    "replay_lag",   "catch_up_time",     "link_bytes",
    "spill_bytes",  "stream_bytes",      "outage_tolerance"};
inline constexpr const char* compute_metrics[] = {"cpu_used", "refused"};
inline constexpr const char* copy_metrics[] = {"copy_time", "copy_bytes"};
inline constexpr const char* table_metrics[] = {"heap_size",      "table_size", "n_live_tup",
                                                "n_dead_tup",     "n_tup_upd",  "n_tup_hot_upd",
                                                "autovacuum_runs"};

inline constexpr const char* query_metrics[] = {"fdw_bytes", "fdw_round_trips", "fdw_seconds",
                                                "fdw_memory", "fdw_snapshots"};

/// Whether an incident keeps the dead rows of a database while it lasts: an open transaction there
/// with a snapshot or an xid. Source: procarray.c, ComputeXidHorizons()
bool holds_horizon(const Incident& incident, int database);

Layout make_layout(const Mesh& mesh);

}  // namespace models
