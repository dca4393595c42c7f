#include "tests/measured/agreement.hpp"

/// What a subscription is sent and keeps, on scenarios of the accuracy campaign.
namespace measured {
namespace {

TEST(MeasuredReplication, OldRowsOfReplicaIdentityFullTakeTheBytesPredicted) {
  expect_agreement("../accuracy/core/replica_identity_full.yaml",
                   {{"wal_bytes", "lab"},
                    {"wal_fpi", "lab"},
                    {"retained_wal", "mart"},
                    {"link_bytes", "mart"},
                    {"n_tup_hot_upd", "sales.orders"}});
}

TEST(MeasuredReplication, ALargeTransactionSpillsTheBytesPredicted) {
  expect_agreement("../accuracy/core/published_bulk_update.yaml", {{"wal_bytes", "lab"},
                                                                   {"wal_fpi", "lab"},
                                                                   {"retained_wal", "mart"},
                                                                   {"link_bytes", "mart"},
                                                                   {"spill_bytes", "mart"},
                                                                   {"heap_size", "sales.orders"}});
}

TEST(MeasuredReplication, AColumnThatTheSubscriberLacksKeepsTheWalPredicted) {
  expect_agreement("../accuracy/core/column_added.yaml", {{"wal_bytes", "lab"},
                                                          {"retained_wal", "mart"},
                                                          {"link_bytes", "mart"},
                                                          {"slot_lost", "mart"},
                                                          {"heap_size", "public.orders"}});
}

}  // namespace
}  // namespace measured
