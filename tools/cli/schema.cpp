#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "models/simulate.hpp"
#include "tools/cli/command.hpp"
#include "tools/cli/parse.hpp"
#include "tools/plan/mechanisms.hpp"
#include "tools/report/json.hpp"
#include "tools/scenario/scenario.hpp"
#include "tools/store/views.hpp"

namespace cli {
namespace {

/// What simulations find, then what `compare --mechanisms` does.
std::vector<models::Metric> all_metrics() {
  std::vector<models::Metric> all = models::metrics();
  const std::vector<models::Metric>& matrix = plan::matrix_metrics();
  all.insert(all.end(), matrix.begin(), matrix.end());
  return all;
}

std::string metrics_as(Format format) {
  if (format == Format::json) {
    nlohmann::ordered_json j{{"format_version", 1}};
    j["metrics"] = nlohmann::ordered_json::array();
    for (const models::Metric& m : all_metrics())
      j["metrics"].push_back({{"metric", m.name},
                              {"unit", m.unit},
                              {"subject", m.subject},
                              {"time_to", m.time_to},
                              {"description", m.description}});
    return j.dump(2) + "\n";
  }
  std::string page =
      format == Format::markdown ? "| Metric | Unit | Of a | Meaning |\n|:--|:--|:--|:--|\n" : "";
  for (const models::Metric& m : all_metrics())
    page += fmt::format(fmt::runtime(format == Format::markdown ? "| `{}` | {} | {} | {} |\n"
                                                                : "{:24} {:6} {:7} {}\n"),
                        m.name, m.unit, m.subject, m.description);
  return page;
}

}  // namespace

Exit schema(Arguments arguments) {
  bool metrics = false, results = false, views = false, datasette = false;
  Format format = Format::text;
  Parser parser{"schema",
                "Print the JSON Schema of scenarios, for editors, or what results consist of.",
                "meshplan schema > scenario.schema.json"};
  parser.options().add_flag("--metrics", metrics, "The metrics of outcomes and objectives instead");
  parser.options().add_flag("--results", results, "The JSON Schema of --format json instead");
  parser.options().add_flag("--views", views, "The views of a results file, column by column");
  parser.options().add_flag("--datasette", datasette, "The same as metadata for Datasette");
  parser.add_format(format);
  if (!parser.parse(arguments)) return done;
  if (metrics + results + views + datasette > 1)
    throw UsageError{
        "meshplan schema: --metrics, --results, --views and --datasette exclude each other"};
  print(metrics     ? metrics_as(format)
        : results   ? report::results_schema()
        : views     ? store::views_as_markdown()
        : datasette ? store::datasette_metadata()
                    : scenario::schema_json());
  return done;
}

}  // namespace cli
