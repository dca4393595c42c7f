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

/// What every command takes that simulates variants of a scenario.
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

void add_planning(Parser& parser, Planning& planning, bool one_file = true);

store::Provenance provenance();

/// Fails before the simulation where the results could not be stored after it.
void check_database(const Planning& planning);

/// Prints a study in the format asked for, stores it, and says where.
void deliver(const Planning& planning, const plan::Study& study);

/// Puts the scenario's name, text and hash into results.
void describe_scenario(const scenario::Loaded& loaded, plan::Results& results);

/// Stores a run, and says where.
void store_run(const Planning& planning, const plan::Results& results);

/// What the exit code says of a study.
Exit exit_of(const Planning& planning, const plan::Study& study);

/// A study's heading, from what it was made of.
plan::Study new_study(const char* kind, const scenario::Loaded& loaded,
                      const plan::RunOptions& options);

}  // namespace cli
