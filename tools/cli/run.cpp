#include "tools/plan/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <limits>
#include <optional>

#include "tools/cli/command.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/output_file.hpp"
#include "tools/cli/parse.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/report/html.hpp"
#include "tools/report/json.hpp"
#include "tools/report/markdown.hpp"
#include "tools/report/text.hpp"
#include "tools/scenario/scenario.hpp"
#include "tools/store/store.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t default_replicates = 1'000, most_replicates = 1'000'000, default_seed = 1;

struct RunArguments {
  std::string file, database = "meshplan.db", horizon, report;
  bool no_database = false, series = false;
  std::optional<std::uint64_t> replicates, seed;
  unsigned threads = 0;
  std::vector<std::string> set;
  Format format = Format::text;
};

std::optional<RunArguments> parse(Arguments arguments) {
  RunArguments a;
  Parser parser{
      "run", "Simulate a scenario many times and say what fails, when, why, and what to set.",
      "meshplan run mesh.yaml --replicates 2000 --set nodes.media-prod.volumes.data.size=500GB"};
  CLI::App& options = parser.options();
  options.add_option("FILE", a.file, "The scenario")->required()->type_name("");
  options.add_option("--db", a.database, "Results file that the run is added to [meshplan.db]")
      ->option_text("FILE");
  options.add_flag("--no-db", a.no_database, "Store nothing");
  options
      .add_option("--replicates", a.replicates, "Simulated replicates [1000, or the scenario's]")
      ->option_text("N")
      ->check(CLI::Range(std::uint64_t{1}, most_replicates));
  options.add_option("--seed", a.seed, "Decides every random draw [1, or the scenario's]")
      ->option_text("N")
      ->check(CLI::Range(std::uint64_t{0},
                         static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
  options.add_option("--threads", a.threads, "Threads, never changes a result [one per core]")
      ->option_text("N")
      ->check(CLI::Range(0U, 1'024U));
  options.add_option("--horizon", a.horizon, "Simulated time, such as 90d")->option_text("TIME");
  options.add_option("--set", a.set, "Replaces a value of the scenario; may be repeated")
      ->option_text("PATH=VALUE")
      ->expected(1)
      ->take_all();
  options.add_option("--report", a.report, "Also write an HTML page that opens in any browser")
      ->option_text("FILE");
  parser.add_format(a.format);
  options.add_flag("--series", a.series,
                   "With --format json: time series and recorded replicates too");
  if (!parser.parse(arguments)) return std::nullopt;
  if (a.series && a.format != Format::json)
    throw UsageError{"meshplan run: --series needs --format json"};
  return a;
}

scenario::Loaded load(const RunArguments& a) {
  scenario::Options options;
  options.overrides = a.set;
  if (!a.horizon.empty()) options.overrides.push_back("horizon=" + a.horizon);
  return scenario::load_file(a.file, options);
}

plan::Results simulate(const RunArguments& a, const scenario::Loaded& loaded) {
  plan::RunOptions options;
  options.replicates = a.replicates.value_or(loaded.replicates.value_or(default_replicates));
  options.seed = a.seed.value_or(loaded.seed.value_or(default_seed));
  options.threads = a.threads;
  const Interrupt interrupt;
  options.stop = &interrupt.requested();
  const auto start = std::chrono::steady_clock::now();
  plan::Results results;
  {
    Progress progress{options.replicates};
    options.done = &progress.done();
    results = plan::run(loaded.mesh, options);
  }
  results.simulate_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  results.scenario_file = loaded.file;
  results.scenario_text = loaded.text;
  results.scenario_hash = loaded.hash;
  return results;
}

store::Provenance provenance() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return {MESHPLAN_VERSION, host.data(), std::time(nullptr)};
}

/// Fails before the simulation where the results could not be stored after it. Makes no file yet: a
/// scenario that turns out to be wrong leaves nothing behind.
void check_database(const RunArguments& a) {
  if (a.no_database) return;
  const fs::path path{a.database};
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (fs::exists(path))
    store::Store{path, store::Database::Open::or_create};
  else if (!fs::is_directory(folder))
    throw store::StoreError{
        fmt::format("cannot open '{}': there is no folder '{}'", a.database, folder.string())};
}

std::string answer(const RunArguments& a, const plan::Results& results) {
  switch (a.format) {
    case Format::json:
      return report::json(results, {MESHPLAN_VERSION, a.series});
    case Format::markdown:
      return report::markdown(results);
    case Format::text:
      break;
  }
  return report::text(results, stdout_terminal());
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
  const scenario::Loaded loaded = load(*a);
  mention_notices(loaded, a->file);
  check_database(*a);
  check_writable(a->report);
  const plan::Results results = simulate(*a, loaded);
  print(answer(*a, results));
  report::HtmlOptions page{MESHPLAN_VERSION, {}};
  if (!a->no_database) {
    store::Store store{a->database, store::Database::Open::or_create};
    const std::int64_t id = store.write(results, provenance());
    page.accuracy = store.accuracy();
    if (stderr_is_terminal())
      fmt::print(stderr, "meshplan: stored as run {} in {}\n", id, a->database);
  }
  if (!a->report.empty()) write_file(a->report, report::html(results, page));
  if (results.interrupted) return interrupted;
  const bool met = std::all_of(results.objectives.begin(), results.objectives.end(),
                               [](const plan::ObjectiveResult& o) { return o.met; });
  return met ? done : objective_missed;
}

}  // namespace cli
