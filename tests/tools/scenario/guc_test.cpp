#include "tools/scenario/guc.hpp"

#include <gtest/gtest.h>

namespace scenario {
namespace {

using namespace std::chrono_literals;

Reading<GucValue> read(std::string_view name, std::string_view text, int major = 15) {
  const Guc* guc = find_guc(name, major);
  if (guc == nullptr) return unknown_guc(name, major);
  return read_guc(*guc, text);
}

TEST(Guc, EveryMajorHasItsSettings) {
  EXPECT_EQ(guc_names(15).size(),
            356u);  // SELECT count(*) FROM pg_settings WHERE name NOT LIKE '%.%' on 15.20
  EXPECT_NE(find_guc("max_wal_size", 15), nullptr);
  EXPECT_NE(find_guc("MAX_WAL_SIZE", 18), nullptr);  // names are case-insensitive
  EXPECT_EQ(find_guc("transaction_timeout", 16), nullptr);
  EXPECT_NE(find_guc("transaction_timeout", 17), nullptr);
}

TEST(Guc, ValuesAreReadInTheSettingsUnit) {
  EXPECT_EQ(read("max_wal_size", "4GB").value->number, 4096);         // MB
  EXPECT_EQ(read("shared_buffers", "1GB").value->number, 131072);     // 8kB
  EXPECT_EQ(read("checkpoint_timeout", "15min").value->number, 900);  // s
  EXPECT_EQ(read("max_slot_wal_keep_size", "-1").value->number, -1);
  EXPECT_EQ(read("checkpoint_completion_target", "0.5").value->number, 0.5);
  EXPECT_EQ(read("wal_level", "Logical").value->text, "logical");
  EXPECT_EQ(read("wal_compression", "true").value->text, "on");
  EXPECT_EQ(read("full_page_writes", "off").value->number, 0);
}

TEST(Guc, AMissingUnitIsAnErrorThatSaysWhatPostgresWouldRead) {
  const auto wrong = read("shared_buffers", "64");
  EXPECT_EQ(wrong.wrong, "'64' has no unit");
  EXPECT_EQ(wrong.hint, "PostgreSQL would read 64 as 512kB: write the unit");
}

TEST(Guc, WrongUnitsRangesAndWordsAreErrors) {
  EXPECT_FALSE(read("max_wal_size", "4GiB").value);
  EXPECT_FALSE(read("max_wal_size", "5min").value);
  EXPECT_FALSE(read("checkpoint_timeout", "4GB").value);
  EXPECT_EQ(read("checkpoint_timeout", "5s").hint, "30s to 1d in PostgreSQL");
  EXPECT_EQ(read("wal_level", "full").hint, "one of minimal, replica and logical");
  EXPECT_FALSE(read("max_connections", "10.5").value);
  EXPECT_FALSE(read("autovacuum", "maybe").value);
}

TEST(Guc, ASettingOfAnotherMajorIsNamed) {
  EXPECT_EQ(read("transaction_timeout", "1min", 15).hint,
            "transaction_timeout exists from PostgreSQL 17");
  EXPECT_EQ(read("old_snapshot_threshold", "1min", 17).hint,
            "old_snapshot_threshold exists up to PostgreSQL 16");
  EXPECT_EQ(read("max_wal_sise", "1GB", 15).hint, "did you mean 'max_wal_size'?");
}

TEST(Guc, WhatInitdbDecidesCannotBeSet) {
  EXPECT_EQ(read("wal_segment_size", "64MB").hint,
            "initdb decides it: write `wal_segment_size:` beside `settings:`");
  EXPECT_FALSE(read("block_size", "8192").value);
}

TEST(Guc, DefaultsFollowMajorAndSegmentSize) {
  const models::Settings fifteen = default_settings(15, models::Bytes{16 << 20});
  EXPECT_EQ(fifteen.max_wal_size.count, std::int64_t{1} << 30);
  EXPECT_EQ(fifteen.min_wal_size.count, 80 << 20);
  EXPECT_EQ(fifteen.shared_buffers.count, 128 << 20);
  EXPECT_EQ(fifteen.max_slot_wal_keep_size.count, -1);
  EXPECT_EQ(fifteen.checkpoint_timeout, 5min);
  EXPECT_EQ(default_settings(15, models::Bytes{1 << 20}).max_wal_size.count,
            64 << 20);  // 64 segments
  EXPECT_EQ(default_settings(18, models::Bytes{16 << 20}).autovacuum_vacuum_max_threshold, 100e6);
}

TEST(Guc, AppliedValuesReachTheModels) {
  models::Settings settings = default_settings(18, models::Bytes{16 << 20});
  for (const auto& [name, text] :
       {std::pair{"max_wal_size", "8GB"}, std::pair{"wal_level", "logical"},
        std::pair{"wal_compression", "zstd"}, std::pair{"autovacuum_vacuum_cost_delay", "5ms"},
        std::pair{"idle_replication_slot_timeout", "12h"}, std::pair{"archive_mode", "always"},
        std::pair{"work_mem", "64MB"}})
    apply_guc(settings, *find_guc(name, 18), *read(name, text, 18).value, text);
  EXPECT_EQ(settings.max_wal_size.count, std::int64_t{8} << 30);
  EXPECT_EQ(settings.wal_level, models::WalLevel::logical);
  EXPECT_EQ(settings.wal_compression, models::WalCompression::zstd);
  EXPECT_EQ(settings.autovacuum_vacuum_cost_delay_ms, 5);
  EXPECT_EQ(settings.idle_replication_slot_timeout, 12h);
  EXPECT_TRUE(settings.archive_mode);
  EXPECT_EQ(settings.given.at("max_wal_size"), "8GB");
  EXPECT_EQ(settings.given.size(), 7u);
}

}  // namespace
}  // namespace scenario
