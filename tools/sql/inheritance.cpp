#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/names.hpp"

namespace sql {
namespace {

bool same_columns(const models::Table& a, const std::vector<models::IndexColumn>& of_a,
                  const models::Table& b, const std::vector<models::IndexColumn>& of_b) {
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                    [&](const models::IndexColumn& x, const models::IndexColumn& y) {
                      if (x.column < 0 || y.column < 0)
                        return x.column == y.column && x.expression == y.expression;
                      return a.columns[static_cast<std::size_t>(x.column)].name ==
                             b.columns[static_cast<std::size_t>(y.column)].name;
                    });
}

/// Would the two indexes serve as one another's partition?
bool same_index(const models::Table& a, const models::Index& of_a, const models::Table& b,
                const models::Index& of_b) {
  return of_a.method == of_b.method && of_a.unique == of_b.unique &&
         of_a.predicate == of_b.predicate && same_columns(a, of_a.keys, b, of_b.keys) &&
         same_columns(a, of_a.includes, b, of_b.includes);
}

bool has_columns(const models::Index& index, const models::Table& from, const models::Table& to) {
  const auto missing = [&](int column) {
    return column >= 0 && to.column_index(from.columns[static_cast<std::size_t>(column)].name) < 0;
  };
  for (const auto* parts : {&index.keys, &index.includes})
    for (const models::IndexColumn& part : *parts)
      if (missing(part.column) || std::any_of(part.uses.begin(), part.uses.end(), missing))
        return false;
  return std::none_of(index.predicate_uses.begin(), index.predicate_uses.end(), missing);
}

/// Column numbers of one table as those of another; columns it lacks are left out.
std::vector<int> translated(const std::vector<int>& columns, const models::Table& from,
                            const models::Table& to) {
  std::vector<int> result;
  for (const int column : columns)
    result.push_back(to.column_index(from.columns[static_cast<std::size_t>(column)].name));
  std::erase(result, -1);
  return result;
}

}  // namespace

/// Everything below a table, parents before their children, each child once.
std::vector<DdlReader::Link> DdlReader::descendants(int table) const {
  std::vector<Link> links;
  if (schema_.parents.empty()) return links;
  std::unordered_map<std::string_view, std::vector<int>> children;
  for (const auto& [child, parents] : schema_.parents)
    if (const auto found = table_index_.find(child); found != table_index_.end())
      for (const Parent& parent : parents) children[parent.table].push_back(found->second);
  std::vector<int> open{table};
  std::set<int> seen{table};
  for (std::size_t i = 0; i < open.size(); ++i) {
    const auto below =
        children.find(schema_.tables[static_cast<std::size_t>(open[i])].qualified_name());
    if (below == children.end()) continue;
    for (const int child : below->second) {
      if (!seen.insert(child).second) continue;
      links.push_back({open[i], child});
      open.push_back(child);
    }
  }
  return links;
}

bool DdlReader::inherit(Node range_var, Table& table, bool partition) {
  const int from = this->table(range_var);
  if (from < 0) return false;
  const Table& parent = schema_.tables[static_cast<std::size_t>(from)];
  if (partition && parent.kind != Table::Kind::partitioned) {
    error(range_var.location(), fmt::format("{} is not partitioned", parent.qualified_name()));
    return false;
  }
  for (const models::Column& column : parent.columns) {
    const int own = table.column_index(column.name);  // of another parent
    if (own < 0)
      table.columns.push_back(column);
    else
      table.columns[static_cast<std::size_t>(own)].not_null |= column.not_null;
  }
  std::vector<UnresolvedType> unresolved;
  for (const UnresolvedType& type : schema_.unresolved)
    if (type.table == parent.qualified_name()) unresolved.push_back(type);
  for (UnresolvedType& type : unresolved) {
    type.table = table.qualified_name();
    schema_.unresolved.push_back(std::move(type));
  }
  if (partition) {
    table.foreign_keys = parent.foreign_keys;
    table.triggers = parent.triggers;
  }
  schema_.parents[table.qualified_name()].push_back({parent.qualified_name(), partition, {}});
  return true;
}

