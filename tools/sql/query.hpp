#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/table.hpp"
#include "tools/sql/schema.hpp"
#include "tools/sql/syntax_tree.hpp"
#include "tools/sql/types.hpp"

namespace sql {

/// A column of a query's result.
struct Output {
  std::string name;
  Type type;
};

/// What a query gives; `complete` is false when some of its columns are not known (SELECT * from a
/// function).
struct Outputs {
  std::vector<Output> columns;
  bool complete = true;
};

/// One item of FROM, or the table a statement writes.
struct Relation {
  std::string name;  // alias, else the table's name
  int table = -1;    // in the tables at hand; -1: a subquery, a function …
  Outputs own;       // what it gives, unless that is shared with other relations of the same table
  const Outputs* shared = nullptr;
  const Outputs& outputs() const { return shared != nullptr ? *shared : own; }
  std::set<std::string, std::less<>>
      merged;  // columns that JOIN … USING shows once, under an earlier relation
};

/// What names mean at one level of a statement.
struct Scope {
  std::vector<Relation> relations;
  const Scope* outer = nullptr;
};

/// A column that an expression reads.
struct ColumnUse {
  const Scope* scope;
  std::size_t relation;  // in the scope
  int column;            // of the relation's table; -1 when it is no table's
};

/// Reads queries: resolves tables and columns, derives the types of results. Unknown names are told
/// to `complain`; what cannot be derived has an unknown type.
class QueryReader {
 public:
  using Find = std::function<int(const std::string& schema, const std::string& name)>;
  using Complain = std::function<void(int location, std::string message, std::string hint)>;

  QueryReader(const std::vector<models::Table>& tables, const Schema& types, Find find,
              Complain complain)
      : tables_{tables}, types_{types}, find_{std::move(find)}, complain_{std::move(complain)} {}

  /// A SelectStmt's fields.
  Outputs query(Node select, const Scope* outer);
  /// A plain SELECT (no VALUES, no set operation, WITH entered before) into a scope of the
  /// caller's; columns that WHERE reads go to `where_uses`.
  void select_in(Node select, Scope& scope, Outputs& outputs,
                 std::vector<ColumnUse>* where_uses = nullptr);
  /// Any query node; one that writes has unknown outputs and goes to `on_write`.
  Outputs any_query(Node node, const Scope* outer);
  /// The queries of WITH; they stay visible until `leave_with`.
  std::size_t enter_with(Node with, const Scope* outer);
  void leave_with(std::size_t mark) {
    while (ctes_.size() > mark) ctes_.pop_back();
  }

  void from(Node list, Scope& scope);
  void from_item(Node item, Scope& scope);
  /// The table as a relation of the scope; complains and adds one of unknown columns when there is
  /// none.
  int add_table(Node range_var, Scope& scope);
  Type expression(Node node, const Scope& scope);
  void expressions(Node list, const Scope& scope);

  std::set<int> reads;                     // tables read so far
  std::vector<ColumnUse>* uses = nullptr;  // collects the columns that expressions read
  std::function<void(Node)> on_write;
  std::function<bool(int)> candidate;  // tables to suggest when a name is unknown; unset: all
  bool any_qualifier = false;          // RETURNING WITH (OLD AS o …): names that no relation has

 private:
  struct Cte {
    std::string name;
    Outputs outputs;
  };

  Outputs set_operation(Node select, const Scope* outer);
  Outputs values(Node lists, const Scope* outer);
  void targets(Node list, const Scope& scope, Outputs& outputs);
  void unknown_table(int location, const std::string& schema, const std::string& name);
  void star(std::string_view qualifier, const Scope& scope, Outputs& outputs);
  void join(Node join, Scope& scope);
  void range_function(Node node, Scope& scope);
  void range_subselect(Node node, Scope& scope);
  static void apply_alias(Node alias, Relation& relation);

  Type column_ref(Node node, const Scope& scope);
  Type resolve(std::string_view qualifier, std::string_view name, const Scope& scope, bool& found,
               bool& qualifier_known, bool& certain);
  void unknown_column(Node node, std::string_view qualifier, std::string_view name,
                      const Scope& scope, bool qualifier_known);
  Type operator_expression(Node node, const Scope& scope);
  Type function_call(Node node, const Scope& scope);
  Type sublink(Node node, const Scope& scope);
  Type case_expression(Node node, const Scope& scope);
  Type common_type(Node list, const Scope& scope);
  Type indirection(Node node, const Scope& scope);

  const std::vector<models::Table>& tables_;
  const Schema& types_;
  Find find_;
  Complain complain_;
  std::deque<Cte> ctes_;  // relations point at their outputs
  std::map<int, Outputs> table_outputs_;
  bool recursive_ = false;    // inside WITH RECURSIVE, where the first part of a UNION decides
  std::size_t unknown_ = 0;   // names
  std::size_t expanded_ = 0;  // columns that * gave so far
};

/// Columns of a table as a query sees them.
Outputs table_outputs(const models::Table& table);

/// Type of a function's result, of an operator's, of a keyword's like CURRENT_DATE; unknown when
/// not in our tables.
Type function_type(std::string_view name, const std::vector<Type>& arguments);
/// Functions of contrib that function_type knows: they may live in any schema.
bool is_extension_function(std::string_view name);
Type operator_type(std::string_view op, const Type& left, const Type& right);
Type prefix_operator_type(std::string_view op, const Type& operand);
/// What CASE, COALESCE, UNION and VALUES make of two types; quoted constants give way.
Type wider_type(const Type& a, const Type& b);
Type value_function_type(std::string_view op);
Type constant_type(Node constant);
/// Of a quoted constant or NULL: text when nothing else decides.
Type literal_type();

}  // namespace sql
