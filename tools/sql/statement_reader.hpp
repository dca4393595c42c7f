#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sql/prepare.hpp"
#include "tools/sql/query.hpp"
#include "tools/sql/statement.hpp"

namespace sql {

/// Makes a shape of one parsed statement. What writes may stand at the top or inside WITH, but only
/// once.
class StatementReader {
 public:
  StatementReader(const Prepared& prepared, const Catalog& catalog, std::vector<Problem>& problems);

  std::optional<ParsedStatement> read();

 private:
  using Columns = std::vector<int>;

  // statement.cpp: what kind it is; reading and utility statements
  void statement(Node statement);
  void select(Node node);
  void truncate(Node node);
  void refresh(Node node);
  void vacuum(Node node);
  void copy(Node node);
  void refuse(Node statement);
  void note_reads();

  // statement_write.cpp
  void write(Node statement);
  bool begin_write(Node node, std::string_view verb, Scope& scope);
  void insert(Node node);
  void insert_source(Node select, const Columns& columns, bool has_list);
  void on_conflict(Node clause, Scope& scope);
  void arbiter(Node infer, const Scope& scope);
  void update(Node node);
  void delete_rows(Node node);
  void merge(Node node);
  void merge_when(Node when, const Scope& scope);
  Columns target_columns(Node list, std::size_t values);
  void add_written(int column, Columns& columns);
  void assignments(Node list, const Scope& scope, Columns& columns);
  bool unchanged(Node target, const Scope& scope, int column);
  void where(Node condition, const Scope& scope);
  void fire_triggers(bool models::Trigger::*event, Columns& columns);

  // statement_rows.cpp
  std::optional<double> rows_matched(Node condition, const Scope& scope);
  int target_column(Node side, const Scope& scope);
  bool is_constant(Node side, const Scope& scope);
  void note_equality(Node comparison, const Scope& scope, std::map<int, double>& values);
  std::optional<double> row_count(Node select);
  std::optional<double> row_count_of_item(Node item);
  std::optional<double> series_length(Node call);
  std::vector<ColumnUse> uses_of(Node expression, const Scope& scope);
  void set_rows(std::optional<double> rows);

  int find_table(const std::string& schema, const std::string& name) const;
  int column(std::string_view name, int location);  // of the target; -1 after an error
  const models::Table& target() const {
    return catalog_.tables[static_cast<std::size_t>(shape_.table)];
  }
  void error(int location, std::string message, std::string hint = {});
  void error_at(std::size_t offset, std::string message, std::string hint = {});  // in the piece

  const Prepared& prepared_;
  const Catalog& catalog_;
  std::vector<Problem>& problems_;
  QueryReader reader_;
  ParsedStatement parsed_;
  models::Statement& shape_;
  bool failed_ = false;
  bool mute_ = false;  // while something is read a second time
  int writes_ = 0;
  std::size_t told_ = 0;             // problems
  std::size_t target_relation_ = 0;  // the target among the relations of its scope
};

}  // namespace sql
