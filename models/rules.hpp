#pragma once

#include <string>
#include <vector>

/// What differs between PostgreSQL 15, 16, 17 and 18 for the models.
namespace models {

/// One version rule in words, for the assumptions list of a run.
struct RuleNote {
  std::string name;    // prune_record
  std::string text;    // "vacuum logs one record per page that prunes, freezes and sets …"
  std::string source;  // file and function in PostgreSQL, or the release notes
};

struct Rules {
  int major = 15;

  // WAL
  bool prune_freeze_merged = false;        // 17: one PRUNE_FREEZE record type
  bool freeze_plans_deduplicated = false;  // 16: 12 bytes per plan + 2 per tuple, not 12 per tuple
  int inplace_record = 188;                // bytes of an INPLACE record on pg_class; 258 from 18 on
  bool checkpoint_redo_record = false;     // 17
  int index_build_pages_per_record = 1;    // 17: up to 32
  int dropped_stats_entry = 12;            // 18: 16
  bool checksums_default = false;          // 18: initdb enables data checksums

  // Updates and vacuum
  bool hot_ignores_brin = false;                // 16
  bool opportunistic_freeze = false;            // 16
  bool eager_freeze = false;                    // 18
  bool insert_threshold_unfrozen_only = false;  // 18: scaled by the share of pages not all-frozen
  bool vacuum_max_threshold = false;     // 18: autovacuum_vacuum_max_threshold caps the trigger
  bool cost_limit_split_evenly = false;  // 16: limit / active workers; before in proportion
  bool dead_tid_store = false;           // 17: compressed; before 6 bytes per TID
  int vacuum_ring_kb = 256;              // 17: 2048

  // Logical replication
  bool slot_retention_by_saved_lsn = false;  // 18: restart_lsn as last saved at a checkpoint
  bool idle_slot_timeout = false;            // 18
  bool parallel_apply = false;               // 16
  bool streaming_default_parallel = false;   // 18
  bool binary_initial_copy = false;          // 16
  int reorder_change_bytes = 88;             // 16: 80, per change in the reorder buffer
  bool full_identity_uses_index = false;     // 16: apply under FULL may use any plain B-tree index
  bool failover_slots = false;               // 17

  std::vector<RuleNote> notes;  // every rule above as it holds for this major
};

/// Takes     15 to 18; a bug otherwise (the loader has checked)
const Rules& rules(int major);

}  // namespace models
