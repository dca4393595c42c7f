#include "models/analyze.hpp"

#include <algorithm>
#include <cmath>

#include "models/type_layout.hpp"
#include "models/wal_record.hpp"

namespace models {
namespace {

constexpr double target = 100;      // default_statistics_target
constexpr double fixed_part = 120;  // header, 21 fixed columns, correlation, array headers
constexpr double toast_target = 2032;

}  // namespace

StatisticRows statistic_rows(const Table& table, const RowWidths& widths, double rows) {
  StatisticRows all;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const Column& column = table.columns[c];
    const TypeLayout type = column_layout(column);
    const bool varies = type.width < 0;
    const double value = varies ? 4 * std::ceil((4 + widths.payload[c]) / 4) : type.width;
    const double distinct = column.distinct > 0 ? column.distinct : std::max(1.0, rows);
    const double values =
        distinct <= target ? distinct * (value + 4) : std::min(distinct, target + 1) * value;
    all.rows += 1;
    if (varies && fixed_part + values > toast_target) {
      all.bytes += fixed_part + toast_pointer;
      all.chunks += std::ceil(values / toast_chunk_data);
      all.chunk_bytes += values;
    } else {
      all.bytes += fixed_part + values;
    }
  }
  return all;
}

VacuumWal analyze_wal(const StatisticRows& statistics, int major) {
  if (statistics.rows <= 0) return {};
  const Length row{statistics.bytes / statistics.rows};
  VacuumWal wal;
  wal.bytes = statistics.rows * heap_update_same_page(row).aligned8();
  wal.records = statistics.rows;
  if (statistics.chunks > 0) {
    const Length chunk{toast_chunk_tuple(statistics.chunk_bytes / statistics.chunks)};
    constexpr double index_entry = 72, removed = 56;
    wal.bytes += statistics.chunks * (heap_insert(chunk).aligned8() + index_entry + removed);
    wal.records += 3 * statistics.chunks;
  }
  // relpages, reltuples and relallvisible of the table, in place.
  wal.bytes += Length{heap_inplace(major)}.aligned8();
  wal.records += 1;
  return wal;
}

double statistic_pages(const StatisticRows& statistics) {
  if (statistics.rows <= 0) return 0;
  constexpr double page = 8168, catalog = 2, toast_index = 1;
  // Rows next to each other lie on one page more than they fill; one more takes the new ones.
  const double main = statistics.bytes / page + 2;
  const double toast = statistics.chunks > 0 ? statistics.chunk_bytes / page + 2 + toast_index : 0;
  return catalog + main + toast;
}

double statistic_map_pages(const StatisticRows& statistics) {
  if (statistics.rows <= 0) return 0;
  return statistics.chunks > 0 ? 4 : 1;
}

}  // namespace models
