#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/simulate.hpp"
#include "tools/cli/command.hpp"
#include "tools/cli/parse.hpp"
#include "tools/plan/objectives.hpp"
#include "tools/scenario/scenario.hpp"

namespace cli {
namespace {

std::string counted(std::size_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

/// `file:line:column: `, as compilers write it, as far as it is known.
std::string place(const models::Place& place) {
  if (place.file.empty()) return "";
  if (place.line == 0) return place.file + ": ";
  return fmt::format("{}:{}:{}: ", place.file, place.line, place.column);
}

/// Hazards that PostgreSQL refuses, or that give wrong answers.
std::size_t errors(const scenario::Loaded& loaded) {
  return static_cast<std::size_t>(std::count_if(
      loaded.notices.begin(), loaded.notices.end(),
      [](const auto& notice) { return notice.severity == scenario::Severity::error; }));
}

std::string text(const scenario::Loaded& loaded) {
  const models::Mesh& mesh = loaded.mesh;
  const std::size_t wrong = errors(loaded);
  std::string page = fmt::format(
      "{}: {} ({}, {}, {}, {}, {})\n", loaded.file, wrong == 0 ? "ok" : counted(wrong, "error"),
      counted(mesh.nodes.size(), "node"), counted(mesh.tables.size(), "table"),
      counted(mesh.streams.size(), "stream"), counted(mesh.subscriptions.size(), "subscription"),
      counted(mesh.objectives.size(), "objective"));
  for (const scenario::Notice& notice : loaded.notices) {
    page += fmt::format("{}{}: {} [{}]\n", place(notice.place), scenario::name(notice.severity),
                        notice.text, notice.id);
    if (!notice.hint.empty()) page += fmt::format("hint: {}\n", notice.hint);
  }
  return page;
}

std::string json(const scenario::Loaded& loaded) {
  nlohmann::ordered_json j{{"format_version", 1},
                           {"scenario_file", loaded.file},
                           {"scenario", loaded.mesh.name},
                           {"scenario_hash", loaded.hash},
                           {"ok", errors(loaded) == 0}};
  j["notices"] = nlohmann::ordered_json::array();
  for (const scenario::Notice& notice : loaded.notices)
    j["notices"].push_back({{"id", notice.id},
                            {"severity", scenario::name(notice.severity)},
                            {"file", notice.place.file},
                            {"line", notice.place.line},
                            {"column", notice.place.column},
                            {"text", notice.text},
                            {"hint", notice.hint}});
  j["assumptions"] = loaded.mesh.assumptions;
  return j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Exit check(Arguments arguments) {
  scenario::Options options;
  std::string file;
  Format format = Format::text;
  Parser parser{"check",
                "Say everything that is wrong with a scenario at once, and which hazards it has.",
                "meshplan check mesh.yaml"};
  parser.options().add_option("FILE", file, "The scenario")->required()->type_name("");
  parser.options()
      .add_option("--set", options.overrides, "Replaces a value of the scenario; may be repeated")
      ->option_text("PATH=VALUE")
      ->expected(1)
      ->take_all();
  parser.add_format(format, false);
  if (!parser.parse(arguments)) return done;
  const scenario::Loaded loaded = scenario::load_file(file, options);
  plan::check_objectives(loaded.mesh.objectives, models::Model{loaded.mesh}.outcomes());
  print(format == Format::json ? json(loaded) : text(loaded));
  return errors(loaded) == 0 ? done : wrong_use;
}

}  // namespace cli
