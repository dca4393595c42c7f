#include "models/btree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/rules.hpp"
#include "models/wal_record.hpp"

namespace models {
namespace {

constexpr int leaf_fillfactor_default = 90;
// What a page under construction may take: the page without header, special space, the high key's
// line pointer and the line pointer that PageGetFreeSpace() holds back.
constexpr double build_space = page_size - page_header - 16 - 4 - 4;  // 8144
constexpr double internal_reserved = 2457;                            // BTREE_NONLEAF_FILLFACTOR 70
constexpr double index_header = 8,
                 index_header_with_nulls = 16;  // A8(IndexTupleData 8), A8(8 + bitmap 4)

// A key column as an attribute; of an expression the first varlena column it reads stands for its
// value, else 8 bytes.
Attribute key_attribute(const IndexColumn& key, const RowLayout& layout) {
  const auto at = [&](int column) { return layout.attributes[static_cast<std::size_t>(column)]; };
  if (key.column >= 0) return at(key.column);
  for (const int column : key.uses)
    if (at(column).varlena) {
      Attribute value = at(column);
      value.payload = std::min(value.payload, 32.0);
      value.spread = std::min(value.spread, value.payload);
      value.step = 1;
      return value;
    }
  return {.payload = 8, .align = 8};
}

constexpr double index_compression_target = 508;  // TOAST_INDEX_TARGET without its header

// index_form_tuple(): out-of-line values are fetched back, and long extended or main values are
// compressed.
Attribute indexed(Attribute attribute) {
  if (attribute.place == Attribute::Place::out_of_line) attribute.place = Attribute::Place::in_line;
  if (attribute.varlena && attribute.payload > index_compression_target &&
      attribute.place == Attribute::Place::in_line && attribute.storage != Storage::plain) {
    attribute.payload = 4 + 0.5 * attribute.payload;
    attribute.spread *= 0.5;
    attribute.place = Attribute::Place::compressed;
  }
  return attribute;
}

// IndexTupleData, bitmap when any column is NULL, columns; everything rounded up to 8.
Length index_tuple(const std::vector<Attribute>& attributes) {
  const Length header =
      mixture(index_header, index_header_with_nulls, null_probability(attributes));
  return (header + tuple_data(attributes)).padded(8);
}

double distinct_values(const Column& column, double rows) {
  return column.distinct > 0 ? std::min(column.distinct, rows) : rows;
}

// Suffix truncation keeps the leading columns up to the first that differs between the neighbours
// at the split, and appends the heap TID when none does.
double pivot_size(const Table& table, const Index& index, const std::vector<Attribute>& keys,
                  double rows) {
  double size = 0, all_equal = 1, distinct = 1;
  for (std::size_t n = 0; n < index.keys.size(); ++n) {
    const int column = index.keys[n].column;
    const double values =
        column >= 0 ? distinct_values(table.columns[static_cast<std::size_t>(column)], rows) : rows;
    distinct = std::min(rows, distinct * values);
    const double differs_by_here = rows > 0 ? distinct / rows : 1;
    const double differs_here = std::max(0.0, differs_by_here - (1 - all_equal));
    const auto last = keys.begin() + static_cast<std::ptrdiff_t>(n) + 1;
    size += differs_here * index_tuple({keys.begin(), last}).mean;
    all_equal -= differs_here;
  }
  const double whole = index_tuple(keys).mean;
  return size + std::max(0.0, all_equal) * (whole + 8);
}

// _bt_allequalimage(): types whose equal values are always the same bytes.
bool equal_image(const Column& column) {
  for (const std::string_view type :
       {"numeric", "decimal", "double precision", "float8", "real", "float4", "jsonb", "interval"})
    if (column.type == type) return false;
  return !column.type.ends_with("[]") && !column.type.ends_with("range");
}

bool deduplicates(const Table& table, const Index& index) {
  if (!index.deduplicate || !index.includes.empty()) return false;
  return std::all_of(index.keys.begin(), index.keys.end(), [&](const IndexColumn& key) {
    return key.column < 0 || equal_image(table.columns[static_cast<std::size_t>(key.column)]);
  });
}

double distinct_keys(const Table& table, const Index& index) {
  if (index.unique) return 0;
  double distinct = 1;
  for (const IndexColumn& key : index.keys)
    distinct *= key.column < 0 ? 0 : table.columns[static_cast<std::size_t>(key.column)].distinct;
  return index.keys.empty() ? 0 : distinct;
}

double duplicates_per_key(const Table& table, const Index& index, double rows) {
  if (index.unique || rows < 1) return 1;
  if (const double keys = distinct_keys(table, index); keys > 0) return rows / keys;
  double distinct = 1;
  for (const IndexColumn& key : index.keys) {
    if (key.column < 0) return 1;
    distinct = std::min(
        rows,
        distinct * distinct_values(table.columns[static_cast<std::size_t>(key.column)], rows));
  }
  return std::max(1.0, rows / distinct);
}

// Bytes of the tuples for one key with m rows: full posting tuples and the rest.
double key_bytes(double isz, double m, double posting_limit) {
  const double most = std::max(1.0, std::floor((8 * std::floor(posting_limit / 8) - isz) / 6));
  const double full = std::floor(m / most), rest = m - full * most;
  const auto posting = [&](double tids) {
    return (tids <= 1 ? isz : Length(isz + 6 * tids).aligned8()) + line_pointer;
  };
  return full * posting(most) + (rest > 0 ? posting(rest) : 0);
}

// Mean over a Poisson number of rows per key, given that the key occurs: terms by recursion from
// the mode, no exp.
double poisson_key_bytes_per_row(double isz, double duplicates, double posting_limit) {
  const double mode = std::floor(duplicates);
  double bytes = 0, rows = 0;
  const auto add = [&](double m, double weight) {
    if (m < 1) return;
    bytes += weight * key_bytes(isz, m, posting_limit);
    rows += weight * m;
  };
  double weight = 1;
  for (double m = mode; m >= 1 && weight > 1e-9; --m) {
    add(m, weight);
    weight *= m / duplicates;
  }
  weight = 1;
  for (double m = mode + 1; m <= 2 * mode + 60; ++m) {
    weight *= duplicates / m;
    if (weight <= 1e-9) break;
    add(m, weight);
  }
  return bytes / rows;
}

// Keys occur more than once: fewer than one row in fifty shares its key otherwise.
bool repeats(const IndexLayout& index) {
  constexpr double rare = 0.02;
  return index.distinct > 0 ? index.duplicates > rare : index.duplicates > 1;
}

// Rows of the average key are Poisson around `duplicates`; large keys vary too little to matter.
double bytes_per_row(double isz, double duplicates, double posting_limit) {
  if (duplicates > 1000)
    return key_bytes(isz, std::floor(duplicates), posting_limit) / std::floor(duplicates);
  return poisson_key_bytes_per_row(isz, duplicates, posting_limit);
}

bool uses_postings(const IndexLayout& index) {
  return index.deduplicates && (repeats(index) || index.null_share > 0);
}

double null_bytes_per_row(double posting_limit) {
  constexpr double many = 1e6;
  return key_bytes(index_header_with_nulls, many, posting_limit) / many;
}

double present_isz(const IndexLayout& index) {
  const double null = index.null_share;
  return (index.tuple.mean - null * index_header_with_nulls) / (1 - null);
}

double present_bytes_per_row(const IndexLayout& index, double posting_limit) {
  const double isz = present_isz(index);
  if (!repeats(index)) return isz + line_pointer;
  return bytes_per_row(isz, index.duplicates, posting_limit);
}

// New duplicates of a key that fills whole leaves come last among them: such leaves split 96 : 4
// (BTREE_SINGLEVAL_FILLFACTOR), and each key has one leaf that is filling.
double single_value_leaves_per_row(double bytes) { return bytes / (0.96 * btree_page_usable); }

Length slot(const IndexLayout& index) { return index.tuple + Length(line_pointer); }

double leaf_reserved(const IndexLayout& index) {
  return std::floor(page_size * (100 - index.fillfactor) / 100);
}

BtreePages pages_above(double leaves, const IndexLayout& index) {
  BtreePages pages{.leaves = std::max(1.0, std::ceil(leaves)), .internal = 0};
  constexpr double first_pivot = 8 + 4;  // of a page: minus infinity, without key
  const double others = (build_space - internal_reserved - first_pivot) / (index.pivot + 4);
  const double fanout = std::max(2.0, 1 + std::floor(others));
  for (double level = pages.leaves; level > 1;) {
    level = std::ceil(level / fanout);
    pages.internal += level;
  }
  return pages;
}

// Aligned WAL of one split: the record and the new downlink in the parent.
double split_wal(const IndexLayout& index, double moved_bytes, bool rightmost) {
  return Length(btree_split_record(index, moved_bytes, rightmost)).aligned8() +
         Length(btree_insert_upper(index.pivot)).aligned8();
}

struct Deduplication {
  double wal_per_row = 0;  // DEDUP records, aligned
  double unmerged_bytes =
      0;  // what new entries not yet merged take beyond their TID, on the average leaf
};

// What happens on a leaf between two splits: new entries fill the free space as single tuples, then
// a pass merges those whose key is there already, which shrinks them to a TID of 6 bytes and frees
// the rest, until a pass frees nothing. nbtdedup.c, _bt_dedup_pass(); each merged key is one
// interval of 4 bytes in the DEDUP record.
Deduplication deduplication(const IndexLayout& index, double free_bytes) {
  if (!uses_postings(index)) return {};
  constexpr double tid = 6;
  const double single = slot(index).mean;
  const double merged_row = leaf_bytes_per_row(index, btree_posting_limit_run_time);
  const double mergeable = std::clamp((single - merged_row) / (single - tid), 0.0, 1.0);
  const double keys =
      std::max(1.0, btree_page_usable / merged_row / std::max(1.0, index.duplicates));
  double rows = 0, wal = 0, unmerged = 0;
  for (double entries = free_bytes / single; entries >= 1;
       entries *= mergeable * (single - tid) / single) {
    const double intervals = mergeable * keys * entries / (keys + entries);
    rows += entries;
    wal += Length(btree_dedup_record(std::max(1.0, std::round(intervals)))).aligned8();
    unmerged += entries * entries / 2 * mergeable * (single - tid);
  }
  return rows > 0 ? Deduplication{wal / rows, unmerged / rows} : Deduplication{};
}

}  // namespace

IndexLayout index_layout(const Table& table, const Index& index, const RowLayout& layout,
                         double rows) {
  std::vector<Attribute> keys, all;
  for (const IndexColumn& key : index.keys) keys.push_back(indexed(key_attribute(key, layout)));
  all = keys;
  for (const IndexColumn& column : index.includes)
    all.push_back(indexed(key_attribute(column, layout)));
  const double indexed_rows = std::max(1.0, rows * index.predicate_share);
  IndexLayout result;
  result.tuple = index_tuple(all);
  if (result.tuple.mean > btree_max_tuple) result.tuple = Length(btree_max_tuple);
  result.pivot = std::min(pivot_size(table, index, keys, indexed_rows), btree_max_tuple);
  result.duplicates = duplicates_per_key(table, index, indexed_rows);
  result.distinct = distinct_keys(table, index);
  result.deduplicates = deduplicates(table, index);
  result.fillfactor = index.fillfactor > 0 ? index.fillfactor : leaf_fillfactor_default;
  result.rows_share = index.predicate_share;
  if (index.keys.size() == 1 && index.keys[0].column >= 0) {
    result.null_share = keys[0].null_fraction;
    result.duplicates = duplicates_per_key(table, index, indexed_rows * (1 - result.null_share));
  }
  if (!index.keys.empty() && index.keys[0].column >= 0)
    result.order = table.columns[static_cast<std::size_t>(index.keys[0].column)].order;
  return result;
}

IndexLayout without_nulls(const IndexLayout& index) {
  if (index.null_share <= 0 || index.null_share >= 1) return index;
  IndexLayout present = index;
  present.tuple = Length(present_isz(index));
  present.null_share = 0;
  return present;
}

double null_leaves_per_row() {
  return single_value_leaves_per_row(null_bytes_per_row(btree_posting_limit_run_time));
}

double null_leaves_built(const IndexLayout& index, double nulls) {
  return nulls * null_bytes_per_row(btree_posting_limit_build) /
         (build_space - leaf_reserved(index));
}

std::string index_assumption(const Table& table, const Index& index) {
  for (const IndexColumn& key : index.keys) {
    if (key.column >= 0) continue;
    for (const int column : key.uses) {
      const Column& read = table.columns[static_cast<std::size_t>(column)];
      if (column_layout(read).width < 0)
        return fmt::format("index {}: ({}) as long as {}, at most 32 bytes, no duplicates",
                           index.name, key.expression, read.name);
    }
    return fmt::format("index {}: ({}) taken as 8 bytes, no duplicates", index.name,
                       key.expression);
  }
  return {};
}

double leaf_capacity(const IndexLayout& index) {
  return items_per_page(btree_page_usable, slot(index));
}

double rows_per_leaf_built(const IndexLayout& index) {
  const double space = build_space - leaf_reserved(index);
  if (const double null = index.null_share; index.deduplicates && null > 0 && null < 1)
    return 1 / ((1 - null) / rows_per_leaf_built(without_nulls(index)) +
                null_leaves_built(index, null));
  if (uses_postings(index)) return space / leaf_bytes_per_row(index, btree_posting_limit_build);
  return items_per_page(space, slot(index));
}

double rows_per_leaf_ascending(const IndexLayout& index) {
  if (uses_postings(index)) {
    const double merged = btree_page_usable - leaf_reserved(index);
    return merged / leaf_bytes_per_row(index, btree_posting_limit_run_time);
  }
  const double item = slot(index).mean, fill = index.fillfactor / 100.0;
  const double total = leaf_capacity(index) + 1;
  const double left = fill * (btree_page_usable - item - 8);
  const double right = (1 - fill) * (btree_page_usable - total * item);
  const double items = (left - right) / item;
  return std::max(1.0, slot(index).fixed() ? std::round(items) : items);
}

double rows_per_leaf_random(const IndexLayout& index, double density) {
  const double unmerged = deduplication(index, btree_page_usable / 2).unmerged_bytes;
  const double used = std::max(1.0, density * btree_page_usable - unmerged);
  if (!uses_postings(index)) return std::max(1.0, used / slot(index).mean);
  const double null = index.null_share;
  double leaves_per_row = null * null_leaves_per_row();
  if (null < 1) {
    const double bytes = present_bytes_per_row(index, btree_posting_limit_run_time);
    const bool fills_leaves = index.duplicates * bytes > btree_page_usable;
    leaves_per_row +=
        (1 - null) *
        (fills_leaves ? single_value_leaves_per_row(bytes) + 0.5 / index.duplicates : bytes / used);
  }
  return std::max(1.0, 1 / leaves_per_row);
}

double version_share(const IndexLayout& index, double versions) {
  if (!index.deduplicates || uses_postings(index)) return 1;
  const double isz = present_isz(index), one = key_bytes(isz, 1, btree_posting_limit_run_time);
  const double all = key_bytes(isz, 1 + versions, btree_posting_limit_run_time);
  return std::clamp((all - one) / (versions * one), 0.0, 1.0);
}

double leaf_bytes_per_row(const IndexLayout& index, double posting_limit) {
  if (!uses_postings(index)) return index.tuple.mean + line_pointer;
  const double null = index.null_share;
  double bytes = null * null_bytes_per_row(posting_limit);
  if (null < 1) bytes += (1 - null) * present_bytes_per_row(index, posting_limit);
  return bytes;
}

BtreePages btree_pages_built(const IndexLayout& index, double rows) {
  return pages_above(rows * index.rows_share / rows_per_leaf_built(index), index);
}

BtreePages btree_pages_ascending(const IndexLayout& index, double rows) {
  return pages_above(rows * index.rows_share / rows_per_leaf_ascending(index), index);
}

BtreePages btree_pages_random(const IndexLayout& index, double rows, double density) {
  return pages_above(rows * index.rows_share / rows_per_leaf_random(index, density), index);
}

double split_wal_ascending(const IndexLayout& index) {
  const double kept = rows_per_leaf_ascending(index);
  const bool postings = uses_postings(index);
  const double moved =
      postings ? leaf_reserved(index) : (leaf_capacity(index) + 1 - kept) * index.tuple.mean;
  const double deduplicating =
      deduplication(index, btree_page_usable - leaf_reserved(index)).wal_per_row;
  return split_wal(index, moved, true) / kept + deduplicating;
}

double split_wal_random(const IndexLayout& index, double density) {
  const double half = btree_page_usable / 2;
  const double moved = uses_postings(index) ? half : half * index.tuple.mean / slot(index).mean;
  return split_wal(index, moved, false) / rows_per_leaf_random(index, density) +
         deduplication(index, half).wal_per_row;
}

double leaf_content(double fill) { return page_size - btree_page_usable * (1 - fill); }

double index_build_wal(const IndexLayout& index, double rows, int major) {
  const BtreePages pages = btree_pages_built(index, rows);
  const double content = leaf_content(index.fillfactor / 100.0);
  if (rules(major).index_build_pages_per_record == 1)
    return pages.total() * Length(full_page_image_record(content)).aligned8();
  const double per_record = rules(major).index_build_pages_per_record;
  const double records = std::ceil(pages.total() / per_record);
  return records * (record_header + 12) +
         pages.total() * (block_reference_same + page_image(content));
}

}  // namespace models
