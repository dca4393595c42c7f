#include "tests/measured/agreement.hpp"

/// Where the bytes of a table go: vacuumed, and while a snapshot keeps its dead rows.
namespace measured {
namespace {

TEST(MeasuredStorage, AutovacuumComesAndKeepsTheSizesPredictedUnderKeyUpdates) {
  expect_agreement("key_updates.yaml", {{"autovacuum_runs", "sales.orders"},
                                        {"heap_size", "sales.orders"},
                                        {"index_size", "sales.orders_counter"},
                                        {"index_size", "sales.orders_pkey"},
                                        {"n_tup_upd", "sales.orders"},
                                        {"wal_bytes", "lab"}});
}

TEST(MeasuredStorage, AHeldSnapshotCostsTheBytesPredictedAndTheTableStaysLarge) {
  expect_agreement("held_snapshot.yaml", {{"autovacuum_runs", "sales.orders"},
                                          {"heap_size", "sales.orders"},
                                          {"index_size", "sales.orders_pkey"},
                                          {"n_tup_hot_upd", "sales.orders"},
                                          {"wal_bytes", "lab"}});
}

TEST(MeasuredStorage, RebuildsRefreshesAndCleanUpWriteTheWalPredicted) {
  expect_agreement("pipeline.yaml", {{"wal_bytes", "lab"},
                                     {"wal_fpi", "lab"},
                                     {"wal_records", "lab"},
                                     {"heap_size", "sales.mart"},
                                     {"heap_size", "sales.weekly"},
                                     {"heap_size", "sales.totals"},
                                     {"index_size", "sales.mart_id"},
                                     {"index_size", "sales.weekly_pkey"},
                                     {"index_size", "sales.totals_customer"}});
}

TEST(MeasuredStorage, OutOfLineValuesOnPostgres17WriteTheWalPredicted) {
  expect_agreement("toast_17.yaml", {{"wal_bytes", "lab"},
                                     {"wal_records", "lab"},
                                     {"heap_size", "sales.documents"},
                                     {"n_tup_hot_upd", "sales.documents"}});
}

TEST(MeasuredStorage, UpsertsThatMeetRowsAreHotAsOftenAsPredicted) {
  expect_agreement("../accuracy/core/upserts.yaml", {{"wal_bytes", "lab"},
                                                     {"wal_fpi", "lab"},
                                                     {"wal_records", "lab"},
                                                     {"heap_size", "sales.orders"},
                                                     {"n_tup_hot_upd", "sales.orders"}});
}

}  // namespace
}  // namespace measured
