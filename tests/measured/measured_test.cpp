#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/accuracy/prediction.hpp"
#include "tests/harness/compare.hpp"
#include "tests/harness/play.hpp"
#include "tools/scenario/scenario.hpp"

/// Each lab scenario is simulated and played on real servers; what both say is compared within the
/// design's accuracy table.
namespace {

using harness::Quantity;

/// Plays and simulates a lab scenario and expects the listed quantities to agree.
void expect_agreement(const std::string& file, const std::vector<Quantity>& quantities) {
  const models::Mesh mesh = scenario::load_file(std::string{MEASURED_SCENARIOS} + file).mesh;
  const std::map<Quantity, double> predicted = accuracy::predict(mesh);
  const harness::Measurement measured =
      harness::again_when_slow([&mesh] { return harness::play(mesh); });
  std::map<Quantity, double> wanted;
  for (const Quantity& quantity : quantities) {
    ASSERT_TRUE(predicted.contains(quantity)) << quantity.name << " of " << quantity.subject;
    wanted[quantity] = predicted.at(quantity);
  }
  const auto segment = static_cast<double>(mesh.nodes[0].wal_segment_size.count);
  const auto comparison = harness::compare(wanted, measured, segment);
  fmt::print("{}\n{}", file, harness::format(comparison));
  EXPECT_TRUE(harness::all_met(comparison)) << harness::describe(measured);
}

TEST(Measured, InsertsWithThreeIndexesWriteTheWalPredicted) {
  expect_agreement("inserts.yaml", {{"wal_bytes", "lab"},
                                    {"wal_fpi", "lab"},
                                    {"wal_records", "lab"},
                                    {"heap_size", "sales.orders"},
                                    {"index_size", "sales.orders_pkey"},
                                    {"index_size", "sales.orders_customer"},
                                    {"index_size", "sales.orders_token"}});
}

TEST(Measured, RandomUpdatesOfALargeTableWriteTheWalPredicted) {
  expect_agreement("random_updates.yaml", {{"wal_bytes", "lab"},
                                           {"wal_fpi", "lab"},
                                           {"wal_records", "lab"},
                                           {"checkpoints_req", "lab"},
                                           {"pg_wal_size", "lab"},
                                           {"heap_size", "sales.orders"},
                                           {"index_size", "sales.orders_pkey"},
                                           {"n_tup_upd", "sales.orders"},
                                           {"n_tup_hot_upd", "sales.orders"}});
}

TEST(Measured, HotUpdatesWriteTheWalPredicted) {
  expect_agreement("hot_updates.yaml", {{"wal_bytes", "lab"},
                                        {"wal_fpi", "lab"},
                                        {"wal_records", "lab"},
                                        {"heap_size", "sales.orders"},
                                        {"index_size", "sales.orders_customer"},
                                        {"n_tup_hot_upd", "sales.orders"}});
}

TEST(Measured, AStoppedSubscriberKeepsTheWalPredictedAndCatchesUp) {
  expect_agreement("subscriber_stops.yaml", {{"wal_bytes", "lab"},
                                             {"retained_wal", "mart"},
                                             {"slot_lag", "mart"},
                                             {"pg_wal_size", "lab"},
                                             {"pg_wal_size_end", "lab"},
                                             {"link_bytes", "mart"},
                                             {"slot_lost", "mart"}});
}

TEST(Measured, AVolumeFillsWhenPredicted) {
  expect_agreement("disk_full.yaml", {{"disk_full", "lab/data"},
                                      {"time_to_disk_full", "lab/data"},
                                      {"retained_wal", "mart"},
                                      {"pg_wal_size", "lab"}});
}

TEST(Measured, ASlotUnderACapIsLostWhenPredicted) {
  expect_agreement("slot_lost.yaml", {{"slot_lost", "mart"},
                                      {"time_to_slot_unreserved", "mart"},
                                      {"time_to_slot_lost", "mart"},
                                      {"wal_bytes", "lab"},
                                      {"pg_wal_size", "lab"}});
}

TEST(Measured, ChecksumsOfPostgres18WriteTheWalPredicted) {
  expect_agreement("checksums_18.yaml", {{"wal_bytes", "lab"},
                                         {"wal_fpi", "lab"},
                                         {"heap_size", "sales.orders"},
                                         {"index_size", "sales.orders_pkey"},
                                         {"n_tup_hot_upd", "sales.orders"}});
}

TEST(Measured, BatchesOnPostgres17WriteAndSendTheBytesPredicted) {
  expect_agreement("replication_17.yaml", {{"wal_bytes", "lab"},
                                           {"wal_fpi", "lab"},
                                           {"wal_records", "lab"},
                                           {"link_bytes", "mart"},
                                           {"heap_size", "sales.events"},
                                           {"index_size", "sales.events_pkey"},
                                           {"index_size", "sales.events_customer"}});
}

}  // namespace
