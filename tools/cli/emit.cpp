#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tools/cli/command.hpp"
#include "tools/cli/mechanisms.hpp"
#include "tools/cli/parse.hpp"
#include "tools/emit/bundle.hpp"
#include "tools/scenario/scenario.hpp"
#include "tools/store/store.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

struct Wanted {
  std::string scenario, out, mechanism, node, database = "meshplan.db";
  scenario::Options options;
  std::int64_t run = 0;  // 0 = none
};

/// The caps that the run has tried out, by node.
std::map<std::string, std::string> caps(const plan::Results& results, const models::Mesh& mesh) {
  std::map<std::string, std::string> caps;
  for (const plan::Threshold& line : results.thresholds)
    for (const models::Subscription& subscription : mesh.subscriptions)
      if (line.name == plan::proposed_cap && line.subject == subscription.slot)
        caps[mesh.nodes[static_cast<std::size_t>(subscription.publisher)].name] =
            fmt::format("{:.0f}MB", line.value / 0x1p20);
  return caps;
}

emit::RunFigures figures_of(const Wanted& wanted, const models::Mesh& mesh) {
  store::Store store{wanted.database, store::Database::Open::existing};
  const plan::Results results = store.read(wanted.run).results;
  if (results.scenario_name != mesh.name)
    throw UsageError{fmt::format("meshplan emit: run {} is of scenario '{}', not of '{}'",
                                 wanted.run, results.scenario_name, mesh.name),
                     "see meshplan runs"};
  emit::RunFigures figures;
  figures.run = wanted.run;
  figures.replicates = results.replicates;
  figures.caps = caps(results, mesh);
  for (const plan::Outcome& outcome : results.outcomes) {
    const auto known = [](double value) { return std::isfinite(value) ? value : 0.0; };
    if (outcome.key.metric == "outage_tolerance")
      figures.slots[outcome.key.subject].outage_tolerance_p5 = known(outcome.p5.value);
    if (outcome.key.metric == "retained_wal")
      figures.slots[outcome.key.subject].retained_wal_p99 = known(outcome.p99.value);
    if (outcome.key.metric == "replay_lag")
      figures.slots[outcome.key.subject].replay_lag_p99 = known(outcome.p99.value);
  }
  return figures;
}

void write_file(const fs::path& path, const emit::File& file) {
  fs::create_directories(path.parent_path());
  std::ofstream out{path, std::ios::binary};
  out << file.text;
  if (!out.flush())
    throw OutputError{
        fmt::format("meshplan: cannot write '{}': {}", path.string(), std::strerror(errno))};
  if (file.executable)
    fs::permissions(path, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                    fs::perm_options::add);
}

/// The folder appears whole or not at all: it is written beside and renamed.
void write_bundle(const std::vector<emit::File>& files, const fs::path& out) {
  if (fs::exists(out) && (!fs::is_directory(out) || !fs::is_empty(out)))
    throw OutputError{
        fmt::format("meshplan: '{}' exists already and is left as it is", out.string())};
  fs::path target = fs::absolute(out).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  const fs::path beside =
      target.parent_path() / fmt::format(".{}.{}", target.filename().string(), ::getpid());
  try {
    for (const emit::File& file : files) write_file(beside / file.path, file);
    fs::remove(target);  // an empty folder, or nothing
    fs::rename(beside, target);
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove_all(beside, ignored);
    throw OutputError{
        fmt::format("meshplan: cannot write '{}': {}", out.string(), error.code().message())};
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(beside, ignored);
    throw;
  }
}

void add_options(Parser& parser, Wanted& wanted) {
  parser.options().add_option("FILE", wanted.scenario, "The scenario")->required()->type_name("");
  parser.options()
      .add_option("--out", wanted.out, "Folder to write; must not exist, or be empty")
      ->option_text("DIR")
      ->required();
  parser.options().add_option("--node", wanted.node, "Only this node's files")->option_text("NODE");
  parser.options()
      .add_option("--mechanism", wanted.mechanism,
                  "Serve every consumer by event, federated, logical or databases")
      ->option_text("M");
  parser.options()
      .add_option("--from-run", wanted.run,
                  "Take the guard rails from this run of the results file")
      ->option_text("RUN");
  parser.options()
      .add_option("--db", wanted.database, fmt::format("The results file [{}]", wanted.database))
      ->option_text("FILE");
  parser.options()
      .add_option("--set", wanted.options.overrides,
                  "Replaces a value of the scenario; may be repeated")
      ->option_text("PATH=VALUE")
      ->expected(1)
      ->take_all();
}

}  // namespace

Exit emit_bundle(Arguments arguments) {
  Wanted wanted;
  Parser parser{"emit", "Write the SQL and settings that provision the scenario on real servers.",
                "meshplan emit mesh.yaml --out provision"};
  add_options(parser, wanted);
  if (!parser.parse(arguments)) return done;
  if (!wanted.mechanism.empty())
    wanted.options.translation =
        scenario::Translation{.mechanism = read_mechanism("emit", wanted.mechanism)};
  const scenario::Loaded loaded = scenario::load_file(wanted.scenario, wanted.options);
  emit::BundleOptions options;
  if (!wanted.node.empty()) options.node = wanted.node;
  if (wanted.run != 0) options.figures = figures_of(wanted, loaded.mesh);
  try {
    const emit::Topology topology = emit::topology(loaded.mesh, loaded.provisioning);
    const std::vector<emit::File> files = emit::bundle(topology, options);
    write_bundle(files, wanted.out);
    print(fmt::format("Wrote {} files to {}. Next: read {}/README.md\n", files.size(), wanted.out,
                      wanted.out));
  } catch (const emit::EmitError& error) {
    std::fputs(error.what(), stderr);
    return wrong_use;
  }
  return done;
}

}  // namespace cli
