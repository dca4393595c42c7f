#include "models/tuple.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "sim/check.hpp"

namespace models {
namespace {

using Place = Attribute::Place;

constexpr double toast_threshold = 2032;    // TOAST_TUPLE_THRESHOLD
constexpr double toast_target_main = 8160;  // TOAST_TUPLE_TARGET_MAIN
constexpr double toast_worthwhile = 24;     // MAXALIGN(TOAST_POINTER_SIZE): smaller values stay
constexpr double short_payload_most = 126;  // with a varlena header of 1 byte
constexpr double compression_worthwhile = 0.75;  // pglz's min_comp_rate of 25 %

// A value of whole payload bytes appended at `offset`: att_align_datum(), att_addlength_datum() of
// tupmacs.h.
Length append_varlena(const Length& offset, const Attribute& attribute, double bytes) {
  const bool can_be_short = attribute.place == Place::in_line && attribute.packable();
  if (can_be_short && bytes <= short_payload_most) return offset + Length(1 + bytes);
  return offset.padded(attribute.align) + Length(4 + bytes);
}

// Payloads from low to high alike, whole bytes.
Length append_range(const Length& offset, const Attribute& attribute, double low, double high) {
  if (low == high) return append_varlena(offset, attribute, low);
  const bool can_be_short = attribute.place == Place::in_line && attribute.packable();
  const double short_most = can_be_short ? std::min(high, short_payload_most) : low - 1;
  const Length short_ones =
      short_most >= low ? offset + uniform_length(1 + low, 1 + short_most) : Length{};
  if (short_most >= high) return short_ones;
  const double long_least = std::max(low, short_most + 1);
  const Length long_ones =
      offset.padded(attribute.align) + uniform_length(4 + long_least, 4 + high);
  const double long_share = (high - long_least + 1) / (high - low + 1);
  return mixture(short_ones, long_ones, long_share);
}

// An average payload that is not a whole multiple of the type's step lies between two that are;
// values spread to both sides of either.
Length append_present(const Length& offset, const Attribute& attribute) {
  if (!attribute.varlena) return offset.padded(attribute.align) + Length(attribute.payload);
  if (attribute.place == Place::out_of_line) return offset + Length(toast_pointer);
  const double step = attribute.step;
  const double below = step * std::floor(attribute.payload / step);
  const double share = (attribute.payload - below) / step;
  const double spread = std::min(std::round(attribute.spread), below);
  const auto around = [&](double middle) {
    return append_range(offset, attribute, middle - spread, middle + spread);
  };
  return share > 0 ? mixture(around(below), around(below + step), share) : around(below);
}

Length append(const Length& offset, const Attribute& attribute) {
  if (attribute.null_fraction <= 0) return append_present(offset, attribute);
  if (attribute.null_fraction >= 1) return offset;
  return mixture(append_present(offset, attribute), offset, attribute.null_fraction);
}

Length header(const RowLayout& layout) {
  const int natts = static_cast<int>(layout.attributes.size());
  return mixture(tuple_header(natts, false), tuple_header(natts, true),
                 null_probability(layout.attributes));
}

// tai_size: what toast_tuple_find_biggest_attribute() compares.
double varlena_size(const Attribute& attribute) {
  return attribute.place == Place::compressed ? 4 + attribute.payload
                                              : stored_width(attribute.payload);
}

/// heap_toast_insert_or_update() on the average row.
class Toaster {
 public:
  Toaster(RowLayout& layout, const ToastOptions& options)
      : layout_{layout}, options_{options}, incompressible_(layout.attributes.size(), false) {}

  void run(double target) {
    const int largest = biggest(false, false);
    const int largest_main = biggest(false, true);
    const double longest = std::max(row_with(largest), row_with(largest_main));
    if (longest <= toast_threshold) return;
    compress_round(target, false);
    externalize_round(target, false);
    compress_round(target, true);
    externalize_round(toast_target_main, true);
  }

