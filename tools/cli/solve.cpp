#include "tools/plan/solve.hpp"

#include <fmt/format.h>

#include "tools/cli/command.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/planning.hpp"
#include "tools/cli/vary.hpp"
#include "tools/plan/solve_words.hpp"

namespace cli {
namespace {

struct SolveArguments : Planning {
  std::string vary, at;
  std::vector<std::string> such_that;
};

/// The overrides that make the objectives asked for the scenario's.
scenario::Options with_objectives(const SolveArguments& a) {
  scenario::Options options = a.overrides();
  if (a.such_that.empty()) return options;
  std::string list;
  for (const std::string& objective : a.such_that) {
    const bool braces = objective.starts_with("{");
    list += (list.empty() ? "" : ", ") + (braces ? objective : "{" + objective + "}");
  }
  options.overrides.push_back("objectives=[" + list + "]");
  return options;
}

/// `--at p95` in place of the percentile that an objective names.
void gate_at(const std::string& at, models::Mesh& mesh) {
  if (at.empty()) return;
  for (models::Objective& objective : mesh.objectives) {
    if (objective.probability_below) continue;
    const std::size_t old = objective.text.find(objective.at + " ");
    if (old != std::string::npos) objective.text.replace(old, objective.at.size(), at);
    objective.at = at;
  }
}

}  // namespace

Exit solve(Arguments arguments) {
  SolveArguments a;
  Parser parser{
      "solve",
      "Find the smallest or largest value of a number of the scenario with which the objectives "
      "are still met.",
      "meshplan solve mesh.yaml --vary nodes.media-prod.settings.max_slot_wal_keep_size\n"
      "  meshplan solve mesh.yaml --vary incidents[0].for=1h..7d --such-that \"metric: disk_full, "
      "probability_below: 1%\""};
  parser.options()
      .add_option("--vary", a.vary, "What to solve for: any number's path, and if wanted its range")
      ->option_text("PATH[=LO..HI]")
      ->required();
  parser.options()
      .add_option(
          "--such-that", a.such_that,
          "Objective as the scenario writes it; may be repeated [the scenario's objectives]")
      ->option_text("OBJECTIVE")
      ->expected(1)
      ->take_all();
  parser.options()
      .add_option("--at", a.at, "Percentile that is gated [the objective's own]")
      ->option_text("P");
  add_planning(parser, a);
  if (!parser.parse(arguments)) return done;
  const Vary vary = read_vary(a.vary);
  const scenario::Options overrides = with_objectives(a);
  const scenario::Loaded loaded = scenario::load_file(a.file, overrides);
  if (loaded.mesh.objectives.empty())
    throw UsageError{
        fmt::format("meshplan solve: {} has no objectives", a.file),
        "say what must hold: --such-that \"metric: volume_used, at: p99, below: 85%\""};
  plan::Axis axis = make_axis(vary, a.file, overrides, loaded.mesh);
  axis.mesh = [mesh = axis.mesh, at = a.at](std::int64_t k) {
    models::Mesh variant = mesh(k);
    gate_at(at, variant);
    return variant;
  };
  check_database(a);
  const Interrupt interrupt;
  plan::RunOptions options = a.options(loaded);
  options.stop = &interrupt.requested();
  plan::Study study = new_study("solve", loaded, options);
  plan::describe(axis, plan::solve(axis, options), study);
  deliver(a, study);
  return exit_of(a, study);
}

}  // namespace cli
