#include "models/pgoutput.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/rules.hpp"
#include "sim/math.hpp"

namespace models {
namespace {

constexpr double change_header = 6;  // message type, relation OID, tuple kind
constexpr double value_header = 5;   // 't' or 'b', length
constexpr double no_value = 1;       // 'n' or 'u'

bool contains(const std::vector<int>& columns, int column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

// Generated columns are not replicated unless publish_generated_columns (18) says so.
std::vector<int> published(const Table& table, const WireShape& shape) {
  std::vector<int> columns = shape.columns;
  if (columns.empty()) {
    columns.resize(table.columns.size());
    std::iota(columns.begin(), columns.end(), 0);
  }
  std::erase_if(columns,
                [&](int c) { return table.columns[static_cast<std::size_t>(c)].generated; });
  return columns;
}

double null_share(const Column& column) { return column.not_null ? 0 : column.null_fraction; }

double value_length(const RowWidths& widths, const WireShape& shape, std::size_t column) {
  return shape.binary ? widths.binary[column] : widths.text[column];
}

std::vector<int> out_of_line_unchanged(const RowLayout& layout, const std::vector<int>& changed) {
  std::vector<int> columns;
  for (const ToastPlan::Value& value : layout.toast.values)
    if (value.out_of_line && !contains(changed, value.column)) columns.push_back(value.column);
  return columns;
}

}  // namespace

double wire_tuple(const Table& table, const RowWidths& widths, const WireShape& shape,
                  const std::vector<int>& unchanged) {
  double bytes = 2;
  for (const int column : published(table, shape)) {
    const auto i = static_cast<std::size_t>(column);
    const double null = null_share(table.columns[i]);
    const double value =
        contains(unchanged, column) ? no_value : value_header + value_length(widths, shape, i);
    bytes += null * no_value + (1 - null) * value;
  }
  return bytes;
}

double wire_key_tuple(const Table& table, const RowWidths& widths, const WireShape& shape) {
  const std::vector<int> key = replica_identity_columns(table);
  double bytes = 2;
  for (const int column : published(table, shape))
    bytes += contains(key, column)
                 ? value_header + value_length(widths, shape, static_cast<std::size_t>(column))
                 : no_value;
  return bytes;
}

double wire_relation(const Table& table, const WireShape& shape) {
  const auto with_end = [](const std::string& text) {
    return static_cast<double>(text.size()) + 1;
  };
  double bytes = wire_frame + 8 + with_end(table.schema) + with_end(table.name);
  for (const int column : published(table, shape))
    bytes += 1 + with_end(table.columns[static_cast<std::size_t>(column)].name) + 8;
  return bytes;
}

double wire_insert(const Table& table, const RowWidths& widths, const WireShape& shape) {
  return wire_frame + change_header + wire_tuple(table, widths, shape);
}

double wire_update(const Table& table, const RowWidths& widths, const RowLayout& layout,
                   const WireShape& shape, const std::vector<int>& changed) {
  const double fresh = wire_frame + change_header +
                       wire_tuple(table, widths, shape, out_of_line_unchanged(layout, changed));
  if (table.replica_identity == ReplicaIdentity::full)
    return fresh + 1 + wire_tuple(table, widths, shape);
  const std::vector<int> key = replica_identity_columns(table);
  const bool key_changed =
      std::any_of(key.begin(), key.end(), [&](int column) { return contains(changed, column); });
  return key_changed ? fresh + 1 + wire_key_tuple(table, widths, shape) : fresh;
}

double wire_delete(const Table& table, const RowWidths& widths, const WireShape& shape) {
  const bool full = table.replica_identity == ReplicaIdentity::full;
  return wire_frame + change_header +
         (full ? wire_tuple(table, widths, shape) : wire_key_tuple(table, widths, shape));
}

double wire_truncate(double relations) { return wire_frame + 6 + 4 * relations; }

double wire_copy_row(const Table& table, const RowWidths& widths, const WireShape& shape,
                     int publisher_major) {
  constexpr double copy_frame = 5, column_count = 2, binary_value = 4, separator = 1, text_null = 2;
  const bool binary = shape.binary && rules(publisher_major).binary_initial_copy;
  double bytes = copy_frame + (binary ? column_count : 0);
  for (const int column : published(table, shape)) {
    const auto i = static_cast<std::size_t>(column);
    const double null = null_share(table.columns[i]);
    const double escaped = table.columns[i].type == "bytea" ? 1 : 0;  // the backslash of \x
    bytes += binary ? binary_value + (1 - null) * widths.binary[i]
                    : separator + null * text_null + (1 - null) * (widths.text[i] + escaped);
  }
  return bytes;
}

bool flushes_commits(const Settings& settings) {
  const auto given = settings.given.find("synchronous_commit");
  return given == settings.given.end() || given->second != "off";
}

double keepalive_rate(double commits, bool flushes_commits, double rtt) {
  constexpr double wal_writer_delay = 0.2;
  const double flushes =
      flushes_commits ? commits : sim::one_minus_exp(commits * wal_writer_delay) / wal_writer_delay;
  return flushes * (1 + sim::one_minus_exp(flushes * rtt));
}

double tcp_overhead(double bytes, double sends, double mss) {
  constexpr double headers = 66;  // Ethernet 14, IPv4 20, TCP with timestamps 32
  return headers * std::max(sends, std::ceil(bytes / mss));
}

}  // namespace models
