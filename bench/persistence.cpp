// S4: what does a run cost beyond simulating, and how far are the store's rows from a raw multi-row
// sqlite3 loop?
#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "models/simulate.hpp"
#include "sim/check.hpp"
#include "sim/replicate.hpp"
#include "tools/plan/run.hpp"
#include "tools/scenario/scenario.hpp"
#include "tools/store/store.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t replicates = 1'000, seed = 7;
constexpr std::size_t rows = 1'000'000;

/// A results file that is removed again.
struct TemporaryFile {
  fs::path path =
      fs::temp_directory_path() / ("meshplan-bench-" + std::to_string(getpid()) + ".db");
  TemporaryFile() { fs::remove(path); }
  ~TemporaryFile() { fs::remove(path); }
};

const models::Mesh& media_mesh() {
  static const models::Mesh mesh = scenario::load_file(MESHPLAN_SCENARIO).mesh;
  return mesh;
}

void SimulateOnly(benchmark::State& state) {
  const models::Model model{media_mesh()};
  const std::atomic<bool> never_stop = false;
  for (auto _ : state)
    sim::for_each_replicate(replicates, 0, never_stop, [&](std::uint64_t replicate) {
      benchmark::DoNotOptimize(model.simulate(seed, replicate));
    });
}
BENCHMARK(SimulateOnly)->Unit(benchmark::kSecond)->Iterations(1)->MeasureProcessCPUTime();

void RunAndStore(benchmark::State& state) {
  for (auto _ : state) {
    const TemporaryFile file;
    store::Store{file.path, store::Database::Open::or_create}.write(
        plan::run(media_mesh(), {.replicates = replicates, .seed = seed}), {});
  }
}
BENCHMARK(RunAndStore)->Unit(benchmark::kSecond)->Iterations(1)->MeasureProcessCPUTime();

/// A million numbered values, 64 rows per statement, one transaction.
void RawRows(benchmark::State& state) {
  std::string sql = "INSERT INTO value VALUES (?,?)";
  for (int i = 1; i < 64; ++i) sql += ",(?,?)";
  for (auto _ : state) {
    const TemporaryFile file;
    sqlite3* database = nullptr;
    sqlite3_stmt* insert = nullptr;
    sqlite3_open(file.path.c_str(), &database);
    sqlite3_exec(database, "CREATE TABLE value (id INTEGER PRIMARY KEY, value REAL) STRICT; BEGIN",
                 nullptr, nullptr, nullptr);
    sim::check(sqlite3_prepare_v2(database, sql.c_str(), -1, &insert, nullptr) == SQLITE_OK,
               "prepare");
    for (std::size_t row = 0; row < rows; row += 64) {
      for (int i = 0; i < 64; ++i) {
        sqlite3_bind_int64(insert, 2 * i + 1, static_cast<sqlite3_int64>(row) + i + 1);
        sqlite3_bind_double(insert, 2 * i + 2, static_cast<double>(i) * 0.1);
      }
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_close(database);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(RawRows)->Unit(benchmark::kMillisecond);

/// The same number of values as outcomes of a run.
void StoreRows(benchmark::State& state) {
  plan::Results results;
  for (int i = 0; i < 50; ++i) {
    plan::Outcome& outcome = results.outcomes.emplace_back();
    outcome.key = {"wal_bytes", "node" + std::to_string(i), "bytes"};
    for (std::size_t v = 0; v < rows / 50; ++v)
      outcome.values.push_back(static_cast<double>(v) * 0.1);
  }
  for (auto _ : state) {
    const TemporaryFile file;
    store::Store{file.path, store::Database::Open::or_create}.write(results, {});
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(StoreRows)->Unit(benchmark::kMillisecond);

}  // namespace
