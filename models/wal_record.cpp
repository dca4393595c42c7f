#include "models/wal_record.hpp"

#include <algorithm>
#include <cmath>

#include "models/rules.hpp"

namespace models {
namespace {

constexpr double short_main_data = 255;   // XLR_BLOCK_ID_DATA_SHORT
constexpr double heap_record_header = 5;  // SizeOfHeapHeader: infomasks 4, t_hoff 1
constexpr double xl_heap_insert = 3, xl_heap_update = 14;
constexpr double heap_frame = record_header + block_reference;  // a record on one page

// A tuple in block data: its header shortened to 5 bytes, then everything from the null bitmap on.
Length logged_tuple(const Length& t_len) {
  Length logged = t_len;
  const double shift = heap_record_header - tuple_header_fixed;  // -18, residues move by 6
  logged.mean += shift;
  logged.least += shift;
  logged.most += shift;
  for (std::size_t r = 0; r < 8; ++r) logged.residue[(r + 6) % 8] = t_len.residue[r];
  return logged;
}

// Any residue alike: the sum of many varying parts.
Length evenly_spread(double mean) {
  Length length(mean);
  length.least = std::max(0.0, mean - 4);
  length.most = mean + 4;
  length.residue.fill(0.125);
  return length;
}

Length with_main_data(const Length& before, double fixed_main, const Length& more) {
  const bool long_header = fixed_main + more.mean > short_main_data;
  return before + Length(fixed_main + (long_header ? 5 : 2)) + more;
}

bool intersects(const std::vector<int>& a, const std::vector<int>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](int x) { return std::find(b.begin(), b.end(), x) != b.end(); });
}

double lock_aligned() { return Length(heap_lock).aligned8(); }

// One value's chunks inserted with their entries in the TOAST table's index (oid, integer: isz 16).
double toast_insert_wal(const ToastPlan::Value& value) {
  const double full = std::floor(value.bytes / toast_chunk_data);
  const double rest = value.bytes - full * toast_chunk_data;
  const auto chunk = [](double bytes) { return heap_insert(toast_chunk_tuple(bytes)).aligned8(); };
  constexpr double index_entry = 48 + 16, splits = 2.2;
  return full * chunk(toast_chunk_data) + (rest > 0 ? chunk(rest) : 0) +
         value.chunks * (index_entry + splits);
}

double toast_delete_wal(const ToastPlan::Value& value) {
  return value.chunks * Length(heap_delete).aligned8();
}

// Out-of-line values replaced by an update: new chunks in, old chunks deleted.
double toast_update_wal(const ToastPlan& toast, const std::vector<int>& changed) {
  double wal = 0;
  for (const ToastPlan::Value& value : toast.values)
    if (value.out_of_line && intersects({value.column}, changed))
      wal += value.present * (toast_insert_wal(value) + toast_delete_wal(value));
  return wal;
}

double out_of_line_share(const ToastPlan& toast) {
  double none = 1;
  for (const ToastPlan::Value& value : toast.values)
    if (value.out_of_line) none *= 1 - value.present;
  return 1 - none;
}

}  // namespace

double main_data(double bytes) {
  if (bytes <= 0) return 0;
  return bytes + (bytes > short_main_data ? 5 : 2);
}

double lsn_distance(double aligned_bytes, double segment_size) {
  constexpr double short_header = 24, long_header = 40;
  const double pages = segment_size / page_size;
  const double usable = segment_size - (pages - 1) * short_header - long_header;
  return aligned_bytes * segment_size / usable;
}

double page_image(double content, double compression_ratio) {
  constexpr double image_header = 5, compressed_hole = 2;
  if (compression_ratio >= 1) return image_header + content;
  return image_header + compression_ratio * content + (content < page_size ? compressed_hole : 0);
}

double full_page_image_record(double content, double compression_ratio) {
  return heap_frame + page_image(content, compression_ratio);
}

double insert_block_data(const Length& t_len) { return logged_tuple(t_len).mean; }

Length heap_insert(const Length& t_len) {
  return Length(heap_frame + main_data(xl_heap_insert)) + logged_tuple(t_len);
}

Length heap_multi_insert(const Length& t_len, double rows, bool new_page) {
  constexpr double xl_heap_multi_insert = 4, per_tuple = 7, offset = 2;
  const Length tuple = logged_tuple(t_len) + Length(per_tuple - heap_record_header);
  const double last_pad = tuple.padded(2).mean - tuple.mean;
  const double main = xl_heap_multi_insert + (new_page ? 0 : offset * rows);
  const double total = heap_frame + main_data(main) + rows * tuple.padded(2).mean - last_pad;
  return t_len.fixed() ? Length(total) : evenly_spread(total);
}

