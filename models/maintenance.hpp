#pragma once

#include "models/settings.hpp"
#include "models/table.hpp"

/// What one-off statements write beside the rows of user tables: their rows in the catalogs.
namespace models {

/// WAL of catalog changes: aligned bytes and records without images; catalog pages imaged when
/// nothing like it has happened since the redo point, and when something has (new pages are begun).
struct CatalogWork {
  double bytes = 0, records = 0;
  double first_images = 0, later_images = 0;
};

/// Bytes of a catalog page's image: catalogs of a small database are seldom full.
inline constexpr double catalog_image = 5700;

/// Statements that give a table new files or make one.
enum class CatalogChange {
  truncate,              // TRUNCATE of a table and its indexes
  refresh,               // REFRESH MATERIALIZED VIEW
  refresh_concurrently,  // … CONCURRENTLY: a temporary table of the new content, one of differences
  swap,                  // CREATE TABLE AS, indexes, two renames, DROP
  reindex,               // REINDEX of all indexes of a table
};

/// The catalog's part of such a statement:
///
///   bytes = base + columns a + indexes b + (toast ? c : 0);   with wal_level = logical 1.5 times
///   as many bytes (NEW_CID, INVALIDATION) and 1.65 times as many records
///
/// Source    the rows it makes: catalog/heap.c, heap_create_with_catalog(); catalog/index.c,
///           index_create(); catalog/toasting.c; commands/matview.c, refresh_by_match_merge()
/// Measured  PostgreSQL 15.20, tables of 2 and 6 columns with 0, 1 and 3 indexes: bytes within 10
/// %,
///           images within 3
CatalogWork catalog_work(CatalogChange change, const Table& table, WalLevel wal_level);

/// Whether a materialized view can be refreshed CONCURRENTLY: it has a unique index on plain
/// columns of all rows. Source    src/backend/commands/matview.c, is_usable_unique_index()
bool refreshes_concurrently(const Table& view);

/// Whether a table has a TOAST table: a column of a type without a length limit, or rows that can
/// become longer than 2032 bytes.
/// Source    src/backend/access/heap/heapam_handler.c, heapam_relation_needs_toast_table()
bool has_toast_table(const Table& table);

}  // namespace models
