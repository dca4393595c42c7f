#pragma once

#include <vector>

#include "tools/sql/problem.hpp"
#include "tools/sql/schema.hpp"
#include "tools/sql/source.hpp"

namespace sql {

/// Reads DDL as a user writes it or as `pg_dump -s` does, and appends to the schema; call it once
/// per file, in order.
///
/// Takes     postgres_major  15 to 18 of the node: syntax that its parser lacks is refused by name
/// Returns   through schema: tables with columns, indexes under PostgreSQL's own names, foreign
/// keys, triggers,
///           storage parameters, as after the last statement; a statement with an error leaves no
///           half-made table
/// Reports   every error, not just the first; one notice per kind of statement that capacity does
/// not need Refuses   text that is not UTF-8, and statements that nest or chain more than 10 000
/// operators
///
/// Columns:  type is canonical (format_type without typmod), domains are replaced by their base
/// type, serial types by
///           the integer; virtual generated columns (18) are `generated` with null_fraction 1, for
///           the heap stores them as null. typmod of bit(n) and bit varying(n) is n. A type that is
///           not PostgreSQL's own keeps its name (schema.name unless in public) and is listed in
///           Schema::unresolved.
void load_ddl(const Source& source, int postgres_major, Schema& schema,
              std::vector<Problem>& problems);

}  // namespace sql
