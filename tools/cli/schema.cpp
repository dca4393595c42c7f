#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "models/simulate.hpp"
#include "tools/cli/command.hpp"
#include "tools/cli/parse.hpp"
#include "tools/scenario/scenario.hpp"

namespace cli {
namespace {

std::string metrics_as(Format format) {
  if (format == Format::json) {
    nlohmann::ordered_json j{{"format_version", 1}};
    j["metrics"] = nlohmann::ordered_json::array();
    for (const models::Metric& m : models::metrics())
      j["metrics"].push_back({{"metric", m.name},
                              {"unit", m.unit},
                              {"subject", m.subject},
                              {"time_to", m.time_to},
                              {"description", m.description}});
    return j.dump(2) + "\n";
  }
  std::string page =
      format == Format::markdown ? "| Metric | Unit | Of a | Meaning |\n|:--|:--|:--|:--|\n" : "";
  for (const models::Metric& m : models::metrics())
    page += fmt::format(fmt::runtime(format == Format::markdown ? "| `{}` | {} | {} | {} |\n"
                                                                : "{:24} {:6} {:7} {}\n"),
                        m.name, m.unit, m.subject, m.description);
  return page;
}

}  // namespace

Exit schema(Arguments arguments) {
  bool metrics = false;
  Format format = Format::text;
  Parser parser{"schema",
                "Print the JSON Schema of scenarios, for editors, or the metrics there are.",
                "meshplan schema > scenario.schema.json"};
  parser.options().add_flag("--metrics", metrics, "The metrics of outcomes and objectives instead");
  parser.add_format(format);
  if (!parser.parse(arguments)) return done;
  print(metrics ? metrics_as(format) : scenario::schema_json());
  return done;
}

}  // namespace cli
