#include "tools/store/store.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "tests/tools/report/example_results.hpp"

namespace store {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string pattern = (fs::temp_directory_path() / "meshplan-store-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ / "runs.db";
  }
  ~StoreTest() override { fs::remove_all(folder_); }

  Store create() { return Store{path_, Database::Open::or_create}; }

  /// Everything a query returns, as text: one line per row.
  std::string query(const std::string& sql, int columns) const {
    Database database{path_, Database::Open::existing};
    Statement statement{database, sql};
    std::string all;
    while (statement.step()) {
      for (int i = 0; i < columns; ++i)
        all += (i > 0 ? "|" : "") + (statement.is_null(i) ? "null" : statement.text(i));
      all += "\n";
    }
    return all;
  }

  /// What opening the file says.
  std::string refusal(Database::Open mode = Database::Open::or_create) const {
    try {
      Store store{path_, mode};
    } catch (const StoreError& error) {
      return error.what();
    }
    return "opened";
  }

  fs::path folder_, path_;
};

const Provenance here{"0.1.0", "workbench", 1'790'000'000};

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
bool same(const plan::Estimate& a, const plan::Estimate& b) {
  return same(a.value, b.value) && same(a.low, b.low) && same(a.high, b.high);
}

TEST_F(StoreTest, GivesBackTheVerdictAndThePropertiesOfTheRun) {
  const plan::Results written = plan::example_results();
  const std::int64_t id = create().write(written, here);
  const StoredRun run = Store{path_, Database::Open::existing}.read(id);
  const plan::Results& r = run.results;
  EXPECT_EQ(run.provenance.host, "workbench");
  EXPECT_EQ(run.provenance.created_at, 1'790'000'000);
  EXPECT_EQ(run.provenance.version, "0.1.0");
  EXPECT_EQ(r.scenario_text, written.scenario_text);
  EXPECT_EQ(r.scenario_hash, written.scenario_hash);
  EXPECT_EQ(r.seed, 7u);
  EXPECT_EQ(r.replicates, 4u);
  EXPECT_EQ(r.band_replicates, 3u);
  EXPECT_EQ(r.start, written.start);
  EXPECT_EQ(r.horizon, written.horizon);
  EXPECT_EQ(r.threads, 2u);
  EXPECT_FALSE(r.verdict.ok);
  EXPECT_EQ(r.verdict.headline, written.verdict.headline);
  EXPECT_EQ(r.verdict.cause, written.verdict.cause);
  EXPECT_EQ(r.verdict.next_step, written.verdict.next_step);
  ASSERT_EQ(r.assumptions.size(), 2u);
  EXPECT_EQ(r.assumptions[1].source, "half of varchar(24)");
}

TEST_F(StoreTest, GivesBackEveryOutcomeWithItsValuesAndItsTimesNotReached) {
  const plan::Results written = plan::example_results();
  const plan::Results r = create().read(create().write(written, here)).results;
  ASSERT_EQ(r.outcomes.size(), written.outcomes.size());
  for (std::size_t i = 0; i < r.outcomes.size(); ++i) {
    const plan::Outcome &a = r.outcomes[i], &b = written.outcomes[i];
    SCOPED_TRACE(b.key.metric);
    EXPECT_EQ(a.key.metric, b.key.metric);
    EXPECT_EQ(a.key.subject, b.key.subject);
    EXPECT_EQ(a.key.unit, b.key.unit);
    EXPECT_EQ(a.time_to, b.time_to);
    EXPECT_TRUE(same(a.p5, b.p5) && same(a.p50, b.p50) && same(a.p95, b.p95) && same(a.p99, b.p99));
    EXPECT_TRUE(same(a.mean, b.mean) && same(a.minimum, b.minimum) && same(a.maximum, b.maximum));
    EXPECT_EQ(a.probability, b.probability);
    EXPECT_EQ(a.probability_high, b.probability_high);
    ASSERT_EQ(a.values.size(), b.values.size());
    for (std::size_t v = 0; v < a.values.size(); ++v) EXPECT_TRUE(same(a.values[v], b.values[v]));
  }
}

TEST_F(StoreTest, GivesBackBandsTracesAndObjectives) {
  const plan::Results written = plan::example_results();
  const plan::Results r = create().read(create().write(written, here)).results;
  ASSERT_EQ(r.series.size(), 4u);
  EXPECT_EQ(r.series[1].owner, "wal kept for slot weekly_engagement");
  ASSERT_EQ(r.bands.size(), 2u);
  EXPECT_EQ(r.bands[1].key.quantity, "retained_wal");
  EXPECT_EQ(r.bands[1].t, written.bands[1].t);
  EXPECT_EQ(r.bands[1].p95, written.bands[1].p95);
  ASSERT_EQ(r.traces.size(), 1u);
  EXPECT_EQ(r.traces[0].label, "bad");
  ASSERT_EQ(r.traces[0].events.size(), 2u);
  EXPECT_EQ(r.traces[0].events[1].kind, "disk_full");
  EXPECT_EQ(r.traces[0].events[1].at, written.traces[0].events[1].at);
  ASSERT_EQ(r.traces[0].series.size(), 3u);
  EXPECT_EQ(r.traces[0].series[1].series, 1u);
  EXPECT_EQ(r.traces[0].series[1].pieces[1].at, written.traces[0].series[1].pieces[1].at);
  EXPECT_EQ(r.traces[0].series[1].pieces[1].slope, 1.1e6);
  ASSERT_EQ(r.objectives.size(), 1u);
  EXPECT_EQ(r.objectives[0].objective.below, 0.85);
  EXPECT_EQ(r.objectives[0].objective.above, std::nullopt);
  EXPECT_EQ(r.objectives[0].value, 1);
  EXPECT_FALSE(r.objectives[0].met);
}

TEST_F(StoreTest, KeepsManyRunsAndListsThemOldestFirst) {
  plan::Results r = plan::example_results();
  EXPECT_EQ(create().write(r, here), 1);
  r.seed = 8;
  EXPECT_EQ(create().write(r, here), 2);
  Store store{path_, Database::Open::existing};
  const auto runs = store.runs();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].seed, 7u);
  EXPECT_EQ(runs[1].seed, 8u);
  EXPECT_EQ(runs[1].headline, r.verdict.headline);
  EXPECT_EQ(store.read(2).results.outcomes[0].values, r.outcomes[0].values);
  EXPECT_EQ(store.read(2).results.bands[1].p50, r.bands[1].p50);
  EXPECT_THROW(store.read(3), StoreError);
}

