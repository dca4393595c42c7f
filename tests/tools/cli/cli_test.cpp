#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/cli/program.hpp"

namespace cli {
namespace {

using nlohmann::json;

class CliTest : public ProgramTest {};

// ---- what to do
// ------------------------------------------------------------------------------------------------------

TEST_F(CliTest, HelpNamesTheCommandsAndEachHasItsOwnWithAnExample) {
  for (const std::string command :
       {"", "init ", "check ", "report ", "run ", "explain ", "compare ", "solve ", "sensitivity ",
        "sweep ", "merge ", "runs ", "schema "}) {
    const Ran ran = meshplan(command + "--help");
    EXPECT_EQ(ran.exit, 0);
    EXPECT_EQ(ran.err, "");
    EXPECT_NE(ran.out.find("Example:"), std::string::npos);
    expect_golden(
        command.empty() ? "help.txt" : "help_" + command.substr(0, command.size() - 1) + ".txt",
        ran.out);
  }
}

TEST_F(CliTest, TellsItsVersion) {
  EXPECT_EQ(meshplan("--version").out, "meshplan " MESHPLAN_VERSION "\n");
}

TEST_F(CliTest, WrongUseIsExplainedOnStderrWithExitCode2) {
  std::string all;
  for (const char* arguments :
       {"rum mesh.yaml", "frobnicate", "run", "run a.yaml b.yaml", "run a.yaml --replicate 5",
        "run a.yaml --replicates 0", "run a.yaml --replicates many", "run a.yaml --seed -1",
        "run a.yaml --threads 5000", "run a.yaml --format xml", "run a.yaml --series",
        "run a.yaml --db", "check", "runs extra", "schema --metric", "schema --metrics --views",
        "init", "report", "report a.db --series"}) {
    const Ran ran = meshplan(arguments);
    EXPECT_EQ(ran.exit, 2) << arguments;
    EXPECT_EQ(ran.out, "") << arguments;
    all += std::string{"$ meshplan "} + arguments + "\n" + ran.err;
  }
  expect_golden("wrong_use.txt", all);
}

TEST_F(CliTest, WithoutACommandShowsTheHelpAsAnError) {
  const Ran ran = meshplan("");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, meshplan("--help").out);
}

TEST_F(CliTest, AnAnswerThatCannotBeWrittenIsAFailure) {
  const Ran ran = meshplan("schema", ">/dev/full 2>.err");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.err, "meshplan: cannot write the answer: No space left on device\n");
}

// ---- init and check
// ----------------------------------------------------------------------------------------------------

TEST_F(CliTest, InitWritesEveryPresetAndEachIsAcceptedByCheck) {
  const std::string help = meshplan("init --help").out;
  std::istringstream lines{help.substr(help.find("Presets:\n") + 9)};
  int presets = 0;
  for (std::string line; std::getline(lines, line) && line.starts_with("  "); ++presets) {
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    const Ran made = meshplan("init --preset " + name + " " + name + ".yaml");
    EXPECT_EQ(made.exit, 0) << made.err;
    EXPECT_EQ(made.out, "Wrote " + name + ".yaml. Next: meshplan run " + name + ".yaml\n");
    const Ran checked = meshplan("check " + name + ".yaml");
    EXPECT_EQ(checked.exit, 0) << checked.err;
    EXPECT_EQ(checked.out.find(name + ".yaml: ok ("), 0u) << checked.out;
  }
  EXPECT_GE(presets, 1);
}

TEST_F(CliTest, InitLeavesAnExistingFileAlone) {
  write("mesh.yaml", "mine");
  const Ran ran = meshplan("init mesh.yaml");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.err, "meshplan: 'mesh.yaml' exists already and is left as it is\n");
  EXPECT_EQ(read_file(folder_ / "mesh.yaml"), "mine");
  EXPECT_EQ(meshplan("init nowhere/mesh.yaml").exit, 1);
  EXPECT_EQ(meshplan("init --preset nonsense new.yaml").exit, 2);
  EXPECT_FALSE(exists("new.yaml"));
}

TEST_F(CliTest, CheckReportsEveryProblemWithItsPlace) {
  write_mesh("50 gigs");
  write("mesh.yaml", read_file(folder_ / "mesh.yaml") + "horizn: 3d\n");
  const Ran ran = meshplan("check mesh.yaml");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.out, "");
  expect_golden("check_problems.txt", ran.err);
}

