#include <fmt/format.h>

#include <limits>
#include <optional>

#include "tools/store/store.hpp"

/// Solves and sweeps: written and read point by point.
namespace store {
namespace {

using Integer = std::int64_t;

Integer next_id(Database& database, const char* table, const char* key) {
  return database.integer(
      fmt::format("SELECT coalesce(max({}), 0) + 1 FROM {}", key, table).c_str());
}

Integer write_study(Database& database, const plan::Study& s, const Provenance& provenance) {
  const Integer id = next_id(database, "study", "study_id");
  Statement study{database,
                  "INSERT INTO study VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  study.bind_all(id, s.kind, s.scenario_name, s.scenario_file, s.scenario_hash, provenance.version,
                 s.arguments, static_cast<Integer>(s.seed), static_cast<Integer>(s.replicates),
                 s.horizon, s.points_wanted, Integer{s.interrupted}, Integer{s.ok}, s.headline,
                 s.cause, s.next_step);
  study.execute();
  Statement timing{database, "INSERT INTO study_timing VALUES (?, ?, ?)"};
  timing.bind_all(id, provenance.created_at, provenance.host);
  timing.execute();
  return id;
}

void write_outcomes(Database& database, Integer point, const plan::StudyPoint& p) {
  Statement insert{database,
                   "INSERT INTO study_outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                   "?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Integer id = next_id(database, "study_outcome", "study_outcome_id");
  for (const plan::Outcome& o : p.outcomes) {
    insert.bind_all(id++, point, o.key.metric, o.key.subject, o.key.unit, Integer{o.time_to},
                    o.mean, o.p5.value, o.p5.low, o.p5.high, o.p50.value, o.p50.low, o.p50.high,
                    o.p95.value, o.p95.low, o.p95.high, o.p99.value, o.p99.low, o.p99.high,
                    o.minimum, o.maximum, o.probability, o.probability_low, o.probability_high);
    insert.execute();
  }
}

void write_objectives(Database& database, Integer point, const plan::StudyPoint& p) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  Statement insert{
      database, "INSERT INTO study_objective VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Integer id = next_id(database, "study_objective", "study_objective_id");
  for (const plan::ObjectiveResult& o : p.objectives) {
    insert.bind_all(id++, point, o.objective.text, o.objective.metric, o.objective.at,
                    o.objective.below.value_or(none), o.objective.above.value_or(none),
                    o.objective.probability_below.value_or(none), o.subject, o.unit, o.value,
                    o.estimate.low, o.estimate.high, o.threshold, Integer{o.met});
    insert.execute();
  }
}

void write_points(Database& database, Integer study, const plan::Study& s) {
  Statement insert{database, "INSERT INTO study_point VALUES (?, ?, ?, ?, ?)"};
  Statement setting{database, "INSERT INTO study_setting VALUES (?, ?, ?, ?, ?)"};
  Integer id = next_id(database, "study_point", "point_id");
  Integer setting_id = next_id(database, "study_setting", "setting_id");
  for (const plan::StudyPoint& point : s.points) {
    insert.bind_all(id, study, point.number, point.label, static_cast<Integer>(point.replicates));
    insert.execute();
    for (const plan::Setting& one : point.settings) {
      setting.bind_all(setting_id++, id, one.path, one.text, one.number);
      setting.execute();
    }
    write_outcomes(database, id, point);
    write_objectives(database, id, point);
    ++id;
  }
}

void write_figures(Database& database, Integer study, const plan::Study& s) {
  Statement insert{database, "INSERT INTO study_figure VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Integer id = next_id(database, "study_figure", "figure_id");
  for (const plan::Figure& f : s.figures) {
    insert.bind_all(id++, study, f.name, f.subject, f.unit, f.estimate.value, f.estimate.low,
                    f.estimate.high, f.text);
    insert.execute();
  }
}

plan::Estimate estimate(const Statement& row, int first) {
  return {row.real(first), row.real(first + 1), row.real(first + 2)};
}

void read_outcomes(Database& database, Integer id, plan::StudyPoint& point) {
  Statement rows{database,
                 "SELECT metric, subject, unit, time_to, mean, p5, p5_low, p5_high, p50, p50_low, "
                 "p50_high, p95, p95_low, p95_high, p99, p99_low, p99_high, minimum, maximum, "
                 "probability, probability_low, probability_high FROM study_outcome WHERE point_id "
                 "= ? ORDER BY study_outcome_id"};
  rows.bind_all(id);
  while (rows.step()) {
    plan::Outcome& o = point.outcomes.emplace_back();
    o.key = {rows.text(0), rows.text(1), rows.text(2)};
    o.time_to = rows.integer(3) != 0;
    o.mean = rows.real(4);
    o.p5 = estimate(rows, 5);
    o.p50 = estimate(rows, 8);
    o.p95 = estimate(rows, 11);
    o.p99 = estimate(rows, 14);
    o.minimum = rows.real(17);
    o.maximum = rows.real(18);
    o.probability = rows.real(19);
    o.probability_low = rows.real(20);
    o.probability_high = rows.real(21);
  }
}

void read_objectives(Database& database, Integer id, plan::StudyPoint& point) {
  Statement rows{database,
                 "SELECT text, metric, at, below, above, probability_below, subject, unit, value, "
                 "value_low, value_high, threshold, met FROM study_objective WHERE point_id = ? "
                 "ORDER BY study_objective_id"};
  rows.bind_all(id);
  const auto optional = [&](int column) {
    return rows.is_null(column) ? std::optional<double>{} : std::optional{rows.real(column)};
  };
  while (rows.step()) {
    plan::ObjectiveResult& o = point.objectives.emplace_back();
    o.objective.text = o.objective.name = rows.text(0);
    o.objective.metric = rows.text(1);
    o.objective.at = rows.text(2);
    o.objective.below = optional(3);
    o.objective.above = optional(4);
    o.objective.probability_below = optional(5);
    o.subject = rows.text(6);
    o.unit = rows.text(7);
    o.value = rows.real(8);
    o.estimate = estimate(rows, 8);
    o.threshold = rows.real(11);
    o.met = rows.integer(12) != 0;
  }
}

void read_settings(Database& database, Integer id, plan::StudyPoint& point) {
  Statement rows{
      database,
      "SELECT path, text, value FROM study_setting WHERE point_id = ? ORDER BY setting_id"};
  rows.bind_all(id);
  while (rows.step()) point.settings.push_back({rows.text(0), rows.text(1), rows.real(2)});
}

void read_figures(Database& database, Integer id, plan::Study& study) {
  Statement rows{database,
                 "SELECT name, subject, unit, value, value_low, value_high, text FROM study_figure "
                 "WHERE study_id = ? ORDER BY figure_id"};
  rows.bind_all(id);
  while (rows.step())
    study.figures.push_back(
        {rows.text(0), rows.text(1), rows.text(2), estimate(rows, 3), rows.text(6)});
}

}  // namespace

std::int64_t Store::write(const plan::Study& study, const Provenance& provenance) {
  Transaction transaction{database_};
  const Integer id = write_study(database_, study, provenance);
  write_points(database_, id, study);
  write_figures(database_, id, study);
  transaction.commit();
  return id;
}

std::vector<StudySummary> Store::studies() {
  std::vector<StudySummary> all;
  Statement rows{database_, "SELECT study_id, kind, headline FROM study ORDER BY study_id"};
  while (rows.step()) all.push_back({rows.integer(0), rows.text(1), rows.text(2)});
  return all;
}

StoredStudy Store::read_study(std::int64_t id) {
  StoredStudy stored;
  plan::Study& s = stored.study;
  Statement row{database_,
                "SELECT kind, scenario_name, scenario_file, scenario_hash, meshplan_version, "
                "arguments, seed, replicates, horizon, points_wanted, interrupted, ok, headline, "
                "cause, next_step, created_at, host FROM study JOIN study_timing USING (study_id) "
                "WHERE study_id = ?"};
  row.bind_all(id);
  if (!row.step()) throw StoreError{fmt::format("there is no study {} in '{}'", id, name_)};
  s.kind = row.text(0);
  s.scenario_name = row.text(1);
  s.scenario_file = row.text(2);
  s.scenario_hash = row.text(3);
  stored.provenance.version = row.text(4);
  s.arguments = row.text(5);
  s.seed = static_cast<std::uint64_t>(row.integer(6));
  s.replicates = static_cast<std::uint64_t>(row.integer(7));
  s.horizon = row.real(8);
  s.points_wanted = row.integer(9);
  s.interrupted = row.integer(10) != 0;
  s.ok = row.integer(11) != 0;
  s.headline = row.text(12);
  s.cause = row.text(13);
  s.next_step = row.text(14);
  stored.provenance.created_at = row.integer(15);
  stored.provenance.host = row.text(16);
  Statement points{database_,
                   "SELECT point_id, number, label, replicates FROM study_point WHERE study_id = ? "
                   "ORDER BY number"};
  points.bind_all(id);
  while (points.step()) {
    plan::StudyPoint& point = s.points.emplace_back();
    point.number = points.integer(1);
    point.label = points.text(2);
    point.replicates = static_cast<std::uint64_t>(points.integer(3));
    read_settings(database_, points.integer(0), point);
    read_outcomes(database_, points.integer(0), point);
    read_objectives(database_, points.integer(0), point);
  }
  read_figures(database_, id, s);
  return stored;
}

}  // namespace store
