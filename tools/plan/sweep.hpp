#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/plan/run.hpp"
#include "tools/plan/study.hpp"

namespace plan {

/// One number of the scenario and the values it takes.
struct Varied {
  std::string path;
  std::vector<Setting> values;
};

/// The grid points of a sweep in order: the last path changes fastest.
std::vector<std::vector<Setting>> grid(const std::vector<Varied>& varied);

struct Shard {
  std::int64_t index = 0, count = 1;  // point n belongs to shard n mod count
};

/// Simulates the points of a shard and adds them to the study: the same replicates and draws at
/// every point, so shards split points and never replicates.
///
/// Takes     mesh  of a point's settings
void sweep(const std::vector<std::vector<Setting>>& points, Shard shard,
           const std::function<models::Mesh(const std::vector<Setting>&)>& mesh,
           const RunOptions& options, Study& study);

/// What the points of a sweep show together, in words; the same for merged shards as for a whole
/// sweep.
void describe_sweep(Study& study);

/// Joins the shards of one sweep, in any order.
/// Throws    PlanError when they are no shards of one sweep, or overlap
Study merge(const std::vector<Study>& shards);

}  // namespace plan
