#include "tools/report/json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tools/report/resources.hpp"

namespace report {
namespace {

using Json = nlohmann::ordered_json;

Json interval(const plan::Estimate& e) { return {e.low, e.high}; }

Json outcome(const plan::Outcome& o) {
  Json j{{"metric", o.key.metric},      {"subject", o.key.subject},
         {"unit", o.key.unit},          {"p5", o.p5.value},
         {"p50", o.p50.value},          {"p95", o.p95.value},
         {"p99", o.p99.value},          {"mean", o.mean},
         {"minimum", o.minimum},        {"maximum", o.maximum},
         {"probability", o.probability}};
  if (o.time_to) {
    bool censored = false;
    for (const auto* e : {&o.p5, &o.p50, &o.p95, &o.p99})
      censored = censored || std::isnan(e->value);
    j["censored"] = censored;
  }
  j["monte_carlo_95"] = {{"p5", interval(o.p5)},
                         {"p50", interval(o.p50)},
                         {"p95", interval(o.p95)},
                         {"p99", interval(o.p99)},
                         {"probability", {o.probability_low, o.probability_high}}};
  return j;
}

Json objective(const plan::ObjectiveResult& o) {
  Json j{{"objective", o.objective.text},
         {"metric", o.objective.metric},
         {"subject", o.subject},
         {"unit", o.unit}};
  if (o.objective.probability_below)
    j["probability_below"] = o.threshold;
  else
    j["at"] = o.objective.at, j[o.objective.below ? "below" : "above"] = o.threshold;
  j["value"] = o.value;
  j["monte_carlo_95"] = interval(o.estimate);
  j["met"] = o.met;
  return j;
}

Json key(const models::SeriesKey& k) {
  Json j{{"quantity", k.quantity}, {"subject", k.subject}, {"unit", k.unit}};
  if (!k.owner.empty()) j["owner"] = k.owner;
  return j;
}

/// The shortest decimal that gives the float back, so that 0.1F is not 0.10000000149011612.
Json shortest(const std::vector<float>& values) {
  Json array = Json::array();
  for (const float value : values)
    array.push_back(
        std::isnan(value) ? Json{} : Json(std::strtod(fmt::format("{}", value).c_str(), nullptr)));
  return array;
}

Json bands(const plan::Results& r) {
  Json all = Json::array();
  for (const plan::Band& band : r.bands) {
    Json j = key(band.key);
    j["t"] = band.t;
    j["p5"] = shortest(band.p5);
    j["p50"] = shortest(band.p50);
    j["p95"] = shortest(band.p95);
    j["mean"] = shortest(band.mean);
    all.push_back(std::move(j));
  }
  return all;
}

Json trace(const plan::Results& r, const plan::Trace& trace) {
  Json j{{"label", trace.label}, {"replicate", trace.replicate}};
  Json events = Json::array();
  for (const models::Event& e : trace.events)
    events.push_back(
        {{"t", sim::seconds(e.at)}, {"kind", e.kind}, {"subject", e.subject}, {"text", e.text}});
  Json series = Json::array();
  for (const plan::Trace::Series& s : trace.series) {
    Json one = key(r.series[s.series]);
    Json pieces = Json::array();  // [t, value, slope per second]
    for (const sim::Piece& p : s.pieces) pieces.push_back({sim::seconds(p.at), p.value, p.slope});
    one["pieces"] = std::move(pieces);
    series.push_back(std::move(one));
  }
  j["events"] = std::move(events);
  j["series"] = std::move(series);
  return j;
}

void landmarks(Json& j, const plan::Results& r) {
  j["thresholds"] = Json::array();
  for (const plan::Threshold& t : r.thresholds)
    j["thresholds"].push_back(
        {{"quantity", t.quantity}, {"subject", t.subject}, {"name", t.name}, {"value", t.value}});
  j["incidents"] = Json::array();
  for (const plan::PlannedIncident& i : r.incidents)
    j["incidents"].push_back({{"name", i.name},
                              {"kind", i.kind},
                              {"at", i.at ? Json(*i.at) : Json{}},
                              {"every", i.every},
                              {"duration_p50", i.duration_p50},
                              {"duration_p95", i.duration_p95}});
}

/// What other commands found; absent unless they did.
void findings(Json& j, const plan::Results& r) {
  for (const plan::Comparison& c : r.comparisons)
    j["comparisons"].push_back({{"variant", c.variant},
                                {"metric", c.key.metric},
                                {"subject", c.key.subject},
                                {"unit", c.key.unit},
                                {"statistic", c.statistic},
                                {"value", c.value},
                                {"difference", c.difference.value},
                                {"difference_95", interval(c.difference)},
                                {"text", c.text},
                                {"best", c.best}});
  for (const plan::Influence& i : r.influences)
    j["influences"].push_back({{"parameter", i.parameter},
                               {"metric", i.key.metric},
                               {"subject", i.key.subject},
                               {"unit", i.key.unit},
                               {"statistic", i.statistic},
                               {"baseline", i.baseline},
                               {"at_low", i.at_low},
                               {"at_high", i.at_high},
                               {"low", i.low},
                               {"high", i.high},
                               {"rank_correlation", i.rank_correlation}});
  for (const plan::Alert& a : r.alerts)
    j["alerts"].push_back({{"rule", a.rule},
                           {"subject", a.subject},
                           {"condition", a.condition},
                           {"probability", a.probability},
                           {"first", a.first},
                           {"caught", a.caught},
                           {"lead_time", a.lead_time},
                           {"false_a_month", a.false_a_month},
                           {"replicates", a.replicates}});
  for (const plan::ChangeTried& c : r.changes)
    j["changes"].push_back({{"path", c.path},
                            {"unit", c.unit},
                            {"from", c.from},
                            {"to", c.to},
                            {"from_text", c.from_text},
                            {"to_text", c.to_text},
                            {"factor", c.factor},
                            {"passes", c.passes},
                            {"replicates", c.replicates}});
  for (const plan::PushDown& p : r.push_downs)
    j["push_downs"].push_back({{"consumer", p.consumer},
                               {"query", p.query},
                               {"part", p.part},
                               {"shipped", p.shipped},
                               {"reason", p.reason},
                               {"rows", p.rows},
                               {"bytes", p.bytes}});
}

}  // namespace

std::string results_schema() { return std::string{resource("results.schema.json")}; }

std::string json(const plan::Results& r, const JsonOptions& options) {
  Json j{{"format_version", json_format_version},
         {"meshplan", options.version},
         {"scenario", r.scenario_name},
         {"scenario_file", r.scenario_file},
         {"scenario_hash", r.scenario_hash},
         {"arguments", r.arguments},
         {"seed", r.seed},
         {"start", r.start},
         {"horizon", r.horizon},
         {"replicates", r.replicates},
         {"replicates_wanted", r.replicates_wanted},
         {"interrupted", r.interrupted}};
  j["verdict"] = {{"ok", r.verdict.ok},
                  {"headline", r.verdict.headline},
                  {"cause", r.verdict.cause},
                  {"next_step", r.verdict.next_step}};
  j["outcomes"] = Json::array();
  for (const plan::Outcome& o : r.outcomes) j["outcomes"].push_back(outcome(o));
  j["objectives"] = Json::array();
  for (const plan::ObjectiveResult& o : r.objectives) j["objectives"].push_back(objective(o));
  j["assumptions"] = Json::array();
  for (const plan::Assumption& a : r.assumptions)
    j["assumptions"].push_back({{"name", a.name}, {"value", a.value}, {"source", a.source}});
  landmarks(j, r);
  findings(j, r);
  if (options.series) {
    Json traces = Json::array();
    for (const plan::Trace& t : r.traces) traces.push_back(trace(r, t));
    j["series"] = {
        {"band_replicates", r.band_replicates}, {"bands", bands(r)}, {"traces", std::move(traces)}};
  }
  j["timing"] = {{"simulate_seconds", r.simulate_seconds}, {"threads", r.threads}};
  // Text that is not UTF-8 (a comment in SQL, say) must not make the run unprintable.
  return j.dump(options.series ? -1 : 2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace report
