#pragma once

#include <optional>
#include <set>
#include <vector>

#include "tools/sql/foreign_block.hpp"
#include "tools/sql/foreign_cost.hpp"
#include "tools/sql/shippable.hpp"

namespace sql {

/// Decides for one block after the other what is sent. foreign_query.cpp has scans,
/// foreign_joins.cpp joins, foreign_upper.cpp grouping, ordering and LIMIT.
class ForeignPlanner {
 public:
  /// Whose costs decide what may be sent: the model's, or, to see what else the planner might
  /// choose, nobody's.
  enum class Choice { by_cost, always, never };
  ForeignPlanner(const Prepared& prepared, const ForeignCatalog& catalog, BlockReader& blocks,
                 Choice choice);

  void plan(const QueryBlock& block);
  models::ForeignPlan take() { return std::move(plan_); }

 private:
  /// Relations that one remote statement reads, or one local relation.
  struct Unit {
    std::set<int> relations;
    int server = -1;
    std::vector<const Expr*> remote, local;  // conditions
    std::string from;                        // the remote FROM clause
    std::string name;                        // as EXPLAIN names it
    bool joined = false;
    std::size_t joined_conditions = 0;  // of `remote`: those in ON
    PlanCost cost;                      // of the remote server's part
    double rows = 1;                    // that pass all conditions, as expected
    double sent = 1;                    // fetched: those that pass the remote ones
    double scanned = 0;
  };
  /// What a block needs of a column above a unit.
  using Columns = std::vector<const Expr*>;

  Unit base(int relation, const QueryBlock& block);
  void classify(Unit& unit, const std::vector<const Expr*>& conditions);

  // foreign_joins.cpp
  std::optional<Unit> pushed_join(const Unit& left, const Unit& right, const QueryBlock& block);
  double joined_rows(const Unit& left, const Unit& right,
                     const std::vector<const Expr*>& conditions) const;
  bool join_is_cheaper(const Unit& joined, const Unit& left, const Unit& right,
                       std::size_t clauses);
  void join_units(std::vector<Unit>& units, const QueryBlock& block);
  void parameterize(std::vector<models::ForeignScan>& scans, const std::vector<Unit>& units,
                    const QueryBlock& block);

  std::string qualified(int relation) const;
  std::string written(const Unit& unit, const Expr& expr) const;
  void write_sql(const Unit& unit, const std::vector<const Expr*>& select, const QueryBlock& block,
                 models::ForeignScan& scan) const;
  models::ForeignScan scan_of(const Unit& unit, const QueryBlock& block) const;
  Columns columns_above(const Unit& unit, const QueryBlock& block) const;
  double width_of(const Columns& columns) const;

  // foreign_upper.cpp
  void finish_single(Unit& unit, const QueryBlock& block);
  bool group_pushed(const Unit& unit, const QueryBlock& block, models::ForeignScan& scan);
  bool minmax_pushed(const Unit& unit, const QueryBlock& block, const models::ForeignScan& scan);
  struct LocalGrouping {
    double groups = 1, steps = 0;  // steps: aggregates evaluated per row
    PlanCost hashed, sorted;
    bool fixed = false;  // conditions fix every key: one group, nothing to sort
  };
  LocalGrouping local_grouping(const Unit& unit, const QueryBlock& block) const;
  std::vector<const Expr*> keys_of_local_step(const Unit& unit, const QueryBlock& block) const;
  bool order_is_sent(const Unit& unit, const QueryBlock& block, bool aggregated_there,
                     const std::vector<const Expr*>& keys, double limit, bool& limit_sent);
  void order_and_limit(const Unit& unit, const QueryBlock& block, models::ForeignScan& scan);
  double groups_of(const std::vector<const Expr*>& group, double rows) const;
  std::optional<Refusal> grouping_refusal(const Unit& unit, const QueryBlock& block,
                                          std::vector<const Expr*>& sent);

  Shippability shippability(const Unit& unit, bool upper) const;
  void refuse(Refusal refusal);
  void collation_hazard(std::string what, std::string effect, int location);
  void note_collation(const Expr& condition);
  ForeignStatistics statistics(int relation, bool as_planner) const;
  double distinct_of(const Expr& column, bool as_planner) const;
  double share(const std::vector<const Expr*>& conditions, bool as_planner) const;
  const RangeEntry& entry(int relation) const {
    return blocks_.expressions.range_table[static_cast<std::size_t>(relation)];
  }
  int server_of(int relation) const;
  double tuple_cost() const { return catalog_.options.fdw_tuple_cost; }
  PlanCost total(const Unit& unit) const {
    return fetched(unit.cost, catalog_.options.fdw_startup_cost, tuple_cost());
  }
  bool is_never_null(const Expr& condition) const;
  bool is_not_null_column(const Expr& column) const;
  bool close(const PlanCost& a, const PlanCost& b) const;
  bool chosen(bool cheaper) const {
    return choice_ == Choice::by_cost ? cheaper : choice_ == Choice::always;
  }

  const Prepared& prepared_;
  const ForeignCatalog& catalog_;
  BlockReader& blocks_;
  Choice choice_;
  models::ForeignPlan plan_;
};

}  // namespace sql
