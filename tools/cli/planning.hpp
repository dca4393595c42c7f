#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/command.hpp"
#include "tools/cli/parse.hpp"
#include "tools/plan/run.hpp"
#include "tools/plan/study.hpp"
#include "tools/scenario/scenario.hpp"
#include "tools/store/store.hpp"

namespace cli {

/// What every command takes that simulates a scenario.
struct Planning {
  std::string file, database = "meshplan.db", horizon;
  bool no_database = false, gate = false;
  std::optional<std::uint64_t> replicates, seed;
  unsigned threads = 0;
  std::vector<std::string> set;
  Format format = Format::text;

  scenario::Options overrides() const;
  plan::RunOptions options(const scenario::Loaded& loaded) const;
};

/// How a command's help speaks of them, and which it has.
struct PlanningHelp {
  bool one_file = true;
  bool gate = true;
  const char* stored = "answer";
  const char* replicates = "Simulated replicates of each variant";
};

void add_planning(Parser& parser, Planning& planning, const PlanningHelp& help = {});

/// "5%" of an option of a command. Throws UsageError.
double read_share(const char* command, const std::string& text);

/// Fails before the simulation where the results could not be stored after it.
void check_database(const Planning& planning);

/// Prints a study in the format asked for, stores it, and says where.
void deliver(const Planning& planning, const plan::Study& study);

/// Adds a study to a results file and returns its id.
std::int64_t store_study(store::Store& store, const plan::Study& study);

/// What a command was given beside the options of Planning: a name and its values, `--set` and so
/// on; a positional one has no name.
using GivenOptions = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// Puts the scenario's name, text and hash into results, and the options that were given.
void describe_scenario(const Planning& planning, const scenario::Loaded& loaded,
                       plan::Results& results, const GivenOptions& given = {});

/// Stores a run, and says where.
void store_run(const Planning& planning, const plan::Results& results);

/// Measurements of the model in the results file; none without one.
std::vector<plan::Accuracy> stored_accuracy(const Planning& planning);

/// What the exit code says of a study.
Exit exit_of(const Planning& planning, const plan::Study& study);

/// A study's heading, from what it was made of.
plan::Study new_study(const char* kind, const scenario::Loaded& loaded,
                      const plan::RunOptions& options);

}  // namespace cli
