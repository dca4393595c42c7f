#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tools/plan/results.hpp"
#include "tools/plan/study.hpp"
#include "tools/store/sqlite.hpp"

/// Runs in one SQLite file that any SQLite client from 3.37 reads: `SELECT * FROM outcomes WHERE
/// metric = …`. The views are the interface, documented column by column in views.cpp.
///
/// A rollback journal, not a write-ahead log: the results are one file at rest, bulk rows are
/// written once (new pages need no journal), and a run is one transaction, so that kill -9 or a
/// full disk costs that run and no earlier one.
namespace store {

/// Where and when a run was made; never part of what it found.
struct Provenance {
  std::string version;  // of meshplan
  std::string host;
  std::int64_t created_at = 0;  // epoch seconds
};

struct RunSummary {
  std::int64_t id = 0;
  Provenance provenance;
  std::string scenario_name, scenario_file, scenario_hash;
  std::uint64_t seed = 0, replicates = 0;
  bool interrupted = false, ok = false;
  std::string headline;
};

struct StoredRun {
  Provenance provenance;
  plan::Results results;
};

struct StudySummary {
  std::int64_t id = 0;
  std::string kind, headline;
};

struct StoredStudy {
  Provenance provenance;
  plan::Study study;
};

class Store {
 public:
  /// Opens the results file; `or_create` makes it when it is missing or empty.
  /// Throws    StoreError when it cannot be opened, belongs to another program or to a newer
  /// meshplan
  Store(const std::filesystem::path& path, Database::Open mode);

  /// Adds a run in one transaction and returns its id.
  /// Throws    StoreError when that fails; the file then holds what it held before
  std::int64_t write(const plan::Results& results, const Provenance& provenance);

  /// Adds measurements of the model in one transaction; they belong to no run.
  void write(const std::vector<plan::Accuracy>& measurements, const Provenance& provenance);

  /// Adds a solve or a sweep in one transaction and returns its id.
  std::int64_t write(const plan::Study& study, const Provenance& provenance);

  std::vector<StudySummary> studies();      // oldest first
  StoredStudy read_study(std::int64_t id);  // throws StoreError when there is no such study

  std::vector<RunSummary> runs();          // oldest first
  StoredRun read(std::int64_t id);         // throws StoreError when there is no such run
  std::vector<plan::Accuracy> accuracy();  // oldest first

 private:
  std::string name_;
  Database database_;
};

}  // namespace store