TEST_F(CliTest, CheckAnswersInJsonToo) {
  write_mesh("50GB");
  const json j = json::parse(meshplan("check mesh.yaml --format json").out);
  EXPECT_EQ(j["ok"], true);
  EXPECT_EQ(j["scenario"], "log");
  EXPECT_EQ(j["scenario_hash"].get<std::string>().size(), 64u);
}

TEST_F(CliTest, CheckIsNotOkWhereAnswersWouldBeWrong) {
  write("mesh.yaml", R"y(meshplan: 1
name: trap
nodes: {a: {postgres: 15, collation: C.utf8}, b: {postgres: 15, collation: en_US.utf8}}
domains:
  shop:
    node: a
    ddl: CREATE TABLE goods (slug text PRIMARY KEY);
    tables: {goods: {rows: 1k}}
products:
  goods:
    table: goods
    consumers:
      desk: {node: b, mechanism: federated, queries: [{sql: "SELECT slug FROM goods WHERE slug < 'M'"}]}
)y");
  const Ran ran = meshplan("check mesh.yaml");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_TRUE(ran.out.starts_with("mesh.yaml: 1 error (2 nodes, 1 table")) << ran.out;
  EXPECT_NE(ran.out.find("[fdw_collation]"), std::string::npos);
  EXPECT_EQ(json::parse(meshplan("check mesh.yaml --format json").out)["ok"], false);
}

TEST_F(CliTest, RunTellsAndKeepsTheOptionsThatChangedTheScenario) {
  write_mesh("50GB");
  const Ran ran =
      meshplan("run mesh.yaml --replicates 3 --horizon 9d --set 'name=my log' --report page.html");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  const std::string options = "mesh.yaml --set &apos;name=my log&apos; --horizon 9d --seed 1";
  EXPECT_NE(read_file(folder_ / "page.html").find(options), std::string::npos);
  const json j = json::parse(meshplan("report meshplan.db --format json").out);
  EXPECT_EQ(j["arguments"], " --set 'name=my log' --horizon 9d");
}

TEST_F(CliTest, AnObjectiveWithoutASubjectInTheMeshIsAProblem) {
  write_mesh("50GB");
  const Ran ran = meshplan("check mesh.yaml --set 'objectives[0].node=other'");
  EXPECT_EQ(ran.exit, 2) << ran.out;
  write("mesh.yaml",
        read_file(folder_ / "mesh.yaml") + "  - {metric: slot_lost, probability_below: 1%}\n");
  EXPECT_EQ(meshplan("check mesh.yaml").exit, 2);
  EXPECT_EQ(meshplan("run mesh.yaml --replicates 2").exit, 2);
  EXPECT_FALSE(exists("meshplan.db"));
}

// ---- run
// -----------------------------------------------------------------------------------------------------------------

TEST_F(CliTest, RunSaysWhatFailsWhenAndWhatToDo) {
  write_mesh("30GB");
  const Ran ran = meshplan("run mesh.yaml --replicates 200 --seed 7");
  EXPECT_EQ(ran.exit, 3) << ran.err;
  expect_golden("run_text.txt", ran.out);
  EXPECT_TRUE(exists("meshplan.db"));
}

TEST_F(CliTest, RunExitsWith0WhenEveryObjectiveIsMet) {
  write_mesh("500GB");
  EXPECT_EQ(meshplan("run mesh.yaml --replicates 20").exit, 0);
  EXPECT_EQ(meshplan("run mesh.yaml --replicates 20 --set nodes.db.volumes.data.size=30GB").exit,
            3);
}

TEST_F(CliTest, RunAnswersInMarkdownForAPullRequest) {
  write_mesh("30GB");
  const Ran ran = meshplan("run mesh.yaml --replicates 200 --seed 7 --no-db --format markdown");
  expect_golden("run_markdown.md", ran.out);
  EXPECT_FALSE(exists("meshplan.db"));
}

