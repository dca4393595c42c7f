#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/index_text.hpp"
#include "tools/sql/names.hpp"

namespace sql {
namespace {

bool primary(Node constraint) { return constraint["contype"].text() == "CONSTR_PRIMARY"; }

/// The column of CHECK (column IS NOT NULL), else empty. As a NOT NULL of 18 is rewritten to it.
std::string column_not_null(Node expression) {
  const Node test = expression.as("NullTest");
  const Node fields = test["arg"].as("ColumnRef")["fields"];
  return test["nulltesttype"].text() == "IS_NOT_NULL" && fields.size() == 1 ? last_name(fields)
                                                                            : std::string{};
}

/// The one column an expression reads, for the default name of its CHECK; empty when there are
/// more.
std::string only_column(Node expression) {
  std::string only;
  for (Node::Walk walk{expression}; !walk.done(); walk.enter()) {
    if (walk.field() != "ColumnRef") continue;
    const std::string name = last_name(walk.node()["fields"]);
    if (!only.empty() && only != name) return {};
    only = name;
  }
  return only;
}

std::vector<std::string> names_of(const models::Table& table,
                                  const std::vector<models::IndexColumn>& columns) {
  std::vector<std::string> names;
  for (const models::IndexColumn& column : columns)
    names.push_back(table.columns[static_cast<std::size_t>(column.column)].name);
  return names;
}

}  // namespace

/// Adds the constraints of one statement, the primary key first, as PostgreSQL does.
/// Source: src/backend/parser/parse_utilcmd.c, transformIndexConstraints()
bool DdlReader::add_constraints(Table& table, const std::vector<Constraint>& constraints) {
  const std::size_t indexes_before = table.indexes.size();
  bool added = true;
  for (const Constraint& constraint : constraints)
    if (primary(constraint.node)) added = add_constraint(table, constraint) && added;
  for (const Constraint& constraint : constraints)
    if (!primary(constraint.node)) added = add_constraint(table, constraint) && added;
  // The same key said twice in one statement (PRIMARY KEY and UNIQUE) is one index.
  for (std::size_t i = indexes_before; i < table.indexes.size(); ++i)
    for (std::size_t j = table.indexes.size(); j-- > i + 1;) {
      const models::Index &kept = table.indexes[i], &other = table.indexes[j];
      if (kept.unique && other.unique &&
          names_of(table, kept.keys) == names_of(table, other.keys) &&
          kept.includes.size() == other.includes.size()) {
        forget_relation(table.schema + "." + other.name);
        table.indexes.erase(table.indexes.begin() + static_cast<std::ptrdiff_t>(j));
      }
    }
  return added;
}

bool DdlReader::add_constraint(Table& table, const Constraint& constraint) {
  const std::string_view kind = constraint.node["contype"].text();
  if (kind == "CONSTR_PRIMARY" || kind == "CONSTR_UNIQUE")
    return constraint.node["indexname"] ? adopt_index(table, constraint)
                                        : key_constraint(table, constraint);
  if (kind == "CONSTR_EXCLUSION") return exclusion_constraint(table, constraint);
  if (kind == "CONSTR_FOREIGN") return foreign_key(table, constraint);
  if (kind == "CONSTR_CHECK") check_constraint(table, constraint);
  return true;
}

/// WITHOUT OVERLAPS stands between this constraint's brackets.
bool DdlReader::without_overlaps(Node constraint) const {
  const Lexed lexed = current_->piece.lexed();
  const std::size_t from = current_->offset(constraint.location());
  for (std::size_t i = 0; i < lexed.tokens.size(); ++i) {
    if (lexed.tokens[i].begin < from || !lexed.is(i, '(')) continue;
    const std::size_t close = lexed.closing(i);
    const std::size_t end =
        close < lexed.tokens.size() ? lexed.tokens[close].begin : lexed.text.size();
    const auto found = current_->without_overlaps.lower_bound(lexed.tokens[i].begin);
    return found != current_->without_overlaps.end() && *found < end;
  }
  return false;
}

bool DdlReader::key_constraint(Table& table, const Constraint& constraint) {
  const Node node = constraint.node;
  const bool is_primary = primary(node);
  std::vector<int> keys, includes;
  if (constraint.column >= 0) keys.push_back(constraint.column);
  if (!column_list(table, node["keys"], -1, keys) ||
      !column_list(table, node["including"], -1, includes))
    return false;
  if (is_primary && std::any_of(table.indexes.begin(), table.indexes.end(),
                                [](const models::Index& index) { return index.primary; })) {
    error(node.location(), fmt::format("{} has two primary keys", table.qualified_name()));
    return false;
  }
  models::Index index;
  index.unique = true;
  index.primary = is_primary;
  for (const int key : keys) {
    index.keys.push_back({key, {}, {}});
    if (is_primary) table.columns[static_cast<std::size_t>(key)].not_null = true;
  }
  for (const int include : includes) index.includes.push_back({include, {}, {}});
  if (without_overlaps(node)) index.method = models::Index::Method::gist;
  if (!index_options(index, node["options"])) return false;

  index.name = node["conname"].string();
  if (index.name.empty()) {
    std::vector<std::string> names = names_of(table, index.keys);
    const std::vector<std::string> more = names_of(table, index.includes);
    names.insert(names.end(), more.begin(), more.end());
    index.name = is_primary
                     ? free_name(table.schema, table.name, "", "pkey")
                     : free_name(table.schema, table.name, joined_column_names(names), "key");
  }
  if (!claim({table.schema, index.name, node.location()}, false)) return false;
  schema_.key_constraints.insert(table.schema + "." + index.name);
  table.indexes.push_back(std::move(index));
  return true;
}

bool DdlReader::exclusion_constraint(Table& table, const Constraint& constraint) {
  const Node node = constraint.node;
  models::Index index;
  index.method = models::Index::Method::gist;
  if (const Node method = node["access_method"])
    index.method = index_method(method.text()).value_or(models::Index::Method::gist);
  const IndexText text{current_->piece.lexed(), current_->offset(node.location())};
  std::vector<std::string> names;
  for (const Node pair : node["exclusions"]) {
    const Node items = pair.is("List") ? pair.content()["items"] : pair;
    if (!index_column(table, items.front().as("IndexElem"), text, index.keys, names)) return false;
  }
  if (const Node where = node["where_clause"]) {
    index.predicate = text.predicate();
    if (!columns_used(table, where, index.predicate_uses)) return false;
  }
  if (!index_options(index, node["options"])) return false;
  index.name = node["conname"].string();
  if (index.name.empty())
    index.name = free_name(table.schema, table.name, joined_column_names(names), "excl");
  if (!claim({table.schema, index.name, node.location()}, false)) return false;
  schema_.key_constraints.insert(table.schema + "." + index.name);
  table.indexes.push_back(std::move(index));
  return true;
}

bool DdlReader::foreign_key(Table& table, const Constraint& constraint) {
  const Node node = constraint.node;
  models::ForeignKey key;
  if (constraint.column >= 0) key.columns.push_back(constraint.column);
  if (!column_list(table, node["fk_attrs"], -1, key.columns)) return false;

  const Name referenced = new_name(node["pktable"]);
  const Table* target = &table;  // itself, while it is being made
  if (referenced.qualified() != table.qualified_name()) {
    const std::size_t before = problems_.size();
    const int found = this->table(node["pktable"]);
    if (found < 0) return problems_.size() == before;  // an error of its own was told already
    target = &schema_.tables[static_cast<std::size_t>(found)];
  }
  std::vector<int> target_columns;
  if (!column_list(*target, node["pk_attrs"], node["pktable"].location(), target_columns))
    return false;
  key.referenced = target->qualified_name();
  if (const std::string_view action = node["fk_del_action"].text(); !action.empty())
    key.on_delete = action[0];

  key.name = node["conname"].string();
  if (key.name.empty()) {
    std::string columns;
    for (const int column : key.columns)
      columns +=
          (columns.empty() ? "" : "_") + table.columns[static_cast<std::size_t>(column)].name;
    key.name = free_object_name(table.name, columns, "fkey", [&](const std::string& name) {
      return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                         [&](const models::ForeignKey& other) { return other.name == name; });
    });
  }
  table.foreign_keys.push_back(std::move(key));
  return true;
}