Length heap_update_same_page(const Length& t_len) {
  return Length(heap_frame + main_data(xl_heap_update)) + logged_tuple(t_len);
}

Length heap_update_other_page(const Length& t_len) {
  return heap_update_same_page(t_len) + Length(block_reference_same);
}

double heap_inplace(int major) { return rules(major).inplace_record; }

double heap_truncate(double relations) { return record_header + main_data(12 + 4 * relations); }

Length replica_identity_tuple(const Table& table, const RowLayout& layout, bool key_required) {
  if (table.replica_identity == ReplicaIdentity::full) return heap_tuple(inlined(layout));
  const std::vector<int> key = replica_identity_columns(table);
  if (!key_required || key.empty()) return Length{};
  return key_tuple(layout, key);
}

Length old_tuple(const Length& k) { return k.mean > 0 ? logged_tuple(k) : Length{}; }

Length heap_delete_logical(const Length& old_t_len) {
  constexpr double xl_heap_delete = 8;
  return with_main_data(heap_frame, xl_heap_delete, old_tuple(old_t_len));
}

UpdateSpan update_span(const RowLayout& layout, const std::vector<int>& changed) {
  const double total = heap_tuple(layout).mean;
  const std::vector<ColumnSpan> spans = column_spans(layout);
  const double begin = total - tuple_data(layout.attributes).mean;
  UpdateSpan span{.prefix = total - begin, .suffix = total - begin};
  for (const int column : changed) {
    const ColumnSpan& at = spans[static_cast<std::size_t>(column)];
    span.prefix = std::min(span.prefix, at.begin - begin);
    span.suffix = std::min(span.suffix, total - at.end);
  }
  if (changed.empty()) span.suffix = 0;
  return span;
}

Length heap_update_compressed(const RowLayout& layout, const UpdateSpan& span) {
  constexpr double worthwhile = 3,
                   length_field = 2;  // fewer equal bytes than 3 would not pay for their length
  const bool prefix = span.prefix >= worthwhile, suffix = span.suffix >= worthwhile;
  const double skipped =
      (prefix ? span.prefix - length_field : 0) + (suffix ? span.suffix - length_field : 0);
  const Length whole = heap_update_same_page(heap_tuple(layout));
  const double left = std::max(0.0, whole.mean - skipped);
  return whole.fixed() ? Length(left) : evenly_spread(left);
}

UpdateWal update_wal(const Table& table, const RowLayout& layout, const std::vector<int>& changed,
                     const UpdateCase& how) {
  const Length t_len = heap_tuple(layout);
  const bool logical =
      how.wal_level == WalLevel::logical && table.persistence == Persistence::permanent;
  const bool compressed = how.same_page && !logical && !how.page_image;
  Length record = compressed      ? heap_update_compressed(layout, update_span(layout, changed))
                  : how.same_page ? heap_update_same_page(t_len)
                                  : heap_update_other_page(t_len);
  if (logical) {
    const bool key_changed = intersects(changed, replica_identity_columns(table));
    const Length old = old_tuple(replica_identity_tuple(table, layout, key_changed));
    if (old.mean > 0) record = record + old;
    if (xl_heap_update + old.mean > short_main_data) record = record + Length(3);
  }
  if (how.applied) record = record + Length(origin_header);
  UpdateWal wal{.record = record.aligned8()};
  const double locks_first = how.same_page ? out_of_line_share(layout.toast) : 1;
  wal.lock = (locks_first + (how.applied ? 1 : 0)) * lock_aligned();
  wal.toast = toast_update_wal(layout.toast, changed);
  return wal;
}

double delete_wal(const Table& table, const RowLayout& layout, WalLevel wal_level, bool applied) {
  const bool logical =
      wal_level == WalLevel::logical && table.persistence == Persistence::permanent;
  Length record = heap_delete;
  if (logical) record = heap_delete_logical(replica_identity_tuple(table, layout, true));
  if (applied) record = record + Length(origin_header);
  double wal = record.aligned8() + (applied ? lock_aligned() : 0);
  for (const ToastPlan::Value& value : layout.toast.values)
    if (value.out_of_line) wal += value.present * toast_delete_wal(value);
  return wal;
}

double insert_wal(const RowLayout& layout, bool applied) {
  Length record = heap_insert(heap_tuple(layout));
  if (applied) record = record + Length(origin_header);
  double wal = record.aligned8();
  for (const ToastPlan::Value& value : layout.toast.values)
    if (value.out_of_line) wal += value.present * toast_insert_wal(value);
  return wal;
}

