#include "tools/store/schema.hpp"

#include <fmt/format.h>

#include <array>

namespace store {
namespace {

// The views (plural names) are the stable interface; the tables (singular names) may change with
// user_version. Big tables hold nothing but their rows in the order written: their owner keeps the
// range of rowids, so that no index has to be kept and one series is read as one stretch of the
// file.
constexpr const char* version_1 = R"sql(
CREATE TABLE run (
  run_id INTEGER PRIMARY KEY,
  scenario_name TEXT NOT NULL,
  scenario_file TEXT NOT NULL,
  scenario_text TEXT NOT NULL,
  scenario_hash TEXT NOT NULL,       -- SHA-256 of text, included files and overrides
  meshplan_version TEXT NOT NULL,
  seed INTEGER NOT NULL,
  replicates_wanted INTEGER NOT NULL,
  replicates INTEGER NOT NULL,       -- finished: fewer when interrupted
  band_replicates INTEGER NOT NULL,  -- series bands are percentiles over so many of them
  interrupted INTEGER NOT NULL,
  start INTEGER NOT NULL,            -- first simulated instant, epoch seconds
  horizon REAL NOT NULL,             -- seconds
  ok INTEGER NOT NULL,
  headline TEXT NOT NULL,
  cause TEXT NOT NULL,
  next_step TEXT NOT NULL
) STRICT;

-- What differs between two runs of the same scenario and seed, and nothing else.
CREATE TABLE run_timing (
  run_id INTEGER PRIMARY KEY REFERENCES run,
  created_at INTEGER NOT NULL,       -- epoch seconds
  host TEXT NOT NULL,
  threads INTEGER NOT NULL,
  simulate_seconds REAL NOT NULL
) STRICT;

CREATE TABLE outcome (
  outcome_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  metric TEXT NOT NULL,
  subject TEXT NOT NULL,
  unit TEXT NOT NULL,
  time_to INTEGER NOT NULL,
  mean REAL,
  p5 REAL, p5_low REAL, p5_high REAL,
  p50 REAL, p50_low REAL, p50_high REAL,
  p95 REAL, p95_low REAL, p95_high REAL,
  p99 REAL, p99_low REAL, p99_high REAL,
  minimum REAL, maximum REAL,
  probability REAL, probability_low REAL, probability_high REAL,
  first_value INTEGER NOT NULL, last_value INTEGER NOT NULL,
  UNIQUE (run_id, metric, subject)
) STRICT;

CREATE TABLE outcome_value (value_id INTEGER PRIMARY KEY, value REAL) STRICT;

CREATE TABLE series_key (
  series_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  quantity TEXT NOT NULL,
  subject TEXT NOT NULL,
  owner TEXT NOT NULL,
  unit TEXT NOT NULL,
  first_point INTEGER NOT NULL, last_point INTEGER NOT NULL
) STRICT;
CREATE INDEX series_key_by_run ON series_key (run_id);

CREATE TABLE band_point (
  point_id INTEGER PRIMARY KEY, t REAL NOT NULL, p5 REAL, p50 REAL, p95 REAL, mean REAL
) STRICT;

CREATE TABLE trace (
  trace_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  label TEXT NOT NULL,
  replicate INTEGER NOT NULL,
  first_event INTEGER NOT NULL, last_event INTEGER NOT NULL
) STRICT;
CREATE INDEX trace_by_run ON trace (run_id);

CREATE TABLE trace_series (
  trace_series_id INTEGER PRIMARY KEY,
  trace_id INTEGER NOT NULL REFERENCES trace,
  series_id INTEGER NOT NULL REFERENCES series_key,
  first_piece INTEGER NOT NULL, last_piece INTEGER NOT NULL
) STRICT;
CREATE INDEX trace_series_by_trace ON trace_series (trace_id);

CREATE TABLE piece (
  piece_id INTEGER PRIMARY KEY, t REAL NOT NULL, value REAL, slope REAL
) STRICT;

CREATE TABLE event (
  event_id INTEGER PRIMARY KEY, t REAL NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE objective (
  objective_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  line INTEGER NOT NULL,
  metric TEXT NOT NULL,
  wanted_subject TEXT NOT NULL,
  at TEXT NOT NULL,
  below REAL, above REAL, probability_below REAL,
  subject TEXT NOT NULL,
  unit TEXT NOT NULL,
  value REAL, estimate REAL, estimate_low REAL, estimate_high REAL,
  threshold REAL NOT NULL,
  met INTEGER NOT NULL
) STRICT;
CREATE INDEX objective_by_run ON objective (run_id);

CREATE TABLE assumption (
  assumption_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  source TEXT NOT NULL
) STRICT;
CREATE INDEX assumption_by_run ON assumption (run_id);
)sql";

constexpr const char* version_1_views = R"sql(
CREATE VIEW runs AS
-- One row per run. created_at and start are epoch seconds, horizon is in seconds; ok is 1 when every objective is met.
SELECT run_id, created_at, host, scenario_name, scenario_file, scenario_hash, meshplan_version, seed,
       replicates, replicates_wanted, band_replicates, interrupted, start, horizon, ok, headline, cause, next_step,
       threads, simulate_seconds
FROM run JOIN run_timing USING (run_id);

CREATE VIEW outcomes AS
-- One row per run, metric and subject: percentiles over replicates with their 95 % Monte Carlo interval (_low, _high).
-- NULL in a time means: not reached within the horizon; probability is the share of replicates that reached it.
SELECT run_id, metric, subject, unit, mean, p5, p5_low, p5_high, p50, p50_low, p50_high,
       p95, p95_low, p95_high, p99, p99_low, p99_high, minimum, maximum,
       probability, probability_low, probability_high
FROM outcome;

CREATE VIEW outcome_values AS
-- One row per run, metric, subject and replicate; NULL: a time not reached.
SELECT o.run_id, o.metric, o.subject, o.unit, v.value_id - o.first_value AS replicate, v.value
FROM outcome o CROSS JOIN outcome_value v ON v.value_id BETWEEN o.first_value AND o.last_value;

CREATE VIEW series AS
-- Percentile bands on a common grid: t is in seconds since the start, time in epoch seconds. owner names whose bytes
-- these are; it is empty for a total and for everything that has no owners.
SELECT s.run_id, s.quantity, s.subject, s.owner, s.unit, b.t, r.start + b.t AS time,
       b.p5, b.p50, b.p95, b.mean
FROM run r JOIN series_key s USING (run_id)
     CROSS JOIN band_point b ON b.point_id BETWEEN s.first_point AND s.last_point;

CREATE VIEW traces AS
-- The replicates recorded in full: label is median, bad or worst.
SELECT run_id, label, replicate FROM trace;

CREATE VIEW pieces AS
-- Recorded trajectories: from t on the value is value + slope * (seconds since t), until the series' next piece.
SELECT t.run_id, t.label, t.replicate, s.quantity, s.subject, s.owner, s.unit,
       p.t, r.start + p.t AS time, p.value, p.slope
FROM run r JOIN trace t USING (run_id) JOIN trace_series ts USING (trace_id)
     JOIN series_key s ON s.series_id = ts.series_id
     CROSS JOIN piece p ON p.piece_id BETWEEN ts.first_piece AND ts.last_piece;

CREATE VIEW events AS
-- What happened in the recorded replicates, in time order.
SELECT t.run_id, t.label, t.replicate, e.t, r.start + e.t AS time, e.kind, e.subject, e.text
FROM run r JOIN trace t USING (run_id)
     CROSS JOIN event e ON e.event_id BETWEEN t.first_event AND t.last_event;

CREATE VIEW volumes AS
-- Who owns the bytes of each volume over time; owner '' is the total.
SELECT run_id, subject AS volume, owner, unit, t, time, p5, p50, p95, mean
FROM series WHERE quantity = 'volume_used';

CREATE VIEW slots AS
-- One row per run and replication slot: bytes, seconds and probabilities.
SELECT run_id, subject AS slot,
       max(p50) FILTER (WHERE metric = 'retained_wal') AS retained_wal_p50,
       max(p95) FILTER (WHERE metric = 'retained_wal') AS retained_wal_p95,
       max(p99) FILTER (WHERE metric = 'retained_wal') AS retained_wal_p99,
       max(p50) FILTER (WHERE metric = 'replay_lag') AS replay_lag_p50,
       max(p95) FILTER (WHERE metric = 'replay_lag') AS replay_lag_p95,
       max(p50) FILTER (WHERE metric = 'outage_tolerance') AS outage_tolerance_p50,
       max(p5) FILTER (WHERE metric = 'outage_tolerance') AS outage_tolerance_p5,
       max(probability) FILTER (WHERE metric = 'slot_lost') AS slot_lost_probability
FROM outcome
WHERE metric IN ('retained_wal', 'replay_lag', 'outage_tolerance', 'slot_lost')
GROUP BY run_id, subject;

CREATE VIEW bloat AS
-- One row per run and table: sizes in bytes, dead rows, autovacuum runs.
SELECT run_id, subject AS table_name,
       max(p50) FILTER (WHERE metric = 'heap_size') AS heap_size_p50,
       max(p95) FILTER (WHERE metric = 'heap_size') AS heap_size_p95,
       max(p50) FILTER (WHERE metric = 'table_size') AS table_size_p50,
       max(p95) FILTER (WHERE metric = 'table_size') AS table_size_p95,
       max(p50) FILTER (WHERE metric = 'n_dead_tup') AS n_dead_tup_p50,
       max(p95) FILTER (WHERE metric = 'n_dead_tup') AS n_dead_tup_p95,
       max(p50) FILTER (WHERE metric = 'autovacuum_runs') AS autovacuum_runs_p50
FROM outcome
WHERE metric IN ('heap_size', 'table_size', 'n_dead_tup', 'autovacuum_runs')
GROUP BY run_id, subject;

CREATE VIEW transfers AS
-- Bytes sent over the link for each slot during the run.
SELECT run_id, subject AS slot, unit, p5, p50, p95, p99, mean FROM outcome WHERE metric = 'link_bytes';

CREATE VIEW objectives AS
-- Each objective for each subject it applies to. value is the gated percentile or probability, NULL: not reached.
SELECT run_id, name, text, metric, subject, unit, at, value, estimate_low AS value_low,
       estimate_high AS value_high, threshold, met
FROM objective;

CREATE VIEW assumptions AS
-- What the run took for granted, and where it comes from.
SELECT run_id, name, value, source FROM assumption;
)sql";

// Lines and moments that charts are read against, what other commands found about a run, and
// measurements of the model itself.
constexpr const char* version_2 = R"sql(
CREATE TABLE threshold (
  threshold_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  quantity TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL
) STRICT;
CREATE INDEX threshold_by_run ON threshold (run_id);

CREATE TABLE incident (
  incident_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  at REAL,                           -- seconds since the start, NULL: drawn in each replicate
  every REAL NOT NULL,
  duration_p50 REAL NOT NULL,
  duration_p95 REAL NOT NULL
) STRICT;
CREATE INDEX incident_by_run ON incident (run_id);

CREATE TABLE comparison (
  comparison_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  variant TEXT NOT NULL,
  metric TEXT NOT NULL,
  subject TEXT NOT NULL,
  unit TEXT NOT NULL,
  statistic TEXT NOT NULL,
  value REAL, difference REAL, difference_low REAL, difference_high REAL,
  text TEXT NOT NULL,
  best INTEGER NOT NULL
) STRICT;
CREATE INDEX comparison_by_run ON comparison (run_id);

CREATE TABLE influence (
  influence_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  parameter TEXT NOT NULL,
  metric TEXT NOT NULL,
  subject TEXT NOT NULL,
  unit TEXT NOT NULL,
  statistic TEXT NOT NULL,
  baseline REAL, at_low REAL, at_high REAL,
  low TEXT NOT NULL, high TEXT NOT NULL,
  rank_correlation REAL
) STRICT;
CREATE INDEX influence_by_run ON influence (run_id);

CREATE TABLE push_down (
  push_down_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  consumer TEXT NOT NULL,
  query TEXT NOT NULL,
  part TEXT NOT NULL,
  shipped INTEGER NOT NULL,
  reason TEXT NOT NULL,
  rows REAL, bytes REAL
) STRICT;
CREATE INDEX push_down_by_run ON push_down (run_id);

CREATE TABLE measurement (
  measurement_id INTEGER PRIMARY KEY,
  meshplan_version TEXT NOT NULL,
  created_at INTEGER NOT NULL,       -- epoch seconds
  workload TEXT NOT NULL,
  postgres INTEGER NOT NULL,
  quantity TEXT NOT NULL,
  subject TEXT NOT NULL,
  unit TEXT NOT NULL,
  predicted REAL, measured REAL, straight_line REAL, spreadsheet REAL, target REAL
) STRICT;
)sql";

