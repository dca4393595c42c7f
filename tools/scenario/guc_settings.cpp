#include <array>
#include <charconv>
#include <string>
#include <type_traits>
#include <variant>

#include "sim/check.hpp"
#include "tools/scenario/guc.hpp"

namespace scenario {
namespace {

using models::Bytes;
using models::Duration;
using models::Settings;

/// A field of models::Settings; its type says how the base value becomes one.
using Field = std::variant<bool Settings::*, int Settings::*, double Settings::*, Bytes Settings::*,
                           Duration Settings::*>;

struct Destination {
  std::string_view guc;
  Field field;
};

constexpr Destination destinations[] = {
    {"full_page_writes", &Settings::full_page_writes},
    {"wal_log_hints", &Settings::wal_log_hints},
    {"wal_recycle", &Settings::wal_recycle},
    {"wal_init_zero", &Settings::wal_init_zero},
    {"max_wal_size", &Settings::max_wal_size},
    {"min_wal_size", &Settings::min_wal_size},
    {"wal_keep_size", &Settings::wal_keep_size},
    {"max_slot_wal_keep_size", &Settings::max_slot_wal_keep_size},
    {"idle_replication_slot_timeout", &Settings::idle_replication_slot_timeout},
    {"checkpoint_timeout", &Settings::checkpoint_timeout},
    {"checkpoint_completion_target", &Settings::checkpoint_completion_target},
    {"archive_timeout", &Settings::archive_timeout},
    {"shared_buffers", &Settings::shared_buffers},
    {"work_mem", &Settings::work_mem},
    {"temp_file_limit", &Settings::temp_file_limit},
    {"maintenance_work_mem", &Settings::maintenance_work_mem},
    {"autovacuum_work_mem", &Settings::autovacuum_work_mem},
    {"logical_decoding_work_mem", &Settings::logical_decoding_work_mem},
    {"gin_pending_list_limit", &Settings::gin_pending_list_limit},
    {"wal_sender_timeout", &Settings::wal_sender_timeout},
    {"wal_receiver_timeout", &Settings::wal_receiver_timeout},
    {"wal_receiver_status_interval", &Settings::wal_receiver_status_interval},
    {"wal_retrieve_retry_interval", &Settings::wal_retrieve_retry_interval},
    {"max_connections", &Settings::max_connections},
    {"superuser_reserved_connections", &Settings::superuser_reserved_connections},
    {"max_parallel_workers_per_gather", &Settings::max_parallel_workers_per_gather},
    {"max_wal_senders", &Settings::max_wal_senders},
    {"max_replication_slots", &Settings::max_replication_slots},
    {"max_logical_replication_workers", &Settings::max_logical_replication_workers},
    {"max_sync_workers_per_subscription", &Settings::max_sync_workers_per_subscription},
    {"max_worker_processes", &Settings::max_worker_processes},
    {"autovacuum", &Settings::autovacuum},
    {"autovacuum_naptime", &Settings::autovacuum_naptime},
    {"autovacuum_max_workers", &Settings::autovacuum_max_workers},
    {"autovacuum_vacuum_threshold", &Settings::autovacuum_vacuum_threshold},
    {"autovacuum_vacuum_scale_factor", &Settings::autovacuum_vacuum_scale_factor},
    {"autovacuum_vacuum_max_threshold", &Settings::autovacuum_vacuum_max_threshold},
    {"autovacuum_vacuum_insert_threshold", &Settings::autovacuum_vacuum_insert_threshold},
    {"autovacuum_vacuum_insert_scale_factor", &Settings::autovacuum_vacuum_insert_scale_factor},
    {"autovacuum_analyze_threshold", &Settings::autovacuum_analyze_threshold},
    {"autovacuum_analyze_scale_factor", &Settings::autovacuum_analyze_scale_factor},
    {"autovacuum_vacuum_cost_limit", &Settings::autovacuum_vacuum_cost_limit},
    {"vacuum_cost_limit", &Settings::vacuum_cost_limit},
    {"autovacuum_freeze_max_age", &Settings::autovacuum_freeze_max_age},
    {"vacuum_freeze_min_age", &Settings::vacuum_freeze_min_age},
    {"vacuum_freeze_table_age", &Settings::vacuum_freeze_table_age},
    {"statement_timeout", &Settings::statement_timeout},
    {"idle_in_transaction_session_timeout", &Settings::idle_in_transaction_session_timeout},
    {"transaction_timeout", &Settings::transaction_timeout},
};

void assign(Settings& settings, const Field& field, const Guc& guc, double number) {
  std::visit(
      [&](auto member) {
        using T = std::remove_reference_t<decltype(settings.*member)>;
        if constexpr (std::is_same_v<T, bool>)
          settings.*member = number != 0;
        else if constexpr (std::is_same_v<T, Bytes>)  // -1 is a special value, not an amount
          settings.*member = {
              static_cast<std::int64_t>(number < 0 ? number : number * guc_unit_factor(guc))};
        else if constexpr (std::is_same_v<T, Duration>)
          settings.*member =
              number < 0 ? Duration{-1} : sim::from_seconds(number * guc_unit_factor(guc));
        else
          settings.*member = static_cast<T>(number);
      },
      field);
}

void assign_enum(Settings& settings, const Guc& guc, const std::string& value) {
  if (guc.name == "wal_level")
    settings.wal_level = value == "logical"   ? models::WalLevel::logical
                         : value == "minimal" ? models::WalLevel::minimal
                                              : models::WalLevel::replica;
  else if (guc.name == "wal_compression")
    settings.wal_compression = value == "off"    ? models::WalCompression::off
                               : value == "lz4"  ? models::WalCompression::lz4
                               : value == "zstd" ? models::WalCompression::zstd
                                                 : models::WalCompression::pglz;  // on, pglz
  else if (guc.name == "archive_mode")
    settings.archive_mode = value != "off";
}

void assign_value(Settings& settings, const Guc& guc, const GucValue& value) {
  assign_enum(settings, guc, value.text);
  if (guc.name ==
      "autovacuum_vacuum_cost_delay")  // kept in its own unit, ms; -1: vacuum_cost_delay
    settings.autovacuum_vacuum_cost_delay_ms = value.number;
  for (const Destination& destination : destinations)
    if (destination.guc == guc.name) assign(settings, destination.field, guc, value.number);
}

}  // namespace

models::Settings default_settings(int major, Bytes wal_segment_size) {
  Settings settings;
  for (const Destination& destination : destinations) {
    const Guc* guc = find_guc(destination.guc, major);
    if (guc == nullptr) continue;  // of a later major: the field keeps its meaning of "off"
    double number = guc->boot_value == "on" ? 1 : 0;
    std::from_chars(guc->boot_value.data(), guc->boot_value.data() + guc->boot_value.size(),
                    number);
    assign(settings, destination.field, *guc, number);
  }
  // initdb writes these two as 5 and 64 segments (initdb.c, pretty_wal_size of
  // DEFAULT_MIN/MAX_WAL_SEGS).
  settings.min_wal_size = 5 * wal_segment_size;
  settings.max_wal_size = 64 * wal_segment_size;
  // initdb tries 128MB of shared_buffers first; the boot value in pg_settings is the same.
  return settings;
}

void apply_guc(Settings& settings, const Guc& guc, const GucValue& value,
               std::string_view as_written) {
  assign_value(settings, guc, value);
  settings.given[std::string{guc.name}] = as_written;
}

}  // namespace scenario
