#pragma once

#include "tools/plan/matrix_cells.hpp"

/// What a misbehaving consumer does to its producer: three standard faults, simulated one at a time
/// in a mesh where nothing else goes wrong.
namespace plan {

struct Blast {
  Values write_seconds;  // that the producer lost
  Values bytes;          // that the producer held: retained WAL and grown relations
};

/// The worst of: the consumer stops for 24 h; it holds a snapshot for 1 h; its query runs away.
/// Each begins after a day, and is compared with the same mesh without it, replicate by replicate.
/// Takes     options.replicates   at most 50 are simulated
Blast blast_radius(const SimulatedMesh& variant, const SharedProduct& product,
                   const RunOptions& options);

/// Share of the horizon during which the product can be read. A foreign table cannot while the link
/// or the producer is down; a copy cannot while the node that it is on is.
/// Takes     options.replicates   at most 100 are simulated
Values availability(const SimulatedMesh& variant, int product, const RunOptions& options);

/// Replicates that blast_radius and availability simulate, for a progress display.
std::uint64_t fault_runs(const models::Mesh& mesh, const SharedProduct& product,
                         std::uint64_t replicates);

}  // namespace plan
