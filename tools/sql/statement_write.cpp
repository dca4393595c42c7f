#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/sql/names.hpp"
#include "tools/sql/statement_reader.hpp"

namespace sql {
namespace {

void add_once(std::vector<int>& columns, int column) {
  if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
}

std::string column_list(const models::Table& table, const models::Index& index) {
  std::string list;
  for (const models::IndexColumn& key : index.keys)
    list += (list.empty() ? "" : ", ") +
            (key.column >= 0 ? table.columns[static_cast<std::size_t>(key.column)].name
                             : key.expression);
  return list;
}

}  // namespace

void StatementReader::write(Node statement) {
  const Node node = statement.content();
  if (++writes_ > 1)
    return error(node["relation"].location(), "a second write in one statement",
                 "list each INSERT, UPDATE, DELETE and MERGE of a WITH as a statement of its own, "
                 "in one transaction");
  if (statement.is("InsertStmt")) return insert(node);
  if (statement.is("UpdateStmt")) return update(node);
  if (statement.is("DeleteStmt")) return delete_rows(node);
  if (statement.is("MergeStmt")) return merge(node);
  error(0, "WITH holds a statement that is neither a query nor a write");
}

/// Finds the target; false after an error. It is the first relation of the scope, and not among the
/// tables read.
bool StatementReader::begin_write(Node node, std::string_view verb, Scope& scope) {
  const bool read_before = reader_.reads.contains(
      find_table(node["relation"]["schemaname"].string(), node["relation"]["relname"].string()));
  shape_.table = reader_.add_table(node["relation"], scope);
  if (shape_.table < 0) {
    if (!failed_)
      error(node["relation"].location(),
            fmt::format("{} is not a table of the DDL", node["relation"]["relname"].text()));
    return false;
  }
  if (!read_before) reader_.reads.erase(shape_.table);
  using Kind = models::Table::Kind;
  const char* what = nullptr;
  if (target().kind == Kind::view) what = "a view";
  if (target().kind == Kind::materialized_view) what = "a materialized view";
  if (target().kind == Kind::foreign_table) what = "a foreign table";
  if (what == nullptr) return true;
  error(node["relation"].location(),
        fmt::format("{} of {}, which is {}", verb, target().qualified_name(), what),
        "name the table that takes the write");
  return false;
}

/// The columns a list names; without a list the first `values` columns.
StatementReader::Columns StatementReader::target_columns(Node list, std::size_t values) {
  Columns columns;
  if (list.size() == 0)
    for (std::size_t i = 0; i < std::min(values, target().columns.size()); ++i)
      columns.push_back(static_cast<int>(i));
  for (const Node element : list) {
    const Node name = element.as("ResTarget");
    const int found = column(name["name"].text(), name.location());
    if (found < 0) continue;
    if (std::find(columns.begin(), columns.end(), found) != columns.end())
      error(name.location(), fmt::format("column {} is listed twice", name["name"].text()));
    columns.push_back(found);
  }
  return columns;
}

/// Takes a column among the written ones of a new row; a generated one takes DEFAULT only.
void StatementReader::add_written(int column_written, Columns& columns) {
  const models::Column& written = target().columns[static_cast<std::size_t>(column_written)];
  if (written.generated)
    return error_at(prepared_.offset_of_name(written.name),
                    fmt::format("column {} is generated: it takes DEFAULT only", written.name));
  add_once(columns, column_written);
}

void StatementReader::insert(Node node) {
  shape_.kind = models::StatementKind::insert;
  const std::size_t mark = reader_.enter_with(node["withClause"], nullptr);
  Scope scope;
  if (begin_write(node, "INSERT", scope)) {
    if (const Node source = node["selectStmt"].as("SelectStmt"))
      insert_source(source, target_columns(node["cols"], target().columns.size()),
                    node["cols"].size() > 0);
    else
      set_rows(1);  // DEFAULT VALUES
    fire_triggers(&models::Trigger::on_insert, shape_.columns);
    if (const Node conflict = node["onConflictClause"]) on_conflict(conflict, scope);
    reader_.any_qualifier = prepared_.major >= 18;
    reader_.expressions(node["returningList"], scope);
    reader_.any_qualifier = false;
  }
  reader_.leave_with(mark);
}

void StatementReader::insert_source(Node select, const Columns& columns, bool has_list) {
  const bool listed = select["valuesLists"] && !select["larg"];
  const Outputs outputs = reader_.query(select, nullptr);
  const std::size_t given = outputs.columns.size();
  // Without a column list fewer values than columns are fine: the rest takes its default.
  if (outputs.complete && given > columns.size() && !failed_)
    error(0, fmt::format("INSERT gives {} values for {} columns", given, columns.size()));
  if (outputs.complete && has_list && given < columns.size() && !failed_)
    error(0, fmt::format("INSERT lists {} columns but gives {} values", columns.size(), given));
  // A column that every row leaves to its default is not written.
  std::vector<bool> written(columns.size(), !listed);
  for (const Node row : select["valuesLists"]) {
    std::size_t i = 0;
    for (const Node value : row.as("List")["items"]) {
      if (i < written.size() && !value.is("SetToDefault")) written[i] = true;
      ++i;
    }
  }
  for (std::size_t i = 0; i < columns.size() && (i < given || !outputs.complete); ++i)
    if (written[i]) add_written(columns[i], shape_.columns);
  set_rows(row_count(select));
}

void StatementReader::on_conflict(Node clause, Scope& scope) {
  shape_.kind = models::StatementKind::upsert;
  shape_.conflict_updates = clause["action"].text() == "ONCONFLICT_UPDATE";
  if (const Node infer = clause["infer"]) arbiter(infer, scope);
  if (!shape_.conflict_updates) return;
  Relation excluded = scope.relations.front();
  excluded.name = "excluded";
  scope.relations.push_back(std::move(excluded));
  // The columns of EXCLUDED repeat the table's: unqualified names mean the table, which stands
  // first.
  assignments(clause["targetList"], scope, shape_.update_columns);
  where(clause["whereClause"], scope);
  fire_triggers(&models::Trigger::on_update, shape_.update_columns);
  scope.relations.pop_back();
}

/// ON CONFLICT (columns) or ON CONSTRAINT name: a unique index has to fit.
void StatementReader::arbiter(Node infer, const Scope& scope) {
  const std::string name = infer["conname"].string();
  Columns wanted;
  bool expressions = false;
  for (const Node element : infer["indexElems"]) {
    const Node part = element.content();
    if (part["name"]) {
      const int found = column(part["name"].text(), -1);
      if (found < 0) return;
      add_once(wanted, found);
    } else {
      expressions = true;
      for (const ColumnUse& use : uses_of(part["expr"], scope)) add_once(wanted, use.column);
    }
  }
  std::sort(wanted.begin(), wanted.end());
  std::string unique_keys;
  for (const models::Index& index : target().indexes) {
    if (!index.unique) continue;
    Columns keys;
    bool own_expressions = false;
    for (const models::IndexColumn& key : index.keys) {
      if (key.column >= 0) add_once(keys, key.column);
      own_expressions = own_expressions || key.column < 0;
      for (const int use : key.uses) add_once(keys, use);
    }
    std::sort(keys.begin(), keys.end());
    const bool partial = !index.predicate.empty() && !infer["whereClause"];
    if (name.empty() ? keys == wanted && own_expressions == expressions && !partial
                     : index.name == name) {
      shape_.conflict_columns = keys;
      return;
    }
    unique_keys +=
        fmt::format("{}({})", unique_keys.empty() ? "" : ", ", column_list(target(), index));
  }
  error(infer.location(),
        name.empty()
            ? fmt::format("no unique index of {} fits this ON CONFLICT", target().qualified_name())
            : fmt::format("{} has no unique constraint {}", target().qualified_name(), name),
        unique_keys.empty() ? "its DDL has no unique index"
                            : fmt::format("unique are {}", unique_keys));
}

/// Does the SET of this column assign the value it has?
bool StatementReader::unchanged(Node set, const Scope& scope, int column_set) {
  Node value = set["val"];
  if (set["indirection"]) return false;
  if (const Node multiple = value.as("MultiAssignRef")) {
    const int position = multiple["colno"].number();
    if (position < 1) return false;
    value = multiple["source"].as("RowExpr")["args"][static_cast<std::size_t>(position) - 1];
  }
  if (!value.is("ColumnRef")) return false;
  const std::vector<ColumnUse> uses = uses_of(value, scope);
  return uses.size() == 1 && uses[0].scope == &scope && uses[0].relation == 0 &&
         uses[0].column == column_set;
}

void StatementReader::assignments(Node list, const Scope& scope, Columns& columns) {
  for (const Node element : list) {
    const Node set = element.as("ResTarget");
    const Node multiple = set["val"].as("MultiAssignRef");
    if (!multiple)
      reader_.expression(set["val"], scope);
    else if (multiple["colno"].number() == 1)  // (a, b) = …: the source once
      reader_.expression(multiple["source"], scope);
    reader_.expressions(set["indirection"], scope);
    const int found = column(set["name"].text(), set.location());
    if (found < 0) continue;
    if (target().columns[static_cast<std::size_t>(found)].generated &&
        !set["val"].is("SetToDefault"))
      error(set.location(),
            fmt::format("column {} is generated: it takes DEFAULT only", set["name"].text()));
    if (!set["indirection"] && std::find(columns.begin(), columns.end(), found) != columns.end())
      error(set.location(), fmt::format("column {} is set twice", set["name"].text()));
    add_once(columns, found);
    if (unchanged(set, scope, found)) add_once(shape_.unchanged, found);
  }
}

void StatementReader::where(Node condition, const Scope& scope) {
  std::vector<ColumnUse> uses;
  reader_.uses = &uses;
  reader_.expression(condition, scope);
  reader_.uses = nullptr;
  for (const ColumnUse& use : uses)
    if (use.scope == &scope && use.relation == 0 && use.column >= 0)
      add_once(shape_.predicate_columns, use.column);
}

/// Columns that BEFORE ROW triggers of this event assign count as written.
void StatementReader::fire_triggers(bool models::Trigger::*event, Columns& columns) {
  if (shape_.table < 0) return;
  const Columns set = columns;
  const bool update = event == &models::Trigger::on_update;
  for (const models::Trigger& trigger : target().triggers) {
    if (!trigger.enabled || !trigger.before || !trigger.row || !(trigger.*event)) continue;
    const bool fires =
        !update || trigger.update_of.empty() ||
        std::any_of(trigger.update_of.begin(), trigger.update_of.end(), [&](int column_of) {
          return std::find(set.begin(), set.end(), column_of) != set.end();
        });
    if (!fires) continue;
    for (const int assigned : trigger.assigns) {
      add_once(columns, assigned);
      std::erase(shape_.unchanged, assigned);
    }
  }
}

void StatementReader::update(Node node) {
  shape_.kind = models::StatementKind::update;
  const std::size_t mark = reader_.enter_with(node["withClause"], nullptr);
  Scope scope;
  if (begin_write(node, "UPDATE", scope)) {
    reader_.from(node["fromClause"], scope);
    assignments(node["targetList"], scope, shape_.columns);
    where(node["whereClause"], scope);
    fire_triggers(&models::Trigger::on_update, shape_.columns);
    set_rows(rows_matched(node["whereClause"], scope));
    reader_.any_qualifier = prepared_.major >= 18;
    reader_.expressions(node["returningList"], scope);
    reader_.any_qualifier = false;
  }
  reader_.leave_with(mark);
}

void StatementReader::delete_rows(Node node) {
  shape_.kind = models::StatementKind::delete_;
  const std::size_t mark = reader_.enter_with(node["withClause"], nullptr);
  Scope scope;
  if (begin_write(node, "DELETE", scope)) {
    reader_.from(node["usingClause"], scope);
    where(node["whereClause"], scope);
    set_rows(rows_matched(node["whereClause"], scope));
    reader_.any_qualifier = prepared_.major >= 18;
    reader_.expressions(node["returningList"], scope);
    reader_.any_qualifier = false;
  }
  reader_.leave_with(mark);
}

void StatementReader::merge(Node node) {
  shape_.kind = models::StatementKind::merge;
  const std::size_t mark = reader_.enter_with(node["withClause"], nullptr);
  Scope scope;
  if (begin_write(node, "MERGE", scope)) {
    const Node source = node["sourceRelation"];
    reader_.from_item(source, scope);
    where(node["joinCondition"], scope);
    for (const Node when : node["mergeWhenClauses"]) merge_when(when.content(), scope);
    if (!shape_.columns.empty()) fire_triggers(&models::Trigger::on_insert, shape_.columns);
    if (!shape_.update_columns.empty())
      fire_triggers(&models::Trigger::on_update, shape_.update_columns);
    set_rows(row_count_of_item(source));
  }
  reader_.leave_with(mark);
}

void StatementReader::merge_when(Node when, const Scope& scope) {
  reader_.expression(when["condition"], scope);
  const std::string_view command = when["commandType"].text();
  if (command == "CMD_DELETE") {
    shape_.merge_deletes = true;
  } else if (command == "CMD_UPDATE") {
    Columns columns;
    assignments(when["targetList"], scope, columns);
    for (const int each : columns) add_once(shape_.update_columns, each);
  } else if (command == "CMD_INSERT") {
    reader_.expressions(when["values"], scope);
    const std::size_t values = when["values"].size();
    std::size_t i = 0;
    for (const int each :
         target_columns(when["targetList"], values > 0 ? values : target().columns.size())) {
      const bool only_default = values > 0 && when["values"][i++].is("SetToDefault");
      if (!only_default && values > 0) add_written(each, shape_.columns);
    }
  }
}

}  // namespace sql
