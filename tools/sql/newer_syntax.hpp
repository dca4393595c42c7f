#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/sql/prepare.hpp"

namespace sql {

/// A construct that a server needs a later version for.
struct TooNew {
  std::size_t offset;  // in the piece
  std::string construct;
  int since;
};

/// Rewrites what PostgreSQL 16 to 18 added to what libpg_query 15 reads and means the same to
/// capacity. Returns the constructs that the node's major lacks; those were not rewritten.
std::vector<TooNew> rewrite_newer_syntax(Prepared& prepared);

/// A SQL/JSON constructor or query function, and how to spell it as a plain call.
struct JsonSyntax {
  struct Edit {
    std::size_t begin, end;
    std::string with;
  };
  std::string construct;
  int since = 16;
  std::vector<Edit> edits;
};

/// The one that starts at token i.
std::optional<JsonSyntax> json_syntax(const Lexed& lexed, std::size_t i);

/// Turns psql's variables (:name, :'name') and the ? of older pg_stat_statements into $n, numbered
/// past those in use.
void rewrite_parameters(const Lexed& lexed, Rewrite& rewrite);

}  // namespace sql
