#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/sql/lexer.hpp"
#include "tools/sql/rewrite.hpp"
#include "tools/sql/syntax_tree.hpp"

namespace sql {

/// More of one statement are not worth reading, and each costs a look for its line.
inline constexpr std::size_t most_problems_of_a_statement = 20;

/// One statement, parsed: newer syntax rewritten to what libpg_query 15 knows.
struct Prepared {
  const Source& source;
  const Piece& piece;
  int major;
  Rewrite rewrite;
  std::set<std::size_t> virtual_columns;   // offset of GENERATED … VIRTUAL in the piece
  std::set<std::size_t> without_overlaps;  // offset of WITHOUT OVERLAPS
  std::unique_ptr<SyntaxTree> tree;

  /// The statement's node, with its type's name: {"CreateStmt": {…}}.
  Node statement() const { return tree->root()["stmts"].front()["stmt"]; }
  /// Offset in the piece of a location of the tree; 0 when the location is unknown.
  std::size_t offset(int location) const;
  /// Offset in the piece of the first token with this name, for nodes without a location; 0 when
  /// there is none.
  std::size_t offset_of_name(std::string_view name) const;
  Problem problem(int location, Problem::Severity severity, std::string message,
                  std::string hint = {}) const;
  Problem error(int location, std::string message, std::string hint = {}) const {
    return problem(location, Problem::Severity::error, std::move(message), std::move(hint));
  }
};

/// Rewrites and parses a statement; nothing when there was an error, which problems then has. Call
/// it with a stack for the statement's depth.
std::optional<Prepared> prepare(const Source& source, const Piece& piece, int major,
                                bool parameters, std::vector<Problem>& problems);

/// Name that PostgreSQL gives an index column made by this expression.
std::string expression_name(const std::string& expression);

/// Refuses a statement that is too deep or too long; true when it may be prepared, on a stack for
/// `levels`.
bool small_enough(const Source& source, const Piece& piece, std::size_t& levels,
                  std::vector<Problem>& problems);

}  // namespace sql