constexpr const char* version_2_views = R"sql(
CREATE VIEW thresholds AS
-- Lines that a series is read against, in its unit.
SELECT run_id, quantity, subject, name, value FROM threshold;

CREATE VIEW incidents AS
-- What the scenario wants to go wrong, before any draw; what did in a replicate is in events.
SELECT i.run_id, i.name, i.kind, i.at, r.start + i.at AS time, i.every, i.duration_p50, i.duration_p95
FROM run r JOIN incident i USING (run_id);

CREATE VIEW comparisons AS
-- Figures of the variants that a run was compared with, under the same draws.
SELECT run_id, variant, metric, subject, unit, statistic, value, difference, difference_low,
       difference_high, text, best
FROM comparison;

CREATE VIEW influences AS
-- How far each uncertain input moves an outcome.
SELECT run_id, parameter, metric, subject, unit, statistic, baseline, at_low, at_high, low, high,
       rank_correlation
FROM influence;

CREATE VIEW push_downs AS
-- The parts of foreign queries, where they run and why.
SELECT run_id, consumer, query, part, shipped, reason, rows, bytes FROM push_down;

CREATE VIEW accuracy AS
-- Predictions beside measurements on real servers; errors are shares of what was measured.
SELECT meshplan_version, created_at, workload, postgres, quantity, subject, unit, predicted, measured,
       predicted / measured - 1 AS error, straight_line, straight_line / measured - 1 AS straight_line_error,
       spreadsheet, spreadsheet / measured - 1 AS spreadsheet_error, target
