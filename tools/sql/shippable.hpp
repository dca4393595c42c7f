#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tools/sql/foreign_expression.hpp"

namespace sql {

/// Why postgres_fdw evaluates an expression locally, in words, and what to do about it.
struct Refusal {
  std::string what;    // `now()`, `ORDER BY`, …
  std::string reason;  // is stable, so the remote server might answer differently
  std::string fix;
  int location = -1;  // byte offset in the statement; -1 = the statement as a whole
};

/// postgres_fdw's own test of one expression: may the remote server evaluate it?
///
/// Takes     foreign   is this relation (of the range table) one of those scanned together
///           upper     aggregates are allowed: the expression belongs to a pushed-down grouping
/// Returns   nothing when it may, else the first reason
/// Holds     15 to 18, built-in objects only; objects of extensions that the server option
///           `extensions` lists are the caller's business (`shippable_name`)
/// Source    contrib/postgres_fdw/deparse.c, is_foreign_expr() and foreign_expr_walker();
///           shippable.c, is_shippable()
class Shippability {
 public:
  Shippability(const PgCatalog& catalog, std::function<bool(int relation)> foreign, bool upper)
      : catalog_{catalog}, foreign_{std::move(foreign)}, upper_{upper} {}

  /// Functions, operators and types of the user that are shippable all the same: members of a
  /// listed extension.
  std::function<bool(const std::string& name)> shippable_name;
  /// The reference article's rule, which is not PostgreSQL's: where default collations differ,
  /// nothing that compares text by them is sent.
  bool article_collation = false;

  std::optional<Refusal> refusal(const Expr& expr) const;
  /// The same for one condition of WHERE or ON: the planner makes `a = b` of an equivalence class,
  /// whose members all get the class's collation by an explicit cast, which does not ship.
  /// Source    src/backend/optimizer/path/equivclass.c, canonicalize_ec_expression()
  std::optional<Refusal> refusal_of_condition(const Expr& condition) const;

 private:
  enum class State { none, safe, unsafe };  // of a collation: where it comes from
  struct Collation {
    std::string name;
    State state = State::none;
  };
  struct Found {
    Collation collation;
    std::optional<Refusal> refusal;
  };
  Found walk(const Expr& expr) const;
  Found column(const Expr& expr) const;
  Found args_of(const Expr& expr) const;
  static void merge(Collation& outer, const Collation& inner);
  static Collation result(const Expr& expr, const Collation& inner);
  std::optional<Refusal> compared(const Expr& expr, const Collation& inner) const;
  std::optional<Refusal> object(const Expr& expr) const;
  static std::optional<Refusal> mutability(const Expr& expr);

  const PgCatalog& catalog_;
  std::function<bool(int relation)> foreign_;
  bool upper_;
};

/// An expression in a few words, for messages.
std::string in_words(const Expr& expr);

}  // namespace sql