/// ATTACH PARTITION and INHERIT; false after an error.
bool DdlReader::adopt(int parent, int child, const std::optional<std::string>& bound,
                      int location) {
  const Table& above = schema_.tables[static_cast<std::size_t>(parent)];
  const Table& below = schema_.tables[static_cast<std::size_t>(child)];
  const std::vector<Link> links =
      bound && below.kind != Table::Kind::partitioned ? std::vector<Link>{} : descendants(child);
  if (child == parent || std::any_of(links.begin(), links.end(),
                                     [&](const Link& link) { return link.child == parent; })) {
    error(location, fmt::format("{} would be its own ancestor", above.qualified_name()));
    return false;
  }
  if (bound && above.kind != Table::Kind::partitioned) {
    error(location, fmt::format("{} is not partitioned", above.qualified_name()));
    return false;
  }
  for (const models::Column& each : above.columns)
    if (column(below, each.name, location) < 0) return false;
  schema_.parents[below.qualified_name()].push_back(
      {above.qualified_name(), bound.has_value(), bound.value_or("")});
  return true;
}

void DdlReader::attach_partition(int at, Node command) {
  const int child = table(command["name"]);
  if (child < 0 ||
      !adopt(at, child, partition_bound(current_->piece.lexed()), command["name"].location()))
    return;
  copy_indexes(schema_.tables[static_cast<std::size_t>(at)],
               schema_.tables[static_cast<std::size_t>(child)], true);
  keys_to_partitions(child);
}

/// Gives a table the indexes of another under names of its own, as partitions and LIKE … INCLUDING
/// INDEXES do; what a partition has already serves as the parent's part. Source:
/// src/backend/parser/parse_utilcmd.c, generateClonedIndexStmt()
void DdlReader::copy_indexes(const Table& from, Table& to, bool unless_present) {
  for (models::Index index : from.indexes) {
    if (!has_columns(index, from, to)) continue;
    if (unless_present &&
        std::any_of(to.indexes.begin(), to.indexes.end(),
                    [&](const models::Index& own) { return same_index(from, index, to, own); }))
      continue;
    const bool constraint = schema_.key_constraints.contains(from.schema + "." + index.name);
    std::vector<std::string> names;
    for (auto* parts : {&index.keys, &index.includes})
      for (models::IndexColumn& part : *parts) {
        part.uses = translated(part.uses, from, to);
        if (part.column < 0) {
          names.push_back(expression_name(part.expression));
          continue;
        }
        const std::string& name = from.columns[static_cast<std::size_t>(part.column)].name;
        part.column = to.column_index(name);
        names.push_back(name);
        if (index.primary) to.columns[static_cast<std::size_t>(part.column)].not_null = true;
      }
    index.predicate_uses = translated(index.predicate_uses, from, to);
    const char* label = !constraint ? "idx" : index.unique ? "key" : "excl";
    index.name = index.primary ? free_name(to.schema, to.name, "", "pkey")
                               : free_name(to.schema, to.name, joined_column_names(names), label);
    relations_.insert(to.schema + "." + index.name);
    ++indexes_made_;
    if (constraint) schema_.key_constraints.insert(to.schema + "." + index.name);
    to.indexes.push_back(std::move(index));
  }
}

/// Indexes and foreign keys of a partitioned table are every partition's.
void DdlReader::keys_to_partitions(int at) {
  if (schema_.tables[static_cast<std::size_t>(at)].kind != Table::Kind::partitioned) return;
  for (const Link& link : descendants(at)) {
    const Table& parent = schema_.tables[static_cast<std::size_t>(link.parent)];
    Table& child = schema_.tables[static_cast<std::size_t>(link.child)];
    if (parent.kind != Table::Kind::partitioned) continue;
    copy_indexes(parent, child, true);
    for (models::ForeignKey key : parent.foreign_keys)
      if (std::none_of(child.foreign_keys.begin(), child.foreign_keys.end(),
                       [&](const models::ForeignKey& own) { return own.name == key.name; })) {
        key.columns = translated(key.columns, parent, child);
        child.foreign_keys.push_back(std::move(key));
      }
  }
}

/// So is its last trigger, when it fires for rows.
void DdlReader::trigger_to_partitions(int at) {
  for (const Link& link : descendants(at)) {
    const Table& parent = schema_.tables[static_cast<std::size_t>(link.parent)];
    Table& child = schema_.tables[static_cast<std::size_t>(link.child)];
    if (parent.kind != Table::Kind::partitioned || parent.triggers.empty()) continue;
    models::Trigger trigger = parent.triggers.back();
    trigger.assigns = translated(trigger.assigns, parent, child);
    trigger.update_of = translated(trigger.update_of, parent, child);
    std::erase_if(child.triggers,
                  [&](const models::Trigger& old) { return old.name == trigger.name; });
    child.triggers.push_back(std::move(trigger));
  }
}

}  // namespace sql
