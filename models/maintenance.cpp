#include "models/maintenance.hpp"

#include <algorithm>
#include <array>

namespace models {
namespace {

/// A part that every statement has, and what a column, an index and a TOAST table add.
struct Sum {
  double base, column, index, toast;
};
struct Cost {
  Sum bytes, records, first_images;
  double later_images;
};

Cost cost(CatalogChange change) {
  switch (change) {
    case CatalogChange::truncate:
      return {{540, 0, 620, 1100}, {7, 0, 7, 13}, {4, 0.3, 1.3, 2}, 0};
    case CatalogChange::refresh:
      return {{5700, 300, 600, 2000}, {57, 3.6, 9, 20}, {17, 0, 1.2, 2}, 0.8};
    case CatalogChange::refresh_concurrently:
      return {{19400, 900, 600, 2000}, {180, 6, 9, 20}, {26, 0, 1, 2}, 2};
    case CatalogChange::swap:
      return {{7000, 320, 1800, 8000}, {74, 3, 16, 70}, {17, 0, 2, 2}, 1.2};
    case CatalogChange::reindex:
      return {{60, 0, 1000, 500}, {2, 0, 13, 6}, {2, 0, 5, 0}, 0};
  }
  return {};
}

double sum(const Sum& part, const Table& table) {
  return part.base + part.column * static_cast<double>(table.columns.size()) +
         part.index * static_cast<double>(table.indexes.size()) +
         (has_toast_table(table) ? part.toast : 0);
}

bool unlimited(const Column& column) {
  static constexpr std::array types{"text", "bytea", "json", "jsonb", "xml", "tsvector", "hstore"};
  if (column.type.ends_with("[]")) return true;
  if (std::find(types.begin(), types.end(), column.type) != types.end()) return true;
  const bool by_length = column.type == "character varying" || column.type == "numeric";
  return by_length && column.typmod < 0;
}

}  // namespace

bool refreshes_concurrently(const Table& view) {
  return std::any_of(view.indexes.begin(), view.indexes.end(), [](const Index& index) {
    const bool plain = std::all_of(index.keys.begin(), index.keys.end(),
                                   [](const IndexColumn& key) { return key.column >= 0; });
    return index.unique && index.predicate.empty() && plain;
  });
}

bool has_toast_table(const Table& table) {
  double longest = 24;
  for (const Column& column : table.columns) {
    if (unlimited(column)) return true;
    const bool text = column.type == "character varying" || column.type == "character";
    constexpr double bytes_per_character = 4;  // UTF-8 at most
    longest += text ? 4 + bytes_per_character * std::max(0, column.typmod) : 8;
  }
  return longest > table.toast_tuple_target;
}

CatalogWork catalog_work(CatalogChange change, const Table& table, WalLevel wal_level) {
  const Cost parts = cost(change);
  const bool logical = wal_level == WalLevel::logical;
  return {sum(parts.bytes, table) * (logical ? 1.5 : 1),
          sum(parts.records, table) * (logical ? 1.65 : 1), sum(parts.first_images, table),
          parts.later_images};
}

}  // namespace models
