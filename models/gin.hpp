#pragma once

#include <string>
#include <vector>

#include "models/settings.hpp"
#include "models/table.hpp"
#include "models/tuple.hpp"

/// GIN indexes: entry tree, posting lists and trees, and the pending list of fastupdate.
namespace models {

inline constexpr double gin_page_usable = 8160;  // GIN_PAGE_FREESIZE: header 24, special space 8
inline constexpr double gin_entry_most = 2712;  // GinMaxItemSize: larger posting lists become trees
inline constexpr double gin_posting_page = 8136;  // of a posting tree's leaf
/// A posting tree's leaf after a build (segments of 256 to 384 bytes leave some room) [share].
inline constexpr double gin_posting_fill = 0.92;

/// Keys of one kind that every row contributes: array elements, or keys and values of a JSON
/// document.
struct GinKeys {
  double per_row = 1;
  double distinct = 0;  // different ones; 0 = every one is new
  double entry = 16;    // bytes of the index tuple with its key alone
};

/// What a GIN index stores per row.
struct GinLayout {
  std::vector<GinKeys> keys;
  double limit = 4.0 * 1024 * 1024;  // gin_pending_list_limit [bytes]
  bool fastupdate = true;
  double rows_per_heap_page = 100;
  double rows_share = 1;  // of the table's rows (partial index)

  double keys_per_row() const;
  /// Bytes of the entry tuples of one row, without line pointers.
  double tuples_per_row() const;
  /// Rows that fill a page of the pending list.
  double rows_per_list_page() const;
  /// Pages of the pending list when an insert flushes it. Source: ginfast.c,
  /// ginHeapTupleFastInsert(): pages * GIN_PAGE_FREESIZE > limit.
  double pages_at_flush() const;
  double rows_at_flush() const { return pages_at_flush() * rows_per_list_page(); }
};

/// Describes an index from the elements of its columns (Column::elements).
/// Assumes   for a column without: an element every 12 bytes of a jsonb, as many as fit into an
/// array, of 8 bytes,
///           1000 different ones
GinLayout gin_layout(const Table& table, const Index& index, const Settings& settings,
                     const RowWidths& widths, double rows_per_heap_page);

/// What gin_layout() assumes in words; empty when nothing is assumed.
std::string gin_assumption(const Table& table, const Index& index);

/// Pages of a GIN index, the pending list apart.
struct GinPages {
  double entries = 1;  // leaves and internal pages of the entry tree
  double data = 0;     // of posting trees
  double bytes = 0;    // of entry tuples with their line pointers
  double keys = 0;     // different keys
};

/// After CREATE INDEX over `rows` rows: keys arrive in order, so entry leaves split in the middle
/// and stay half full. Source    ginentrypage.c, entrySplitPage()     Measured  1 key per row and
/// page of 146: 50.4 %; 15
GinPages gin_pages_built(const GinLayout& layout, double rows);

/// The entry tree that was `built` and has taken in entries up to `bytes`, `new_keys` of them under
/// new keys: leaves that are alike run full at the same time and split in one wave. They differ by
/// the place of a tuple (uniform) and by the number of new keys (Poisson).
double gin_entry_pages(const GinPages& built, double bytes, double new_keys);

/// WAL of one row's insert into the pending list [aligned bytes, records].
/// Source    ginfast.c, ginHeapTupleFastInsert(): UPDATE_META_PAGE carries the tuples (142 +
/// tuples); a new list
///           page is logged by INSERT_LISTPAGE (54 + tuples) and UPDATE_META_PAGE without them
/// Measured  5 int keys: 222 and 134; jsonb of 6 keys, 144 bytes of tuples: 283 and 198; 15
struct GinRecords {
  double bytes = 0, records = 0;
};
GinRecords gin_pending_insert(const GinLayout& layout);

/// WAL of one row's insert with fastupdate off: every key's entry is written anew.
GinRecords gin_direct_insert(const GinLayout& layout, double rows);

/// What moving `pending` rows of the list into an index of `rows` rows does.
/// Source    ginfast.c, ginInsertCleanup(); ginentrypage.c, entryExecPlaceToPage(): one INSERT per
/// different key of
///           the batch with the whole rewritten tuple (52 + tuple); ginxlog.h; list pages go 16 at
///           a time with DELETE_LISTPAGE (198)
/// Measured  1001 keys in batches of 2673 rows: 7006 records of 171 bytes mean over 7 flushes
/// (predicted 7007, 174); 15
struct GinFlush {
  GinRecords wal;
  double touched =
      0;  // entry-tree pages that get a change, before counting the same page once: one per key
  double bytes = 0;  // by which the entries grow
  double keys = 0;   // new ones among them
  double data = 0;   // pages by which posting trees grow
};
GinFlush gin_flush(const GinLayout& layout, double rows, double pending);

/// WAL of an entry-tree split: both halves are logged as images, whatever full_page_writes says.
/// Measured  650552 image bytes in 79 splits; 15
inline constexpr double gin_split_record = 92 + 8235;

/// Bytes of a posting list of n rows under a key that every `gap` heap pages has a row.
/// Formula   8 + A2((n - 1) d); d = 1 byte on the same page, 2 within 8 pages, 3 within 1024, else
/// 4; gaps are exponential Source    ginpostinglist.c, ginCompressPostingList(): varbyte deltas of
/// block * 2048 + offset
double gin_posting_list(double n, double gap);

}  // namespace models
