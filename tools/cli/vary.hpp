#pragma once

#include <string>
#include <vector>

#include "tools/plan/solve.hpp"
#include "tools/scenario/variable.hpp"

namespace cli {

/// `--vary PATH`, `PATH=lo..hi`, `PATH=lo..hi:n` or `PATH=a,b,c`, in parts.
struct Vary {
  std::string path;
  std::vector<std::string> values;  // a list
  std::string low, high;            // a range
  int points = 0;                   // of a range; 0: not given
};

/// Throws    UsageError for text that is none of the four
Vary read_vary(const std::string& text);

bool is_slot_cap(const std::string& path);
/// The node that a path `nodes.NAME.…` speaks of; null for others.
const models::Node* node_of(const std::string& path, const models::Mesh& mesh);

/// The axis of a number of a scenario: in whole WAL segments for max_slot_wal_keep_size, in whole
/// numbers where only these are allowed, else in steps of 1 %. Without a range: a sixteenth to
/// sixteen times the present value; outages and other times up to the horizon, caps up to the disk.
///
/// Throws    UsageError for a range that is none; ScenarioError for a path that leads nowhere
plan::Axis make_axis(const Vary& vary, const std::string& file, const scenario::Options& options,
                     const models::Mesh& mesh);

}  // namespace cli
