#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/quantity.hpp"

namespace models {

/// Where new values of a column fall in its order: what makes a B-tree split on the right or in the
/// middle.
enum class KeyOrder { unknown, ascending, random };

/// The elements of an array's or JSON document's values: what a GIN index stores.
struct Elements {
  double per_row = 0;   // that repeat from row to row: array elements, JSON keys, values …
  double distinct = 0;  // … of so many different ones
  double unique = 0;    // per row, that no other row has
  double width = 8;     // average bytes of one
};

struct Column {
  std::string name;
  std::string type;  // canonical, without typmod: integer, bigint, character varying, numeric,
                     // jsonb, integer[]
  int typmod = -1;   // n of varchar(n), char(n); precision * 65536 + scale of numeric(p,s); else -1
  bool not_null = false;
  bool is_enum = false;  // user-defined enum: 4 bytes, aligned to 4
  bool has_default =
      false;               // a default other than NULL is written when INSERT leaves the column out
  bool generated = false;  // GENERATED ALWAYS AS (…) STORED
  std::vector<int> generated_uses;  // columns the generation expression reads; empty = unknown
  char storage =
      0;  // ALTER COLUMN … SET STORAGE: p, e, m or x as in pg_attribute; 0 = the type's own
  std::string collation;  // explicit COLLATE, else empty

  // What the DDL does not say: from the scenario, or assumed and listed among the assumptions.
  Quantity width;  // average payload bytes of a variable-length value (not counting its varlena
                   // header); of fixed-width types ignored; 0 = assume from type and typmod
  double width_spread = 0;  // values are uniformly within width ± width_spread bytes; 0 = all alike
                            // when the width is given, half of an assumed text, json or bytea width
  Quantity text_width;  // average length of the value's text form on the wire; 0 = derive from type
                        // and width
  double null_fraction = 0;            // 0..1
  double distinct = 0;                 // number of distinct values; 0 = as many as rows
  std::optional<Elements> elements;    // unset = assumed from type and width
  KeyOrder order = KeyOrder::unknown;  // serial, identity and now() defaults: ascending;
                                       // gen_random_uuid(): random
};

/// One key or INCLUDE column of an index.
struct IndexColumn {
  int column = -1;         // index into Table::columns; -1 for an expression
  std::string expression;  // its SQL when column is -1
  std::vector<int> uses;   // columns an expression reads
};

struct Index {
  enum class Method { btree, hash, gin, gist, spgist, brin };
  std::string name;
  Method method = Method::btree;
  std::vector<IndexColumn> keys;
  std::vector<IndexColumn> includes;
  bool unique = false;
  bool primary = false;
  bool deduplicate = true;          // storage parameter deduplicate_items
  bool fastupdate = true;           // GIN: new entries wait in a pending list …
  double pending_list_limit = 0;    // … of so many bytes; 0 = gin_pending_list_limit
  int fillfactor = 0;               // 0 = the method's default (B-tree 90)
  std::string predicate;            // partial index: its SQL
  std::vector<int> predicate_uses;  // columns the predicate reads
  double predicate_share = 1.0;     // share of rows inside a partial index, 0..1
};

struct ForeignKey {
  std::string name;  // of the constraint
  std::vector<int> columns;
  std::string referenced;  // schema.table
  char on_delete = 'a';    // pg_constraint.confdeltype: a r c n d
};

/// A BEFORE ROW trigger: columns it assigns count as written.
struct Trigger {
  std::string name;
  std::string function;
  bool before = false, on_insert = false, on_update = false, on_delete = false, row = true;
  bool enabled = true;  // ALTER TABLE … DISABLE TRIGGER
  std::vector<int>
      update_of;  // UPDATE OF: fires when one of these columns is in the SET list; empty = always
  std::vector<int> assigns;  // NEW.column := … in a plpgsql body found in the same DDL
};

enum class ReplicaIdentity { default_, index, full, nothing };
enum class Persistence { permanent, unlogged, temporary };

/// Per-table storage parameters that change autovacuum; unset = the server's setting.
struct AutovacuumOptions {
  std::optional<bool> enabled;
  std::optional<double> vacuum_threshold, vacuum_scale_factor, vacuum_max_threshold;
  std::optional<double> vacuum_insert_threshold, vacuum_insert_scale_factor;
  std::optional<double> analyze_threshold, analyze_scale_factor;
  std::optional<double> vacuum_cost_delay_ms, vacuum_cost_limit;
  std::optional<double> freeze_max_age;
};

struct Table {
  enum class Kind { table, materialized_view, view, foreign_table, partitioned };
  std::string schema;
  std::string name;
  Kind kind = Kind::table;
  Persistence persistence = Persistence::permanent;
  int database = -1;  // index into Mesh::databases
  std::string domain;
  std::vector<Column> columns;
  std::vector<Index> indexes;
  std::vector<ForeignKey> foreign_keys;
  std::vector<Trigger> triggers;
  int fillfactor = 100;
  int toast_tuple_target = 2032;
  ReplicaIdentity replica_identity = ReplicaIdentity::default_;
  int replica_identity_index = -1;  // with ReplicaIdentity::index
  AutovacuumOptions autovacuum;
  std::string definition;  // of a view or materialized view: its query

  Quantity policy_cost = 1;  // CPU of a scanned row under row security, relative to none

  // Start state, from the scenario.
  Quantity rows;       // live rows at the start: freshly loaded and vacuumed unless said otherwise
  Quantity dead_rows;  // dead rows at the start (n_dead_tup)
  std::optional<double> heap_bytes;  // given size of the main fork; unset = as freshly loaded
  bool indexes_built_after_load =
      true;  // CREATE INDEX after the load (packed), else grown by inserts

  std::string qualified_name() const { return schema + "." + name; }
  int column_index(const std::string& column) const {
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i].name == column) return static_cast<int>(i);
    return -1;
  }
};

}  // namespace models
