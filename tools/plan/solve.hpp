#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/plan/run.hpp"
#include "tools/plan/study.hpp"
#include "tools/plan/variant.hpp"

/// Backwards: the value of one number of the scenario with which the objectives are still met.
namespace plan {

/// The values a number may take, ascending and numbered from 0: a grid as fine as the answer is to
/// be.
struct Axis {
  std::string path;
  std::string unit;        // bytes, s, ratio, 1/s …
  std::string resolution;  // what one step is: `16MB (a WAL segment)`, `1 %`
  std::int64_t steps = 0;
  std::function<double(std::int64_t)> value;
  std::function<std::string(std::int64_t)> text;  // as the scenario spells it
  std::function<models::Mesh(std::int64_t)> mesh;
};

/// One objective for one subject on the axis.
struct Edge {
  ObjectiveResult asked;  // the objective; figures as of the last value that meets it
  int worse = 0;          // +1: larger values are worse; -1: smaller ones; 0: it does not react
  bool met_somewhere = false;
  std::optional<std::int64_t> last;        // last step, towards the worse end, that meets it
  std::optional<std::int64_t> sure, poor;  // 95 % Monte Carlo interval of `last`
};

struct Solution {
  enum class Outcome {
    solved,         // `smallest` to `largest` meet every objective
    anywhere,       // every value of the range does
    nowhere,        // some objective is missed by every value of the range
    contradiction,  // each objective is met by some value, no value meets them all
    not_monotone,   // met, missed and met again along the range: `scan` says where
    interrupted
  };
  Outcome outcome = Outcome::interrupted;
  std::vector<Edge> edges;
  std::optional<std::int64_t> smallest, largest;  // steps; none: open to that end of the range
  /// Evaluated with all replicates: the solved values and one step beyond.
  struct Probe {
    std::int64_t step = 0;
    std::string label;
    Variant variant;
    bool met = false;
  };
  std::vector<Probe> probes;
  /// Share of bad replicates per edge at evenly spread steps, over fewer replicates.
  struct Scan {
    std::int64_t step = 0;
    std::vector<double> bad;  // per edge, 0..1
    bool met = false;
  };
  std::vector<Scan> scan;
  std::uint64_t scan_replicates = 0;
  std::uint64_t simulated = 0;  // replicates in all
};

/// Finds the values of the axis that meet every objective. Replicates share their draws at every
/// value, so each one turns from good to bad at one place; only those that are still undecided are
/// simulated again. What is claimed is then verified with all replicates.
///
/// Throws    PlanError for objectives that cannot be solved for, or none
Solution solve(const Axis& axis, const RunOptions& options);

}  // namespace plan
