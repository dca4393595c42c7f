#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "models/simulate.hpp"
#include "tests/accuracy/arguments.hpp"
#include "tests/accuracy/page.hpp"
#include "tests/accuracy/prediction.hpp"
#include "tests/accuracy/recording.hpp"
#include "tests/accuracy/score.hpp"
#include "tests/accuracy/workload.hpp"
#include "tools/scenario/scenario.hpp"
#include "tools/store/store.hpp"

namespace {

namespace fs = std::filesystem;
using namespace accuracy;

void write_file(const fs::path& file, const std::string& text) {
  if (file.has_parent_path()) fs::create_directories(file.parent_path());
  std::ofstream output{file};
  output << text;
  if (!output.flush()) throw harness::HarnessError("cannot write " + file.string());
}

std::vector<fs::path> drawn_scenarios(const Arguments& arguments) {
  std::vector<fs::path> files;
  for (std::uint64_t i = 0; i < arguments.random; ++i) {
    const std::uint64_t number = arguments.first + i;
    files.push_back(arguments.into / fmt::format("random-{}-{}.yaml", arguments.seed, number));
    write_file(files.back(), random_workload(arguments.seed, number));
  }
  return files;
}

/// A scenario file on its own major version, or on another.
struct Wanted {
  fs::path file;
  int postgres = 0;  // 0: as the file says
};

std::vector<Wanted> wanted(const std::vector<fs::path>& files, std::vector<int> versions) {
  if (versions.empty()) versions = {0};
  std::vector<Wanted> all;
  for (const fs::path& file : files)
    for (const int postgres : versions) all.push_back({file, postgres});
  return all;
}

scenario::Loaded load(const Wanted& wanted) {
  scenario::Loaded loaded = scenario::load_file(wanted.file);
  if (wanted.postgres == 0) return loaded;
  scenario::Options options;
  for (const models::Node& node : loaded.mesh.nodes)
    options.overrides.push_back(fmt::format("nodes.{}.postgres={}", node.name, wanted.postgres));
  return scenario::load_file(wanted.file, options);
}

/// Recordings of a scenario; plays what is missing and keeps each run as soon as it has ended.
std::vector<Recording> recorded(const scenario::Loaded& loaded, const Wanted& wanted,
                                const Arguments& arguments) {
  fs::path name = arguments.into / wanted.file.stem();
  if (wanted.postgres != 0) name += fmt::format("-{}", wanted.postgres);
  const fs::path kept = recordings_of(name);
  std::vector<Recording> runs;
  if (arguments.again) runs = read_recordings(kept, loaded.hash);
  const bool enough = arguments.again && !runs.empty();
  while (!enough && runs.size() < static_cast<std::size_t>(arguments.repeat)) {
    runs.push_back(record(loaded.mesh));
    write_recordings(kept, loaded.hash, runs);
  }
  return runs;
}

Case compare_scenario(const Wanted& wanted, const Arguments& arguments) {
  const scenario::Loaded loaded = load(wanted);
  Case compared{loaded.mesh.name, wanted.file.filename(), loaded.mesh.nodes[0].postgres, 0, {}, {}};
  try {
    const std::vector<Recording> runs = recorded(loaded, wanted, arguments);
    compared.runs = runs.size();
    compared.lines = compare(loaded.mesh, predict(loaded.mesh), runs);
  } catch (const std::exception& error) {
    compared.refused = error.what();
  }
  return compared;
}

std::vector<Case> compare_all(const std::vector<Wanted>& all, const Arguments& arguments) {
  std::vector<Case> cases;
  for (const Wanted& one : all) {
    cases.push_back(compare_scenario(one, arguments));
    fmt::print("{}", format(cases.back()));
    std::fflush(stdout);
  }
  return cases;
}

std::string unit_of(const std::string& metric) {
  for (const models::Metric& known : models::metrics())
    if (known.name == metric) return known.unit;
  return "";
}

void store_lines(const std::vector<Case>& cases, const fs::path& file) {
  std::vector<plan::Accuracy> lines;
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (const Case& compared : cases)
    for (const Line& line : compared.lines)
      lines.push_back({compared.file, compared.postgres, line.quantity.name, line.quantity.subject,
                       unit_of(line.quantity.name), line.predicted, line.measured.value_or(none),
                       line.straight_line.value_or(none), line.spreadsheet.value_or(none),
                       line.target.relative});
  store::Store{file, store::Database::Open::or_create}.write(
      lines, {MESHPLAN_VERSION, "", static_cast<std::int64_t>(std::time(nullptr))});
}

int run(const Arguments& arguments) {
  const std::vector<fs::path> drawn_files = drawn_scenarios(arguments);
  if (arguments.draw_only) return 0;
  fs::create_directories(arguments.into);
  const std::vector<Case> fixed =
      compare_all(wanted(arguments.scenarios, arguments.versions), arguments);
  const std::vector<Case> drawn = compare_all(wanted(drawn_files, {}), arguments);
  std::vector<Case> all = fixed;
  all.insert(all.end(), drawn.begin(), drawn.end());
  fmt::print("\n{}", format(all));
  const std::string notes =
      arguments.notes.empty() ? "" : harness::read_text(arguments.notes) + '\n';
  if (!arguments.markdown.empty())
    write_file(arguments.markdown, page(fixed, drawn, arguments.seed, notes));
  if (!arguments.database.empty()) store_lines(all, arguments.database);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Arguments arguments = parse(argc, argv);
    if (arguments.help) {
      fmt::print("{}", usage);
      return 0;
    }
    return run(arguments);
  } catch (const UsageError& error) {
    fmt::print(stderr, "{}\n{}", error.what(), usage);
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
