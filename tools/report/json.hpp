#pragma once

#include <string>

#include "tools/plan/results.hpp"

namespace report {

struct JsonOptions {
  std::string version;  // of meshplan
  bool series = false;  // with bands and recorded replicates
};

/// The run as one JSON object, ending with a newline. `timing` alone may differ between two runs of
/// the same scenario and seed. A time not reached is null, with "censored": true on its outcome.
/// Numbers are printed so that reading them back gives the same double.
std::string json(const plan::Results& results, const JsonOptions& options);

/// The JSON Schema of that object (tools/report/results.schema.json).
std::string results_schema();

inline constexpr int json_format_version = 1;

}  // namespace report
