#include "tools/cli/planning.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <filesystem>
#include <limits>

#include "tools/cli/terminal.hpp"
#include "tools/emit/quote.hpp"
#include "tools/report/study.hpp"
#include "tools/scenario/values.hpp"

namespace cli {
namespace {

store::Provenance provenance() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return {MESHPLAN_VERSION, host.data(), std::time(nullptr)};
}

}  // namespace

scenario::Options Planning::overrides() const {
  scenario::Options options;
  options.overrides = set;
  if (!horizon.empty()) options.overrides.push_back("horizon=" + horizon);
  return options;
}

plan::RunOptions Planning::options(const scenario::Loaded& loaded) const {
  constexpr std::uint64_t default_replicates = 1'000, default_seed = 1;
  plan::RunOptions options;
  options.replicates = replicates.value_or(loaded.replicates.value_or(default_replicates));
  options.seed = seed.value_or(loaded.seed.value_or(default_seed));
  options.threads = threads;
  options.heartbeat_every = loaded.provisioning.heartbeat_every.value_or(sim::Duration{0});
  return options;
}

void add_planning(Parser& parser, Planning& p, const PlanningHelp& help) {
  CLI::App& options = parser.options();
  if (help.one_file) options.add_option("FILE", p.file, "The scenario")->required()->type_name("");
  options
      .add_option("--db", p.database,
                  fmt::format("Results file that the {} is added to [meshplan.db]", help.stored))
      ->option_text("FILE");
  options.add_flag("--no-db", p.no_database, "Store nothing");
  options
      .add_option("--replicates", p.replicates,
                  fmt::format("{} [1000, or the scenario's]", help.replicates))
      ->option_text("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
  options.add_option("--seed", p.seed, "Decides every random draw [1, or the scenario's]")
      ->option_text("N")
      ->check(CLI::Range(std::uint64_t{0},
                         static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
  options.add_option("--threads", p.threads, "Threads, never changes a result [one per core]")
      ->option_text("N")
      ->check(CLI::Range(0U, 1'024U));
  options.add_option("--horizon", p.horizon, "Simulated time, such as 90d")->option_text("TIME");
  options.add_option("--set", p.set, "Replaces a value of the scenario; may be repeated")
      ->option_text("PATH=VALUE")
      ->expected(1)
      ->take_all();
  if (help.gate)
    options.add_flag("--gate", p.gate, "Exit with 3 when the answer is not a good one");
  parser.add_format(p.format);
}

double read_share(const char* command, const std::string& text) {
  const auto read = scenario::read_number(text, scenario::Unit::share);
  if (!read.value || *read.value < 0)
    throw UsageError{fmt::format("meshplan {}: '{}' is no share", command, text), "write 5%"};
  return *read.value;
}

void check_database(const Planning& p) {
  if (p.no_database) return;
  const std::filesystem::path path{p.database};
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (std::filesystem::exists(path))
    store::Store{path, store::Database::Open::or_create};
  else if (!std::filesystem::is_directory(folder))
    throw store::StoreError{
        fmt::format("cannot open '{}': there is no folder '{}'", p.database, folder.string())};
}

void deliver(const Planning& p, const plan::Study& study) {
  print_as(
      p.format, [&] { return report::json(study, MESHPLAN_VERSION); },
      [&] { return report::markdown(study); },
      [&] { return report::text(study, stdout_terminal()); });
  if (p.no_database) return;
  store::Store store{p.database, store::Database::Open::or_create};
  const std::int64_t id = store_study(store, study);
  if (stderr_is_terminal())
    fmt::print(stderr, "meshplan: stored as study {} in {}\n", id, p.database);
}

std::int64_t store_study(store::Store& store, const plan::Study& study) {
  return store.write(study, provenance());
}

void describe_scenario(const Planning& p, const scenario::Loaded& loaded, plan::Results& results,
                       const GivenOptions& given) {
  results.arguments.clear();
  const auto add = [&](const std::string& name, const std::vector<std::string>& values) {
    for (const std::string& value : values)
      results.arguments += (name.empty() ? " " : " " + name + " ") + emit::shell_word(value);
  };
  for (const auto& [name, values] : given) add(name, values);
  add("--set", p.set);
  if (!p.horizon.empty()) add("--horizon", {p.horizon});
  results.scenario_file = loaded.file;
  results.scenario_text = loaded.text;
  results.scenario_hash = loaded.hash;
}

void store_run(const Planning& p, const plan::Results& results) {
  if (p.no_database) return;
  const std::int64_t id =
      store::Store{p.database, store::Database::Open::or_create}.write(results, provenance());
  if (stderr_is_terminal())
    fmt::print(stderr, "meshplan: stored as run {} in {}\n", id, p.database);
}

std::vector<plan::Accuracy> stored_accuracy(const Planning& p) {
  if (p.no_database) return {};
  return store::Store{p.database, store::Database::Open::existing}.accuracy();
}

Exit exit_of(const Planning& p, const plan::Study& study) {
  if (study.interrupted) return interrupted;
  return p.gate && !study.ok ? objective_missed : done;
}

plan::Study new_study(const char* kind, const scenario::Loaded& loaded,
                      const plan::RunOptions& options) {
  plan::Study study;
  study.kind = kind;
  study.scenario_name = loaded.mesh.name;
  study.scenario_file = loaded.file;
  study.scenario_hash = loaded.hash;
  study.seed = options.seed;
  study.replicates = options.replicates;
  study.horizon = sim::seconds(loaded.mesh.horizon);
  return study;
}

}  // namespace cli
