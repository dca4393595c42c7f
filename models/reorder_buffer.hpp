#pragma once

#include "models/mesh.hpp"
#include "models/table_site.hpp"

/// Memory of logical decoding: the changes of a transaction wait in the walsender until its commit.
namespace models {

/// Bytes in the reorder buffer of one row that a statement changes, its out-of-line values
/// included.
///
///   change + (24 + t_len) for the new row + (24 + t_len) for the old row or key
///
/// with 88 bytes per change on 15, 80 from 16 on, and a change of its own for every chunk of an
/// out-of-line value.
/// Returns   245 for a row of t_len 133 that is inserted on 15, 237 from 16 on (measured)
/// Source    src/backend/replication/logical/reorderbuffer.c, ReorderBufferChangeSize()
double reorder_bytes(const Statement& statement, const Table& table, const TableGeometry& geometry,
                     int major);

}  // namespace models
