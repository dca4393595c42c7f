#pragma once

#include <limits>

#include "tools/plan/results.hpp"
#include "tools/plan/study.hpp"

/// A small run, filled by hand: what the store and the reports are tested with.
namespace plan {

inline constexpr double not_reached = std::numeric_limits<double>::quiet_NaN();

/// A 0/1, a size, and a time that three of four replicates do not reach.
inline std::vector<Outcome> example_outcomes() {
  Outcome used;
  used.key = {"volume_used", "media-prod/data", "ratio"};
  used.mean = 0.675;
  used.p5 = {0.4, 0.4, 0.6};
  used.p50 = {0.6, 0.4, 0.7};
  used.p95 = used.p99 = {1.0, 0.7, 1.0};
  used.minimum = 0.4;
  used.maximum = 1.0;
  used.values = {0.4, 1.0, 0.7, 0.6};

  Outcome full;
  full.key = {"disk_full", "media-prod/data", "0/1"};
  full.mean = full.probability = 0.25;
  full.probability_low = 0.0456;
  full.probability_high = 0.6994;
  full.p95 = full.p99 = {1, 0, 1};
  full.maximum = 1;
  full.values = {0, 1, 0, 0};

  Outcome when;
  when.key = {"time_to_disk_full", "media-prod/data", "s"};
  when.time_to = true;
  when.mean = when.minimum = when.maximum = 400'000;
  when.p5 = {400'000, 400'000, not_reached};
  when.p50 = when.p95 = when.p99 = {not_reached, 400'000, not_reached};
  when.probability = 0.25;
  when.probability_low = 0.0456;
  when.probability_high = 0.6994;
  when.values = {not_reached, 400'000, not_reached, not_reached};

  Outcome retained;
  retained.key = {"retained_wal", "weekly_engagement", "bytes"};
  retained.mean = 75e9;
  retained.p5 = {20e9, 20e9, 50e9};
  retained.p50 = {50e9, 20e9, 80e9};
  retained.p95 = retained.p99 = {150e9, 80e9, 150e9};
  retained.minimum = 20e9;
  retained.maximum = 150e9;
  retained.values = {20e9, 150e9, 80e9, 50e9};
  return {used, full, when, retained};
}

inline Trace example_trace() {
  Trace trace;
  trace.label = "bad";
  trace.replicate = 1;
  trace.series = {
      {0, {{{sim::Instant{}}, 100e9, 1e5}, {{sim::Duration{300'000'000'000'000}}, 130e9, 1.2e6}}},
      {1, {{{sim::Instant{}}, 0, 0}, {{sim::Duration{300'000'000'000'000}}, 0, 1.1e6}}},
      {2, {{{sim::Instant{}}, 100e9, 1e5}}}};
  trace.events = {
      {{sim::Duration{300'000'000'000'000}}, "link_down", "media-prod/marketing-prod", "link down"},
      {{sim::Duration{400'000'000'000'000}}, "disk_full", "media-prod/data", "no space left"}};
  return trace;
}

inline Results example_results() {
  Results r;
  r.scenario_name = "media-mesh";
  r.scenario_file = "media_mesh.yaml";
  r.scenario_text = "name: media-mesh\n";
  r.scenario_hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  r.seed = 7;
  r.replicates_wanted = r.replicates = 4;
  r.band_replicates = 3;
  r.start = 1'767'571'200;  // 2026-01-05 00:00 UTC
  r.horizon = 30 * 86'400;
  r.outcomes = example_outcomes();
  r.series = {{"volume_used", "media-prod/data", "", "bytes"},
              {"volume_used", "media-prod/data", "wal kept for slot weekly_engagement", "bytes"},
              {"volume_used", "media-prod/data", "heap core.fct_playback_sessions", "bytes"},
              {"retained_wal", "weekly_engagement", "", "bytes"}};
  Band total;
  total.key = r.series[0];
  total.t = {0, 1'296'000, 2'592'000};
  total.p5 = {1e11F, 1.5e11F, 2e11F};
  total.p50 = {1e11F, 1.75e11F, 2.25e11F};
  total.p95 = total.mean = {1e11F, 2e11F, 2.5e11F};
  Band retained = total;
  retained.key = r.series[3];
  r.bands = {total, retained};
  r.traces = {example_trace()};
  ObjectiveResult objective;
  objective.objective.name = "disk stays below 85 %";
  objective.objective.metric = "volume_used";
  objective.objective.subject = "media-prod/data";
  objective.objective.below = 0.85;
  objective.objective.text = "volume_used media-prod/data at p99 below 85%";
  objective.objective.line = 40;
  objective.subject = "media-prod/data";
  objective.unit = "ratio";
  objective.value = 1;
  objective.estimate = {1, 0.7, 1};
  objective.threshold = 0.85;
  r.objectives = {objective};
  r.verdict.ok = false;
  r.verdict.headline =
      "media-prod/data fills up with probability 25 % within 30 d, at the earliest after 4.6 d.";
  r.verdict.cause = "WAL kept for slot weekly_engagement: 102 GiB of the 103 GiB it grew by.";
  r.verdict.next_step = "Set max_slot_wal_keep_size = 70GB on media-prod.";
  r.assumptions = {{"apply_rate_insert", "20000 .. 150000 rows/s", "measured prior"},
                   {"column device", "12 bytes on average", "half of varchar(24)"}};
  r.thresholds = {{"volume_used", "media-prod/data", "full", 237.5e9},
                  {"volume_used", "media-prod/data", "objective p99", 212.5e9}};
  r.incidents = {{"link outage", "link_down", 300'000, 0, 43'200, 216'000},
                 {"forgotten session", "open_transaction", std::nullopt, 864'000, 3'600, 32'400}};
  r.simulate_seconds = 1.5;
  r.threads = 2;
  return r;
}

/// What compare, sensitivity and federation add to a run.
inline void add_findings(Results& r) {
  const models::OutcomeKey used{"volume_used", "media-prod/data", "ratio"};
  const models::OutcomeKey isolation{"isolation", "weekly_engagement", "text"};
  const Estimate none{not_reached, not_reached, not_reached};
  r.comparisons = {{"event", used, "p99", 1.0, none, "", false},
                   {"federated", used, "p99", 0.5, {-0.5, -0.55, -0.45}, "", true},
                   {"event", isolation, "", not_reached, none, "own server", true},
                   {"federated", isolation, "", not_reached, none, "shares the producer", false}};
  r.influences = {
      {"incidents[\"link outage\"].for", used, "p50", 0.6, 0.5, 0.9, "below 5 h", "above 30 h",
       0.8},
      {"apply_rate_insert", used, "p50", 0.6, 0.62, 0.59, "below 40000/s", "above 120000/s", -0.1}};
  r.push_downs = {{"finance", "SELECT count(*) FROM sales.orders", "aggregate", true,
                   "every function is shippable", 1, 58},
                  {"finance", "SELECT count(*) FROM sales.orders", "where", false,
                   "lower() under another collation", 120'000, 9.6e6}};
  r.alerts = {{"SlotInactive", "s1", "no walsender for 30 min", 0.5, 9'000, 1, 36'000, 1.5, 40},
              {"SlotLost", "s1", "wal_status = lost", 0, not_reached, 0, not_reached, 0, 40}};
}

/// The second half of a sweep over max_wal_size.
inline Study example_study() {
  const Results results = example_results();
  Study study;
  study.kind = "sweep";
  study.scenario_name = results.scenario_name;
  study.scenario_file = results.scenario_file;
  study.scenario_hash = results.scenario_hash;
  study.arguments = "--vary nodes.media-prod.settings.max_wal_size=1GB,2GB,4GB,8GB";
  study.seed = results.seed;
  study.replicates = results.replicates;
  study.horizon = results.horizon;
  study.points_wanted = 4;
  study.ok = false;
  study.headline = "2 of 2 points miss an objective.";
  for (const std::int64_t number : {2, 3}) {
    StudyPoint& point = study.points.emplace_back();
    point.number = number;
    point.settings = {{"nodes.media-prod.settings.max_wal_size", number == 2 ? "4GB" : "8GB",
                       (number == 2 ? 4.0 : 8.0) * (1 << 30)}};
    point.replicates = results.replicates;
    point.outcomes = results.outcomes;
    for (Outcome& outcome : point.outcomes) outcome.values.clear();
    point.objectives = results.objectives;
  }
  const double gib = 1 << 30;
  study.figures = {{"solved_largest",
                    "nodes.media-prod.settings.max_wal_size",
                    "bytes",
                    {142 * gib, 140 * gib, 150 * gib},
                    "142GB"}};
  return study;
}

}  // namespace plan