TEST_F(StoreTest, StoresARunWithoutASingleReplicate) {
  plan::Results r;
  r.scenario_name = "interrupted at once";
  r.interrupted = true;
  const auto run = create().read(create().write(r, here));
  EXPECT_TRUE(run.results.interrupted);
  EXPECT_TRUE(run.results.outcomes.empty());
}

TEST_F(StoreTest, RowsDoNotDependOnThreadsHostOrTime) {
  plan::Results r = plan::example_results();
  const auto rows_of = [&](const Provenance& provenance) {
    fs::remove(path_);
    create().write(r, provenance);
    std::string rows;
    for (const char* table :
         {"run", "outcome", "outcome_value", "series_key", "band_point", "trace", "trace_series",
          "piece", "event", "objective", "assumption"}) {
      const auto columns = std::stoi(
          query("SELECT count(*) FROM pragma_table_info('" + std::string{table} + "')", 1));
      rows += table + std::string{"\n"} +
              query("SELECT * FROM " + std::string{table} + " ORDER BY 1", columns);
    }
    return rows;
  };
  const std::string one = rows_of(here);
  r.threads = 8;
  r.simulate_seconds = 99;
  EXPECT_EQ(rows_of({"0.1.0", "elsewhere", 1'900'000'000}), one);
  EXPECT_NE(one.find("wal kept for slot"), std::string::npos);
}

TEST_F(StoreTest, EveryTableIsStrictAndTheFileSaysWhoseItIs) {
  create();
  EXPECT_EQ(query("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
                  "AND name NOT LIKE 'sqlite_%' AND NOT strict",
                  1),
            "0\n");
  EXPECT_EQ(query("PRAGMA application_id", 1), "1835365224\n");  // "mesh"
  EXPECT_EQ(query("PRAGMA user_version", 1), "1\n");
}

TEST_F(StoreTest, ViewsAnswerTheQuestionsPeopleAsk) {
  create().write(plan::example_results(), here);
  EXPECT_EQ(
      query("SELECT p5, p50, probability FROM outcomes WHERE metric = 'time_to_disk_full'", 3),
      "400000.0|null|0.25\n");
  EXPECT_EQ(
      query("SELECT replicate, value FROM outcome_values WHERE metric = 'time_to_disk_full'", 2),
      "0|null\n1|400000.0\n2|null\n3|null\n");
  EXPECT_EQ(query("SELECT t, time, p95 FROM volumes WHERE owner = '' AND t > 0 LIMIT 1", 3),
            "1296000.0|1768867200.0|199999995904.0\n");  // float: 24 bits of 2e11
  EXPECT_EQ(query("SELECT label, kind, time FROM events ORDER BY t", 3),
            "bad|link_down|1767871200.0\nbad|disk_full|1767971200.0\n");
  EXPECT_EQ(query("SELECT slot, retained_wal_p95 FROM slots", 2),
            "weekly_engagement|150000000000.0\n");
  EXPECT_EQ(query("SELECT count(*) FROM pieces WHERE owner LIKE 'wal kept%'", 1), "2\n");
  EXPECT_EQ(query("SELECT metric, at, met FROM objectives", 3), "volume_used|p99|0\n");
  EXPECT_EQ(query("SELECT count(*) FROM assumptions", 1), "2\n");
  for (const char* view : {"runs", "series", "bloat", "transfers", "traces"})
    query("SELECT * FROM " + std::string{view}, 1);
}

TEST_F(StoreTest, RefusesADatabaseOfAnotherProgram) {
  Database{path_, Database::Open::or_create}.execute("CREATE TABLE theirs (id INTEGER)");
  EXPECT_NE(refusal().find("another program"), std::string::npos) << refusal();
  EXPECT_EQ(query("SELECT name FROM sqlite_schema", 1), "theirs\n");
}

TEST_F(StoreTest, RefusesAFileOfANewerMeshplan) {
  create();
  Database{path_, Database::Open::existing}.execute("PRAGMA user_version = 99");
  EXPECT_NE(refusal().find("newer meshplan (layout 99"), std::string::npos) << refusal();
}

TEST_F(StoreTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream{path_} << std::string(4'096, 'x');
  EXPECT_NE(refusal().find("not a SQLite database"), std::string::npos) << refusal();
}

TEST_F(StoreTest, ReadingDoesNotCreateAFile) {
  EXPECT_NE(refusal(Database::Open::existing).find("No such file"), std::string::npos);
  EXPECT_FALSE(fs::exists(path_));
  std::ofstream{path_}.flush();
  EXPECT_NE(refusal(Database::Open::existing).find("holds no runs"), std::string::npos);
  EXPECT_EQ(fs::file_size(path_), 0u);
}

TEST_F(StoreTest, NamesTheFolderThatIsMissing) {
  path_ = folder_ / "nowhere" / "runs.db";
  EXPECT_NE(refusal().find("nowhere/runs.db': No such file or directory"), std::string::npos)
      << refusal();
}

TEST_F(StoreTest, AWriteThatFailsLeavesTheEarlierRunsAndSaysWhy) {
  create().write(plan::example_results(), here);
  plan::Results large = plan::example_results();
  large.outcomes[0].values.assign(2'000'000, 0.5);
  const auto size = fs::file_size(path_);
  const auto write_with_a_limit = [&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{size + 100'000, size + 100'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      create().write(large, here);
    } catch (const StoreError& error) {
      _exit(std::string{error.what()}.find("cannot write to") == 0 ? 0 : 2);
    }
    _exit(1);
  };
  EXPECT_EXIT(write_with_a_limit(), testing::ExitedWithCode(0), "");
  EXPECT_EQ(create().runs().size(), 1u);
  EXPECT_EQ(query("PRAGMA integrity_check", 1), "ok\n");
  EXPECT_EQ(create().write(plan::example_results(), here), 2);
}

TEST_F(StoreTest, KillingAWriterLosesItsRunOnly) {
  create().write(plan::example_results(), here);
  plan::Results large = plan::example_results();
  large.outcomes[0].values.assign(400'000, 0.5);
  for (int attempt = 0; attempt < 5; ++attempt) {
    const pid_t writer = fork();
    if (writer == 0) {
      for (;;) create().write(large, here);
    }
    usleep(static_cast<useconds_t>(20'000 * (attempt + 1)));  // somewhere inside a write
    kill(writer, SIGKILL);
    waitpid(writer, nullptr, 0);
    EXPECT_EQ(query("PRAGMA integrity_check", 1), "ok\n");
    for (const RunSummary& run : create().runs())
      EXPECT_EQ(create().read(run.id).results.outcomes.size(), 4u);
  }
  EXPECT_GE(create().runs().size(), 1u);
}

TEST_F(StoreTest, ANameThatMeansSomethingElseToSqliteIsAFile) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  { Store{":memory:", Database::Open::or_create}.write(plan::example_results(), here); }
  EXPECT_TRUE(fs::exists(folder_ / ":memory:"));
  fs::current_path(before);
}

}  // namespace
}  // namespace store
