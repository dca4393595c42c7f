#include "models/gin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/tuple.hpp"
#include "sim/math.hpp"

namespace models {
namespace {

constexpr double insert_record = 52;          // INSERT on an entry leaf, without the tuple
constexpr double posting_insert_record = 64;  // INSERT on a posting tree's leaf, without segments
constexpr double posting_segment = 128;       // half of a target segment: the last one is rewritten
constexpr double update_meta_record = 142;
constexpr double insert_list_record = 54;
constexpr double delete_list_record = 198;
constexpr double lists_per_delete = 16;  // GIN_NDELETE_AT_ONCE
constexpr double entry_pivot = 24;       // internal entry tuple with its line pointer

double align8(double x) { return std::ceil(x / 8) * 8; }

/// Keys of a kind among `rows` rows that are different.
double different(const GinKeys& kind, double rows) {
  const double all = kind.per_row * rows;
  return kind.distinct > 0 ? kind.distinct * sim::one_minus_exp(all / kind.distinct) : all;
}

/// Heap pages between two rows under the same key.
double gap(const GinLayout& layout, const GinKeys& kind) {
  return kind.distinct / std::max(1e-9, kind.per_row) / std::max(1.0, layout.rows_per_heap_page) /
         std::max(1e-9, layout.rows_share);
}

/// Bytes of an entry with the rows of its key, averaged over keys that have any: their numbers are
/// Poisson around the mean.
double entry_tuple(const GinLayout& layout, const GinKeys& kind, double rows) {
  if (kind.distinct <= 0) return align8(kind.entry + gin_posting_list(1, 0));
  const double mean = kind.per_row * rows / kind.distinct;
  const double between = gap(layout, kind);
  constexpr double many = 30;
  if (mean > many) return align8(kind.entry + gin_posting_list(mean, between));
  double probability = sim::exp(-mean), sum = 0, seen = 0;
  for (int n = 1; n < 4 * many; ++n) {
    probability *= mean / n;
    sum += probability * align8(kind.entry + gin_posting_list(n, between));
    seen += probability;
  }
  return seen > 1e-12 ? sum / seen : align8(kind.entry + gin_posting_list(1, between));
}

double posting_pages(const GinLayout& layout, const GinKeys& kind, double rows) {
  const double each = kind.per_row * rows / std::max(1.0, kind.distinct);
  const double leaves =
      std::ceil(gin_posting_list(each, gap(layout, kind)) / (gin_posting_page * gin_posting_fill));
  return leaves > 1 ? leaves + 1 : leaves;
}

}  // namespace

namespace {

/// Bytes of the index tuple that holds an element as its key.
/// Source    ginutil.c, ginExtractEntries(); jsonb_gin.c, make_text_key(): a flag byte before the
/// text; indextuple.c,
///           index_form_tuple()
double key_entry(const Column& column, double width) {
  constexpr double header = 8;
  if (column.type == "jsonb") return align8(header + stored_width(width + 1));
  if (column.type.ends_with("[]")) {
    const auto element = type_layout(column.type.substr(0, column.type.size() - 2), column.is_enum);
    if (element && element->width > 0) return align8(header + element->width);
  }
  return align8(header + stored_width(width));
}

Elements assumed_elements(const Column& column, double width) {
  Elements elements;
  elements.distinct = 1000;
  if (column.type.ends_with("[]")) {
    constexpr double array_header = 20;
    const auto element = type_layout(column.type.substr(0, column.type.size() - 2), column.is_enum);
    const double each = element && element->width > 0 ? element->width : 12;
    elements.per_row = std::max(1.0, std::round((width - array_header) / each));
  } else {
    constexpr double bytes_per_element = 12;
    elements.per_row = std::max(1.0, std::round(width / bytes_per_element));
  }
  return elements;
}

}  // namespace

GinLayout gin_layout(const Table& table, const Index& index, const Settings& settings,
                     const RowWidths& widths, double rows_per_heap_page) {
  GinLayout layout;
  layout.fastupdate = index.fastupdate;
  layout.limit = index.pending_list_limit > 0
                     ? index.pending_list_limit
                     : static_cast<double>(settings.gin_pending_list_limit.count);
  layout.rows_per_heap_page = rows_per_heap_page;
  layout.rows_share = index.predicate_share;
  for (const IndexColumn& key : index.keys) {
    // An expression is taken for one of jsonb or tsvector over the column it reads.
    const int c = key.column >= 0 ? key.column : key.uses.empty() ? -1 : key.uses.front();
    if (c < 0) continue;
    const Column& column = table.columns[static_cast<std::size_t>(c)];
    const Elements elements = column.elements.value_or(
        assumed_elements(column, widths.payload[static_cast<std::size_t>(c)]));
    const double entry = key_entry(column, elements.width);
    const double share = 1 - column.null_fraction;
    if (elements.per_row > 0)
      layout.keys.push_back({elements.per_row * share, elements.distinct, entry});
    if (elements.unique > 0) layout.keys.push_back({elements.unique * share, 0, entry});
  }
  if (layout.keys.empty()) layout.keys.push_back({1, 1000, 16});
  return layout;
}

std::string gin_assumption(const Table& table, const Index& index) {
  for (const IndexColumn& key : index.keys) {
    const int c = key.column >= 0 ? key.column : key.uses.empty() ? -1 : key.uses.front();
    if (c < 0) continue;
    const Column& column = table.columns[static_cast<std::size_t>(c)];
    if (column.elements) continue;
    const Elements assumed = assumed_elements(column, payload(column));
    return fmt::format(
        "index {}: {:.0f} elements of {:.0f} bytes in a value of {}.{}, of 1000 different ones "
        "(elements:)",
        index.name, assumed.per_row, assumed.width, table.qualified_name(), column.name);
  }
  return {};
}

double GinLayout::keys_per_row() const {
  double sum = 0;
  for (const GinKeys& kind : keys) sum += kind.per_row;
  return sum;
}

double GinLayout::tuples_per_row() const {
  double sum = 0;
  for (const GinKeys& kind : keys) sum += kind.per_row * kind.entry;
  return sum;
}

double GinLayout::rows_per_list_page() const {
  return std::max(1.0,
                  std::floor(gin_page_usable / (tuples_per_row() + line_pointer * keys_per_row())));
}

double GinLayout::pages_at_flush() const { return std::floor(limit / gin_page_usable) + 1; }

double gin_posting_list(double n, double gap_pages) {
  if (n <= 1) return 8;
  const double g = std::max(1e-9, gap_pages);
  const double same = 1 - g * sim::one_minus_exp(1 / g);
  const double within8 = sim::one_minus_exp(8 / g), within1024 = sim::one_minus_exp(1024 / g);
  const double delta =
      same + 2 * (within8 - same) + 3 * (within1024 - within8) + 4 * (1 - within1024);
  return 8 + std::ceil((n - 1) * delta / 2 - 1e-6) * 2;
}

GinPages gin_pages_built(const GinLayout& layout, double rows) {
  GinPages pages;
  const double indexed = rows * layout.rows_share;
  for (const GinKeys& kind : layout.keys) {
    const double keys = different(kind, indexed);
    double tuple = entry_tuple(layout, kind, indexed);
    if (tuple > gin_entry_most) {
      tuple = align8(kind.entry);
      pages.data += keys * posting_pages(layout, kind, indexed);
    }
    pages.keys += keys;
    pages.bytes += keys * (tuple + line_pointer);
  }
  const double leaves = std::ceil(pages.bytes / (gin_page_usable / 2));
  const bool one = pages.bytes <= gin_page_usable;
  pages.entries = one ? 1 : leaves + std::ceil(leaves * entry_pivot / (gin_page_usable / 2));
  return pages;
}

double gin_entry_pages(const GinPages& built, double bytes, double new_keys) {
  double pages = std::max(1.0, built.entries);
  const double room = 2 * std::max(1.0, built.keys / pages);  // tuples of a full page
  const double width = std::sqrt(1.0 / 12 + new_keys / pages) / room;
  while (bytes > 2 * pages * gin_page_usable) pages *= 2;
  const double full = bytes / (pages * gin_page_usable);
  return pages * (1 + sim::normal_cdf((full - 1) / width));
}

GinRecords gin_pending_insert(const GinLayout& layout) {
  const double tuples = layout.tuples_per_row(), new_page = 1 / layout.rows_per_list_page();
  return {align8(update_meta_record + tuples) * (1 - new_page) +
              (align8(update_meta_record) + align8(insert_list_record + tuples)) * new_page,
          1 + new_page};
}

GinRecords gin_direct_insert(const GinLayout& layout, double rows) {
  GinRecords wal;
  for (const GinKeys& kind : layout.keys) {
    const double tuple = entry_tuple(layout, kind, rows * layout.rows_share);
    wal.bytes +=
        kind.per_row * align8(tuple > gin_entry_most ? posting_insert_record + posting_segment
                                                     : insert_record + tuple);
    wal.records += kind.per_row;
  }
  return wal;
}

GinFlush gin_flush(const GinLayout& layout, double rows, double pending) {
  GinFlush flush;
  const double before = rows * layout.rows_share;
  for (const GinKeys& kind : layout.keys) {
    const double keys = different(kind, pending);
    const double old = entry_tuple(layout, kind, before);
    const double now = entry_tuple(layout, kind, before + pending);
    if (now > gin_entry_most) {
      const double each = kind.per_row * pending / std::max(1.0, keys);
      const double added = gin_posting_list(each, gap(layout, kind));
      flush.wal.bytes += keys * align8(posting_insert_record + posting_segment + added);
      flush.data += keys * added / (gin_posting_page * gin_posting_fill);
    } else {
      flush.wal.bytes += keys * align8(insert_record + now);
      const double known = different(kind, before), all = different(kind, before + pending);
      flush.bytes += all * (now + line_pointer) - known * (old + line_pointer);
      flush.keys += all - known;
    }
    flush.wal.records += keys;
    flush.touched += keys;
  }
  const double deletes = std::ceil(pending / layout.rows_per_list_page() / lists_per_delete);
  flush.wal.bytes += deletes * align8(delete_list_record);
  flush.wal.records += deletes;
  return flush;
}

}  // namespace models
