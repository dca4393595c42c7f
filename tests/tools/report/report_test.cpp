#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/tools/report/example_results.hpp"
#include "tools/report/headline.hpp"
#include "tools/report/json.hpp"
#include "tools/report/markdown.hpp"
#include "tools/report/table.hpp"
#include "tools/report/text.hpp"

namespace report {
namespace {

using plan::example_results;

// ---- terminal
// --------------------------------------------------------------------------------------------------------

TEST(Text, ShowsVerdictCauseNextStepTableAndHowSureItIs) {
  EXPECT_EQ(text(example_results(), {}), R"(media-mesh: 4 replicates over 30 d, seed 7

FAIL media-prod/data fills up with probability 25 % within 30 d, at the earliest
     after 4.6 d.

Cause        WAL kept for slot weekly_engagement: 102 GiB of the 103 GiB it grew
             by.
Next step    Set max_slot_wal_keep_size = 70GB on media-prod.

                           P5       P50      P95      P99  happens
volume_used
  media-prod/data        40 %      60 %    100 %    100 %
time_to_disk_full
  media-prod/data      4.63 d    > 30 d   > 30 d   > 30 d     25 %
retained_wal
  weekly_engagement  18.6 GiB  46.6 GiB  140 GiB  140 GiB

Objectives
  FAIL volume_used media-prod/data at p99 below 85 %: 100 % (70 % to 100 %)

How sure     4 replicates; 95 % Monte Carlo interval of time_to_disk_full
             media-prod/data: P50 4.63 d to > 30 d, probability 4.6 % to 69.9 %.
Assumptions  2, listed with their sources in the JSON (--format json) and in the
             view `assumptions` of the results file.
)");
}

TEST(Text, FitsATerminalOfAnyUsualWidth) {
  for (const std::size_t width : {60U, 80U, 200U}) {
    std::istringstream page{text(example_results(), {width, false, true})};
    for (std::string line; std::getline(page, line);) EXPECT_LE(columns_of(line), width) << line;
  }
}

TEST(Text, ColoursAndBlocksOnlyWhereTheTerminalShowsThem) {
  const std::string plain = text(example_results(), {80, false, false});
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  for (const char c : plain) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  EXPECT_NE(text(example_results(), {80, true, false}).find("\x1b[1;31mFAIL\x1b[0m"),
            std::string::npos);
  EXPECT_NE(text(example_results(), {80, false, true}).find("P95 ▄▄▄"), std::string::npos);
}

TEST(Text, AnInterruptedRunSaysSo) {
  plan::Results r = example_results();
  r.interrupted = true;
  r.replicates_wanted = 1'000;
  EXPECT_NE(text(r, {}).find("4 replicates of 1000 (interrupted)"), std::string::npos);
  r.replicates = 0;
  r.outcomes.clear();
  r.bands.clear();
  EXPECT_NE(text(r, {80, false, true}).find("0 replicates of 1000"), std::string::npos);
}

TEST(Table, ANameThatLeavesNoRoomGetsItsOwnLine) {
  const Table table{
      {"P5", "P50"},
      {{"table_size", {}}, {"  core.a", {"1 %", "100 %"}}, {"  core.a_long_name", {"2 %", "3 %"}}}};
  EXPECT_EQ(table.lines(80),
            (std::vector<std::string>{"                     P5    P50", "table_size",
                                      "  core.a            1 %  100 %",
                                      "  core.a_long_name  2 %    3 %"}));
  EXPECT_EQ(table.lines(22),
            (std::vector<std::string>{"           P5    P50", "table_size", "  core.a  1 %  100 %",
                                      "  core.a_long_name", "          2 %    3 %"}));
}

TEST(Wrap, BreaksAtBlanksAndKeepsLongWords) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("a_very_long_word b", 5), (std::vector<std::string>{"a_very_long_word", "b"}));
  EXPECT_TRUE(wrap("", 5).empty());
  EXPECT_EQ(columns_of("größe"), 5u);
}

TEST(Sparkline, ReachesFromTheLowestToTheHighestBlock) {
  EXPECT_EQ(sparkline({0, 5, 10, std::nan("")}, 10), "▁▄█ ");
  EXPECT_EQ(sparkline({0, 0}, 0), "▁▁");
}

TEST(HeadlineOutcomes, AreTheWorstOfEachMetricDisksFirst) {
  plan::Results r = example_results();
  for (int i = 0; i < 20; ++i) {
    plan::Outcome table;
    table.key = {"table_size", "core.t" + std::to_string(i), "bytes"};
    table.p95.value = i;
    r.outcomes.push_back(table);
  }
  const auto rows = headline_outcomes(r);
  ASSERT_EQ(rows.size(), 8u);  // used, time, retained, and five of twenty tables
  EXPECT_EQ(rows[0]->key.metric, "volume_used");
  EXPECT_EQ(rows[3]->key.subject, "core.t19");
}

// ---- JSON
// ------------------------------------------------------------------------------------------------------------

