#include "tests/measured/agreement.hpp"

/// Each lab scenario is simulated and played on real servers; what both say is compared within the
/// design's accuracy table.
namespace measured {
namespace {

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
}  // namespace measured