 private:
  Attribute& at(int column) { return layout_.attributes[static_cast<std::size_t>(column)]; }

  // t_len of rows that do have this column: a rare long value is not averaged away.
  double row_with(int column) {
    if (column < 0) return 0;
    const double null_fraction = std::exchange(at(column).null_fraction, 0);
    const double length = heap_tuple(layout_).mean;
    at(column).null_fraction = null_fraction;
    return length;
  }

  int biggest(bool for_compression, bool check_main) const {
    int found = -1;
    double size = toast_worthwhile;
    for (std::size_t i = 0; i < layout_.attributes.size(); ++i) {
      const Attribute& attribute = layout_.attributes[i];
      if (!attribute.varlena || attribute.storage == Storage::plain) continue;
      if (check_main != (attribute.storage == Storage::main)) continue;
      if (attribute.place == Place::out_of_line || attribute.null_fraction >= 1) continue;
      if (for_compression && (attribute.place == Place::compressed || incompressible_[i])) continue;
      if (varlena_size(attribute) <= size) continue;
      found = static_cast<int>(i);
      size = varlena_size(attribute);
    }
    return found;
  }

  void compress_round(double target, bool check_main) {
    for (int column = biggest(true, check_main); column >= 0 && row_with(column) > target;
         column = biggest(true, check_main)) {
      try_compression(column);
      const double limit = target - header(layout_).mean;
      if (!check_main && varlena_size(at(column)) > limit) at(column).place = externalized(column);
    }
  }

  void externalize_round(double target, bool check_main) {
    for (int column = biggest(false, check_main); column >= 0 && row_with(column) > target;
         column = biggest(false, check_main))
      at(column).place = externalized(column);
  }

  void try_compression(int column) {
    Attribute& attribute = at(column);
    incompressible_[static_cast<std::size_t>(column)] = true;
    if (attribute.storage == Storage::external) return;
    if (options_.compression_ratio > compression_worthwhile) return;
    attribute.payload = 4 + options_.compression_ratio * attribute.payload;  // va_tcinfo
    attribute.spread *= options_.compression_ratio;
    attribute.place = Place::compressed;
  }

  Place externalized(int column) {
    const Attribute& attribute = at(column);
    const bool compressed = attribute.place == Place::compressed;
    layout_.toast.values.push_back({.column = column,
                                    .bytes = attribute.payload,
                                    .compressed = compressed,
                                    .out_of_line = true,
                                    .chunks = std::ceil(attribute.payload / toast_chunk_data),
                                    .present = 1 - attribute.null_fraction});
    return Place::out_of_line;
  }

  RowLayout& layout_;
  ToastOptions options_;
  std::vector<bool> incompressible_;
};

void list_compressed(RowLayout& layout) {
  for (std::size_t i = 0; i < layout.attributes.size(); ++i) {
    const Attribute& attribute = layout.attributes[i];
    if (attribute.place != Place::compressed) continue;
    layout.toast.values.push_back({.column = static_cast<int>(i),
                                   .bytes = attribute.payload,
                                   .compressed = true,
                                   .present = 1 - attribute.null_fraction});
  }
}

Storage storage_of(const Column& column) {
  switch (column.storage) {
    case 'p':
      return Storage::plain;
    case 'e':
      return Storage::external;
    case 'm':
      return Storage::main;
    case 'x':
      return Storage::extended;
    default:
      return column_layout(column).storage;
  }
}

Attribute attribute_of(const Column& column, double bytes) {
  const TypeLayout type = column_layout(column);
  return {.payload = bytes,
          .spread = payload_spread(column, bytes),
          .varlena = type.width < 0,
          .align = type.align,
          .step = column.type == "numeric" || column.type == "decimal" ? 2 : 1,
          .null_fraction = column.not_null ? 0 : column.null_fraction,
          .storage = storage_of(column)};
}

/// Pages of a heap filled by chunk rows: the current page, else one that the free space map knows
/// to have room (in units of 32 bytes, recorded when a page is left), else a new page. hio.c,
/// RelationGetBufferForTuple()
class ChunkPages {
 public:
  void insert(double tuple_space) {
    if (room_[current_] < tuple_space) current_ = page_with(tuple_space);
    room_[current_] -= tuple_space;
  }
  double pages() const {
    return static_cast<double>(room_.size()) - room_[current_] / heap_page_usable;
  }

