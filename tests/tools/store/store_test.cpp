#include "tools/store/store.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "tests/temporary_folder.hpp"
#include "tests/tools/report/example_results.hpp"
#include "tools/store/schema.hpp"
#include "tools/store/views.hpp"

namespace store {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::Test {
 protected:

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

  TemporaryFolder own_;
  fs::path folder_ = own_.path(), path_ = folder_ / "runs.db";
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

TEST_F(StoreTest, GivesBackLandmarksAndWhatOtherCommandsFound) {
  plan::Results written = plan::example_results();
  plan::add_findings(written);
  const plan::Results r = create().read(create().write(written, here)).results;
  ASSERT_EQ(r.thresholds.size(), 2u);
  EXPECT_EQ(r.thresholds[1].name, "objective p99");
  EXPECT_EQ(r.thresholds[1].value, 212.5e9);
  ASSERT_EQ(r.incidents.size(), 2u);
  EXPECT_EQ(r.incidents[0].at, 300'000);
  EXPECT_EQ(r.incidents[0].duration_p95, 216'000);
  EXPECT_EQ(r.incidents[1].at, std::nullopt);
  ASSERT_EQ(r.comparisons.size(), 4u);
  EXPECT_EQ(r.comparisons[1].variant, "federated");
  EXPECT_TRUE(same(r.comparisons[1].difference, {-0.5, -0.55, -0.45}));
  EXPECT_TRUE(r.comparisons[1].best);
  EXPECT_TRUE(std::isnan(r.comparisons[2].value));
  EXPECT_EQ(r.comparisons[2].text, "own server");
  ASSERT_EQ(r.influences.size(), 2u);
  EXPECT_EQ(r.influences[0].at_high, 0.9);
  EXPECT_EQ(r.influences[1].rank_correlation, -0.1);
  ASSERT_EQ(r.alerts.size(), 2u);
  EXPECT_EQ(r.alerts[0].condition, "no walsender for 30 min");
  EXPECT_EQ(r.alerts[0].lead_time, 36'000);
  EXPECT_TRUE(std::isnan(r.alerts[1].lead_time));
  EXPECT_EQ(r.alerts[1].replicates, 40u);
  ASSERT_EQ(r.push_downs.size(), 2u);
  EXPECT_FALSE(r.push_downs[1].shipped);
  EXPECT_EQ(r.push_downs[1].bytes, 9.6e6);
}

TEST_F(StoreTest, GivesBackAStudyPointByPoint) {
  const plan::Study study = plan::example_study();
  EXPECT_EQ(create().write(study, here), 1);
  EXPECT_EQ(create().write(study, here), 2);
  const plan::Study read = create().read_study(2).study;
  EXPECT_EQ(read.kind, "sweep");
  EXPECT_EQ(read.headline, study.headline);
  EXPECT_EQ(read.points_wanted, 4);
  ASSERT_EQ(read.points.size(), 2u);
  EXPECT_EQ(read.points[1].number, 3);
  EXPECT_EQ(read.points[1].settings[0].text, "8GB");
  EXPECT_EQ(read.points[1].settings[0].number, 8.0 * (1 << 30));
  ASSERT_EQ(read.points[1].outcomes.size(), study.points[1].outcomes.size());
  EXPECT_TRUE(same(read.points[1].outcomes[0].p95, study.points[1].outcomes[0].p95));
  EXPECT_EQ(read.points[1].objectives[0].met, study.points[1].objectives[0].met);
  EXPECT_EQ(read.points[1].objectives[0].threshold, study.points[1].objectives[0].threshold);
  ASSERT_EQ(read.figures.size(), 1u);
  EXPECT_EQ(read.figures[0].text, "142GB");
  EXPECT_EQ(create().studies().size(), 2u);
  EXPECT_THROW(create().read_study(3), StoreError);
}

TEST_F(StoreTest, MeasurementsOfTheModelBelongToNoRun) {
  create().write({{"inserts.yaml", 17, "wal_bytes", "producer", "bytes", 105, 100}}, here);
  EXPECT_EQ(query("SELECT postgres, measured, round(error, 6), straight_line FROM accuracy", 4),
            "17|100.0|0.05|null\n");
  const auto all = create().accuracy();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].predicted, 105);
  EXPECT_TRUE(std::isnan(all[0].target));
}

TEST_F(StoreTest, EveryColumnOfEveryViewIsDocumentedAndExists) {
  create();
  std::string views_there;
  for (const View& view : views()) {
    std::string documented;
    for (const ViewColumn& column : view.columns) {
      documented += std::string{column.name} + "\n";
      EXPECT_NE(std::string{column.meaning}, "") << column.name;
    }
    EXPECT_EQ(query("SELECT name FROM pragma_table_info('" + std::string{view.name} + "')", 1),
              documented)
        << view.name;
  }
  EXPECT_EQ(query("SELECT count(*) FROM sqlite_schema WHERE type = 'view'", 1),
            std::to_string(views().size()) + "\n");
  EXPECT_EQ(query("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", 1),
            std::to_string(table_names().size()) + "\n");
}

TEST_F(StoreTest, TheReadmeAndTheMetadataForDatasetteSayWhatTheCodeSays) {
  const auto content = [](const std::string& file) {
    std::ifstream in{std::string{MESHPLAN_SOURCE} + "/" + file};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  EXPECT_NE(content("tools/store/README.md").find(views_as_markdown()), std::string::npos)
      << "put this into tools/store/README.md:\n"
      << views_as_markdown();
  EXPECT_EQ(content("tools/store/datasette.json"), datasette_metadata());
}

TEST_F(StoreTest, TheQueriesOfTheReadmeRun) {
  create().write(plan::example_results(), here);
  std::ifstream in{std::string{MESHPLAN_SOURCE} + "/tools/store/README.md"};
  int queries = 0;
  std::string sql;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "```sql") {
      inside = true;
      sql.clear();
    } else if (line == "```" && inside) {
      inside = false;
      ++queries;
      EXPECT_NO_THROW(query(sql, 1)) << sql;
    } else if (inside) {
      sql += line + "\n";
    }
  }
  EXPECT_GE(queries, 5);
}

TEST_F(StoreTest, AnOlderFileIsBroughtUpToDateAndKeepsItsRuns) {
  std::ifstream in{std::string{MESHPLAN_SOURCE} + "/tests/tools/store/version_1.sql"};
  const std::string sql{std::istreambuf_iterator<char>{in}, {}};
  Database{path_, Database::Open::or_create}.execute(sql.c_str());
  const std::int64_t added = create().write(plan::example_results(), here);
  EXPECT_EQ(added, 2);
  EXPECT_EQ(query("PRAGMA user_version", 1), "4\n");
  const plan::Results old = create().read(1).results;
  EXPECT_EQ(old.verdict.headline, "media-prod/data fills up.");
  EXPECT_EQ(old.outcomes[0].values, (std::vector<double>{0.4, 1.0, 0.7, 0.6}));
  EXPECT_TRUE(old.thresholds.empty());
  EXPECT_EQ(create().read(2).results.thresholds.size(), 2u);
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
    for (const char* table : {"run", "outcome", "outcome_value", "series_key", "band_point",
                              "trace", "trace_series", "piece", "event", "objective", "assumption",
                              "threshold", "incident", "comparison", "influence", "push_down"}) {
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
  EXPECT_EQ(query("PRAGMA user_version", 1), "4\n");
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
  std::size_t finished = 1, cut_short = 0;
  for (int attempt = 0; attempt < 50; ++attempt) {
    SCOPED_TRACE(attempt);
    const pid_t writer = fork();
    if (writer == 0) {
      create().write(large, here);
      _exit(0);
    }
    // Somewhere inside the write: later from kill to kill until one gets through, then from the
    // beginning again.
    usleep(static_cast<useconds_t>(500 * (attempt % 25) * (attempt % 25)));
    kill(writer, SIGKILL);
    int status = 0;
    waitpid(writer, &status, 0);
    const bool killed = WIFSIGNALED(status);
    cut_short += killed ? 1 : 0;
    EXPECT_EQ(query("PRAGMA integrity_check", 1), "ok\n");
    const auto runs = create().runs();
    ASSERT_GE(runs.size(), finished);  // a killed writer may have committed
    ASSERT_LE(runs.size(), finished + 1);
    EXPECT_TRUE(killed || runs.size() == finished + 1);
    finished = runs.size();
    const auto newest = create().read(runs.back().id).results;
    EXPECT_EQ(newest.outcomes.size(), 4u);
    EXPECT_EQ(newest.assumptions.size(), 2u);
    EXPECT_EQ(newest.outcomes[0].values.size(), runs.size() > 1 ? 400'000u : 4u);
  }
  EXPECT_GE(cut_short, 10u);
  EXPECT_EQ(create().read(1).results.outcomes[0].values.size(), 4u);
}

/// A file system of its own that is unmounted at the end.
struct SmallDisk {
  SmallDisk(const fs::path& folder, const char* options) : path{folder / "disk"} {
    fs::create_directory(path);
    if (mount("tmpfs", path.c_str(), "tmpfs", 0, options) != 0)
      throw std::runtime_error{"this test mounts a tmpfs: run it as root"};
  }
  ~SmallDisk() { umount2(path.c_str(), MNT_DETACH); }
  fs::path path;
};

TEST_F(StoreTest, AFullDiskSaysSoAndLeavesTheEarlierRuns) {
  const SmallDisk disk{folder_, "size=2m"};
  path_ = disk.path / "runs.db";
  create().write(plan::example_results(), here);
  plan::Results large = plan::example_results();
  large.outcomes[0].values.assign(400'000, 0.5);  // 4 MB
  try {
    create().write(large, here);
    FAIL() << "written";
  } catch (const StoreError& error) {
    EXPECT_EQ(std::string{error.what()},
              "cannot write to '" + path_.string() + "': the disk is full");
  }
  EXPECT_EQ(query("PRAGMA integrity_check", 1), "ok\n");
  EXPECT_EQ(create().read(1).results.outcomes[0].values.size(), 4u);
  EXPECT_EQ(create().write(plan::example_results(), here), 2);
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