FROM measurement;
)sql";

// What solve and sweep found: variants of a scenario side by side. A shard of a sweep keeps the
// numbers of its points, so that merged shards hold the rows of one machine's run.
constexpr const char* version_3 = R"sql(
CREATE TABLE study (
  study_id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                -- solve, sweep
  scenario_name TEXT NOT NULL,
  scenario_file TEXT NOT NULL,
  scenario_hash TEXT NOT NULL,
  meshplan_version TEXT NOT NULL,
  arguments TEXT NOT NULL,
  seed INTEGER NOT NULL,
  replicates INTEGER NOT NULL,       -- of each point
  horizon REAL NOT NULL,             -- seconds
  points_wanted INTEGER NOT NULL,    -- more than there are in a shard
  interrupted INTEGER NOT NULL,
  ok INTEGER NOT NULL,
  headline TEXT NOT NULL,
  cause TEXT NOT NULL,
  next_step TEXT NOT NULL
) STRICT;

CREATE TABLE study_timing (
  study_id INTEGER PRIMARY KEY REFERENCES study,
  created_at INTEGER NOT NULL,       -- epoch seconds
  host TEXT NOT NULL
) STRICT;

CREATE TABLE study_point (
  point_id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES study,
  number INTEGER NOT NULL,
  label TEXT NOT NULL,
  replicates INTEGER NOT NULL,
  UNIQUE (study_id, number)
) STRICT;

