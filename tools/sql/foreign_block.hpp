#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/sql/foreign_expression.hpp"
#include "tools/sql/foreign_query.hpp"
#include "tools/sql/prepare.hpp"

namespace sql {

/// One SELECT after the planner's preparations: simple sub-selects and CTEs pulled up, IN and
/// EXISTS as semi joins, conditions as a list.
struct QueryBlock {
  struct Join {
    enum class Kind { left, full, semi, anti };
    Kind kind = Kind::left;
    std::set<int> left, right;  // entries of the range table; right is the nullable or inner side
    std::vector<const Expr*> conditions;
  };
  std::vector<int> relations;  // range table entries, in order
  std::vector<const Expr*> conditions;
  std::vector<Join> joins;  // other than inner ones
  std::vector<const Expr*> targets, group, having, order;
  bool aggregates = false, grouping_sets = false, distinct = false, windows = false,
       set_returning = false, set_operation = false, with_ties = false, locks = false;
  bool has_limit = false, limit_known = false;
  double limit = 0;  // LIMIT + OFFSET rows, when both are constants
};

/// Builds blocks; sub-selects that stay separate go to `on_separate`, which plans them.
class BlockReader {
 public:
  BlockReader(const ForeignCatalog& catalog, const PgCatalog& types,
              ExpressionReader::Complain complain);

  /// A SelectStmt's content. `outputs` receives names and types of the result.
  QueryBlock read(Node select, const ForeignScope* outer,
                  std::vector<RangeEntry::Output>* outputs = nullptr);

  std::function<void(const QueryBlock&)> on_separate;
  ExpressionReader expressions;
  ExpressionReader::Complain complain;

 private:
  struct Cte {
    std::string name;
    Node query;
    bool separate = false;
    std::vector<RangeEntry::Output> outputs;  // of a separate one
  };
  void enter_with(Node with, Node whole, const ForeignScope* outer);
  std::set<int> from_item(Node item, QueryBlock& block, ForeignScope& scope);
  std::set<int> join(Node node, QueryBlock& block, ForeignScope& scope);
  std::set<int> table(Node node, QueryBlock& block, ForeignScope& scope);
  std::set<int> subselect(Node query, const std::string& alias, QueryBlock& block,
                          ForeignScope& scope);
  int add_local(const std::string& alias, std::vector<RangeEntry::Output> outputs,
                QueryBlock& block, ForeignScope& scope);
  void condition(Node node, QueryBlock& block, ForeignScope& scope);
  bool semi_join(Node sublink, bool negated, QueryBlock& block, ForeignScope& scope);
  void select_list(Node select, QueryBlock& block, const ForeignScope& scope,
                   std::vector<RangeEntry::Output>& outputs);
  const Expr* listed(Node node, const QueryBlock& block, const ForeignScope& scope,
                     const std::vector<RangeEntry::Output>& outputs, bool alias_first);
  void clauses(Node select, QueryBlock& block, const ForeignScope& scope,
               const std::vector<RangeEntry::Output>& outputs);
  const Expr* sublink(Node node, const ForeignScope& scope);

  const ForeignCatalog& catalog_;
  std::vector<Cte> ctes_;
  std::deque<Expr> values_;
};

/// Range table entries that an expression reads.
std::set<int> relations_of(const Expr& expr);

inline bool within(const std::set<int>& inner, const std::set<int>& outer) {
  return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end());
}
inline bool touches(const std::set<int>& a, const std::set<int>& b) {
  return std::any_of(a.begin(), a.end(), [&](int r) { return b.contains(r); });
}

}  // namespace sql
