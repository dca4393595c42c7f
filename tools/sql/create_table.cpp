#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/names.hpp"
#include "tools/sql/spelling.hpp"

namespace sql {
namespace {

// TableLikeClause::options, parsenodes.h CREATE_TABLE_LIKE_*
constexpr unsigned like_defaults = 1U << 3;
constexpr unsigned like_generated = 1U << 4;
constexpr unsigned like_identity = 1U << 5;
constexpr unsigned like_indexes = 1U << 6;

models::Persistence persistence(Node range_var) {
  const std::string_view code = range_var["relpersistence"].text();
  return code == "u"   ? models::Persistence::unlogged
         : code == "t" ? models::Persistence::temporary
                       : models::Persistence::permanent;
}

/// The tokens from `first` on up to the end of the bracket that follows, with the bracket after TO.
std::string clause_text(const Lexed& lexed, std::size_t first) {
  std::size_t last = first;
  while (last < lexed.tokens.size() && !lexed.is(last, '(')) ++last;
  last = lexed.closing(last);
  if (lexed.is(last + 1, "TO")) last = lexed.closing(last + 2);
  if (last >= lexed.tokens.size()) last = lexed.tokens.size() - 1;
  return std::string{lexed.text.substr(lexed.tokens[first].begin,
                                       lexed.tokens[last].end - lexed.tokens[first].begin)};
}

}  // namespace

std::string partition_bound(const Lexed& lexed) {
  for (std::size_t i = 0; i < lexed.tokens.size(); ++i)
    if (lexed.phrase(i, "FOR VALUES")) return clause_text(lexed, i);
  return "DEFAULT";
}

void DdlReader::create_table(Node node, Table::Kind kind) {
  const Name name = new_name(node["relation"]);
  if (node["ofTypename"])
    return error(name.location, "CREATE TABLE … OF a composite type is not read",
                 "write the columns out");
  Table table;
  table.schema = name.schema;
  table.name = name.name;
  table.kind = node["partspec"] ? Table::Kind::partitioned : kind;
  table.persistence = persistence(node["relation"]);
  if (taken(name.schema, name.name)) {
    claim(name, node["if_not_exists"].flag());
    return;
  }
  schema_.parents.erase(name.qualified());
  const std::size_t unresolved_before = schema_.unresolved.size();
  relations_.insert(name.qualified());
  const bool partition = static_cast<bool>(node["partbound"]);
  bool read = true;
  for (const Node parent : node["inhRelations"])
    read = inherit(parent.content(), table, partition) && read;
  read = read && table_elements(node, table) && storage_parameters(table, node["options"], false);
  if (!read) {  // no half-made table
    relations_.erase(name.qualified());
    for (const models::Index& index : table.indexes)
      forget_relation(table.schema + "." + index.name);
    schema_.unresolved.resize(unresolved_before);
    schema_.parents.erase(name.qualified());
    schema_.checks.erase(name.qualified());
    return;
  }
  partition_facts(node, table);
  add_table(std::move(table));
}

bool DdlReader::table_elements(Node node, Table& table) {
  bool read = true;
  for (const Node element : node["tableElts"]) {
    read = table_element(element, table) && read;
    if (table.columns.size() <= most_columns_of_a_table) continue;
    error(node["relation"].location(),
          fmt::format("a table can have at most {} columns", most_columns_of_a_table));
    return false;
  }
  if (!read) return false;
  std::vector<Constraint> constraints;
  for (const Node element : node["tableElts"]) {
    if (const Node constraint = element.as("Constraint")) constraints.push_back({constraint, -1});
    const Node definition = element.as("ColumnDef");
    const int column = table.column_index(definition["colname"].string());
    for (const Node constraint : definition["constraints"])
      constraints.push_back({constraint.content(), column});
  }
  if (!add_constraints(table, constraints)) return false;
  // Indexes of the parent or of LIKE … INCLUDING INDEXES come after the table's own.
  for (const Node parent : node["inhRelations"])
    if (node["partbound"])
      if (const int from = find_table(parent.content()); from >= 0)
        copy_indexes(schema_.tables[static_cast<std::size_t>(from)], table, true);
  for (const Node element : node["tableElts"]) {
    const Node clause = element.as("TableLikeClause");
    if (!clause || (static_cast<unsigned>(clause["options"].number()) & like_indexes) == 0)
      continue;
    if (const int from = find_table(clause["relation"]); from >= 0)
      copy_indexes(schema_.tables[static_cast<std::size_t>(from)], table, false);
  }
  return true;
}

bool DdlReader::table_element(Node element, Table& table) {
  if (const Node definition = element.as("ColumnDef")) return column_definition(definition, table);
  if (const Node clause = element.as("TableLikeClause")) return like(clause, table);
  return true;  // constraints come after the columns
}

bool DdlReader::column_definition(Node node, Table& table) {
  const std::string name = node["colname"].string();
  const int inherited = table.column_index(name);
  if (inherited >= 0 && !schema_.parents.contains(table.qualified_name())) {
    error(node.location(), fmt::format("column {} is defined twice", name));
    return false;
  }
  int column = inherited;
  if (inherited < 0) {
    if (!node["typeName"]) {  // a partition may only name its parent's columns
      error(node.location(), fmt::format("the parent table has no column {}", name));
      return false;
    }
    if (node["typeName"]["pct_type"] || node["typeName"]["setof"]) {
      error(node.location(), fmt::format("column {} has no type of its own", name),
            "write the type out");
      return false;
    }
    models::Column made;
    made.name = name;
    made.collation = last_name(node["collClause"]["collname"]);
    add_column(table, std::move(made), resolve_type(node["typeName"], schema_), node.location());
    column = static_cast<int>(table.columns.size()) - 1;
  }
  for (const Node constraint : node["constraints"])
    column_constraint(constraint.content(), table, column);
  return true;
}

void DdlReader::add_column(Table& table, models::Column column, const Type& type, int location) {
  column.type = type.name;
  column.typmod = type.typmod;
  column.is_enum = type.is_enum;
  column.not_null = column.not_null || type.not_null || type.serial;
  column.has_default = column.has_default || type.has_default || type.serial;
  if (column.collation.empty()) column.collation = type.collation;
  if (type.serial) {
    column.order = models::KeyOrder::ascending;
    const std::string sequence = free_name(table.schema, table.name, column.name, "seq");
    relations_.insert(table.schema + "." + sequence);
    schema_.sequences.insert(table.schema + "." + sequence);
  }
  if (!type.stored || !type.known()) record_unresolved(table, column, location);
  table.columns.push_back(std::move(column));
}

void DdlReader::record_unresolved(const Table& table, const models::Column& column, int location) {
  if (table.kind == Table::Kind::view || table.kind == Table::Kind::foreign_table) return;
  const std::string what = column.type.empty()
                               ? fmt::format("the type of column {} of {} cannot be derived",
                                             column.name, table.qualified_name())
                               : fmt::format("column {} of {} has type {}, whose size is not known",
                                             column.name, table.qualified_name(), column.type);
  std::string hint = fmt::format("give its average bytes: tables: {{{}: {{widths: {{{}: 40}}}}}}",
                                 table.qualified_name(), column.name);
  if (column.type.empty()) hint += ", or cast the expression to its type";
  if (const std::string near = nearest(column.type, type_names(schema_)); !near.empty())
    hint = fmt::format("did you mean {}? Else {}", near, hint);
  schema_.unresolved.push_back({table.qualified_name(), column.name, column.type,
                                current_->error(location, what, std::move(hint))});
}

void DdlReader::column_constraint(Node constraint, Table& table, int index) {
  models::Column& column = table.columns[static_cast<std::size_t>(index)];
  const std::string_view kind = constraint["contype"].text();
  if (kind == "CONSTR_NOTNULL") {
    column.not_null = true;
  } else if (kind == "CONSTR_DEFAULT") {
    column.has_default = !is_null_constant(constraint["raw_expr"]);
    column.order = default_order(constraint["raw_expr"]);
  } else if (kind == "CONSTR_IDENTITY") {
    column.not_null = column.has_default = true;
    column.order = models::KeyOrder::ascending;
    const std::string sequence = free_name(table.schema, table.name, column.name, "seq");
    relations_.insert(table.schema + "." + sequence);
    schema_.sequences.insert(table.schema + "." + sequence);
  } else if (kind == "CONSTR_GENERATED") {
    column.generated = true;
    if (current_->virtual_columns.contains(current_->offset(constraint.location())))
      column.null_fraction = 1;  // kept nowhere: the row holds a null
  }
}

bool DdlReader::like(Node node, Table& table) {
  const int from = this->table(node["relation"]);
  if (from < 0) return false;
  const auto options = static_cast<unsigned>(node["options"].number());
  for (models::Column column : schema_.tables[static_cast<std::size_t>(from)].columns) {
    if (table.column_index(column.name) >= 0) {
      error(node["relation"].location(), fmt::format("column {} is defined twice", column.name));
      return false;
    }
    if ((options & (like_defaults | like_identity)) == 0) {
      column.has_default = false;
      column.order = models::KeyOrder::unknown;
    }
    if ((options & like_generated) == 0 && column.generated) {
      column.generated = false;
      column.null_fraction = 0;
    }
    table.columns.push_back(std::move(column));
  }
  return true;
}

void DdlReader::partition_facts(Node node, const Table& table) {
  const Lexed lexed = current_->piece.lexed();
  if (node["partbound"])
    for (Parent& parent : schema_.parents[table.qualified_name()])
      parent.bound = partition_bound(lexed);
  if (!node["partspec"]) return;
  for (std::size_t i = 0; i < lexed.tokens.size(); i = lexed.is(i, '(') ? lexed.closing(i) : i + 1)
    if (lexed.phrase(i, "PARTITION BY"))
      schema_.partition_keys[table.qualified_name()] = clause_text(lexed, i + 2);
}

}  // namespace sql
