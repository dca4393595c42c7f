#include "models/rules.hpp"

#include <array>

#include "sim/check.hpp"

namespace models {
namespace {

std::vector<RuleNote> wal_notes(const Rules& r) {
  std::vector<RuleNote> notes;
  const auto note = [&](const char* name, const char* text, const char* source) {
    notes.push_back({name, text, source});
  };
  if (r.prune_freeze_merged)
    note("prune_record",
         "pruning, freezing and both vacuum passes share one PRUNE_FREEZE record type",
         "access/heapam_xlog.h, xl_heap_prune");
  else
    note("prune_record", "vacuum logs PRUNE and VACUUM records per page, FREEZE_PAGE on its own",
         "access/heapam_xlog.h, xl_heap_prune, xl_heap_vacuum");
  if (r.freeze_plans_deduplicated)
    note("freeze_record", "tuples that freeze alike share a plan of 12 bytes, 2 bytes each",
         "access/heapam_xlog.h, xlhp_freeze_plan or xl_heap_freeze_plan");
  else
    note("freeze_record", "freezing logs 12 bytes per tuple",
         "access/heapam_xlog.h, xl_heap_freeze_tuple");
  if (r.checkpoint_redo_record)
    note("checkpoint_redo_record",
         "every online checkpoint writes a CHECKPOINT_REDO record of 30 bytes",
         "access/transam/xlog.c, CreateCheckPoint()");
  else
    note("checkpoint_redo_record", "a checkpoint's redo point has no record of its own",
         "access/transam/xlog.c, CreateCheckPoint()");
  if (r.index_build_pages_per_record > 1)
    note("index_build", "CREATE INDEX logs up to 32 pages per record", "storage/smgr/bulk_write.c");
  else
    note("index_build", "CREATE INDEX logs one page per record", "access/nbtree/nbtsort.c");
  if (r.checksums_default)
    note("data_checksums",
         "initdb enables data checksums unless told otherwise: hint bits log page images",
         "release notes of 18; storage/buffer/bufmgr.c, MarkBufferDirtyHint()");
  else
    note("data_checksums",
         "initdb leaves data checksums off unless told otherwise: hint bits are not logged",
         "storage/buffer/bufmgr.c, MarkBufferDirtyHint()");
  return notes;
}

std::vector<RuleNote> vacuum_notes(const Rules& r) {
  std::vector<RuleNote> notes;
  const auto note = [&](const char* name, const char* text, const char* source) {
    notes.push_back({name, text, source});
  };
  if (r.hot_ignores_brin)
    note("hot_brin", "columns that only BRIN indexes read do not prevent HOT updates",
         "access/heap/heapam.c, heap_update()");
  else
    note("hot_brin", "a changed column of any index, BRIN too, prevents a HOT update",
         "access/heap/heapam.c, heap_update()");
  if (r.insert_threshold_unfrozen_only)
    note("insert_vacuum_threshold",
         "the insert threshold scales with the share of pages not all-frozen",
         "postmaster/autovacuum.c, relation_needs_vacanalyze()");
  else
    note("insert_vacuum_threshold", "the insert threshold scales with all rows of the table",
         "postmaster/autovacuum.c, relation_needs_vacanalyze()");
  if (r.vacuum_max_threshold)
    note("vacuum_max_threshold", "autovacuum_vacuum_max_threshold caps the dead-row threshold",
         "postmaster/autovacuum.c, relation_needs_vacanalyze()");
  if (r.cost_limit_split_evenly)
    note("cost_limit", "the vacuum cost limit is divided evenly among the active workers",
         "postmaster/autovacuum.c, AutoVacuumUpdateCostLimit()");
  else
    note("cost_limit",
         "the vacuum cost limit is divided in proportion to each worker's limit and delay",
         "postmaster/autovacuum.c, autovac_balance_cost()");
  if (r.dead_tid_store)
    note("dead_tuple_memory", "vacuum keeps dead row pointers in a compressed store",
         "access/common/tidstore.c");
  else
    note("dead_tuple_memory", "vacuum keeps 6 bytes per dead row pointer, at most 1 GB",
         "access/heap/vacuumlazy.c, dead_items_max_items()");
  if (r.opportunistic_freeze)
    note("opportunistic_freeze",
         "vacuum also freezes pages that become all-frozen when it logs an image anyway",
         "access/heap/vacuumlazy.c, lazy_scan_prune()");
  if (r.eager_freeze)
    note("eager_freeze", "normal vacuums also scan and freeze some all-visible pages",
         "access/heap/vacuumlazy.c, heap_vacuum_eager_scan_setup()");
  return notes;
}

std::vector<RuleNote> replication_notes(const Rules& r) {
  std::vector<RuleNote> notes;
  const auto note = [&](const char* name, const char* text, const char* source) {
    notes.push_back({name, text, source});
  };
  if (r.slot_retention_by_saved_lsn)
    note("slot_retention", "WAL is kept from the restart_lsn that was last saved at a checkpoint",
         "replication/slot.c, last_saved_restart_lsn");
  else
    note("slot_retention", "WAL is kept from the restart_lsn at the start of the checkpoint",
         "access/transam/xlog.c, CreateCheckPoint(), KeepLogSeg()");
  if (r.idle_slot_timeout)
    note("idle_slot_timeout",
         "idle_replication_slot_timeout invalidates inactive slots, at checkpoints",
         "replication/slot.c, DetermineSlotInvalidationCause()");
  if (r.reorder_change_bytes == 88)
    note("reorder_memory", "decoding holds 112 bytes plus the row per change",
         "replication/logical/reorderbuffer.c, ReorderBufferChangeSize()");
  else
    note("reorder_memory", "decoding holds 104 bytes plus the row per change",
         "replication/logical/reorderbuffer.c, ReorderBufferChangeSize()");
  if (r.streaming_default_parallel)
    note("streaming",
         "subscriptions stream large transactions and apply them in parallel by default",
         "catalog/pg_subscription.h; commands/subscriptioncmds.c");
  else
    note("streaming", "subscriptions receive a large transaction after its commit by default",
         "commands/subscriptioncmds.c");
  if (r.binary_initial_copy)
    note("initial_copy", "binary subscriptions copy tables in binary form too",
         "replication/logical/tablesync.c, copy_table()");
  else
    note("initial_copy", "the initial copy is always text",
         "replication/logical/tablesync.c, copy_table()");
  if (r.full_identity_uses_index)
    note("replica_identity_full",
         "apply may find rows of REPLICA IDENTITY FULL by any suitable index",
         "replication/logical/relation.c, FindUsableIndexForReplicaIdentityFull()");
  else
    note("replica_identity_full", "apply finds rows of REPLICA IDENTITY FULL by a sequential scan",
         "executor/execReplication.c, RelationFindReplTupleSeq()");
  return notes;
}

Rules make_rules(int major) {
  Rules r;
  r.major = major;
  if (major >= 16) {
    r.freeze_plans_deduplicated = r.hot_ignores_brin = r.opportunistic_freeze = true;
    r.cost_limit_split_evenly = r.parallel_apply = r.binary_initial_copy = true;
    r.full_identity_uses_index = true;
    r.reorder_change_bytes = 80;
  }
  if (major >= 17) {
    r.prune_freeze_merged = r.checkpoint_redo_record = r.dead_tid_store = r.failover_slots = true;
    r.index_build_pages_per_record = 32;
    r.vacuum_ring_kb = 2048;
  }
  if (major >= 18) {
    r.inplace_record = 258;
    r.dropped_stats_entry = 16;
    r.checksums_default = r.eager_freeze = r.insert_threshold_unfrozen_only = true;
    r.vacuum_max_threshold = r.slot_retention_by_saved_lsn = r.idle_slot_timeout = true;
    r.streaming_default_parallel = true;
  }
  for (const auto& notes : {wal_notes(r), vacuum_notes(r), replication_notes(r)})
    r.notes.insert(r.notes.end(), notes.begin(), notes.end());
  return r;
}

}  // namespace

const Rules& rules(int major) {
  static const std::array<Rules, 4> by_major{make_rules(15), make_rules(16), make_rules(17),
                                             make_rules(18)};
  sim::check(major >= 15 && major <= 18, "PostgreSQL 15 to 18");
  return by_major[static_cast<std::size_t>(major - 15)];
}

}  // namespace models
