#pragma once

#include <vector>

#include "models/table.hpp"

/// DDL is not replicated: what a change of a published table does to subscribers that lack it.
namespace models {

/// A table of the publisher after some DDL, compared with what its subscribers still have. Columns
/// are numbered as before the DDL.
struct SchemaDrift {
  int table = -1;
  bool renamed = false;       // the table itself, or moved to another schema
  bool column_added = false;  // that is published without a column list
  std::vector<int> renamed_columns = {};
  std::vector<int> dropped_columns = {};
  std::vector<int> retyped_columns = {};

  bool any() const {
    return renamed || column_added || !renamed_columns.empty() || !dropped_columns.empty() ||
           !retyped_columns.empty();
  }
};

/// Changes that the apply worker fails at from then on.
enum class ApplyFails { never, at_inserts, at_every_change };

/// Whether the apply worker fails.
///   renamed table                    the target relation does not exist
///   added or renamed column          the target relation lacks a replicated column; an added one
///                                    is published only without a column list
///   dropped column                   the subscriber's default or NULL takes its place: fails at
///                                    inserts when the column is NOT NULL without a default
///   changed type                     read in text form, until a value does not fit (not foreseen);
///                                    binary values of another type are refused
/// Takes     columns: column list of the publication, empty = every column
/// Source    src/backend/replication/logical/relation.c, logicalrep_rel_open(); worker.c,
///           slot_fill_defaults(), slot_store_data()
ApplyFails apply_fails(const SchemaDrift& drift, const Table& table,
                       const std::vector<int>& columns, bool binary);

/// Compares a table before and after.
SchemaDrift schema_drift(int table, const Table& before, const Table& after);

}  // namespace models
