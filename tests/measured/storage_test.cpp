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

}  // namespace
}  // namespace measured