 private:
  std::size_t page_with(double tuple_space) {
    for (std::size_t page = 0; page < room_.size(); ++page)
      if (page != current_ && std::floor(room_[page] / 32) >= std::ceil(tuple_space / 32))
        return page;
    room_.push_back(heap_page_usable);
    return room_.size() - 1;
  }

  std::vector<double> room_{heap_page_usable};
  std::size_t current_ = 0;
};

double chunk_space(double data_bytes) { return tuple_space(toast_chunk_tuple(data_bytes)).mean; }

}  // namespace

RowWidths row_widths(const Table& table) {
  return row_widths(table, [](const Quantity& quantity) { return quantity.value; });
}

bool ToastPlan::moves() const {
  return std::any_of(values.begin(), values.end(), [](const Value& v) { return v.out_of_line; });
}

bool ToastPlan::out_of_line(int column) const {
  return std::any_of(values.begin(), values.end(),
                     [&](const Value& v) { return v.out_of_line && v.column == column; });
}

double ToastPlan::chunks_per_row() const {
  double chunks = 0;
  for (const Value& value : values) chunks += value.present * value.chunks;
  return chunks;
}

double ToastPlan::bytes_per_row() const {
  double bytes = 0;
  for (const Value& value : values) bytes += value.out_of_line ? value.present * value.bytes : 0;
  return bytes;
}

double ToastPlan::pages_per_row() const {
  constexpr int sampled_values = 64;
  double whole_pages = 0, packed = 0;
  ChunkPages pages;
  for (const Value& value : values) {
    if (!value.out_of_line || value.present <= 0) continue;
    const double full_chunks = std::floor(value.bytes / toast_chunk_data);
    whole_pages += value.present * std::max(0.0, std::floor(full_chunks / 4) - 1);
  }
  for (int row = 0; row < sampled_values; ++row)
    for (const Value& value : values) {
      // Of a column present in 30 % of the rows every row number that crosses a whole multiple has
      // it.
      const bool has = std::floor((row + 1) * value.present) > std::floor(row * value.present);
      if (!value.out_of_line || !has) continue;
      const double full_chunks = std::floor(value.bytes / toast_chunk_data);
      const double packed_chunks = full_chunks < 8 ? full_chunks : 4 + std::fmod(full_chunks, 4);
      for (int chunk = 0; chunk < packed_chunks; ++chunk)
        pages.insert(chunk_space(toast_chunk_data));
      const double rest = value.bytes - full_chunks * toast_chunk_data;
      if (rest > 0) pages.insert(chunk_space(rest));
    }
  packed = moves() ? pages.pages() / sampled_values : 0;
  return whole_pages + packed;
}

double ToastPlan::pages_touched() const {
  const double chunks = chunks_per_row();
  if (chunks <= 0) return 0;
  double any = 1;
  for (const Value& value : values)
    if (value.out_of_line) any *= 1 - value.present;
  return (1 - any) + pages_per_row() * std::max(0.0, chunks - 1) / std::max(1.0, chunks);
}

ToastPlan ToastPlan::of(const std::vector<int>& columns) const {
  ToastPlan plan;
  for (const Value& value : values)
    if (std::find(columns.begin(), columns.end(), value.column) != columns.end())
      plan.values.push_back(value);
  return plan;
}

RowLayout row_layout(const Table& table, const RowWidths& widths, const ToastOptions& options) {
  sim::check(widths.payload.size() == table.columns.size(), "one width per column");
  RowLayout layout;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    layout.attributes.push_back(attribute_of(table.columns[i], widths.payload[i]));
  Toaster{layout, options}.run(table.toast_tuple_target);
  list_compressed(layout);
  return layout;
}

RowLayout inlined(const RowLayout& layout) {
  RowLayout flat = layout;
  for (const ToastPlan::Value& value : layout.toast.values)
    if (value.out_of_line)
      flat.attributes[static_cast<std::size_t>(value.column)].place =
          value.compressed ? Place::compressed : Place::in_line;
  return flat;
}

double tuple_header(int natts, bool any_null) {
  const double bitmap = any_null ? std::ceil(natts / 8.0) : 0;
  return Length(tuple_header_fixed + bitmap).aligned8();
}

double null_probability(const std::vector<Attribute>& attributes) {
  double no_null = 1;
  for (const Attribute& attribute : attributes) no_null *= 1 - attribute.null_fraction;
  return 1 - no_null;
}

Length tuple_data(const std::vector<Attribute>& attributes) {
  Length offset;
  for (const Attribute& attribute : attributes) offset = append(offset, attribute);
  return offset;
}

Length heap_tuple(const RowLayout& layout) {
  return header(layout) + tuple_data(layout.attributes);
}

Length key_tuple(const RowLayout& layout, const std::vector<int>& key_columns) {
  RowLayout key = layout;
  for (std::size_t i = 0; i < key.attributes.size(); ++i)
    if (std::find(key_columns.begin(), key_columns.end(), static_cast<int>(i)) == key_columns.end())
      key.attributes[i].null_fraction = 1;
  return heap_tuple(key);
}

std::vector<ColumnSpan> column_spans(const RowLayout& layout) {
  std::vector<ColumnSpan> spans;
  Length offset;
  const double begin = header(layout).mean;
  for (const Attribute& attribute : layout.attributes) {
    const bool packed =
        attribute.varlena && attribute.packable() && stored_width(attribute.payload) <= 127;
    const bool aligned = !attribute.varlena || (attribute.place != Place::out_of_line && !packed);
    const double start = aligned ? offset.padded(attribute.align).mean : offset.mean;
    offset = append(offset, attribute);
    spans.push_back({begin + std::min(start, offset.mean), begin + offset.mean});
  }
  return spans;
}

std::vector<int> replica_identity_columns(const Table& table) {
  std::vector<int> columns;
  const auto keys_of = [&](const Index& index) {
    for (const IndexColumn& key : index.keys) columns.push_back(key.column);
    return columns;
  };
  switch (table.replica_identity) {
    case ReplicaIdentity::nothing:
      return {};
    case ReplicaIdentity::full:
      columns.resize(table.columns.size());
      std::iota(columns.begin(), columns.end(), 0);
      return columns;
    case ReplicaIdentity::index:
      if (table.replica_identity_index < 0) return {};
      return keys_of(table.indexes[static_cast<std::size_t>(table.replica_identity_index)]);
    case ReplicaIdentity::default_:
      for (const Index& index : table.indexes)
        if (index.primary) return keys_of(index);
      return {};
  }
  return columns;
}

Length tuple_space(const Length& t_len) { return t_len.padded(8) + Length(line_pointer); }

double rows_per_page(const Length& t_len, int fillfactor) {
  const double reserved = std::floor(page_size * (100 - fillfactor) / 100);
  const double rows = items_per_page(heap_page_usable - reserved, tuple_space(t_len));
  return std::min(rows, static_cast<double>(max_heap_tuples_per_page));
}

double heap_pages(double rows, double per_page) { return std::ceil(rows / per_page); }

double heap_page_content(double tuples, const Length& t_len) {
  return std::min(page_size, page_header + tuples * tuple_space(t_len).mean);
}

double toast_chunk_tuple(double data_bytes) {
  return tuple_header(3, false) + 4 + 4 + 4 + data_bytes;
}

}  // namespace models
