#include "tests/accuracy/simple_means.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "tests/harness/schedule.hpp"

namespace accuracy {
namespace {

using models::Column;
using models::Mesh;
using models::Statement;
using models::StatementKind;
using models::Table;

/// Bytes of a value as a spreadsheet has them.
double width_of(const Column& column) {
  static const std::map<std::string, double> fixed{
      {"boolean", 1}, {"smallint", 2}, {"integer", 4},          {"real", 4},
      {"date", 4},    {"bigint", 8},   {"double precision", 8}, {"uuid", 16}};
  const auto found = fixed.find(column.type);
  const double width = found != fixed.end()                   ? found->second
                       : column.type.starts_with("timestamp") ? 8
                                                              : column.width.value;
  return width * (1 - column.null_fraction);
}

double row_width(const Table& table) {
  double width = 0;
  for (const Column& column : table.columns) width += width_of(column);
  return width;
}

bool writes(const Statement& statement) {
  return statement.kind != StatementKind::select && statement.table >= 0;
}

/// Calls per statement of the streams: statement, rows it has written by a time.
template <typename Visit>
void for_each_statement(const Mesh& mesh, double until, const Visit& visit) {
  for (const models::Stream& stream : mesh.streams)
    for (const Statement& statement : stream.statements)
      visit(statement, harness::Schedule{mesh, stream}.due(until) * statement.rows.value);
}

double bytes_written(const Mesh& mesh, double until) {
  double bytes = 0;
  for_each_statement(mesh, until, [&](const Statement& statement, double rows) {
    if (writes(statement))
      bytes += rows * row_width(mesh.tables[static_cast<std::size_t>(statement.table)]);
  });
  return bytes;
}

double rows_at_end(const Mesh& mesh, std::size_t table) {
  double rows = mesh.tables[table].rows.value;
  for_each_statement(mesh, sim::seconds(mesh.horizon), [&](const Statement& s, double n) {
    if (s.table != static_cast<int>(table)) return;
    if (s.kind == StatementKind::insert || s.kind == StatementKind::copy) rows += n;
    if (s.kind == StatementKind::delete_) rows -= n;
  });
  return rows;
}

std::optional<double> size_of(const Mesh& mesh, const std::string& relation) {
  for (std::size_t t = 0; t < mesh.tables.size(); ++t) {
    const Table& table = mesh.tables[t];
    if (table.qualified_name() == relation) return rows_at_end(mesh, t) * row_width(table);
    for (const models::Index& index : table.indexes) {
      if (table.schema + "." + index.name != relation) continue;
      double key = 0;
      for (const models::IndexColumn& column : index.keys)
        if (column.column >= 0)
          key += width_of(table.columns[static_cast<std::size_t>(column.column)]);
      return rows_at_end(mesh, t) * key;
    }
  }
  return std::nullopt;
}

/// When the outage of a slot ends and begins: what is written in between is retained.
double bytes_of_outage(const Mesh& mesh) {
  const double horizon = sim::seconds(mesh.horizon);
  for (const models::Incident& incident : mesh.incidents) {
    if (incident.kind != models::Incident::Kind::subscriber_down || !incident.at) continue;
    const double begin = sim::seconds(*incident.at);
    const double end = incident.duration.value > 0 ? begin + incident.duration.value : horizon;
    return bytes_written(mesh, std::min(end, horizon)) - bytes_written(mesh, begin);
  }
  return 0;
}

/// The series whose last value is the outcome.
std::string series_of(const std::string& metric) {
  static const std::map<std::string, std::string> names{
      {"wal_bytes", "wal_bytes"},     {"wal_fpi", "wal_fpi"},
      {"wal_records", "wal_records"}, {"pg_wal_size", "pg_wal"},
      {"pg_wal_size_end", "pg_wal"},  {"retained_wal", "retained_wal"},
      {"heap_size", "heap"},          {"retained_wal_end", "retained_wal"},
      {"index_size", "index"},        {"n_dead_tup", "n_dead_tup"},
      {"n_live_tup", "n_live_tup"},   {"time_to_disk_full", "volume_used"}};
  const auto found = names.find(metric);
  return found == names.end() ? "" : found->second;
}

}  // namespace

std::optional<double> straight_line(const Mesh& mesh, const Recording& run,
                                    const harness::Quantity& quantity) {
  const harness::Series* series = run.find(series_of(quantity.name), quantity.subject);
  if (series == nullptr) return std::nullopt;
  const double horizon = sim::seconds(mesh.horizon);
  const auto [t0, first] = series->front();
  auto [t1, quarter] = series->front();
  for (const auto& [t, value] : *series)
    if (t <= horizon / 4) std::tie(t1, quarter) = std::pair{t, value};
  if (t1 <= t0) return std::nullopt;
  const double slope = (quarter - first) / (t1 - t0);
  if (quantity.name != "time_to_disk_full") return first + slope * (horizon - t0);
  const double full = t0 + (1 - first) / slope;
  return slope > 0 && full <= horizon ? std::optional{full} : std::nullopt;
}

std::optional<double> spreadsheet(const Mesh& mesh, const harness::Quantity& quantity) {
  const double horizon = sim::seconds(mesh.horizon);
  const std::string& metric = quantity.name;
  if (metric == "wal_bytes" || metric == "link_bytes") return bytes_written(mesh, horizon);
  if (metric == "retained_wal") return bytes_of_outage(mesh);
  if (metric == "heap_size" || metric == "index_size") return size_of(mesh, quantity.subject);
  return std::nullopt;
}

}  // namespace accuracy
