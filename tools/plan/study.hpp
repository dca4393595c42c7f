#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/plan/results.hpp"

/// What solve, sweep, sensitivity and compare found: variants of a scenario side by side, and the
/// figures that follow from them. The one structure that the store writes and the reports read.
namespace plan {

/// A value that a variant puts at a path of the scenario.
struct Setting {
  std::string path;
  std::string text;   // as the scenario spells it
  double number = 0;  // in the base of its unit; NaN when it is no number
};

struct StudyPoint {
  std::int64_t number = 0;  // place in the whole study; shards keep it
  std::string label;
  std::vector<Setting> settings;
  std::uint64_t replicates = 0;   // that its outcomes are over
  std::vector<Outcome> outcomes;  // without values
  std::vector<ObjectiveResult> objectives;
};

/// A figure that the answer names: a solved value, a difference, a rank correlation.
struct Figure {
  std::string name;     // solved_largest, difference, rank_correlation …
  std::string subject;  // what it is about: an objective, an outcome, an input
  std::string unit;     // bytes, s, ratio, 1/s …; empty for plain numbers
  Estimate estimate;    // value and 95 % interval; both ends equal the value when it has none
  std::string text;     // as printed
};

struct Study {
  std::string kind;  // solve, sweep, explain
  std::string scenario_name, scenario_file, scenario_hash;
  std::string arguments;  // what was asked for, in one line
  std::uint64_t seed = 0, replicates = 0;
  double horizon = 0;              // seconds
  std::int64_t points_wanted = 0;  // of the whole study; more than points.size() in a shard
  bool interrupted = false;
  bool ok = true;  // the answer is a good one: solved, every objective met, no tolerance exceeded
  std::string headline, cause, next_step;
  std::vector<StudyPoint> points;
  std::vector<Figure> figures;
};

}  // namespace plan
