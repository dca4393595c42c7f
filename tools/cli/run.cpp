#include "tools/plan/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "tools/cli/command.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/output_file.hpp"
#include "tools/cli/planning.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/plan/precision.hpp"
#include "tools/report/html.hpp"
#include "tools/report/json.hpp"
#include "tools/report/markdown.hpp"
#include "tools/report/text.hpp"

namespace cli {
namespace {

struct RunArguments : Planning {
  std::string report, precision;
  bool series = false;
};

std::optional<RunArguments> parse(Arguments arguments) {
  RunArguments a;
  Parser parser{
      "run", "Simulate a scenario many times and say what fails, when, why, and what to set.",
      "meshplan run mesh.yaml --replicates 2000 --set nodes.media-prod.volumes.data.size=500GB"};
  add_planning(parser, a, {.gate = false, .stored = "run", .replicates = "Simulated replicates"});
  CLI::App& options = parser.options();
  options.add_option("--report", a.report, "Also write an HTML page that opens in any browser")
      ->option_text("FILE");
  options
      .add_option("--precision", a.precision,
                  "Replicates until half the 95 % interval of every objective's figure is at most "
                  "this share of it (100k at most)")
      ->option_text("SHARE");
  options.add_flag("--series", a.series,
                   "With --format json: time series and recorded replicates too");
  if (!parser.parse(arguments)) return std::nullopt;
  if (a.series && a.format != Format::json)
    throw UsageError{"meshplan run: --series needs --format json"};
  if (!a.precision.empty() && a.replicates)
    throw UsageError{"meshplan run: --precision and --replicates exclude each other"};
  return a;
}

plan::Results simulate(const RunArguments& a, const scenario::Loaded& loaded) {
  plan::RunOptions options = a.options(loaded);
  const Interrupt interrupt;
  options.stop = &interrupt.requested();
  if (const double precision = a.precision.empty() ? 0 : read_share("run", a.precision);
      precision > 0) {
    constexpr std::uint64_t first_guess = 200;
    options.replicates = first_guess;
    options.replicates = plan::replicates_for(loaded.mesh, options, precision);
  }
  const auto start = std::chrono::steady_clock::now();
  plan::Results results;
  {
    Progress progress{options.replicates};
    options.done = &progress.done();
    results = plan::run(loaded.mesh, options);
  }
  results.simulate_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  describe_scenario(a, loaded, results);
  return results;
}

void mention_notices(const scenario::Loaded& loaded, const std::string& file) {
  if (loaded.notices.empty()) return;
  fmt::print(stderr, "meshplan: {} notice{} on this scenario; `meshplan check {}` shows {}\n",
             loaded.notices.size(), loaded.notices.size() == 1 ? "" : "s", file,
             loaded.notices.size() == 1 ? "it" : "them");
}

}  // namespace

Exit run(Arguments arguments) {
  const auto a = parse(arguments);
  if (!a) return done;
  const scenario::Loaded loaded = scenario::load_file(a->file, a->overrides());
  mention_notices(loaded, a->file);
  check_database(*a);
  check_writable(a->report);
  const plan::Results results = simulate(*a, loaded);
  print_as(
      a->format,
      [&] {
        return report::json(results, {MESHPLAN_VERSION, a->series});
      },
      [&] { return report::markdown(results); },
      [&] { return report::text(results, stdout_terminal()); });
  store_run(*a, results);
  if (!a->report.empty())
    write_file(a->report, report::html(results, {MESHPLAN_VERSION, stored_accuracy(*a)}));
  if (results.interrupted) return interrupted;
  const bool met = std::all_of(results.objectives.begin(), results.objectives.end(),
                               [](const plan::ObjectiveResult& o) { return o.met; });
  return met ? done : objective_missed;
}

}  // namespace cli
