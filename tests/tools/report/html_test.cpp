#include "tools/report/html.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/report/example_results.hpp"
#include "tools/report/chart.hpp"
#include "tools/report/known_error.hpp"
#include "tools/report/moments.hpp"
#include "tools/report/story.hpp"

namespace report {
namespace {

using plan::example_results;

std::string page(const plan::Results& results) { return html(results, {"0.1.0", {}}); }

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

nlohmann::json data_of(const std::string& page) {
  const std::string open = "<script id=\"data\" type=\"application/json\">";
  const std::size_t from = page.find(open) + open.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(Html, SaysTheVerdictFirstAndLinksItToItsChart) {
  const std::string p = page(example_results());
  EXPECT_TRUE(has(p,
                  "<span class=\"status\">FAIL</span> <a href=\"#volume-media-prod-data\">"
                  "media-prod/data</a> fills up with probability 25\u00a0%"))
      << p.substr(p.find("<h1>"), 300);
  EXPECT_LT(p.find("id=\"verdict\""), p.find("id=\"objectives\""));
  EXPECT_LT(p.find("id=\"objectives\""), p.find("id=\"volumes\""));
  EXPECT_TRUE(has(p, "<article id=\"volume-media-prod-data\">"));
  EXPECT_TRUE(has(p, "<a class=\"back\" href=\"#verdict\">"));
}

TEST(Html, AsksForNothingFromOutside) {
  const std::string p = page(example_results());
  EXPECT_TRUE(has(p, "default-src 'none'"));
  for (const char* outside : {"src=\"http", "href=\"http", "@import", "url(http", "<link", "<img"})
    EXPECT_FALSE(has(p, outside)) << outside;
  EXPECT_TRUE(has(p, "Chart.js v3"));
}

TEST(Html, EveryLinkHasItsTargetAndEveryIdIsUnique) {
  plan::Results r = example_results();
  plan::add_findings(r);
  const std::string p = page(r);
  std::set<std::string> ids;
  for (std::size_t at = 0; (at = p.find(" id=\"", at)) != std::string::npos; at += 5) {
    const std::string id = p.substr(at + 5, p.find('"', at + 5) - at - 5);
    EXPECT_TRUE(ids.insert(id).second) << id;
  }
  for (std::size_t at = 0; (at = p.find("href=\"#", at)) != std::string::npos; at += 7)
    EXPECT_EQ(ids.count(p.substr(at + 7, p.find('"', at + 7) - at - 7)), 1u) << p.substr(at, 60);
}

TEST(Html, TextOfTheScenarioIsNeverMarkup) {
  plan::Results r = example_results();
  const std::string evil = "</script><script>alert(1)</script><b>&\"";
  r.scenario_name = r.scenario_text = r.verdict.headline = evil;
  r.assumptions[0] = {evil, evil, evil};
  r.objectives[0].subject = r.outcomes[0].key.subject = evil;
  for (models::SeriesKey& key : r.series) key.subject = evil;
  for (plan::Band& band : r.bands) band.key.subject = evil;
  r.incidents[0].name = r.traces[0].events[0].subject = r.traces[0].events[0].kind = evil;
  const std::string p = page(r);
  EXPECT_FALSE(has(p, "alert(1)</script><b>"));
  EXPECT_FALSE(has(p, "<script>alert"));
  EXPECT_EQ(data_of(p)["outcomes"][0]["subject"], evil);
}

TEST(Html, ChartsCarryBandsThresholdsAndIncidentsAtTheirTime) {
  const auto chart = data_of(page(example_results()))["charts"]["volume-media-prod-data-used"];
  EXPECT_EQ(chart["kind"], "fan");
  EXPECT_EQ(chart["series"][0]["p95"][1], 2e11);
  EXPECT_EQ(chart["lines"][0]["name"], "full");
  EXPECT_EQ(chart["lines"][0]["value"], 237.5e9);
  ASSERT_EQ(chart["marks"].size(), 1u);  // the other incident has no fixed time
  EXPECT_EQ(chart["marks"][0]["name"], "link outage");
  EXPECT_EQ(chart["marks"][0]["from"], 300'000);
  EXPECT_EQ(chart["marks"][0]["to"], 343'200);    // + 12 h
  EXPECT_EQ(chart["marks"][0]["late"], 516'000);  // + 60 h
  EXPECT_EQ(chart["series"][1]["name"], "the bad replicate");
  EXPECT_EQ(chart["series"][1]["points"][1][0], 300'000);
  EXPECT_EQ(chart["series"][1]["points"][1][1], 1.3e11);  // 1e11 + 3e5 s * 1e5/s
}

TEST(Html, FiguresAreThoseOfTheJson) {
  const auto outcomes = data_of(page(example_results()))["outcomes"];
  EXPECT_EQ(outcomes[0]["p50"], 0.6);
  EXPECT_EQ(outcomes[1]["metric"], "time_to_disk_full");
  EXPECT_TRUE(outcomes[1]["p50"].is_null());
  EXPECT_EQ(outcomes[1]["probability"], 0.25);
}

TEST(Html, SectionsAppearWithTheirData) {
  plan::Results r = example_results();
  const std::string without = page(r);
  const std::string measured = "kept in its results file: 2 cases";
  for (const std::string& part :
       {std::string{"id=\"mechanisms\""}, std::string{"id=\"influences\""},
        std::string{"id=\"queries\""}, measured})
    EXPECT_FALSE(has(without, part)) << part;
  plan::add_findings(r);
  const std::string with = html(r, {"0.1.0",
                                    {{"inserts.yaml", 17, "wal_bytes", "a", "bytes", 103, 100, 150},
                                     {"inserts.yaml", 15, "wal_bytes", "a", "bytes", 99, 100}}});
  for (const char* id :
       {"id=\"mechanisms\"", "id=\"influences\"", "id=\"queries\"", "id=\"accuracy\""})
    EXPECT_TRUE(has(with, id)) << id;
  EXPECT_TRUE(has(with, measured));
  EXPECT_TRUE(has(with, "own server"));
  EXPECT_TRUE(has(with, "lower() under another collation"));
  EXPECT_TRUE(has(with,
                  "<td>15 to 17</td><td class=\"n\">2</td><td class=\"n\">1 %</td>"
                  "<td class=\"n\">3 %</td><td class=\"n\">50 %</td>"));
  const auto charts = data_of(with)["charts"];
  const auto tornado = charts["influence-volume_used-p50-of-media-prod-data"];
  EXPECT_EQ(tornado["baseline"], 0.6);
  EXPECT_EQ(tornado["series"][0]["high"], 0.9);
}

TEST(Html, ARunWithoutASingleReplicateIsStillAPage) {
  plan::Results r;
  r.scenario_name = "interrupted at once";
  r.interrupted = true;
  r.verdict = {false, "Interrupted before the first replicate was finished.", "", ""};
  const std::string p = page(r);
  EXPECT_TRUE(has(p, "interrupted at once"));
  EXPECT_FALSE(has(p, "id=\"volumes\""));
  EXPECT_FALSE(has(p, "id=\"figures\""));
}

TEST(Html, ShowsTheModelErrorThatTheProgramWasShippedWith) {
  const KnownError known = known_error();
  ASSERT_FALSE(known.rows.empty());
  const std::string p = page(example_results());  // whose results file holds no measurement
  EXPECT_TRUE(has(p, known.summary));
  for (const KnownError::Row& row : known.rows)
    EXPECT_TRUE(has(p, "<th scope=\"row\">" + row.quantity + "</th><td class=\"n\">" + row.lines));
}

TEST(KnownError, IsTheFirstTableOfQuantitiesAndTheLineAboveIt) {
  const KnownError known = read_known_error(
      "# Page\n\n2 scenarios, **50 % within target**. For the simpler means: none.\n\n"
      "| Quantity | Lines | Within target | Median error | Straight line | Spreadsheet |\n"
      "|:--|--:|--:|--:|--:|--:|\n| `wal_bytes` | 4 | 50 % | 0.6 % | 1 % (2 %) | - |\n\n"
      "| Quantity | Lines |\n| `other` | 1 | 2 | 3 | 4 | 5 |\n");
  EXPECT_EQ(known.summary, "2 scenarios, 50 % within target.");
  ASSERT_EQ(known.rows.size(), 1U);
  EXPECT_EQ(known.rows[0].quantity, "wal_bytes");
  EXPECT_EQ(known.rows[0].straight_line, "1 % (2 %)");
  EXPECT_TRUE(read_known_error("no table").rows.empty());
}

TEST(Html, TheCommandThatReproducesARunHasItsOptions) {
  plan::Results r = example_results();
  r.arguments = " --set a.b=1 --horizon 9d";
  EXPECT_TRUE(has(page(r), r.scenario_file + " --set a.b=1 --horizon 9d --seed " +
                               std::to_string(r.seed) + " --replicates " +
                               std::to_string(r.replicates_wanted)));
}

TEST(Html, StaysSmall) {
  plan::Results r = example_results();
  const plan::Band band = r.bands[0];
  for (int i = 0; i < 60; ++i) {  // as many series as a run keeps, at its 400 points
    plan::Band wide = band;
    wide.key.owner = "heap of core.table_" + std::to_string(i);
    wide.t.resize(400);
    for (std::size_t t = 0; t < 400; ++t) wide.t[t] = static_cast<double>(t) * 6'496.24;
    for (auto* values : {&wide.p5, &wide.p50, &wide.p95, &wide.mean}) {
      values->resize(400);
      for (std::size_t t = 0; t < 400; ++t) (*values)[t] = 1.234567e10F * static_cast<float>(t + 1);
    }
    r.series.push_back(wide.key);
    r.bands.push_back(wide);
  }
  r.outcomes[0].values.assign(1'000, 0.123456789);
  r.outcomes[2].values.assign(1'000, 123'456.789);
  EXPECT_LT(page(r).size(), 2'000'000u);
}

TEST(Story, TellsWhatHappenedWithoutTheRoutine) {
  plan::Results r = example_results();
  plan::Trace& trace = r.traces[0];
  trace.events = {{sim::after({}, 100), "checkpoint", "media-prod", "starting: time"},
                  {sim::after({}, 300'000), "incident", "link outage", "begins"},
                  {sim::after({}, 310'000), "wal_status", "weekly", "reserved -> extended"},
                  {sim::after({}, 400'000), "disk_full", "media-prod/data", "PANIC"},
                  {sim::after({}, 500'000), "incident", "link outage", "ends"}};
  const Story told = story(r, trace);
  ASSERT_EQ(told.entries.size(), 4u);
  EXPECT_EQ(told.entries[0].text, "link outage begins");
  EXPECT_EQ(told.entries[1].text, "wal_status of weekly: reserved → extended");
  EXPECT_EQ(told.entries[2].text, "media-prod/data is full. PANIC");
  EXPECT_TRUE(told.entries[2].bad);
  EXPECT_EQ(told.entries[0].figures[0], "121 GiB");  // 130e9 bytes
  EXPECT_EQ(told.routine, "Routine, not listed: 1 × checkpoint.");
  ASSERT_EQ(told.marks.size(), 2u);
  EXPECT_EQ(told.marks[0].from, 300'000);
  EXPECT_EQ(told.marks[0].to, 500'000);
  EXPECT_EQ(told.marks[0].number, "1");
  EXPECT_TRUE(told.marks[1].bad);
}

TEST(Moments, AreDatesOfALongRunAndSecondsOfAShortOne) {
  const std::int64_t start = 1'767'571'200;  // Monday 2026-01-05 00:00 UTC
  EXPECT_EQ(moment_in_words(start, 302'400, 2'592'000), "Thu 8 Jan 12:00");
  EXPECT_EQ(moment_in_words(start, 45, 60), "45 s");
  EXPECT_EQ(iso(start + 302'400), "2026-01-08T12:00:00Z");
}

TEST(Slug, IsSafeInALink) { EXPECT_EQ(slug("Media-prod/data @x"), "media-prod-data--x"); }

}  // namespace
}  // namespace report
