#include "tools/plan/sweep.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "tools/cli/command.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/planning.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/vary.hpp"

namespace cli {
namespace {

constexpr std::size_t most_points = 100'000;

struct SweepArguments : Planning {
  std::vector<std::string> vary;
  std::string shard;
};

plan::Shard read_shard(const std::string& text) {
  if (text.empty()) return {};
  plan::Shard shard;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%ld/%ld%c", &shard.index, &shard.count, &rest) != 2 ||
      shard.index < 1 || shard.count < 1 || shard.index > shard.count)
    throw UsageError{fmt::format("meshplan sweep: '{}' is no shard", text),
                     "write --shard I/N, from 1/N to N/N"};
  --shard.index;
  return shard;
}

/// A list as it is given, each value read as a number where it is one; a range in even steps.
plan::Varied read_values(const Vary& vary, const SweepArguments& a) {
  const scenario::Options overrides = a.overrides();
  plan::Varied varied{vary.path, {}};
  if (vary.points == 0 && vary.values.empty())
    throw UsageError{fmt::format("meshplan sweep: which values of {}?", vary.path),
                     fmt::format("write --vary {}=a,b,c or ={}:n", vary.path, "lo..hi")};
  if (vary.points == 0) {
    for (const std::string& text : vary.values) {
      double number = std::numeric_limits<double>::quiet_NaN();
      for (const auto unit :
           {scenario::Unit::bytes, scenario::Unit::seconds, scenario::Unit::per_second,
            scenario::Unit::bytes_per_second, scenario::Unit::share, scenario::Unit::count})
        if (const auto read = scenario::read_number(text, unit); read.value && std::isnan(number))
          number = *read.value;
      varied.values.push_back({vary.path, text, number});
    }
    return varied;
  }
  const scenario::Variable v = scenario::variable(a.file, overrides, vary.path);
  const auto low = v.read(vary.low), high = v.read(vary.high);
  if (!low || !high)
    throw UsageError{fmt::format("meshplan sweep: '{}' is no value of {}",
                                 low ? vary.high : vary.low, vary.path),
                     fmt::format("write it as {}", v.spelled(v.current.value_or(1)))};
  for (int i = 0; i < vary.points; ++i) {
    const std::string text = v.spelled(*low + (*high - *low) * i / (vary.points - 1));
    varied.values.push_back({vary.path, text, v.read(text).value_or(0)});
  }
  return varied;
}

}  // namespace

Exit sweep(Arguments arguments) {
  SweepArguments a;
  Parser parser{"sweep", "Simulate a scenario at every point of a grid of values.",
                "meshplan sweep mesh.yaml --vary nodes.media-prod.volumes.data.size=200GB,400GB "
                "--vary incidents[0].for=6h..48h:8\n  meshplan sweep mesh.yaml --vary "
                "incidents[0].for=6h..48h:8 --shard 1/4 --db shard1.db"};
  parser.options()
      .add_option("--vary", a.vary, "Values of a number of the scenario; may be repeated")
      ->option_text("PATH=A,B,… | LO..HI:N")
      ->expected(1)
      ->take_all()
      ->required();
  parser.options()
      .add_option("--shard", a.shard, "Simulate every N-th point, the I-th of them first")
      ->option_text("I/N");
  add_planning(parser, a);
  if (!parser.parse(arguments)) return done;
  const plan::Shard shard = read_shard(a.shard);
  const scenario::Loaded loaded = scenario::load_file(a.file, a.overrides());
  std::vector<plan::Varied> varied;
  std::string asked;
  std::size_t points = 1;
  for (const std::string& text : a.vary) {
    varied.push_back(read_values(read_vary(text), a));
    asked += fmt::format("{}--vary {}", asked.empty() ? "" : " ", text);
    points *= varied.back().values.size();
    if (points > most_points)
      throw UsageError{fmt::format("meshplan sweep: more than {} points", most_points)};
  }
  check_database(a);
  const Interrupt interrupt;
  plan::RunOptions options = a.options(loaded);
  options.stop = &interrupt.requested();
  plan::Study study = new_study("sweep", loaded, options);
  study.arguments = asked;
  const auto mesh = [&](const std::vector<plan::Setting>& settings) {
    scenario::Options changed = a.overrides();
    for (const plan::Setting& s : settings) changed.overrides.push_back(s.path + "=" + s.text);
    return scenario::load_file(a.file, changed).mesh;
  };
  const auto all = plan::grid(varied);
  for (const auto& settings : all) mesh(settings);  // a wrong value is told before hours of work
  {
    const auto mine = static_cast<std::uint64_t>(
        (static_cast<std::int64_t>(all.size()) - shard.index + shard.count - 1) / shard.count);
    Progress progress{mine * options.replicates};
    options.done = &progress.done();
    plan::sweep(all, shard, mesh, options, study);
  }
  plan::describe_sweep(study);
  deliver(a, study);
  return exit_of(a, study);
}

Exit merge(Arguments arguments) {
  Planning a;
  std::vector<std::string> files;
  Parser parser{"merge", "Join the shards of a sweep into one results file.",
                "meshplan merge sweep.db shard1.db shard2.db shard3.db shard4.db"};
  parser.options()
      .add_option("OUT", a.database, "Results file to write")
      ->required()
      ->type_name("");
  parser.options()
      .add_option("DB", files, "Results files of the shards; the last sweep of each is taken")
      ->required()
      ->type_name("");
  parser.options().add_flag("--gate", a.gate, "Exit with 3 when a point misses an objective");
  parser.add_format(a.format);
  if (!parser.parse(arguments)) return done;
  if (std::filesystem::exists(a.database))
    throw UsageError{fmt::format("meshplan merge: '{}' exists already", a.database),
                     "merge writes a new file"};
  std::vector<plan::Study> shards;
  for (const std::string& file : files) {
    store::Store store{file, store::Database::Open::existing};
    std::int64_t last = 0;
    for (const store::StudySummary& s : store.studies())
      if (s.kind == "sweep") last = s.id;
    if (last == 0) throw store::StoreError{fmt::format("there is no sweep in '{}'", file)};
    shards.push_back(store.read_study(last).study);
  }
  const plan::Study merged = plan::merge(shards);
  deliver(a, merged);
  return exit_of(a, merged);
}

}  // namespace cli