double copy_wal_per_row(const Length& t_len, double rows_per_page, double input_bytes_per_row,
                        double rows) {
  constexpr double batch_rows = 1000,
                   batch_bytes = 65535;  // MAX_BUFFERED_TUPLES, MAX_BUFFERED_BYTES
  constexpr int sampled_batches = 100;
  const double page = std::max(1.0, std::round(rows_per_page));
  const double batch =
      std::clamp(std::ceil(batch_bytes / std::max(1.0, input_bytes_per_row)), 1.0, batch_rows);
  const double full_page = heap_multi_insert(t_len, page, true).aligned8();
  double wal = 0, copied = 0, room = page;
  for (int i = 0; i < sampled_batches && copied < rows; ++i) {
    double left = std::min(batch, rows - copied);
    copied += left;
    while (left > 0) {
      const double put = std::min(left, room);
      wal += put == page ? full_page : heap_multi_insert(t_len, put, room == page).aligned8();
      room = room > put ? room - put : page;
      left -= put;
    }
  }
  return copied > 0 ? wal / copied : 0;
}

double commit_record(const CommitParts& parts, int major) {
  const bool logical = parts.wal_level == WalLevel::logical;
  const auto array = [](double n, double each) { return n > 0 ? 4 + n * each : 0; };
  double main = 8;  // xact_time
  const double optional = (logical || parts.invalidations > 0 ? 8 : 0) +
                          array(parts.subtransactions, 4) + array(parts.dropped_files, 12) +
                          array(parts.dropped_stats, rules(major).dropped_stats_entry) +
                          array(parts.invalidations, 16) + (parts.applied ? 16 : 0);
  if (optional > 0) main += 4 + optional;  // xinfo
  return record_header + main_data(main) + (parts.applied ? origin_header : 0);
}

double invalidation_record(double messages) { return record_header + main_data(4 + 16 * messages); }

double standby_lock_record(double locks) { return record_header + main_data(4 + 12 * locks); }

double running_xacts_record(double xids) { return record_header + main_data(24 + 4 * xids); }

double multixact_create_record(double members) {
  return record_header + main_data(12 + 8 * members);
}

double checkpoint_wal(int major, WalLevel wal_level, double xids) {
  double wal = Length(checkpoint_record).aligned8();
  if (rules(major).checkpoint_redo_record) wal += Length(checkpoint_redo_record).aligned8();
  if (wal_level != WalLevel::minimal) wal += Length(running_xacts_record(xids)).aligned8();
  return wal;
}

Length btree_insert_leaf(const IndexLayout& index) {
  constexpr double xl_btree_insert = 2;
  return Length(heap_frame + main_data(xl_btree_insert)) + index.tuple;
}

double btree_insert_upper(double pivot) {
  constexpr double xl_btree_insert = 2;
  return heap_frame + block_reference_same + main_data(xl_btree_insert) + pivot;
}

double btree_split_record(const IndexLayout& index, double moved_bytes, bool rightmost) {
  constexpr double xl_btree_split = 10;
  const double frame = heap_frame + block_reference_same + main_data(xl_btree_split);
  const double sibling = rightmost ? 0 : block_reference_same;
  const double new_item_left = rightmost ? 0 : 0.5 * index.tuple.mean;
  return frame + sibling + index.pivot + moved_bytes + new_item_left;
}

double btree_delete_record(double entries, int major) {
  return heap_frame + main_data(major >= 16 ? 9 : 8) + 2 * entries;
}

double btree_vacuum_record(double entries) { return heap_frame + main_data(4) + 2 * entries; }

double btree_dedup_record(double intervals) { return heap_frame + main_data(2) + 4 * intervals; }

double index_insert_wal(const IndexLayout& index, KeyOrder order, double density) {
  const double splits =
      order == KeyOrder::ascending ? split_wal_ascending(index) : split_wal_random(index, density);
  return index.rows_share * (btree_insert_leaf(index).aligned8() + splits);
}

double prune_record(const PruneCounts& counts, int major) {
  const double offsets = 2 * (2 * counts.redirected + counts.dead + counts.unused);
  if (!rules(major).prune_freeze_merged)
    return heap_frame + main_data(major >= 16 ? 9 : 8) + offsets;
  const double lists = (counts.redirected > 0) + (counts.dead > 0) + (counts.unused > 0);
  constexpr double xl_heap_prune = 2, conflict_horizon = 4;
  return heap_frame + main_data(xl_heap_prune + conflict_horizon) + 2 * lists + offsets;
}

double vacuum_second_pass_record(double pointers, int major) {
  const double list_header = rules(major).prune_freeze_merged ? 2 : 0;
  return heap_frame + main_data(2) + list_header + 2 * pointers;
}

double freeze_record(double tuples, double plans, int major) {
  if (!rules(major).freeze_plans_deduplicated) return heap_frame + main_data(6) + 12 * tuples;
  const double fixed = rules(major).prune_freeze_merged ? 56 : heap_frame + main_data(7);
  return fixed + 12 * plans + 2 * tuples;
}

}  // namespace models
