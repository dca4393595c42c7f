#pragma once

#include <string>
#include <vector>

#include "models/quantity.hpp"
#include "models/statement.hpp"
#include "models/table.hpp"
#include "models/tuple.hpp"

/// B-tree index tuples, pages and the WAL of their maintenance; MODEL_FACTS A.4 and B.5.
namespace models {

inline constexpr double btree_page_usable =
    page_size - page_header - 16;  // 8152: without the special space
inline constexpr double btree_max_tuple = 2704;
inline constexpr double btree_posting_limit_build =
    812;  // bytes of a posting tuple made by CREATE INDEX
inline constexpr double btree_posting_limit_run_time = 1352;  // and by deduplication before a split

/// Share of a leaf's 8152 bytes in use after random inserts of many times the page count
/// (log-periodic, 0.64-0.73).
inline constexpr double btree_density_random = 0.69;
inline constexpr double btree_density_random_low = 0.64, btree_density_random_high = 0.73;
/// Ascending within groups of a single-column key: every split is in the middle and never refilled.
inline constexpr double btree_density_grouped = 0.5;

/// An index as the models see it; sizes of the average entry.
struct IndexLayout {
  Length tuple;              // IndexTuple with key and INCLUDE columns, a multiple of 8 (isz)
  double pivot = 16;         // tuple of an internal page, suffix-truncated
  double duplicates = 1;     // rows per distinct key among the indexed rows, NULLs aside
  double null_share = 0;     // single-column keys: share of rows with NULL, all of them duplicates
  bool deduplicates = true;  // posting lists are possible (type, INCLUDE, storage parameter)
  int fillfactor = 90;
  double rows_share = 1;               // partial index: share of the table's rows
  KeyOrder order = KeyOrder::unknown;  // of the leading key column
};

/// isz = A8(h + keys), h = 8, or 16 when any column is NULL; key and INCLUDE columns aligned as in
/// the heap.
///
/// Takes     rows: of the table (for duplicates per key); layout: of the table, before or after
/// TOAST Holds     B-tree; other methods return the tuple size their leaf would have (GiST) or are
/// not asked Source    src/backend/access/common/indextuple.c, index_form_tuple(); nbtree.h;
/// nbtutils.c, _bt_truncate()
IndexLayout index_layout(const Table& table, const Index& index, const RowLayout& layout,
                         double rows);

/// What is assumed for expression keys; empty when every key is a column.
std::string index_assumption(const Table& table, const Index& index);

/// Entries of a completely full leaf: 8152 / (isz + 4), one of them the high key.
double leaf_capacity(const IndexLayout& index);

/// Rows per leaf after CREATE INDEX: a leaf is finished when less than 8192 (100 - fillfactor)/100
/// is free, and its last item moves on: floor(7325 / (isz + 4)) at fillfactor 90. Source:
/// nbtsort.c, _bt_buildadd()
double rows_per_leaf_built(const IndexLayout& index);
/// Rows that a split of the rightmost leaf leaves behind, the new high key counted: k that balances
/// ff · (8152 - (k + 1)(isz + 4) - 8) = (1 - ff)(8152 - (N - k)(isz + 4)), N = capacity + 1.
/// Source    nbtsplitloc.c, _bt_recsplitloc(), _bt_deltasortsplits()
double rows_per_leaf_ascending(const IndexLayout& index);
/// Rows per leaf after random inserts at the given density (share of 8152 bytes).
double rows_per_leaf_random(const IndexLayout& index, double density = btree_density_random);

/// Bytes that one row takes on a leaf, line pointer included, when `duplicates` rows share a key
/// (Poisson around it) and posting tuples hold up to `posting_limit` bytes; without deduplication
/// isz + 4. Source    nbtdedup.c, _bt_dedup_save_htid(), _bt_form_posting()
double leaf_bytes_per_row(const IndexLayout& index, double posting_limit);

/// Pages of the whole index: metapage, leaves, internal levels at fan-out 1 + 5675/(pivot + 4).
struct BtreePages {
  double leaves = 0;
  double internal = 0;  // root included; 0 while the root is a leaf
  double total() const { return 1 + leaves + internal; }
};
BtreePages btree_pages_built(const IndexLayout& index,
                             double rows);  // CREATE INDEX, REINDEX, CLUSTER
BtreePages btree_pages_ascending(const IndexLayout& index,
                                 double rows);  // filled by ascending inserts
BtreePages btree_pages_random(const IndexLayout& index, double rows,
                              double density = btree_density_random);

/// WAL of splits per inserted entry, records aligned, images not counted: a SPLIT_R or SPLIT_L and
/// an INSERT_UPPER per new leaf. Ascending splits move about a tenth of the leaf, others half of
/// it. Source    nbtinsert.c, _bt_split(), _bt_insertonpg(); measured on 15 for isz 16: 2.25, and 8
/// to 10
double split_wal_ascending(const IndexLayout& index);
double split_wal_random(const IndexLayout& index, double density = btree_density_random);

/// Bytes of a leaf without its hole when `fill` (0..1) of the 8152 bytes is used: what its
/// full-page image carries.
double leaf_content(double fill);

/// WAL of building the index, page images included: one record per page (15, 16) or up to 32 pages
/// per record (17 on).
double index_build_wal(const IndexLayout& index, double rows, int major);

/// Columns that a statement changes: those it writes minus `unchanged`, BEFORE ROW triggers'
/// assignments, and generated columns over them (over anything when what they read is unknown).
std::vector<int> changed_columns(const Table& table, const Statement& statement);

/// Which indexes an UPDATE that changes these columns maintains.
struct IndexTouch {
  bool hot = false;  // no index forbids HOT: with room on the page nothing else is touched …
  std::vector<int> in_hot;     // … except these summarizing (BRIN) indexes, from 16 on
  std::vector<int> in_update;  // indexes that get an entry when the update is not HOT: all
};

/// Takes     changed: indexes into Table::columns; major: 15 to 18
/// Holds     INCLUDE columns, expressions and partial predicates block HOT too; BRIN does not from
/// 16 on Source    src/backend/access/heap/heapam.c, heap_update(); utils/cache/relcache.c,
/// RelationGetIndexAttrBitmap()
IndexTouch index_touch(const Table& table, const std::vector<int>& changed, int major);

}  // namespace models
