#pragma once

#include <vector>

#include "models/length.hpp"
#include "models/table.hpp"
#include "models/type_layout.hpp"

/// Heap tuples and pages: how long a row is, how many fit a page, what TOAST moves away.
namespace models {

inline constexpr double page_size = 8192;
inline constexpr double page_header = 24;
inline constexpr double line_pointer = 4;
inline constexpr double heap_page_usable = page_size - page_header;  // 8168
inline constexpr double tuple_header_fixed = 23;                     // SizeofHeapTupleHeader
inline constexpr int max_heap_tuples_per_page = 291;
inline constexpr double toast_pointer = 18;
inline constexpr double toast_chunk_data = 1996;  // TOAST_MAX_CHUNK_SIZE

/// Average sizes of a table's values that are not NULL, by column.
struct RowWidths {
  std::vector<double> payload;  // stored bytes, without varlena header
  std::vector<double> text;     // text form on the wire
  std::vector<double> binary;   // binary form on the wire
};

/// Resolves the uncertain widths of a table with `draw`: Quantity to double, such as Draws.
template <class Draw>
RowWidths row_widths(const Table& table, const Draw& draw) {
  RowWidths widths;
  const double rows = draw(table.rows);
  for (const Column& column : table.columns) {
    const double stored = payload(column, draw(column.width));
    const double text = text_length(column, stored, draw(column.text_width), rows);
    widths.payload.push_back(stored);
    widths.text.push_back(text);
    widths.binary.push_back(binary_length(column, stored, text));
  }
  return widths;
}
RowWidths row_widths(const Table& table);  // the medians

/// One column of a row as it is stored.
struct Attribute {
  double payload = 0;  // bytes; of fixed-width types the width
  double spread = 0;   // payloads are uniformly within payload ± spread
  bool varlena = false;
  int align = 1;
  int step = 1;  // payloads are multiples of it (numeric: 2)
  double null_fraction = 0;
  Storage storage = Storage::plain;
  enum class Place { in_line, compressed, out_of_line } place = Place::in_line;

  bool packable() const { return storage != Storage::plain; }  // may get a 1-byte varlena header
};

/// What TOAST does with the average row of a table.
struct ToastPlan {
  struct Value {
    int column = -1;
    double bytes = 0;  // after compression
    bool compressed = false;
    bool out_of_line = false;
    double chunks = 0;   // rows of the TOAST table, per value
    double present = 1;  // share of rows that have the value
  };
  std::vector<Value> values;  // compressed or moved columns only

  bool moves() const;  // any value out of line
  double chunks_per_row() const;
  double bytes_per_row() const;  // data bytes in chunks per row
  double pages_per_row() const;  // pages of the TOAST table per row, values packed in order
  /// Pages of the TOAST table that a row's chunks lie on: its values follow each other, and one
  /// of k chunks on v pages crosses into another page at v (k - 1) / k places on average.
  double pages_touched() const;
  ToastPlan of(const std::vector<int>& columns) const;  // the values of these columns
  bool out_of_line(int column) const;
};

struct RowLayout {
  std::vector<Attribute> attributes;  // by column, after TOAST
  ToastPlan toast;
};

struct ToastOptions {
  /// Compressed / original size of pglz or lz4, 0.3 to 0.7 as a rule; above 0.75 values stay plain.
  /// The scenario's widths are stored sizes as pg_column_size() says: compressed already.
  double compression_ratio = 1;
};

/// The layout of a table's rows, TOAST applied: rows over 2032 bytes compress and then move their
/// largest values until they are down to toast_tuple_target.
///
/// Holds     for the average row: where rows straddle the threshold all count as on one side; a
///           rare long value is judged by the rows that have it
/// Source    src/backend/access/heap/heaptoast.c, heap_toast_insert_or_update()
RowLayout row_layout(const Table& table, const RowWidths& widths, const ToastOptions& options = {});

/// The same row with out-of-line values fetched back, as REPLICA IDENTITY FULL logs it.
RowLayout inlined(const RowLayout& layout);

/// t_hoff: A8(23 + bitmap), bitmap = ceil(natts / 8) when any column is NULL.
/// Source    src/include/access/htup_details.h; heaptuple.c, heap_form_tuple()
double tuple_header(int natts, bool any_null);

/// Probability that at least one column is NULL, columns NULL independently of each other.
double null_probability(const std::vector<Attribute>& attributes);

/// Bytes of the columns that are not NULL, each padded to its alignment; no trailing padding.
/// Source    src/backend/access/common/heaptuple.c, heap_compute_data_size()
Length tuple_data(const std::vector<Attribute>& attributes);

/// t_len of an average row: t_hoff + tuple_data().
Length heap_tuple(const RowLayout& layout);

/// t_len of the old tuple logged for REPLICA IDENTITY DEFAULT or INDEX: every column of the table,
/// non-key ones NULL.
/// Source    src/backend/access/heap/heapam.c, ExtractReplicaIdentity()
Length key_tuple(const RowLayout& layout, const std::vector<int>& key_columns);

/// Mean offsets from the tuple's start where a column's value begins, after its padding, and ends.
struct ColumnSpan {
  double begin = 0, end = 0;
};
std::vector<ColumnSpan> column_spans(const RowLayout& layout);

/// Columns of the replica identity: primary key, chosen index or every column.
/// Returns   empty = none: UPDATE and DELETE cannot be published
std::vector<int> replica_identity_columns(const Table& table);

/// Space a tuple takes on a page: A8(t_len) and its line pointer.
Length tuple_space(const Length& t_len);

/// Rows that inserts put on a page.
///
///   floor((8168 - floor(8192 (100 - fillfactor) / 100)) / (A8(t_len) + 4)), 1 to 291
///
/// Holds     for rows of one length; varying ones by items_per_page(). Updates may use the reserve.
/// Source    src/backend/access/heap/hio.c, RelationGetBufferForTuple()
double rows_per_page(const Length& t_len, int fillfactor = 100);

/// Pages that so many rows need, the last one partly filled.
double heap_pages(double rows, double rows_per_page);

/// Bytes of a heap page with so many tuples, its hole left out: what a full-page image carries.
double heap_page_content(double tuples, const Length& t_len);

/// t_len of a chunk row: 24 + chunk_id 4 + chunk_seq 4 + varlena header 4 + data; 2032 when full.
double toast_chunk_tuple(double data_bytes);

}  // namespace models
