#pragma once

#include <vector>

#include "models/btree.hpp"
#include "models/length.hpp"
#include "models/settings.hpp"
#include "models/tuple.hpp"

/// Lengths of WAL records, in bytes. Unless said otherwise a function returns the record's total
/// length without full-page images, before the next record's start is aligned to 8; aligned8() of
/// it is what WAL grows by, page headers aside. Equal on 15 to 18 unless `major` is asked for.
namespace models {

// Framing: access/xlogrecord.h
inline constexpr double record_header = 24;        // SizeOfXLogRecord
inline constexpr double block_reference = 20;      // header 4, relation 12, block number 4
inline constexpr double block_reference_same = 8;  // same relation as the block before
inline constexpr double origin_header = 3;         // rows applied by a subscription
inline constexpr double top_level_xid_header = 5;  // first record of a subtransaction, logical
/// Main data with its header: 2 up to 255 bytes, else 5.
double main_data(double bytes);

/// How far the insert position moves over so many bytes of records, each aligned to 8: pages of
/// 8192 carry a 24-byte header, the first one of a segment 40.
/// Source    src/backend/access/transam/xlog.c, XLogBytePosToRecPtr()
double lsn_distance(double aligned_bytes, double segment_size = 16.0 * 1024 * 1024);

/// What a full-page image adds to a record.
///
///   5 + content, or compressed 5 + 2 (when there is a hole) + ratio · content
///
/// Takes     content: 8192 - hole; compression_ratio: 1 = wal_compression off
/// Source    src/backend/access/transam/xloginsert.c, XLogRecordAssemble()
double page_image(double content, double compression_ratio = 1);
/// A record without main data of its own that carries one image: FPI, FPI_FOR_HINT (49 + image).
double full_page_image_record(double content, double compression_ratio = 1);
/// The logged tuple, which a record leaves out when its block carries an image, unless wal_level is
/// logical.
double insert_block_data(const Length& t_len);

// Heap, access/heapam_xlog.h
Length heap_insert(const Length& t_len);  // t_len + 31
/// MULTI_INSERT of `rows` tuples on one page; a new page (INIT) logs no offsets.
Length heap_multi_insert(const Length& t_len, double rows, bool new_page);
Length heap_update_same_page(const Length& t_len);   // HOT or not, whole tuple: t_len + 42
Length heap_update_other_page(const Length& t_len);  // t_len + 50; a heap_lock() precedes it
inline constexpr double heap_lock = 54;  // SELECT FOR …, FK check, before a cross-page UPDATE
inline constexpr double heap_delete = 54;
inline constexpr double heap_confirm = 48;  // INSERT … ON CONFLICT that inserted
inline constexpr double heap_new_cid = 60;  // catalog change, wal_level = logical
double heap_inplace(int major);             // pg_class or pg_database statistics
double heap_truncate(double relations);     // wal_level = logical
/// Key or whole old row that logical decoding needs: + 5 + (k - 23); 0-length = none logged.
Length old_tuple(const Length& k);
/// t_len of the old key or row that an UPDATE or DELETE logs for logical decoding; 0 = none.
Length replica_identity_tuple(const Table& table, const RowLayout& layout, bool key_required);
/// DELETE with that old tuple, + 3 when over 255.
Length heap_delete_logical(const Length& old_t_len);

/// Bytes of a tuple's data that an UPDATE leaves equal: what prefix and suffix compression skip.
struct UpdateSpan {
  double prefix = 0;  // equal bytes at the start of the data
  double suffix = 0;  // equal bytes at the end
};
/// Worst case for the given columns: everything from the first changed one to the last differs.
/// Measured  an integer + 1 logs 1 byte less, now() 1 to 3, one letter of five 5
UpdateSpan update_span(const RowLayout& layout, const std::vector<int>& changed);
/// Same-page update with wal_level below logical and no image of the page: 65 + (t_hoff - 23) + 2
/// and 2 for a prefix and a suffix of 3 bytes or more + what is between them.
/// Source    src/backend/access/heap/heapam.c, log_heap_update()
Length heap_update_compressed(const RowLayout& layout, const UpdateSpan& span);

/// WAL of updating one row, without its index entries and page images.
struct UpdateWal {
  double record = 0;  // the UPDATE or HOT_UPDATE, aligned
  double lock = 0;    // preceding LOCKs, aligned
  double toast = 0;   // new chunks, their index entries, old chunks deleted, aligned
  double total() const { return record + lock + toast; }
};
struct UpdateCase {
  WalLevel wal_level = WalLevel::replica;
  bool same_page = true;
  bool page_image = false;  // the page gets an image: no prefix or suffix compression
  bool applied = false;     // by a subscription: origin header, and a LOCK before the change
};
/// Takes     changed: columns whose value changes; the replica identity comes from the table
/// Holds     rows with out-of-line values lock first even on the same page
/// Source    src/backend/access/heap/heapam.c, heap_update(), ExtractReplicaIdentity()
UpdateWal update_wal(const Table& table, const RowLayout& layout, const std::vector<int>& changed,
                     const UpdateCase& how);
/// WAL of deleting one row, aligned, its out-of-line values included (one DELETE per chunk).
double delete_wal(const Table& table, const RowLayout& layout, WalLevel wal_level,
                  bool applied = false);
/// WAL of inserting one row, aligned, its out-of-line values included; without indexes.
double insert_wal(const RowLayout& layout, bool applied = false);

/// Aligned heap WAL per row of a COPY of `rows` rows: a MULTI_INSERT per page, in batches of 1000
/// rows or 65535 input bytes, whichever is first.
/// Source    src/backend/commands/copyfrom.c; access/heap/heapam.c, heap_multi_insert()
double copy_wal_per_row(const Length& t_len, double rows_per_page, double input_bytes_per_row,
                        double rows);

// Transactions, access/xact.h
struct CommitParts {
  WalLevel wal_level = WalLevel::replica;
  double subtransactions = 0;
  double dropped_files = 0;
  double dropped_stats = 0;
  double invalidations = 0;
  bool applied = false;  // by a subscription: origin LSN and time
};
double commit_record(const CommitParts& parts, int major = 15);
inline constexpr double abort_record = 34;
inline constexpr double assignment_record = 293;  // once per 64 subtransactions
double invalidation_record(double messages);
double standby_lock_record(double locks);
double running_xacts_record(double xids = 0);
double multixact_create_record(double members);

// Checkpoints, sequences, storage
inline constexpr double checkpoint_record = 114;
inline constexpr double checkpoint_redo_record = 30;  // 17 on, one per online checkpoint
inline constexpr double storage_create_record = 42;
inline constexpr double sequence_record = 99;  // once per 32 values and after each checkpoint
/// Aligned WAL of one online checkpoint: RUNNING_XACTS, CHECKPOINT_REDO (17 on), CHECKPOINT_ONLINE.
double checkpoint_wal(int major, WalLevel wal_level, double xids = 0);

// B-tree, access/nbtxlog.h
Length btree_insert_leaf(const IndexLayout& index);  // 48 + isz
double btree_insert_upper(double pivot);             // one per split
/// SPLIT_R or SPLIT_L: 64 + high key + tuples moved to the right page, + 8 with a right sibling.
/// The new item itself is logged once more when it goes left (half of the splits that are not
/// rightmost).
double btree_split_record(const IndexLayout& index, double moved_bytes, bool rightmost);
double btree_delete_record(double entries, int major);
double btree_vacuum_record(double entries);
double btree_dedup_record(double intervals);
/// Aligned WAL of taking an empty leaf out of the tree: MARK_PAGE_HALFDEAD and UNLINK_PAGE, whose
/// right sibling wants an image. Source    nbtpage.c, _bt_mark_page_halfdead(),
/// _bt_unlink_halfdead_page()   Measured  74 and 95 bytes on 15
inline constexpr double btree_unlink_wal = 80 + 96;
/// Aligned WAL of adding one entry, splits included, images not.
double index_insert_wal(const IndexLayout& index, KeyOrder order,
                        double density = btree_density_random);

// Prune, vacuum, visibility: access/heapam_xlog.h
/// First pass of a page, or pruning on access. Takes line pointers by what becomes of them.
struct PruneCounts {
  double redirected = 0, dead = 0, unused = 0;
};
double prune_record(const PruneCounts& counts, int major);
/// Second pass: LP_DEAD to unused.
double vacuum_second_pass_record(double pointers, int major);
double freeze_record(double tuples, double plans, int major);
inline constexpr double visible_record = 59;

}  // namespace models
