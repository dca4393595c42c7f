#include "tools/report/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "tools/cli/changes.hpp"
#include "tools/cli/command.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/parse.hpp"
#include "tools/cli/planning.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/report/json.hpp"
#include "tools/store/store.hpp"

namespace cli {
namespace {

struct ExplainArguments {
  std::string database = "meshplan.db";
  std::int64_t run = 0;
  unsigned threads = 0;
  bool stored_only = false;
  Format format = Format::text;
};

std::string asked(std::int64_t run) { return fmt::format("run {}", run); }

/// What an earlier explain of the run has found.
std::optional<plan::Study> stored_changes(store::Store& store, std::int64_t run) {
  std::optional<plan::Study> found;
  for (const store::StudySummary& summary : store.studies()) {
    if (summary.kind != "explain") continue;
    plan::Study study = store.read_study(summary.id).study;
    if (study.arguments == asked(run) && !study.interrupted) found = std::move(study);
  }
  return found;
}

bool missed(const plan::Results& results) {
  return std::any_of(results.objectives.begin(), results.objectives.end(),
                     [](const plan::ObjectiveResult& o) { return !o.met; });
}

/// Tries changes of the run's scenario; none when it cannot be read any more.
std::optional<plan::Study> tried_changes(const ExplainArguments& a, const plan::Results& results) {
  scenario::Loaded loaded;
  try {
    loaded = scenario::load_text(results.scenario_text, results.scenario_file, options_of(results));
  } catch (const scenario::ScenarioError& error) {
    fmt::print(stderr,
               "meshplan: no changes tried: the run's scenario does not load any more\n{}\n",
               error.what());
    return std::nullopt;
  }
  if (loaded.hash != results.scenario_hash && results.comparisons.empty())
    fmt::print(
        stderr,
        "meshplan: a DDL file of {} has changed since run {}; changes are tried with it as it "
        "is now\n",
        results.scenario_file, a.run);
  const auto changes =
      make_changes(plan::candidates(loaded.mesh, results.objectives), results, loaded.mesh);
  const Interrupt interrupt;
  plan::RunOptions options;
  options.replicates = results.replicates;
  options.seed = results.seed;
  options.threads = a.threads;
  options.stop = &interrupt.requested();
  plan::Study study = new_study("explain", loaded, options);
  study.arguments = asked(a.run);
  Progress progress{plan::nearest_replicates(changes.size(), options)};
  options.done = &progress.done();
  plan::nearest_changes(results, changes, options, study);
  return study;
}

}  // namespace

Exit explain(Arguments arguments) {
  ExplainArguments a;
  Parser parser{"explain",
                "Say why a stored run came out as it did: what happened in the median and in the "
                "bad replicate, whose bytes fill the disk, which alert would have told, and which "
                "change of one number would have met the objectives.",
                "meshplan explain 3 --db meshplan.db"};
  parser.options()
      .add_option("RUN", a.run, "Which run, as `meshplan runs` lists them [the newest]")
      ->type_name("")
      ->check(CLI::PositiveNumber.description(""));
  parser.options()
      .add_option("--db", a.database, "Results file [meshplan.db]")
      ->option_text("FILE");
  parser.options()
      .add_option("--threads", a.threads, "Threads, never changes a result [one per core]")
      ->option_text("N")
      ->check(CLI::Range(0U, 1'024U));
  parser.options().add_flag("--stored", a.stored_only,
                            "Try no changes: only what the file holds already");
  parser.add_format(a.format);
  if (!parser.parse(arguments)) return done;
  store::Store store{a.database, store::Database::Open::existing};
  if (a.run == 0) {
    const auto runs = store.runs();
    if (runs.empty()) throw store::StoreError{fmt::format("'{}' holds no runs", a.database)};
    a.run = runs.back().id;
  }
  store::StoredRun stored = store.read(a.run);
  plan::Results& results = stored.results;
  Exit exit = done;
  auto study = stored_changes(store, a.run);
  if (!study && !a.stored_only && missed(results)) {
    study = tried_changes(a, results);
    if (study && study->interrupted) exit = interrupted;
    if (study && !study->interrupted) store_study(store, *study);
  }
  if (study) results.changes = plan::changes_of(*study);
  print_as(
      a.format,
      [&] {
        return report::json(results, {stored.provenance.version, true});
      },
      [&] { return report::explain_markdown(results); },
      [&] { return report::explain_text(results, stdout_terminal()); });
  return exit;
}

}  // namespace cli