TEST(Json, HasWhatScriptsRead) {
  const auto j = nlohmann::json::parse(json(example_results(), {"0.1.0"}));
  EXPECT_EQ(j["format_version"], 1);
  EXPECT_EQ(j["seed"], 7);
  EXPECT_EQ(j["scenario_hash"].get<std::string>().size(), 64u);
  EXPECT_EQ(j["verdict"]["ok"], false);
  ASSERT_EQ(j["outcomes"].size(), 4u);
  EXPECT_EQ(j["outcomes"][0]["metric"], "volume_used");
  EXPECT_EQ(j["outcomes"][0]["subject"], "media-prod/data");
  EXPECT_EQ(j["outcomes"][0]["unit"], "ratio");
  EXPECT_EQ(j["outcomes"][0]["p50"], 0.6);
  EXPECT_EQ(j["objectives"][0]["below"], 0.85);
  EXPECT_EQ(j["objectives"][0]["met"], false);
  EXPECT_EQ(j["assumptions"][1]["source"], "half of varchar(24)");
  EXPECT_EQ(j["timing"]["threads"], 2);
  EXPECT_FALSE(j.contains("series"));
}

TEST(Json, ATimeNotReachedIsNullAndCensoredWithItsProbability) {
  const auto j = nlohmann::json::parse(json(example_results(), {}));
  const auto& time = j["outcomes"][2];
  EXPECT_EQ(time["metric"], "time_to_disk_full");
  EXPECT_EQ(time["p5"], 400'000);
  EXPECT_TRUE(time["p50"].is_null());
  EXPECT_EQ(time["censored"], true);
  EXPECT_EQ(time["probability"], 0.25);
  EXPECT_TRUE(time["monte_carlo_95"]["p50"][1].is_null());
  EXPECT_FALSE(j["outcomes"][0].contains("censored"));
}

TEST(Json, OnlyTimingDependsOnThreadsAndClock) {
  plan::Results other = example_results();
  other.threads = 1;
  other.simulate_seconds = 77;
  auto a = nlohmann::json::parse(json(example_results(), {"0.1.0", true}));
  auto b = nlohmann::json::parse(json(other, {"0.1.0", true}));
  EXPECT_NE(a, b);
  a.erase("timing");
  b.erase("timing");
  EXPECT_EQ(a.dump(), b.dump());
}

TEST(Json, NumbersReadBackAsTheSameDouble) {
  plan::Results r = example_results();
  for (const double value : {0.1, 1.0 / 3, 1e22, 5e-324, 123456789.123456789, -0.0}) {
    r.outcomes[0].p50.value = value;
    const auto j = nlohmann::json::parse(json(r, {}));
    EXPECT_EQ(j["outcomes"][0]["p50"].get<double>(), value);
  }
}

TEST(Json, SeriesCarryBandsAndTraces) {
  plan::Results r = example_results();
  r.bands[0].p5[0] = 0.1F;
  const std::string printed = json(r, {"", true});
  EXPECT_EQ(printed.find("0.10000000149"), std::string::npos);
  const auto j = nlohmann::json::parse(printed);
  EXPECT_EQ(j["series"]["bands"][0]["p5"][0], 0.1);
  EXPECT_EQ(j["series"]["bands"][0]["t"][1], 1'296'000);
  EXPECT_EQ(j["series"]["band_replicates"], 3);
  const auto& trace = j["series"]["traces"][0];
  EXPECT_EQ(trace["label"], "bad");
  EXPECT_EQ(trace["events"][1]["t"], 400'000);
  EXPECT_EQ(trace["series"][1]["owner"], "wal kept for slot weekly_engagement");
  EXPECT_EQ(trace["series"][1]["pieces"][1][2], 1.1e6);
}

TEST(Json, TextThatIsNotUtf8StillPrints) {
  plan::Results r = example_results();
  r.scenario_name = "caf\xe9";
  EXPECT_EQ(nlohmann::json::parse(json(r, {}))["scenario"], "caf\xEF\xBF\xBD");
}

// ---- Markdown
// ---------------------------------------------------------------------------------------------------------

TEST(Markdown, IsATableThatAPullRequestShows) {
  const std::string page = markdown(example_results());
  EXPECT_EQ(page.find("### ❌ media-mesh\n\n**media-prod/data fills up"), 0u);
  EXPECT_NE(page.find("|  | P5 | P50 | P95 | P99 | happens |\n|:--|--:|--:|--:|--:|--:|\n"),
            std::string::npos);
  EXPECT_NE(page.find("| time\\_to\\_disk\\_full media-prod/data | 4.63 d | \\> 30 d |"),
            std::string::npos);
  EXPECT_NE(page.find("| 100 % (70 % to 100 %) | MISSED |"), std::string::npos);
  EXPECT_NE(page.find("<summary>2 assumptions</summary>"), std::string::npos);
}

TEST(Markdown, TextOfTheScenarioCannotBreakATable) {
  plan::Results r = example_results();
  r.assumptions[0].value = "a | b\n<script>";
  EXPECT_NE(markdown(r).find("a \\| b \\<script\\>"), std::string::npos);
}

}  // namespace
}  // namespace report
