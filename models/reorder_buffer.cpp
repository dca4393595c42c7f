#include "models/reorder_buffer.hpp"

#include <algorithm>

#include "models/rules.hpp"
#include "models/wal_record.hpp"

namespace models {
namespace {

constexpr double heap_tuple_data = 24;  // sizeof(HeapTupleData)

double kept(double t_len) { return t_len > 0 ? heap_tuple_data + t_len : 0; }

double toast_changes(const ToastPlan& values, double change) {
  double bytes = 0;
  for (const ToastPlan::Value& value : values.values)
    if (value.out_of_line)
      bytes += value.present *
               (value.chunks * (change + heap_tuple_data + toast_chunk_tuple(0)) + value.bytes);
  return bytes;
}

}  // namespace

double reorder_bytes(const Statement& statement, const Table& table, const TableGeometry& geometry,
                     int major) {
  const double change = rules(major).reorder_change_bytes;
  const double row = kept(geometry.t_len.mean);
  switch (statement.kind) {
    case StatementKind::select:
    case StatementKind::truncate:
      return 0;
    case StatementKind::update: {
      const std::vector<int> changed = changed_columns(table, statement);
      const std::vector<int> key = replica_identity_columns(table);
      const bool key_changed = std::any_of(changed.begin(), changed.end(), [&](int column) {
        return std::find(key.begin(), key.end(), column) != key.end();
      });
      return change + row + kept(replica_identity_tuple(table, geometry.layout, key_changed).mean) +
             toast_changes(geometry.layout.toast.of(changed), change);
    }
    case StatementKind::delete_:
      return change + kept(replica_identity_tuple(table, geometry.layout, true).mean);
    default:
      return change + row + toast_changes(geometry.layout.toast, change);
  }
}

}  // namespace models
