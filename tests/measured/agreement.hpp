#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/accuracy/prediction.hpp"
#include "tests/harness/compare.hpp"
#include "tests/harness/play.hpp"
#include "tools/scenario/scenario.hpp"

namespace measured {

using harness::Quantity;

/// Plays and simulates a lab scenario of this folder and expects the listed quantities to agree
/// within the design's accuracy table.
inline void expect_agreement(const std::string& file, const std::vector<Quantity>& quantities) {
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

}  // namespace measured