CREATE TABLE study_setting (
  setting_id INTEGER PRIMARY KEY,
  point_id INTEGER NOT NULL REFERENCES study_point,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  value REAL
) STRICT;
CREATE INDEX study_setting_by_point ON study_setting (point_id);

CREATE TABLE study_outcome (
  study_outcome_id INTEGER PRIMARY KEY,
  point_id INTEGER NOT NULL REFERENCES study_point,
  metric TEXT NOT NULL,
  subject TEXT NOT NULL,
  unit TEXT NOT NULL,
  time_to INTEGER NOT NULL,
  mean REAL,
  p5 REAL, p5_low REAL, p5_high REAL,
  p50 REAL, p50_low REAL, p50_high REAL,
  p95 REAL, p95_low REAL, p95_high REAL,
  p99 REAL, p99_low REAL, p99_high REAL,
  minimum REAL, maximum REAL,
  probability REAL, probability_low REAL, probability_high REAL
) STRICT;
CREATE INDEX study_outcome_by_point ON study_outcome (point_id);

CREATE TABLE study_objective (
  study_objective_id INTEGER PRIMARY KEY,
  point_id INTEGER NOT NULL REFERENCES study_point,
  text TEXT NOT NULL,
  metric TEXT NOT NULL,
  at TEXT NOT NULL,
  below REAL, above REAL, probability_below REAL,
  subject TEXT NOT NULL,
  unit TEXT NOT NULL,
  value REAL, value_low REAL, value_high REAL,
  threshold REAL NOT NULL,
  met INTEGER NOT NULL
) STRICT;
CREATE INDEX study_objective_by_point ON study_objective (point_id);

CREATE TABLE study_figure (
  figure_id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES study,
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  unit TEXT NOT NULL,
  value REAL, value_low REAL, value_high REAL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX study_figure_by_study ON study_figure (study_id);
)sql";

constexpr const char* version_3_views = R"sql(
CREATE VIEW studies AS
-- One row per solve or sweep.
SELECT study_id, kind, created_at, host, scenario_name, scenario_file, scenario_hash, meshplan_version,
       arguments, seed, replicates, horizon, points_wanted, interrupted, ok, headline, cause, next_step