TEST_F(CliTest, TheSameSeedGivesTheSameJsonAndRowsOnAnyNumberOfThreads) {
  write_mesh("30GB");
  const auto answer = [&](const std::string& threads) {
    const Ran ran = meshplan("run mesh.yaml --replicates 60 --seed 7 --series --format json --db " +
                             threads + ".db --threads " + threads);
    EXPECT_EQ(ran.exit, 3) << ran.err;
    json j = json::parse(ran.out);
    EXPECT_EQ(j["timing"]["threads"], std::stoi(threads));
    j.erase("timing");
    return j.dump();
  };
  EXPECT_EQ(answer("1"), answer("2"));
  const auto rows = [&](const std::string& database) {
    const std::string out = (folder_ / (database + ".rows")).string();
    // Everything but run_timing, which alone may differ.
    const std::string command = "sqlite3 '" + (folder_ / database).string() +
                                "' '.dump' | grep -v 'INSERT INTO run_timing' >'" + out + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return read_file(out);
  };
  EXPECT_GT(rows("1.db").size(), 10'000u);
  EXPECT_EQ(rows("1.db"), rows("2.db"));
}

TEST_F(CliTest, HorizonAndSetChangeTheScenarioAndItsHash) {
  write_mesh("500GB");
  const json base = json::parse(meshplan("run mesh.yaml --replicates 2 --no-db --format json").out);
  const json longer =
      json::parse(meshplan("run mesh.yaml --replicates 2 --no-db --format json --horizon 60d").out);
  EXPECT_EQ(base["horizon"], 30 * 86'400);
  EXPECT_EQ(longer["horizon"], 60 * 86'400);
  EXPECT_NE(base["scenario_hash"], longer["scenario_hash"]);
}

TEST_F(CliTest, AScenarioThatIsWrongLeavesNothingBehind) {
  write_mesh("lots");
  EXPECT_EQ(meshplan("run mesh.yaml").exit, 2);
  EXPECT_EQ(meshplan("run missing.yaml").exit, 2);
  EXPECT_FALSE(exists("meshplan.db"));
}

TEST_F(CliTest, AResultsFileThatCannotBeUsedIsReportedBeforeSimulating) {
  write_mesh("500GB");
  write("theirs.db", std::string(4'096, 'x'));
  const Ran ran = meshplan("run mesh.yaml --replicates 1000000 --db theirs.db");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "meshplan: cannot read 'theirs.db': it is not a SQLite database\n");
  EXPECT_EQ(meshplan("run mesh.yaml --replicates 1000000 --db nowhere/x.db").exit, 1);
}

TEST_F(CliTest, CtrlCStoresWhatWasFinishedAndExitsWith130) {
  write_mesh("500GB");
  Terminal terminal = on_a_terminal("run mesh.yaml --replicates 1000000");
  ASSERT_TRUE(terminal.shows(std::regex{R"(\] [1-9][0-9]*/1000000)"}));  // some are finished
  terminal.press('\x03');
  const Ran ran = terminal.finish();
  EXPECT_EQ(ran.exit, 130);
  EXPECT_NE(ran.out.find("of 1000000 (interrupted)"), std::string::npos) << ran.out;
  const json j = json::parse(meshplan("runs --format json").out);
  ASSERT_EQ(j["runs"].size(), 1u);
  EXPECT_EQ(j["runs"][0]["interrupted"], true);
  EXPECT_GT(j["runs"][0]["replicates"], 0);
  EXPECT_LT(j["runs"][0]["replicates"], 1'000'000);
}

// ---- runs and schema
// -------------------------------------------------------------------------------------------------------

TEST_F(CliTest, RunsListsWhatTheResultsFileHolds) {
  write_mesh("500GB");
  meshplan("run mesh.yaml --replicates 5 --seed 1");
  meshplan("run mesh.yaml --replicates 5 --seed 2");
  const Ran ran = meshplan("runs");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_NE(ran.out.find("   1  20"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("log (mesh.yaml), 5 replicates, seed 2: ok\n"), std::string::npos)
      << ran.out;
  const json j = json::parse(meshplan("runs --format json").out);
  ASSERT_EQ(j["runs"].size(), 2u);
  EXPECT_EQ(j["runs"][1]["seed"], 2);
}

TEST_F(CliTest, RunsOfAFileThatIsNotThereIsAFailure) {
  const Ran ran = meshplan("runs");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.err, "meshplan: cannot open 'meshplan.db': No such file or directory\n");
  EXPECT_FALSE(exists("meshplan.db"));
}

TEST_F(CliTest, SchemaIsJsonAndListsTheMetrics) {
  const json schema = json::parse(meshplan("schema").out);
  EXPECT_TRUE(schema.contains("$schema"));
  EXPECT_TRUE(schema["properties"].contains("nodes"));
  expect_golden("metrics.txt", meshplan("schema --metrics").out);
  EXPECT_EQ(json::parse(meshplan("schema --metrics --format json").out)["metrics"][0]["metric"],
            "volume_used");
  EXPECT_NE(meshplan("schema --metrics --format markdown").out.find("| `volume_used` | ratio |"),
            std::string::npos);
}

TEST_F(CliTest, SchemaDescribesTheResultsToo) {
  const json results = json::parse(meshplan("schema --results").out);
  EXPECT_TRUE(results["properties"].contains("outcomes"));
  EXPECT_NE(meshplan("schema --views").out.find("### outcomes\n"), std::string::npos);
  EXPECT_TRUE(json::parse(meshplan("schema --datasette").out).contains("databases"));
}

// ---- reports
// ---------------------------------------------------------------------------------------------------------------

TEST_F(CliTest, ReportGivesBackWhatTheRunSaid) {
  write_mesh("30GB");
  const Ran run = meshplan("run mesh.yaml --replicates 5 --report page.html --format json");
  const Ran again = meshplan("report meshplan.db --format json");
  EXPECT_EQ(again.exit, 0) << again.err;
  json a = json::parse(run.out), b = json::parse(again.out);
  EXPECT_EQ(a, b);
  EXPECT_EQ(read_file(folder_ / "page.html").find("<!doctype html>"), 0u);
  EXPECT_EQ(meshplan("report meshplan.db --html again.html --markdown a.md --json a.json").out, "");
  EXPECT_EQ(read_file(folder_ / "again.html"), read_file(folder_ / "page.html"));
  EXPECT_EQ(read_file(folder_ / "a.json"), again.out);
  EXPECT_EQ(read_file(folder_ / "a.md"), meshplan("report meshplan.db --format markdown").out);
}

TEST_F(CliTest, ReportTakesTheNewestRunUnlessOneIsNamed) {
  write_mesh("30GB");
  for (const char* seed : {"1", "2"})
    meshplan("run mesh.yaml --replicates 3 --seed " + std::string{seed});
  EXPECT_EQ(json::parse(meshplan("report meshplan.db --format json").out)["seed"], 2);
  EXPECT_EQ(json::parse(meshplan("report meshplan.db --run 1 --format json").out)["seed"], 1);
  const Ran none = meshplan("report meshplan.db --run 7 --html page.html");
  EXPECT_EQ(none.exit, 1);
  EXPECT_EQ(none.err, "meshplan: 'meshplan.db' has no run 7\n");
  EXPECT_FALSE(exists("page.html"));
}

TEST_F(CliTest, AReportThatCannotBeWrittenIsSaidBeforeTheSimulation) {
  write_mesh("30GB");
  const Ran ran = meshplan("run mesh.yaml --replicates 3 --report nowhere/page.html");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.err, "meshplan: cannot write 'nowhere/page.html': No such file or directory\n");
  EXPECT_FALSE(exists("meshplan.db"));
  meshplan("run mesh.yaml --replicates 3");
  EXPECT_EQ(meshplan("report meshplan.db --html /dev/full").err,
            "meshplan: cannot write '/dev/full': No space left on device\n");
}

// ---- terminals
// -------------------------------------------------------------------------------------------------------------

TEST_F(CliTest, ColoursAndBlocksAreForTerminalsThatWantThem) {
  write_mesh("30GB");
  const std::string run = "run mesh.yaml --replicates 20 --no-db";
  const std::string terminal = on_a_terminal(run).finish().out;
  EXPECT_NE(terminal.find("\x1b[1;31m"), std::string::npos);
  EXPECT_NE(terminal.find("▁"), std::string::npos);
  EXPECT_EQ(on_a_terminal(run, "NO_COLOR=1").finish().out.find("\x1b[1;31m"), std::string::npos);
  EXPECT_EQ(on_a_terminal(run, "LC_ALL=C").finish().out.find("▁"), std::string::npos);
  const Ran piped = meshplan(run);
  EXPECT_EQ(piped.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(piped.err, "");
}

}  // namespace
}  // namespace cli
