#include <fmt/format.h>

#include <map>
#include <optional>

#include "tools/store/schema.hpp"
#include "tools/store/store.hpp"

namespace store {
namespace {

/// Takes the columns of a row one after the other.
class Columns {
 public:
  explicit Columns(const Statement& statement) : statement_{statement} {}
  std::int64_t integer() { return statement_.integer(next_++); }
  std::uint64_t count() { return static_cast<std::uint64_t>(integer()); }
  bool flag() { return integer() != 0; }
  double real() { return statement_.real(next_++); }
  float single() { return static_cast<float>(real()); }
  std::string text() { return statement_.text(next_++); }
  std::optional<double> optional() {
    const double value = real();
    return value == value ? std::optional{value} : std::nullopt;
  }
  models::OutcomeKey key() {
    models::OutcomeKey key;
    key.metric = text();
    key.subject = text();
    key.unit = text();
    return key;
  }
  plan::Estimate estimate() {
    plan::Estimate e;
    e.value = real();
    e.low = real();
    e.high = real();
    return e;
  }

 private:
  const Statement& statement_;
  int next_ = 0;
};

/// Calls `row` for every row of a query whose parameters are the given numbers.
template <typename Row, typename... Numbers>
void for_each(Database& database, const char* sql, Row row, Numbers... numbers) {
  Statement query{database, sql};
  query.bind_all(numbers...);
  while (query.step()) {
    Columns columns{query};
    row(columns);
  }
}

sim::Instant instant(double t) {
  return {sim::Duration{
      static_cast<std::int64_t>(t * 1e9 + 0.5)}};  // written as seconds, exact for 100 days
}

void read_run(Database& database, std::int64_t id, StoredRun& run) {
  for_each(
      database,
      "SELECT scenario_name, scenario_file, scenario_text, scenario_hash, arguments, "
      "meshplan_version, seed, replicates_wanted, replicates, band_replicates, interrupted, start, "
      "horizon, ok, headline, "
      "cause, next_step, "
      "created_at, host, threads, simulate_seconds FROM run JOIN run_timing USING (run_id) WHERE "
      "run_id = ?",
      [&](Columns& c) {
        plan::Results& r = run.results;
        r.scenario_name = c.text();
        r.scenario_file = c.text();
        r.scenario_text = c.text();
        r.scenario_hash = c.text();
        r.arguments = c.text();
        run.provenance.version = c.text();
        r.seed = c.count();
        r.replicates_wanted = c.count();
        r.replicates = c.count();
        r.band_replicates = c.count();
        r.interrupted = c.flag();
        r.start = c.integer();
        r.horizon = c.real();
        r.verdict.ok = c.flag();
        r.verdict.headline = c.text();
        r.verdict.cause = c.text();
        r.verdict.next_step = c.text();
        run.provenance.created_at = c.integer();
        run.provenance.host = c.text();
        r.threads = static_cast<unsigned>(c.integer());
        r.simulate_seconds = c.real();
      },
      id);
}

void read_outcomes(Database& database, std::int64_t id, plan::Results& r) {
  for_each(
      database,
      "SELECT metric, subject, unit, time_to, mean, p5, p5_low, p5_high, p50, p50_low, p50_high, "
      "p95, p95_low, p95_high, p99, p99_low, p99_high, minimum, maximum, probability, "
      "probability_low, probability_high, first_value, last_value FROM outcome WHERE run_id = ? "
      "ORDER BY outcome_id",
      [&](Columns& c) {
        plan::Outcome& o = r.outcomes.emplace_back();
        o.key = c.key();
        o.time_to = c.flag();
        o.mean = c.real();
        o.p5 = c.estimate();
        o.p50 = c.estimate();
        o.p95 = c.estimate();
        o.p99 = c.estimate();
        o.minimum = c.real();
        o.maximum = c.real();
        o.probability = c.real();
        o.probability_low = c.real();
        o.probability_high = c.real();
        const std::int64_t first = c.integer(), last = c.integer();
        for_each(
            database,
            "SELECT value FROM outcome_value WHERE value_id BETWEEN ? AND ? ORDER BY value_id",
            [&](Columns& v) { o.values.push_back(v.real()); }, first, last);
      },
      id);
}

/// Returns the index into Results::series by series_id.
std::map<std::int64_t, std::size_t> read_series(Database& database, std::int64_t id,
                                                plan::Results& r) {
  std::map<std::int64_t, std::size_t> index;
  for_each(
      database,
      "SELECT series_id, quantity, subject, owner, unit, first_point, last_point FROM series_key "
      "WHERE run_id = ? ORDER BY series_id",
      [&](Columns& c) {
        index[c.integer()] = r.series.size();
        models::SeriesKey& key = r.series.emplace_back();
        key.quantity = c.text();
        key.subject = c.text();
        key.owner = c.text();
        key.unit = c.text();
        const std::int64_t first = c.integer(), last = c.integer();
        if (last < first) return;
        plan::Band& band = r.bands.emplace_back();
        band.key = key;
        for_each(
            database,
            "SELECT t, p5, p50, p95, mean FROM band_point WHERE point_id BETWEEN ? AND ? ORDER BY "
            "point_id",
            [&](Columns& p) {
              band.t.push_back(p.real());
              band.p5.push_back(p.single());
              band.p50.push_back(p.single());
              band.p95.push_back(p.single());
              band.mean.push_back(p.single());
            },
            first, last);
      },
      id);
  return index;
}

void read_events(Database& database, std::int64_t first, std::int64_t last, plan::Trace& trace) {
  for_each(
      database,
      "SELECT t, kind, subject, text FROM event WHERE event_id BETWEEN ? AND ? ORDER BY event_id",
      [&](Columns& c) {
        models::Event& event = trace.events.emplace_back();
        event.at = instant(c.real());
        event.kind = c.text();
        event.subject = c.text();
        event.text = c.text();
      },
      first, last);
}

void read_pieces(Database& database, std::int64_t trace_id,
                 const std::map<std::int64_t, std::size_t>& series, plan::Trace& trace) {
  for_each(
      database,
      "SELECT series_id, first_piece, last_piece FROM trace_series WHERE trace_id = ? ORDER BY "
      "trace_series_id",
      [&](Columns& c) {
        plan::Trace::Series& traced = trace.series.emplace_back();
        traced.series = series.at(c.integer());
        const std::int64_t first = c.integer(), last = c.integer();
        for_each(
            database,
            "SELECT t, value, slope FROM piece WHERE piece_id BETWEEN ? AND ? ORDER BY piece_id",
            [&](Columns& p) {
              sim::Piece& piece = traced.pieces.emplace_back();
              piece.at = instant(p.real());
              piece.value = p.real();
              piece.slope = p.real();
            },
            first, last);
      },
      trace_id);
}

void read_traces(Database& database, std::int64_t id,
                 const std::map<std::int64_t, std::size_t>& series, plan::Results& r) {
  for_each(
      database,
      "SELECT trace_id, label, replicate, first_event, last_event FROM trace WHERE run_id = ? "
      "ORDER "
      "BY trace_id",
      [&](Columns& c) {
        plan::Trace& trace = r.traces.emplace_back();
        const std::int64_t trace_id = c.integer();
        trace.label = c.text();
        trace.replicate = c.count();
        const std::int64_t first = c.integer(), last = c.integer();
        read_events(database, first, last, trace);
        read_pieces(database, trace_id, series, trace);
      },
      id);
}

void read_objectives(Database& database, std::int64_t id, plan::Results& r) {
  for_each(
      database,
      "SELECT name, text, line, metric, wanted_subject, at, below, above, probability_below, "
      "subject, unit, value, estimate, estimate_low, estimate_high, threshold, met FROM objective "
      "WHERE run_id = ? ORDER BY objective_id",
      [&](Columns& c) {
        plan::ObjectiveResult& o = r.objectives.emplace_back();
        o.objective.name = c.text();
        o.objective.text = c.text();
        o.objective.line = static_cast<int>(c.integer());
        o.objective.metric = c.text();
        o.objective.subject = c.text();
        o.objective.at = c.text();
        o.objective.below = c.optional();
        o.objective.above = c.optional();
        o.objective.probability_below = c.optional();
        o.subject = c.text();
        o.unit = c.text();
        o.value = c.real();
        o.estimate = c.estimate();
        o.threshold = c.real();
        o.met = c.flag();
      },
      id);
}

void read_assumptions(Database& database, std::int64_t id, plan::Results& r) {
  for_each(
      database,
      "SELECT name, value, source FROM assumption WHERE run_id = ? ORDER BY assumption_id",
      [&](Columns& c) {
        plan::Assumption& a = r.assumptions.emplace_back();
        a.name = c.text();
        a.value = c.text();
        a.source = c.text();
      },
      id);
}

void read_landmarks(Database& database, std::int64_t id, plan::Results& r) {
  for_each(
      database,
      "SELECT quantity, subject, name, value FROM threshold WHERE run_id = ? ORDER BY threshold_id",
      [&](Columns& c) {
        plan::Threshold& t = r.thresholds.emplace_back();
        t.quantity = c.text();
        t.subject = c.text();
        t.name = c.text();
        t.value = c.real();
      },
      id);
  for_each(
      database,
      "SELECT name, kind, at, every, duration_p50, duration_p95 FROM incident WHERE run_id = ? "
      "ORDER BY incident_id",
      [&](Columns& c) {
        plan::PlannedIncident& i = r.incidents.emplace_back();
        i.name = c.text();
        i.kind = c.text();
        i.at = c.optional();
        i.every = c.real();
        i.duration_p50 = c.real();
        i.duration_p95 = c.real();
      },
      id);
}

void read_comparisons(Database& database, std::int64_t id, plan::Results& r) {
  for_each(
      database,
      "SELECT variant, metric, subject, unit, statistic, value, difference, difference_low, "
      "difference_high, text, best FROM comparison WHERE run_id = ? ORDER BY comparison_id",
      [&](Columns& c) {
        plan::Comparison& compared = r.comparisons.emplace_back();
        compared.variant = c.text();
        compared.key = c.key();
        compared.statistic = c.text();
        compared.value = c.real();
        compared.difference = c.estimate();
        compared.text = c.text();
        compared.best = c.flag();
      },
      id);
}

void read_alerts(Database& database, std::int64_t id, plan::Results& r) {
  for_each(
      database,
      "SELECT rule, subject, condition, probability, first, caught, lead_time, false_a_month, "
      "replicates FROM alert WHERE run_id = ? ORDER BY alert_id",
      [&](Columns& c) {
        plan::Alert& alert = r.alerts.emplace_back();
        alert.rule = c.text();
        alert.subject = c.text();
        alert.condition = c.text();
        alert.probability = c.real();
        alert.first = c.real();
        alert.caught = c.real();
        alert.lead_time = c.real();
        alert.false_a_month = c.real();
        alert.replicates = c.count();
      },
      id);
}

void read_influences(Database& database, std::int64_t id, plan::Results& r) {
  for_each(
      database,
      "SELECT parameter, metric, subject, unit, statistic, baseline, at_low, at_high, low, high, "
      "rank_correlation FROM influence WHERE run_id = ? ORDER BY influence_id",
      [&](Columns& c) {
        plan::Influence& i = r.influences.emplace_back();
        i.parameter = c.text();
        i.key = c.key();
        i.statistic = c.text();
        i.baseline = c.real();
        i.at_low = c.real();
        i.at_high = c.real();
        i.low = c.text();
        i.high = c.text();
        i.rank_correlation = c.real();
      },
      id);
}

void read_push_downs(Database& database, std::int64_t id, plan::Results& r) {
  for_each(
      database,
      "SELECT consumer, query, part, shipped, reason, rows, bytes FROM push_down WHERE run_id = ? "
      "ORDER BY push_down_id",
      [&](Columns& c) {
        plan::PushDown& p = r.push_downs.emplace_back();
        p.consumer = c.text();
        p.query = c.text();
        p.part = c.text();
        p.shipped = c.flag();
        p.reason = c.text();
        p.rows = c.real();
        p.bytes = c.real();
      },
      id);
}

}  // namespace

Store::Store(const std::filesystem::path& path, Database::Open mode)
    : name_{path.string()}, database_{path, mode} {
  if (mode == Database::Open::existing &&
      database_.integer("SELECT count(*) FROM sqlite_schema") == 0)
    throw StoreError{fmt::format("'{}' holds no runs: it is empty", name_)};
  migrate(database_, name_);
}

std::vector<RunSummary> Store::runs() {
  std::vector<RunSummary> all;
  for_each(database_,
           "SELECT run_id, meshplan_version, host, created_at, scenario_name, scenario_file, "
           "scenario_hash, seed, replicates, interrupted, ok, headline FROM runs ORDER BY run_id",
           [&](Columns& c) {
             RunSummary& run = all.emplace_back();
             run.id = c.integer();
             run.provenance.version = c.text();
             run.provenance.host = c.text();
             run.provenance.created_at = c.integer();
             run.scenario_name = c.text();
             run.scenario_file = c.text();
             run.scenario_hash = c.text();
             run.seed = c.count();
             run.replicates = c.count();
             run.interrupted = c.flag();
             run.ok = c.flag();
             run.headline = c.text();
           });
  return all;
}

StoredRun Store::read(std::int64_t id) {
  Statement exists{database_, "SELECT 1 FROM run WHERE run_id = ?"};
  exists.bind(1, id);
  if (!exists.step()) throw StoreError{fmt::format("'{}' has no run {}", name_, id)};
  exists.reset();
  StoredRun run;
  read_run(database_, id, run);
  read_outcomes(database_, id, run.results);
  const auto series = read_series(database_, id, run.results);
  read_traces(database_, id, series, run.results);
  read_objectives(database_, id, run.results);
  read_assumptions(database_, id, run.results);
  read_landmarks(database_, id, run.results);
  read_comparisons(database_, id, run.results);
  read_alerts(database_, id, run.results);
  read_influences(database_, id, run.results);
  read_push_downs(database_, id, run.results);
  return run;
}

std::vector<plan::Accuracy> Store::accuracy() {
  std::vector<plan::Accuracy> all;
  for_each(database_,
           "SELECT workload, postgres, quantity, subject, unit, predicted, measured, "
           "straight_line, spreadsheet, target FROM measurement ORDER BY measurement_id",
           [&](Columns& c) {
             plan::Accuracy& a = all.emplace_back();
             a.workload = c.text();
             a.postgres = static_cast<int>(c.integer());
             a.quantity = c.text();
             a.subject = c.text();
             a.unit = c.text();
             a.predicted = c.real();
             a.measured = c.real();
             a.straight_line = c.real();
             a.spreadsheet = c.real();
             a.target = c.real();
           });
  return all;
}

}  // namespace store
