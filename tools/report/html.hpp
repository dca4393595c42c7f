#pragma once

#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace report {

struct HtmlOptions {
  std::string version;                   // of meshplan
  std::vector<plan::Accuracy> accuracy;  // measurements to quote as known model error
};

/// The run as one HTML page that needs nothing else: styles, scripts, Chart.js and data are inside,
/// and its content security policy forbids any request. Sections that have no data are left out.
std::string html(const plan::Results& results, const HtmlOptions& options);

}  // namespace report