void DdlReader::check_constraint(Table& table, const Constraint& constraint) {
  const Node node = constraint.node;
  const int column = table.column_index(column_not_null(node["raw_expr"]));
  if (column >= 0) table.columns[static_cast<std::size_t>(column)].not_null = true;
  std::set<std::string>& names = schema_.checks[table.qualified_name()];
  std::string name = node["conname"].string();
  if (name.empty())
    name = free_object_name(
        table.name,
        constraint.column >= 0 ? table.columns[static_cast<std::size_t>(constraint.column)].name
                               : only_column(node["raw_expr"]),
        "check", [&](const std::string& taken_name) { return names.contains(taken_name); });
  names.insert(std::move(name));
}

/// PRIMARY KEY or UNIQUE USING INDEX: the index takes the constraint's name.
bool DdlReader::adopt_index(Table& table, const Constraint& constraint) {
  const Node node = constraint.node;
  const std::string name = node["indexname"].string();
  const auto index = std::find_if(table.indexes.begin(), table.indexes.end(),
                                  [&](const models::Index& each) { return each.name == name; });
  if (index == table.indexes.end()) {
    error(node.location(), fmt::format("{} has no index {}", table.qualified_name(), name));
    return false;
  }
  index->unique = true;
  index->primary = primary(node);
  if (index->primary)
    for (const models::IndexColumn& key : index->keys)
      if (key.column >= 0) table.columns[static_cast<std::size_t>(key.column)].not_null = true;
  if (const std::string renamed = node["conname"].string(); !renamed.empty() && renamed != name) {
    if (!claim({table.schema, renamed, node.location()}, false)) return false;
    forget_relation(table.schema + "." + name);
    index->name = renamed;
  }
  schema_.key_constraints.insert(table.schema + "." + index->name);
  return true;
}

}  // namespace sql
