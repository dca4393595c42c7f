#pragma once

#include "models/autovacuum.hpp"
#include "models/table.hpp"
#include "models/tuple.hpp"

/// What ANALYZE writes to the catalogs.
namespace models {

/// A table's rows in pg_statistic, one per column.
struct StatisticRows {
  double rows = 0;
  double bytes = 0;   // in pg_statistic
  double chunks = 0;  // of values in its TOAST table
  double chunk_bytes = 0;

  bool operator==(const StatisticRows&) const = default;
};

/// Rows of pg_statistic after an ANALYZE with the default target of 100.
///
///   few values (<= 100)   the list of them, with a 4-byte frequency each
///   more                  101 bounds of a histogram; no value is common enough for the list
///   row                   about 120 bytes and the values, fixed ones as they are, others
///                         A4(4 + width); a row above 2032 bytes moves values of text, in chunks
///
/// Source    src/backend/commands/analyze.c, compute_scalar_stats(), analyze_mcv_list()
StatisticRows statistic_rows(const Table& table, const RowWidths& widths, double rows);

/// Aligned WAL of an ANALYZE, images not counted: every row of pg_statistic is replaced, its chunks
/// deleted and inserted again, pg_class updated in place.
VacuumWal analyze_wal(const StatisticRows& statistics, int major);

/// Catalog pages that ANALYZEs since a redo point have changed: where the old rows are, a page that
/// takes the new ones, the same of the TOAST table; one of pg_class and of each index.
/// Takes     the rows of all tables analyzed since then
/// Measured  PostgreSQL 15 to 18, first ANALYZE after a checkpoint: 3 + 5 pages of pg_statistic and its TOAST table for one table of 6 columns, 5 + 4 for
///           two; 2 or 3 without long values
double statistic_pages(const StatisticRows& statistics);

/// The same for pages of free space maps, which are logged with checksums or wal_log_hints.
double statistic_map_pages(const StatisticRows& statistics);

}  // namespace models
