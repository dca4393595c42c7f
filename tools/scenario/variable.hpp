#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/scenario/scenario.hpp"
#include "tools/scenario/values.hpp"

namespace scenario {

/// A number of a scenario that a planner varies: what stands at a path, and how to write another
/// value there.
struct Variable {
  std::string path;
  Unit unit = Unit::count;
  bool whole = false;             // only whole numbers
  std::optional<double> current;  // of an uncertain number its median; none when the file is silent

  /// A value as the scenario spells it, rounded to what is readable: 64MB, 5400s, 600/s, 5%.
  /// Rounding stays below 0.1 % of the value (whole numbers, bytes and milliseconds apart).
  std::string spelled(double value) const;
  /// What a spelling means, in the base of the unit; none when it is no number of this unit.
  std::optional<double> read(std::string_view text) const;
};

/// Throws    ScenarioError when the path leads nowhere or no number may stand there
Variable variable(const std::string& file, const Options& options, const std::string& path);

/// The same for text in memory, as load_text() takes it.
Variable variable_of(const std::string& text, const std::string& file, const Options& options,
                     const std::string& path);

}  // namespace scenario
