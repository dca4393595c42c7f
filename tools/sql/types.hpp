#pragma once

#include <string>
#include <vector>

#include "tools/sql/schema.hpp"
#include "tools/sql/syntax_tree.hpp"

namespace sql {

/// A column's type as capacity sees it.
struct Type {
  std::string name = {};  // canonical, as models::Column::type; empty = not known
  int typmod = -1;
  bool stored = true;    // PostgreSQL's own type or an enum: the width is known or can be assumed
  bool literal = false;  // of a quoted constant: takes the type of what it meets, text in the end
  bool serial = false;   // smallserial, serial, bigserial
  bool is_enum = false;
  bool not_null = false, has_default = false;  // of a domain
  std::string collation = {};                  // of a domain

  bool known() const { return !name.empty(); }
  Type element() const;  // of an array; unknown when it is none
  Type array() const;
};

/// Resolves a TypeName node: PostgreSQL's own types to format_type's spelling without typmod,
/// domains to their base type, citext to text (the same bytes); enums and unknown types keep their
/// name (schema.name unless in public).
Type resolve_type(Node type_name, const Schema& schema);

/// Every type name that resolves, to suggest one.
std::vector<std::string> type_names(const Schema& schema);

/// One of PostgreSQL's own types by its canonical name.
Type builtin(std::string name);

/// Is it a type of PostgreSQL's own, by the name pg_type has (int4, timestamptz)? Gives
/// format_type's spelling, else empty.
std::string canonical_name(std::string_view internal);

}  // namespace sql
