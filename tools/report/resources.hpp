#pragma once

#include <string_view>

/// Files that the program carries: tools/report/html and Chart.js, embedded when it is built.
namespace report::resources {

extern const std::string_view page, chart, story;  // mustache
extern const std::string_view css, js, chart_js;
extern const std::string_view results_schema;  // JSON Schema of report::json

}  // namespace report::resources
