#include "tools/plan/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "tools/cli/command.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/mechanisms.hpp"
#include "tools/cli/planning.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/plan/variant.hpp"
#include "tools/report/comparison.hpp"
#include "tools/report/json.hpp"

namespace cli {
namespace {

struct CompareArguments : Planning {
  std::string other;
  std::vector<std::string> against;
  std::string tolerance;
  Mechanisms mechanisms;
};

std::optional<std::int64_t> run_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

std::string joined(const std::vector<std::string>& settings, const std::string& none) {
  return settings.empty() ? none : fmt::format("{}", fmt::join(settings, ", "));
}

/// Two scenarios, or one with `--set` and with `--against`.
struct Sides {
  scenario::Loaded baseline, variant;
  std::string baseline_name, variant_name;
};

Sides load_sides(const CompareArguments& a) {
  scenario::Options first = a.overrides(), second = a.overrides();
  if (!a.other.empty()) {
    second.overrides.insert(second.overrides.end(), a.against.begin(), a.against.end());
    return {scenario::load_file(a.file, first), scenario::load_file(a.other, second), a.file,
            a.other + (a.against.empty() ? "" : " with " + joined(a.against, ""))};
  }
  // --against comes after --set, so that a path in both takes the value of --against.
  second.overrides.insert(second.overrides.end(), a.against.begin(), a.against.end());
  return {scenario::load_file(a.file, first), scenario::load_file(a.file, second),
          joined(a.set, "as it is"), joined(a.against, "")};
}

plan::Results simulate(const CompareArguments& a, plan::RunOptions options) {
  const Sides sides = load_sides(a);
  options = a.options(sides.baseline);
  const Interrupt interrupt;
  options.stop = &interrupt.requested();
  plan::Results results;
  plan::Variant variant;
  {
    Progress progress{2 * options.replicates};
    options.done = &progress.done();
    results = plan::run(sides.baseline.mesh, options);
    if (!results.interrupted) variant = plan::simulate_variant(sides.variant.mesh, options);
  }
  GivenOptions given{{"--against", a.against}};
  if (!a.other.empty()) given.insert(given.begin(), {"", {a.other}});
  describe_scenario(a, sides.baseline, results, given);
  if (variant.replicates < options.replicates) {
    results.interrupted = true;
    return results;
  }
  results.comparisons = plan::compare({sides.baseline_name, results.outcomes, true},
                                      {{sides.variant_name, std::move(variant.outcomes), true}});
  return results;
}

plan::Results of_stored_runs(const CompareArguments& a, std::int64_t first, std::int64_t second) {
  store::Store store{a.database, store::Database::Open::existing};
  plan::Results baseline = store.read(first).results;
  const plan::Results variant = store.read(second).results;
  const bool same_draws =
      baseline.seed == variant.seed && baseline.replicates == variant.replicates;
  baseline.comparisons =
      plan::compare({fmt::format("run {}", first), baseline.outcomes, true},
                    {{fmt::format("run {}", second), variant.outcomes, same_draws}});
  return baseline;
}

void answer(const CompareArguments& a, const plan::Results& results) {
  print_as(
      a.format,
      [&] {
        return report::json(results, {MESHPLAN_VERSION, false});
      },
      [&] { return report::comparison_markdown(results); },
      [&] { return report::comparison_text(results, stdout_terminal()); });
}

/// --gate: no figure may get worse by more than the tolerance.
bool got_worse(const plan::Results& results, double tolerance) {
  const auto beyond = plan::beyond_tolerance(results.comparisons, tolerance);
  return std::any_of(beyond.begin(), beyond.end(), [](const plan::Comparison* c) {
    return plan::better(c->key.metric) * c->difference.value < 0;
  });
}

}  // namespace

Exit compare(Arguments arguments) {
  CompareArguments a;
  Parser parser{"compare",
                "Put two scenarios, two values or two stored runs side by side, under the same "
                "draws, each difference with its uncertainty.",
                "meshplan compare old.yaml new.yaml\n  meshplan compare mesh.yaml --set "
                "nodes.a.settings.max_wal_size=4GB --against nodes.a.settings.max_wal_size=8GB\n  "
                "meshplan compare mesh.yaml --mechanisms logical,federated,event\n  meshplan "
                "compare 3 7 --db meshplan.db --tolerance 5% --gate"};
  parser.options()
      .add_option("FILE", a.file, "The scenario, or the number of a stored run")
      ->required()
      ->type_name("");
  parser.options()
      .add_option("OTHER", a.other, "Another scenario, or another stored run")
      ->type_name("");
  parser.options()
      .add_option("--against", a.against, "What the variant sets, beside --set; may be repeated")
      ->option_text("PATH=VALUE")
      ->expected(1)
      ->take_all();
  parser.options()
      .add_option("--tolerance", a.tolerance,
                  "With --gate: how much worse a figure may get before the exit code is 3 [0%]")
      ->option_text("SHARE");
  add_mechanisms(parser, a.mechanisms);
  add_planning(parser, a, {.one_file = false});
  if (!parser.parse(arguments)) return done;
  const double tolerance = a.tolerance.empty() ? 0 : read_share("compare", a.tolerance);
  const auto first = run_number(a.file), second = run_number(a.other);
  if (first && second) {
    const plan::Results results = of_stored_runs(a, *first, *second);
    answer(a, results);
    return a.gate && got_worse(results, tolerance) ? objective_missed : done;
  }
  const bool mechanisms = !a.mechanisms.names.empty();
  if (a.other.empty() && a.against.empty() && !mechanisms)
    throw UsageError{"meshplan compare: compare with what?",
                     "name a second scenario, or say --against PATH=VALUE or --mechanisms A,B"};
  if (mechanisms && (!a.other.empty() || !a.against.empty()))
    throw UsageError{"meshplan compare: --mechanisms takes one scenario and no --against"};
  check_database(a);
  const plan::Results results = mechanisms ? compare_mechanisms(a, a.mechanisms) : simulate(a, {});
  answer(a, results);
  store_run(a, results);
  if (results.interrupted) return interrupted;
  return a.gate && got_worse(results, tolerance) ? objective_missed : done;
}

}  // namespace cli
