#pragma once

#include <optional>

#include "models/mesh.hpp"
#include "tests/accuracy/recording.hpp"

/// What people use instead of a simulator.
namespace accuracy {

/// A straight line through the first quarter of the measured run, read at its end; for times when
/// it crosses the volume's size. Empty for quantities that no sampled series shows.
std::optional<double> straight_line(const models::Mesh& mesh, const Recording& run,
                                    const harness::Quantity& quantity);

/// Rows times width: WAL and wire bytes are the bytes of the rows written, a heap is its rows, an
/// index its keys, retained WAL what is written during the outage. Width is that of the data alone.
std::optional<double> spreadsheet(const models::Mesh& mesh, const harness::Quantity& quantity);

}  // namespace accuracy
