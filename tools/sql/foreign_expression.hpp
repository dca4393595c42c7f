#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/table.hpp"
#include "tools/sql/pg_catalog.hpp"
#include "tools/sql/schema.hpp"
#include "tools/sql/syntax_tree.hpp"

namespace sql {

/// An expression as PostgreSQL's planner sees it: names and types resolved, casts made explicit,
/// constant parts folded, collations assigned.
struct Expr {
  enum class Kind {
    column,     // of a relation; column -1: the whole row, -2: a system column
    constant,   // also what immutable functions make of constants
    parameter,  // of the statement, or a value from outside (a scalar sub-select)
    relabel,    // a binary-compatible cast
    function,   // also casts by a function
    op,         // operators with two or one operands
    distinct,   // IS DISTINCT FROM
    array_op,   // op ANY (array), op ALL (array)
    array,      // ARRAY[…], the list of IN
    boolean,    // AND, OR, NOT; `name` tells which
    null_test,  // IS [NOT] NULL; `name` is IS NULL or IS NOT NULL
    case_,      //
    subscript,  // array[i]
    aggregate,  //
    other,      // what postgres_fdw has no rule for: `name` says what it is in SQL's words
  };
  Kind kind = Kind::other;
  std::string name;             // of a function, operator, aggregate, column …
  std::string type;             // pg_type's name; a user's own type by its own name
  std::string collation;        // of the result: empty = none, "default", "C" …
  std::string input_collation;  // what a function or operator compares by
  bool implicit_collation = false, explicit_collation = false;
  char volatility = 'i';  // of this node's own function
  int relation = -1, column = -1;
  std::string value;  // of a constant, as far as it is one of the text
  bool strict = true;
  std::string estimator;  // of an operator: eqsel …
  bool hashable = false;
  bool set_returning = false, window = false;
  std::vector<const Expr*> args;
  int location = -1;
};

/// One item of FROM with what its columns are. Columns of a sub-select that was pulled up stand for
/// expressions of the relations below it.
struct RangeEntry {
  std::string alias;
  int table = -1;  // in the tables at hand; -1: something that is read locally
  struct Output {
    std::string name;
    const Expr* expression = nullptr;  // of a pulled-up sub-select; else a column of this entry
    std::string type, collation;
  };
  std::vector<Output> outputs;
};

/// Names at one level of a query: indexes into the analyzer's range table.
struct ForeignScope {
  std::vector<int> entries;
  const ForeignScope* outer = nullptr;
};

/// Turns parse trees into Expr. What cannot be resolved becomes Kind::other and is told once
/// through `complain`.
class ExpressionReader {
 public:
  using Complain = std::function<void(int location, const std::string& message)>;
  ExpressionReader(const PgCatalog& catalog, const Schema& schema, Complain complain)
      : catalog_{catalog}, schema_{schema}, complain_{std::move(complain)} {}

  const Expr* read(Node node, const ForeignScope& scope);
  const Expr* column(int entry, int output);
  /// A comparison of two expressions, as IN (SELECT …) makes it.
  const Expr* comparison(std::string_view op, const Expr* left, const Expr* right, int location);
  const Expr* as_boolean(const Expr* value) { return coerce(value, "bool", 'i'); }

  /// What a sub-select in an expression is: set by the planner, which plans it on its own.
  std::function<const Expr*(Node sublink, const ForeignScope& scope)> on_sublink;

  std::deque<RangeEntry> range_table;
  const PgCatalog& catalog() const { return catalog_; }

 private:
  Expr& make(Expr::Kind kind, std::string name, std::string type, int location);
  const Expr* finish(Expr& expr);  // collation, then folding
  const Expr* coerce(const Expr* value, const std::string& type, char context);
  const Expr* other(std::string name, std::string type, Node node, std::vector<const Expr*> args);
  const Expr* column_ref(Node node, const ForeignScope& scope);
  const Expr* constant(Node node);
  const Expr* a_expr(Node node, const ForeignScope& scope);
  const Expr* in_list(Node node, const ForeignScope& scope);
  const Expr* between(Node node, const ForeignScope& scope);
  const Expr* row_comparison(Node node, const ForeignScope& scope);
  const Expr* any_all(Node node, const ForeignScope& scope);
  const Expr* boolean(std::string name, std::vector<const Expr*> args, int location);
  const Expr* function(Node node, const ForeignScope& scope);
  const Expr* call(const std::string& name, std::vector<const Expr*> args, Node node);
  const Expr* type_cast(Node node, const ForeignScope& scope);
  const Expr* case_expression(Node node, const ForeignScope& scope);
  const Expr* common(std::string what, Node list, Node node, const ForeignScope& scope);
  const Expr* array(Node node, const ForeignScope& scope);
  const Expr* read_compound(Node node, const ForeignScope& scope);

  const PgCatalog& catalog_;
  const Schema& schema_;
  Complain complain_;
  std::deque<Expr> arena_;
};

/// AND chains taken apart.
void conjuncts_of(const Expr* expr, std::vector<const Expr*>& conjuncts);
/// Calls `visit` for the expression and everything below it.
void walk(const Expr& expr, const std::function<void(const Expr&)>& visit);
bool same(const Expr& a, const Expr& b);

}  // namespace sql