FROM study JOIN study_timing USING (study_id);

CREATE VIEW study_settings AS
-- What was varied: one row per point and path.
SELECT p.study_id, p.number, p.label, s.path, s.text, s.value
FROM study_point p JOIN study_setting s USING (point_id);

CREATE VIEW study_outcomes AS
-- Outcomes of every point, as in the view outcomes.
SELECT p.study_id, p.number, p.label, p.replicates, o.metric, o.subject, o.unit, o.mean,
       o.p5, o.p5_low, o.p5_high, o.p50, o.p50_low, o.p50_high, o.p95, o.p95_low, o.p95_high,
       o.p99, o.p99_low, o.p99_high, o.minimum, o.maximum,
       o.probability, o.probability_low, o.probability_high
FROM study_point p JOIN study_outcome o USING (point_id);

CREATE VIEW study_objectives AS
-- Objectives at every point, as in the view objectives.
SELECT p.study_id, p.number, p.label, o.text, o.metric, o.subject, o.unit, o.at, o.value,
       o.value_low, o.value_high, o.threshold, o.met
FROM study_point p JOIN study_objective o USING (point_id);

CREATE VIEW study_figures AS
-- What the answer names: solved values and their intervals.
SELECT study_id, name, subject, unit, value, value_low, value_high, text FROM study_figure;
)sql";

constexpr const char* version_4 = R"sql(
ALTER TABLE run ADD COLUMN arguments TEXT NOT NULL DEFAULT '';  -- options that changed the scenario

CREATE TABLE alert (
  alert_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  condition TEXT NOT NULL,
  probability REAL NOT NULL,
  first REAL, caught REAL, lead_time REAL, false_a_month REAL,
  replicates INTEGER NOT NULL        -- that were watched
) STRICT;
CREATE INDEX alert_by_run ON alert (run_id);
)sql";

constexpr const char* version_4_views = R"sql(
DROP VIEW runs;
CREATE VIEW runs AS
-- One row per run. created_at and start are epoch seconds, horizon is in seconds; ok is 1 when every objective is met.
SELECT run_id, created_at, host, scenario_name, scenario_file, scenario_hash, arguments, meshplan_version, seed,
       replicates, replicates_wanted, band_replicates, interrupted, start, horizon, ok, headline, cause, next_step,
       threads, simulate_seconds
FROM run JOIN run_timing USING (run_id);

CREATE VIEW alerts AS
-- One row per run, alert rule and slot; times in seconds.
SELECT run_id, rule, subject, condition, probability, first, caught, lead_time, false_a_month, replicates FROM alert;
)sql";

// migrations[v] brings version v to v + 1.
constexpr std::array<std::array<const char*, 2>, schema_version> migrations{
    {{version_1, version_1_views},
     {version_2, version_2_views},
     {version_3, version_3_views},
     {version_4, version_4_views}}};

}  // namespace

const std::vector<const char*>& table_names() {
  static const std::vector<const char*> all{
      "run",          "run_timing",  "outcome",       "outcome_value", "series_key",
      "band_point",   "trace",       "trace_series",  "piece",         "event",
      "objective",    "assumption",  "threshold",     "incident",      "comparison",
      "influence",    "push_down",   "alert",         "measurement",   "study",
      "study_timing", "study_point", "study_setting", "study_outcome", "study_objective",
      "study_figure"};
  return all;
}

void migrate(Database& database, std::string_view name) {
  const auto version = [&] { return database.integer("PRAGMA user_version"); };
  const auto check_owner = [&] {
    const std::int64_t id = database.integer("PRAGMA application_id");
    const bool empty = database.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (id != application_id && !(id == 0 && empty))
      throw StoreError{fmt::format("'{}' is a database of another program, not of meshplan", name)};
    if (version() > schema_version)
      throw StoreError{
          fmt::format("'{}' was written by a newer meshplan (layout {}; this one knows up to {})",
                      name, version(), schema_version)};
  };
  check_owner();
  if (version() == schema_version) return;
  Transaction transaction{database};
  check_owner();  // again, now that nobody else can write
  for (std::int64_t v = version(); v < schema_version; ++v)
    for (const char* sql : migrations.at(static_cast<std::size_t>(v))) database.execute(sql);
  database.execute(fmt::format("PRAGMA application_id = {}", application_id).c_str());
  database.execute(fmt::format("PRAGMA user_version = {}", schema_version).c_str());
  transaction.commit();
}

}  // namespace store
