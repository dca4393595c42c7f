#pragma once

#include <cstdint>
#include <string>

/// Compares the simulator with real servers: scenarios are played by tests/harness and simulated.
namespace accuracy {

/// Draws a workload that nobody tuned the models to, as a scenario file: tables (columns, types,
/// widths, indexes, fillfactor, start rows), a mix of fixed-rate statements with access patterns,
/// settings, major version, and at times a held transaction, a subscriber that stops, a slot cap or
/// a small WAL volume.
///
/// Takes     seed, number  of the campaign and of the workload within it; decide every draw
/// Returns   YAML that the loader accepts and the lab can play; runs 30 to 45 s
std::string random_workload(std::uint64_t seed, std::uint64_t number);

}  // namespace accuracy
