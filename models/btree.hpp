#pragma once

#include <string>
#include <vector>

#include "models/quantity.hpp"
#include "models/statement.hpp"
#include "models/table.hpp"
#include "models/tuple.hpp"

/// B-tree index tuples, pages and the WAL of their maintenance.
namespace models {

inline constexpr double btree_page_usable = page_size - page_header - 16;  // 8152: special space 16
inline constexpr double btree_max_tuple = 2704;
/// Longest posting tuple made by CREATE INDEX, and by deduplication before a split.
inline constexpr double btree_posting_limit_build = 812;
inline constexpr double btree_posting_limit_run_time = 1352;

/// Share of a leaf's 8152 bytes in use after random inserts: ln 2 on average over the phases of
/// growth, log-periodic in a young index because its leaves split at about the same time.
inline constexpr double btree_density_random = 0.69;
inline constexpr double btree_density_random_low = 0.64, btree_density_random_high = 0.73;
/// Ascending within groups of a single-column key: every split is in the middle and never refilled.
inline constexpr double btree_density_grouped = 0.5;

/// An index as the models see it; sizes of the average entry.
struct IndexLayout {
  Length tuple;              // IndexTuple with key and INCLUDE columns, a multiple of 8 (isz)
  double pivot = 16;         // tuple of an internal page, suffix-truncated
  double duplicates = 1;     // rows per distinct key among the indexed rows, NULLs aside; below 1
                             // when there are more possible keys (`distinct`) than rows
  double distinct = 0;       // distinct keys, however many rows there will be; 0 = as many as rows
  double null_share = 0;     // single-column keys: share of rows with NULL, all of them duplicates
  bool deduplicates = true;  // posting lists are possible (type, INCLUDE, storage parameter)
  int fillfactor = 90;
  double rows_share = 1;               // partial index: share of the table's rows
  KeyOrder order = KeyOrder::unknown;  // of the leading key column
};

/// Sizes of an index's entries.
///
///   isz = A8(h + keys), h = 8, or 16 when any column is NULL; columns aligned as in the heap
///
/// Takes     layout: of the table; rows: of the table, for duplicates per key
/// Holds     for B-tree; a plain GiST or hash entry has the same tuple
/// Source    src/backend/access/common/indextuple.c, index_form_tuple(); nbtutils.c, _bt_truncate()
IndexLayout index_layout(const Table& table, const Index& index, const RowLayout& layout,
                         double rows);

/// The same index without its NULLs: entries of the other rows.
IndexLayout without_nulls(const IndexLayout& index);

/// Leaves that one more NULL takes for good in a single-column index. NULLs are equal and
/// sort last, by TID among themselves: those of inserted rows go to the end of the last leaf, which
/// leaves 96 % behind when it is full.
/// Source    src/backend/access/nbtree/nbtsplitloc.c, SPLIT_SINGLE_VALUE
double null_leaves_per_row();
/// Leaves that CREATE INDEX makes of so many NULLs.
double null_leaves_built(const IndexLayout& index, double nulls);

/// What is assumed for expression keys; empty when every key is a column.
std::string index_assumption(const Table& table, const Index& index);

/// Entries of a completely full leaf: 8152 / (isz + 4), one of them the high key.
double leaf_capacity(const IndexLayout& index);

/// Rows per leaf after CREATE INDEX: a leaf is finished when less than 8192 (100 - fillfactor) /
/// 100 is free, and its last item moves on: floor(7325 / (isz + 4)) at fillfactor 90. Source
/// src/backend/access/nbtree/nbtsort.c, _bt_buildadd() Measured  exact for isz 16 to 520 on 15
double rows_per_leaf_built(const IndexLayout& index);
/// Rows per leaf after ascending inserts: a split of the rightmost leaf leaves k rows behind,
///
///   ff · (8152 - (k + 1)(isz + 4) - 8) = (1 - ff)(8152 - (N - k)(isz + 4)), N = capacity + 1
///
/// Source    src/backend/access/nbtree/nbtsplitloc.c, _bt_recsplitloc(), _bt_deltasortsplits()
/// Measured  exact for isz 16 to 520 on 15
double rows_per_leaf_ascending(const IndexLayout& index);
/// Rows per leaf after random inserts at the given density (share of 8152 bytes). Entries not yet
/// merged into posting tuples count; a key that fills whole leaves packs them to 96 %.
double rows_per_leaf_random(const IndexLayout& index, double density = btree_density_random);

/// Bytes that one row takes on a leaf, line pointer included, everything deduplicated: rows per key
/// are Poisson around `duplicates`, posting tuples hold up to `posting_limit` bytes, A8(key + 6 n).
/// Source    src/backend/access/nbtree/nbtdedup.c, _bt_dedup_save_htid(), _bt_form_posting()
double leaf_bytes_per_row(const IndexLayout& index, double posting_limit);

/// What another version of a row takes on a leaf when its key has not changed, relative to an entry
/// of its own: a full leaf merges the versions of a key into posting tuples before it splits, in
/// unique indexes too.
///
///   share = (bytes(1 + versions) - bytes(1)) / (versions bytes(1)),   bytes(n) = A8(isz + 6 n) + 4
///
/// Takes     versions: that each row gets while none of them can be removed, at least 1
/// Returns   1 when nothing is merged, or when the key repeats anyhow and LeafCurve merges it
/// Source    nbtinsert.c, _bt_delete_or_dedup_one_page(); nbtdedup.c, _bt_dedup_pass()
double version_share(const IndexLayout& index, double versions);

/// Pages of the whole index: metapage, leaves, internal levels at fan-out 1 + 5675/(pivot + 4).
struct BtreePages {
  double leaves = 0;
  double internal = 0;  // root included; 0 while the root is a leaf
  double total() const { return 1 + leaves + internal; }
};
/// By CREATE INDEX or REINDEX; by ascending inserts; by random inserts. Takes rows of the table.
BtreePages btree_pages_built(const IndexLayout& index, double rows);
BtreePages btree_pages_ascending(const IndexLayout& index, double rows);
BtreePages btree_pages_random(const IndexLayout& index, double rows,
                              double density = btree_density_random);

/// WAL per inserted entry beyond the INSERT_LEAF itself, records aligned, images not counted:
/// splits (a SPLIT_R or SPLIT_L and an INSERT_UPPER per new leaf) and DEDUP passes. Ascending
/// splits move about a tenth of the leaf, others half of it. Source
/// src/backend/access/nbtree/nbtinsert.c, _bt_split(), _bt_insertonpg(); nbtdedup.c Measured  on
/// 15: unique keys within 2 % (ascending) and 5 % (random) of the index's WAL
double split_wal_ascending(const IndexLayout& index);
double split_wal_random(const IndexLayout& index, double density = btree_density_random);

/// Bytes of a leaf that uses `fill` (0..1) of its 8152, its hole left out: what its image carries.
double leaf_content(double fill);

/// WAL of building the index, an image per page: one per record (15, 16) or up to 32 (17 on).
double index_build_wal(const IndexLayout& index, double rows, int major);

/// Columns that a statement changes: those it writes minus `unchanged`, BEFORE ROW triggers'
/// assignments, and generated columns over them (over anything when what they read is unknown).
std::vector<int> changed_columns(const Table& table, const Statement& statement);

/// Which indexes an UPDATE that changes these columns maintains.
/// Columns among `changed` that an index reads which forbids HOT.
std::vector<int> hot_breaking_columns(const Table& table, const std::vector<int>& changed,
                                      int major);

/// Probability that an UPDATE of these columns assigns each of them the value it has: heap_update()
/// compares values, so such an update is HOT. New values are drawn like those in the table.
///
///   product over the columns of null^2 + (1 - null)^2 / distinct
///
/// Returns   0 when a column has no repeated values or ever newer ones (order ascending)
/// Source    src/backend/access/heap/heapam.c, HeapDetermineColumnsInfo()
/// Measured  6 distinct values: 434 of 2618 updates HOT (predicted 436); 30 % NULL, otherwise
///           unique: 96 of 1054 (predicted 95); 15
double same_value_share(const Table& table, const std::vector<int>& columns);

struct IndexTouch {
  bool hot = false;  // no index forbids HOT: with room on the page nothing else is touched …
  std::vector<int> in_hot;     // … except these summarizing (BRIN) indexes, from 16 on
  std::vector<int> in_update;  // indexes that get an entry when the update is not HOT: all
};

/// Takes     changed: indexes into Table::columns; major: 15 to 18
/// Holds     INCLUDE columns, expressions and partial predicates forbid HOT too; BRIN does up to 15
/// Source    src/backend/access/heap/heapam.c, heap_update(); relcache.c,
/// RelationGetIndexAttrBitmap()
IndexTouch index_touch(const Table& table, const std::vector<int>& changed, int major);

}  // namespace models
