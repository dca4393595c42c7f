#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "models/simulate.hpp"
#include "tests/harness/compare.hpp"
#include "tests/harness/play.hpp"
#include "tools/scenario/scenario.hpp"

/// Each lab scenario is simulated and played on real servers; what both say is compared within the
/// design's accuracy table.
namespace {

using harness::Quantity;

/// Median over replicates of every outcome: start state and rates are fixed in the lab scenarios,
/// so replicates differ only by phases that nobody can set. NaN = not reached in most of them.
std::map<Quantity, double> predict(const models::Mesh& mesh) {
  constexpr std::uint64_t seed = 1, replicates = 31;
  const models::Model model{mesh};
  std::vector<std::vector<double>> values(model.outcomes().size());
  for (std::uint64_t i = 0; i < replicates; ++i) {
    const auto outcomes = model.simulate(seed, i).outcomes;
    for (std::size_t k = 0; k < outcomes.size(); ++k) values[k].push_back(outcomes[k]);
  }
  std::map<Quantity, double> medians;
  for (std::size_t k = 0; k < values.size(); ++k) {
    for (double& value : values[k])
      if (std::isnan(value)) value = INFINITY;  // never: later than any time
    std::sort(values[k].begin(), values[k].end());
    const double median = values[k][replicates / 2];
    const models::OutcomeKey& key = model.outcomes()[k];
    medians[{key.metric, key.subject}] = std::isinf(median) ? std::nan("") : median;
  }
  return medians;
}

/// Plays a mesh; again when the machine, not the server, could not keep up.
harness::Measurement play(const models::Mesh& mesh) {
  constexpr int tries = 3;
  for (int i = 1;; ++i) {
    try {
      return harness::play(mesh);
    } catch (const harness::SlowMachine& slow) {
      if (i == tries) throw;
      fmt::print("{}; once more\n", slow.what());
    }
  }
}

/// Plays and simulates a lab scenario and expects the listed quantities to agree.
void expect_agreement(const std::string& file, const std::vector<Quantity>& quantities) {
  const models::Mesh mesh = scenario::load_file(std::string{MEASURED_SCENARIOS} + file).mesh;
  const std::map<Quantity, double> predicted = predict(mesh);
  const harness::Measurement measured = play(mesh);
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

}  // namespace
