#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "tests/accuracy/arguments.hpp"
#include "tests/accuracy/prediction.hpp"
#include "tests/accuracy/recording.hpp"
#include "tests/accuracy/score.hpp"
#include "tests/accuracy/workload.hpp"
#include "tools/scenario/scenario.hpp"

namespace {

namespace fs = std::filesystem;
using namespace accuracy;

void draw(Arguments& arguments) {
  if (arguments.random == 0) return;
  fs::create_directories(arguments.into);
  for (std::uint64_t i = 0; i < arguments.random; ++i) {
    const std::uint64_t number = arguments.first + i;
    const fs::path file = arguments.into / fmt::format("random-{}-{}.yaml", arguments.seed, number);
    std::ofstream output{file};
    output << random_workload(arguments.seed, number);
    if (!output.flush()) throw harness::HarnessError("cannot write " + file.string());
    arguments.scenarios.push_back(file);
  }
}

/// Recordings of a scenario; plays what is missing and keeps each run as soon as it has ended.
std::vector<Recording> recorded(const scenario::Loaded& loaded, const fs::path& file,
                                const Arguments& arguments) {
  const fs::path kept = recordings_of(file);
  std::vector<Recording> runs;
  if (arguments.again) runs = read_recordings(kept, loaded.hash);
  const bool enough = arguments.again && !runs.empty();
  while (!enough && runs.size() < static_cast<std::size_t>(arguments.repeat)) {
    runs.push_back(record(loaded.mesh));
    write_recordings(kept, loaded.hash, runs);
  }
  return runs;
}

Case compare_scenario(const fs::path& file, const Arguments& arguments) {
  const scenario::Loaded loaded = scenario::load_file(file);
  Case compared{loaded.mesh.name, file.filename(), loaded.mesh.nodes[0].postgres, 0, {}, {}};
  try {
    const std::vector<Recording> runs = recorded(loaded, file, arguments);
    compared.runs = runs.size();
    compared.lines = compare(loaded.mesh, predict(loaded.mesh), runs);
  } catch (const std::exception& error) {
    compared.refused = error.what();
  }
  return compared;
}

int run(Arguments arguments) {
  draw(arguments);
  if (arguments.draw_only) return 0;
  std::vector<Case> cases;
  for (const fs::path& file : arguments.scenarios) {
    cases.push_back(compare_scenario(file, arguments));
    fmt::print("{}", format(cases.back()));
    std::fflush(stdout);
  }
  fmt::print("\n{}", format(cases));
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
