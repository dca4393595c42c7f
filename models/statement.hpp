#pragma once

#include <string>
#include <vector>

#include "models/quantity.hpp"

namespace models {

enum class StatementKind {
  insert,  // INSERT … VALUES or SELECT: one record per row
  copy,    // COPY … FROM: one MULTI_INSERT record per page
  update,
  delete_,
  upsert,  // INSERT … ON CONFLICT DO UPDATE or DO NOTHING
  merge,
  select,
  truncate,
  refresh,  // REFRESH MATERIALIZED VIEW
  vacuum,
  analyze,
  checkpoint,
};

/// Which rows of the table an UPDATE, DELETE or look-up touches.
///   uniform   every row alike
///   recent    uniformly the newest `share` of the rows
///   zipf      weight rank^-exponent
///   gaussian  normal around the middle of the key range, standard deviation `share` of the rows
/// With keys clustered, neighbouring ranks lie on the same heap page; scattered, each rank lies
/// anywhere.
struct Access {
  enum class Kind { uniform, recent, zipf, gaussian };
  enum class Keys { clustered, scattered };
  Kind kind = Kind::uniform;
  Keys keys = Keys::scattered;
  Quantity share = 1.0;     // recent: share of rows, 0..1; gaussian: sigma as a share of the rows
  Quantity exponent = 1.0;  // zipf
};

/// What one SQL statement does, as far as capacity is concerned; made by tools/sql from the real
/// text.
struct Statement {
  StatementKind kind = StatementKind::select;
  std::string sql;
  std::string file;  // where the text stands
  int line = 0, column = 0;
  int table = -1;            // index into Mesh::tables: the target
  std::vector<int> columns;  // written columns of the target: INSERT/COPY list, UPDATE SET list
  std::vector<int> predicate_columns;  // columns of the target compared in WHERE
  bool conflict_updates = false;       // upsert: DO UPDATE (else DO NOTHING)
  std::vector<int> conflict_columns;   // upsert: the arbiter's columns, empty when untargeted
  std::vector<int>
      update_columns;  // upsert, merge: columns set in rows that exist (`columns`: in new rows)
  bool merge_deletes = false;  // merge: WHEN MATCHED THEN DELETE
  bool concurrently = false;   // REFRESH … CONCURRENTLY
  bool analyzes = false;       // VACUUM (ANALYZE)
  bool locks_rows = false;     // SELECT … FOR UPDATE and its kin
  std::vector<int> reads;      // further tables it reads
  Quantity rows = 1.0;         // rows written (or matched) per execution
  Quantity conflict_share =
      0.0;  // upsert, merge: share of the rows that meet an existing one, 0..1
  Access access;
  /// Updates that assign a column the value it already has do not change an index on it. Columns
  /// listed here are written by the statement but never change (scenario `unchanged:`).
  std::vector<int> unchanged;
};

}  // namespace models
