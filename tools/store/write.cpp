#include <fmt/format.h>

#include <limits>
#include <numeric>

#include "sim/check.hpp"
#include "tools/store/schema.hpp"
#include "tools/store/store.hpp"

namespace store {
namespace {

using Integer = std::int64_t;

constexpr double none = std::numeric_limits<double>::quiet_NaN();  // stored as NULL

Integer signed_of(std::uint64_t n) { return static_cast<Integer>(n); }
Integer signed_of(bool b) { return b ? 1 : 0; }

/// Hands out rowids above what a table holds, in stretches that their owner remembers as [first,
/// last].
class Rowids {
 public:
  struct Range {
    Integer first, last;
  };
  Rowids(Database& database, const char* table, const char* key)
      : next_{database.integer(
            fmt::format("SELECT coalesce(max({}), 0) + 1 FROM {}", key, table).c_str())} {}
  Integer one() { return next_++; }
  Range take(std::size_t count) {
    const Range range{next_, next_ + signed_of(count) - 1};
    next_ = range.last + 1;
    return range;
  }

 private:
  Integer next_;
};

template <typename Items, typename Size>
std::size_t total(const Items& items, Size size) {
  return std::accumulate(items.begin(), items.end(), std::size_t{0},
                         [&](std::size_t sum, const auto& item) { return sum + size(item); });
}

Integer write_run(Database& database, const plan::Results& r, const Provenance& provenance) {
  const Integer run = Rowids{database, "run", "run_id"}.one();
  BulkInsert insert{
      database,
      "run",
      {"run_id", "scenario_name", "scenario_file", "scenario_text", "scenario_hash", "arguments",
       "meshplan_version", "seed", "replicates_wanted", "replicates", "band_replicates",
       "interrupted", "start", "horizon", "ok", "headline", "cause", "next_step"},
      1};
  insert.row(run, r.scenario_name, r.scenario_file, r.scenario_text, r.scenario_hash, r.arguments,
             provenance.version, signed_of(r.seed), signed_of(r.replicates_wanted),
             signed_of(r.replicates), signed_of(r.band_replicates), signed_of(r.interrupted),
             r.start, r.horizon, signed_of(r.verdict.ok), r.verdict.headline, r.verdict.cause,
             r.verdict.next_step);
  insert.finish();
  BulkInsert timing{
      database, "run_timing", {"run_id", "created_at", "host", "threads", "simulate_seconds"}, 1};
  timing.row(run, provenance.created_at, provenance.host, Integer{r.threads}, r.simulate_seconds);
  timing.finish();
  return run;
}

void write_outcomes(Database& database, Integer run, const plan::Results& r) {
  Rowids ids{database, "outcome", "outcome_id"};
  Rowids value_ids{database, "outcome_value", "value_id"};
  BulkInsert values{database,
                    "outcome_value",
                    {"value_id", "value"},
                    total(r.outcomes, [](const auto& o) { return o.values.size(); })};
  BulkInsert insert{database,
                    "outcome",
                    {"outcome_id",
                     "run_id",
                     "metric",
                     "subject",
                     "unit",
                     "time_to",
                     "mean",
                     "p5",
                     "p5_low",
                     "p5_high",
                     "p50",
                     "p50_low",
                     "p50_high",
                     "p95",
                     "p95_low",
                     "p95_high",
                     "p99",
                     "p99_low",
                     "p99_high",
                     "minimum",
                     "maximum",
                     "probability",
                     "probability_low",
                     "probability_high",
                     "first_value",
                     "last_value"},
                    r.outcomes.size()};
  for (const plan::Outcome& o : r.outcomes) {
    const auto [first, last] = value_ids.take(o.values.size());
    insert.row(ids.one(), run, o.key.metric, o.key.subject, o.key.unit, signed_of(o.time_to),
               o.mean, o.p5.value, o.p5.low, o.p5.high, o.p50.value, o.p50.low, o.p50.high,
               o.p95.value, o.p95.low, o.p95.high, o.p99.value, o.p99.low, o.p99.high, o.minimum,
               o.maximum, o.probability, o.probability_low, o.probability_high, first, last);
    for (std::size_t i = 0; i < o.values.size(); ++i) values.row(first + signed_of(i), o.values[i]);
  }
  insert.finish();
  values.finish();
}

/// Returns the ids by index into Results::series, as the traces refer to them.
std::vector<Integer> write_series(Database& database, Integer run, const plan::Results& r) {
  const auto same = [](const models::SeriesKey& a, const models::SeriesKey& b) {
    return a.quantity == b.quantity && a.subject == b.subject && a.owner == b.owner;
  };
  Rowids ids{database, "series_key", "series_id"};
  Rowids point_ids{database, "band_point", "point_id"};
  BulkInsert insert{
      database,
      "series_key",
      {"series_id", "run_id", "quantity", "subject", "owner", "unit", "first_point", "last_point"},
      r.series.size()};
  BulkInsert points{database,
                    "band_point",
                    {"point_id", "t", "p5", "p50", "p95", "mean"},
                    total(r.bands, [](const auto& b) { return b.t.size(); })};
  std::vector<Integer> written;
  std::size_t next_band = 0;  // bands come in the order of the series
  for (const models::SeriesKey& key : r.series) {
    const bool banded = next_band < r.bands.size() && same(r.bands[next_band].key, key);
    const plan::Band* band = banded ? &r.bands[next_band++] : nullptr;
    const auto [first, last] = point_ids.take(band == nullptr ? 0 : band->t.size());
    written.push_back(ids.one());
    insert.row(written.back(), run, key.quantity, key.subject, key.owner, key.unit, first, last);
    for (std::size_t i = 0; band != nullptr && i < band->t.size(); ++i)
      points.row(first + signed_of(i), band->t[i], double{band->p5[i]}, double{band->p50[i]},
                 double{band->p95[i]}, double{band->mean[i]});
  }
  sim::check(next_band == r.bands.size(), "a band without its series, or out of order");
  insert.finish();
  points.finish();
  return written;
}

void write_traces(Database& database, Integer run, const plan::Results& r,
                  const std::vector<Integer>& series) {
  Rowids ids{database, "trace", "trace_id"};
  Rowids event_ids{database, "event", "event_id"};
  Rowids trace_series_ids{database, "trace_series", "trace_series_id"};
  Rowids piece_ids{database, "piece", "piece_id"};
  const auto pieces_of = [](const plan::Trace& trace) {
    return total(trace.series, [](const auto& s) { return s.pieces.size(); });
  };
  BulkInsert insert{database,
                    "trace",
                    {"trace_id", "run_id", "label", "replicate", "first_event", "last_event"},
                    r.traces.size()};
  BulkInsert events{database,
                    "event",
                    {"event_id", "t", "kind", "subject", "text"},
                    total(r.traces, [](const auto& t) { return t.events.size(); })};
  BulkInsert traced{database,
                    "trace_series",
                    {"trace_series_id", "trace_id", "series_id", "first_piece", "last_piece"},
                    total(r.traces, [](const auto& t) { return t.series.size(); })};
  BulkInsert pieces{
      database, "piece", {"piece_id", "t", "value", "slope"}, total(r.traces, pieces_of)};
  for (const plan::Trace& trace : r.traces) {
    const Integer id = ids.one();
    auto [event, last_event] = event_ids.take(trace.events.size());
    insert.row(id, run, trace.label, signed_of(trace.replicate), event, last_event);
    for (const models::Event& e : trace.events)
      events.row(event++, sim::seconds(e.at), e.kind, e.subject, e.text);
    for (const plan::Trace::Series& s : trace.series) {
      auto [piece, last_piece] = piece_ids.take(s.pieces.size());
      traced.row(trace_series_ids.one(), id, series.at(s.series), piece, last_piece);
      for (const sim::Piece& p : s.pieces)
        pieces.row(piece++, sim::seconds(p.at), p.value, p.slope);
    }
  }
  insert.finish();
  events.finish();
  traced.finish();
  pieces.finish();
}

void write_objectives(Database& database, Integer run, const plan::Results& r) {
  Rowids ids{database, "objective", "objective_id"};
  BulkInsert insert{database,
                    "objective",
                    {"objective_id", "run_id", "name", "text", "line", "metric", "wanted_subject",
                     "at", "below", "above", "probability_below", "subject", "unit", "value",
                     "estimate", "estimate_low", "estimate_high", "threshold", "met"},
                    r.objectives.size()};
  for (const plan::ObjectiveResult& o : r.objectives)
    insert.row(ids.one(), run, o.objective.name, o.objective.text, Integer{o.objective.line},
               o.objective.metric, o.objective.subject, o.objective.at,
               o.objective.below.value_or(none), o.objective.above.value_or(none),
               o.objective.probability_below.value_or(none), o.subject, o.unit, o.value,
               o.estimate.value, o.estimate.low, o.estimate.high, o.threshold, signed_of(o.met));
  insert.finish();
}

void write_assumptions(Database& database, Integer run, const plan::Results& r) {
  Rowids ids{database, "assumption", "assumption_id"};
  BulkInsert insert{database,
                    "assumption",
                    {"assumption_id", "run_id", "name", "value", "source"},
                    r.assumptions.size()};
  for (const plan::Assumption& a : r.assumptions)
    insert.row(ids.one(), run, a.name, a.value, a.source);
  insert.finish();
}

void write_landmarks(Database& database, Integer run, const plan::Results& r) {
  Rowids lines{database, "threshold", "threshold_id"};
  BulkInsert line{database,
                  "threshold",
                  {"threshold_id", "run_id", "quantity", "subject", "name", "value"},
                  r.thresholds.size()};
  for (const plan::Threshold& t : r.thresholds)
    line.row(lines.one(), run, t.quantity, t.subject, t.name, t.value);
  line.finish();

  Rowids moments{database, "incident", "incident_id"};
  BulkInsert moment{
      database,
      "incident",
      {"incident_id", "run_id", "name", "kind", "at", "every", "duration_p50", "duration_p95"},
      r.incidents.size()};
  for (const plan::PlannedIncident& i : r.incidents)
    moment.row(moments.one(), run, i.name, i.kind, i.at.value_or(none), i.every, i.duration_p50,
               i.duration_p95);
  moment.finish();
}

void write_comparisons(Database& database, Integer run, const plan::Results& r) {
  Rowids ids{database, "comparison", "comparison_id"};
  BulkInsert insert{database,
                    "comparison",
                    {"comparison_id", "run_id", "variant", "metric", "subject", "unit", "statistic",
                     "value", "difference", "difference_low", "difference_high", "text", "best"},
                    r.comparisons.size()};
  for (const plan::Comparison& c : r.comparisons)
    insert.row(ids.one(), run, c.variant, c.key.metric, c.key.subject, c.key.unit, c.statistic,
               c.value, c.difference.value, c.difference.low, c.difference.high, c.text,
               signed_of(c.best));
  insert.finish();
}

void write_alerts(Database& database, Integer run, const plan::Results& r) {
  Rowids ids{database, "alert", "alert_id"};
  BulkInsert insert{database,
                    "alert",
                    {"alert_id", "run_id", "rule", "subject", "condition", "probability", "first",
                     "caught", "lead_time", "false_a_month", "replicates"},
                    r.alerts.size()};
  for (const plan::Alert& a : r.alerts)
    insert.row(ids.one(), run, a.rule, a.subject, a.condition, a.probability, a.first, a.caught,
               a.lead_time, a.false_a_month, signed_of(a.replicates));
  insert.finish();
}

void write_influences(Database& database, Integer run, const plan::Results& r) {
  Rowids ids{database, "influence", "influence_id"};
  BulkInsert insert{
      database,
      "influence",
      {"influence_id", "run_id", "parameter", "metric", "subject", "unit", "statistic", "baseline",
       "at_low", "at_high", "low", "high", "rank_correlation"},
      r.influences.size()};
  for (const plan::Influence& i : r.influences)
    insert.row(ids.one(), run, i.parameter, i.key.metric, i.key.subject, i.key.unit, i.statistic,
               i.baseline, i.at_low, i.at_high, i.low, i.high, i.rank_correlation);
  insert.finish();
}

void write_push_downs(Database& database, Integer run, const plan::Results& r) {
  Rowids ids{database, "push_down", "push_down_id"};
  BulkInsert insert{
      database,
      "push_down",
      {"push_down_id", "run_id", "consumer", "query", "part", "shipped", "reason", "rows", "bytes"},
      r.push_downs.size()};
  for (const plan::PushDown& p : r.push_downs)
    insert.row(ids.one(), run, p.consumer, p.query, p.part, signed_of(p.shipped), p.reason, p.rows,
               p.bytes);
  insert.finish();
}

}  // namespace

std::int64_t Store::write(const plan::Results& results, const Provenance& provenance) {
  Transaction transaction{database_};
  const Integer run = write_run(database_, results, provenance);
  write_outcomes(database_, run, results);
  write_traces(database_, run, results, write_series(database_, run, results));
  write_objectives(database_, run, results);
  write_assumptions(database_, run, results);
  write_landmarks(database_, run, results);
  write_comparisons(database_, run, results);
  write_alerts(database_, run, results);
  write_influences(database_, run, results);
  write_push_downs(database_, run, results);
  transaction.commit();
  return run;
}

void Store::write(const std::vector<plan::Accuracy>& measurements, const Provenance& provenance) {
  Transaction transaction{database_};
  Rowids ids{database_, "measurement", "measurement_id"};
  BulkInsert insert{
      database_,
      "measurement",
      {"measurement_id", "meshplan_version", "created_at", "workload", "postgres", "quantity",
       "subject", "unit", "predicted", "measured", "straight_line", "spreadsheet", "target"},
      measurements.size()};
  for (const plan::Accuracy& a : measurements)
    insert.row(ids.one(), provenance.version, provenance.created_at, a.workload,
               Integer{a.postgres}, a.quantity, a.subject, a.unit, a.predicted, a.measured,
               a.straight_line, a.spreadsheet, a.target);
  insert.finish();
  transaction.commit();
}

}  // namespace store
