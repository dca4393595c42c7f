#pragma once

#include <map>
#include <string>

#include "sim/units.hpp"

namespace models {
using namespace sim::units;

enum class WalLevel { minimal, replica, logical };
enum class WalCompression { off, pglz, lz4, zstd };

/// The settings the models read, by PostgreSQL's names; defaults of 15 (MODEL_FACTS 11 lists what
/// differs later).
struct Settings {
  WalLevel wal_level = WalLevel::replica;
  bool full_page_writes = true;
  WalCompression wal_compression = WalCompression::off;
  bool wal_log_hints = false;
  bool wal_recycle = true;
  bool wal_init_zero = true;
  Bytes max_wal_size = 1_GiB;
  Bytes min_wal_size = 80_MiB;
  Bytes wal_keep_size = 0_B;
  Bytes max_slot_wal_keep_size{-1};           // -1: unlimited
  Duration idle_replication_slot_timeout{0};  // 18; 0: off
  Duration checkpoint_timeout = 5min;
  double checkpoint_completion_target = 0.9;
  Duration archive_timeout{0};
  bool archive_mode = false;

  Bytes shared_buffers = 128_MiB;
  Bytes work_mem = 4_MiB;
  Bytes temp_file_limit{-1};  // of one process; -1: none
  Bytes maintenance_work_mem = 64_MiB;
  Bytes autovacuum_work_mem{-1};
  Bytes logical_decoding_work_mem = 64_MiB;
  Bytes gin_pending_list_limit = 4_MiB;

  Duration wal_sender_timeout = 60s;
  Duration wal_receiver_timeout = 60s;
  Duration wal_receiver_status_interval = 10s;
  Duration wal_retrieve_retry_interval = 5s;
  int max_connections = 100;
  int superuser_reserved_connections = 3;
  int max_parallel_workers_per_gather = 2;
  int max_wal_senders = 10;
  int max_replication_slots = 10;
  int max_logical_replication_workers = 4;
  int max_sync_workers_per_subscription = 2;
  int max_worker_processes = 8;

  bool autovacuum = true;
  Duration autovacuum_naptime = 60s;
  int autovacuum_max_workers = 3;
  double autovacuum_vacuum_threshold = 50;
  double autovacuum_vacuum_scale_factor = 0.2;
  double autovacuum_vacuum_max_threshold = 100e6;  // 18
  double autovacuum_vacuum_insert_threshold = 1000;
  double autovacuum_vacuum_insert_scale_factor = 0.2;
  double autovacuum_analyze_threshold = 50;
  double autovacuum_analyze_scale_factor = 0.1;
  double autovacuum_vacuum_cost_delay_ms = 2;
  double autovacuum_vacuum_cost_limit = -1;  // -1: vacuum_cost_limit
  double vacuum_cost_limit = 200;
  double autovacuum_freeze_max_age = 200e6;
  double vacuum_freeze_min_age = 50e6;
  double vacuum_freeze_table_age = 150e6;

  Duration statement_timeout{0};
  Duration idle_in_transaction_session_timeout{0};
  Duration transaction_timeout{0};  // 17

  /// Every setting the scenario names, as written and validated, for reports and emitted files.
  std::map<std::string, std::string> given;
};

}  // namespace models
