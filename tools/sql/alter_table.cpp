#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/names.hpp"
#include "tools/sql/options.hpp"
#include "tools/sql/spelling.hpp"

namespace sql {
namespace {

template <std::size_t n>
bool one_of(std::string_view subtype, const std::array<std::string_view, n>& subtypes) {
  return std::find(subtypes.begin(), subtypes.end(), subtype) != subtypes.end();
}

constexpr std::array<std::string_view, 9> column_subtypes{
    "AT_ColumnDefault",   "AT_DropNotNull", "AT_SetNotNull",  "AT_DropExpression", "AT_SetStorage",
    "AT_AlterColumnType", "AT_AddIdentity", "AT_SetIdentity", "AT_DropIdentity"};

constexpr std::array<std::string_view, 8> inherited_subtypes{
    "AT_AddColumn",  "AT_DropColumn",      "AT_ColumnDefault",  "AT_DropNotNull",
    "AT_SetNotNull", "AT_AlterColumnType", "AT_DropConstraint", "AT_DropExpression"};

/// pg_attribute.attstorage of a word of SET STORAGE.
char storage_letter(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return word == "external" ? 'e' : word == "main" ? 'm' : word == "plain" ? 'p' : 'x';
}

constexpr std::array<std::string_view, 4> enabling{"AT_EnableTrig", "AT_EnableAlwaysTrig",
                                                   "AT_EnableTrigAll", "AT_EnableTrigUser"};
// A replica trigger fires only where changes are applied.
constexpr std::array<std::string_view, 4> disabling{"AT_DisableTrig", "AT_EnableReplicaTrig",
                                                    "AT_DisableTrigAll", "AT_DisableTrigUser"};

}  // namespace

void DdlReader::alter_table(Node node) {
  const std::string_view object = node["objtype"].text();
  if (object == "OBJECT_INDEX") return alter_index(node);
  if (object == "OBJECT_TYPE" || object == "OBJECT_SEQUENCE")
    return pass_over("ALTER TYPE and ALTER SEQUENCE", current_->piece.offset);
  if (schema_.sequences.contains(new_name(node["relation"]).qualified())) return;
  const int found = table(node["relation"], node["missing_ok"].flag());
  if (found < 0) return;
  const bool only = !node["relation"]["inh"].flag();
  for (const Node element : node["cmds"]) {
    const Node command = element.content();
    if (!alter_one(found, command) || only) continue;
    const std::string_view subtype = command["subtype"].text();
    if (subtype == "AT_AddConstraint") keys_to_partitions(found);
    if (!one_of(subtype, inherited_subtypes)) continue;
    for (const Link& link : descendants(found)) alter_one(link.child, command);
  }
}

/// One action on one table; false after an error.
bool DdlReader::alter_one(int at, Node command) {
  Table& table = schema_.tables[static_cast<std::size_t>(at)];
  const std::string_view subtype = command["subtype"].text();
  bool done = true;
  if (subtype == "AT_AddColumn") {
    done = add_column(table, command);
  } else if (subtype == "AT_DropColumn") {
    const int dropped = table.column_index(command["name"].string());
    if (dropped < 0 && command["missing_ok"].flag()) return true;
    done = dropped >= 0 || column(table, command["name"].text(), -1) >= 0;
    if (done) drop_column(table, dropped);
  } else if (one_of(subtype, column_subtypes)) {
    done = alter_column(table, command, subtype);
  } else if (subtype == "AT_AddConstraint") {
    done = add_constraints(table, {{command["def"].content(), -1}});
  } else if (subtype == "AT_DropConstraint") {
    done = drop_constraint(table, command);
  } else if (subtype == "AT_SetRelOptions" || subtype == "AT_ResetRelOptions") {
    storage_parameters(table, command["def"].as("List")["items"], subtype == "AT_ResetRelOptions");
  } else if (subtype == "AT_SetLogged") {
    table.persistence = models::Persistence::permanent;
  } else if (subtype == "AT_SetUnLogged") {
    table.persistence = models::Persistence::unlogged;
  } else if (subtype == "AT_ReplicaIdentity") {
    replica_identity(table, command["def"].content());
  } else if (subtype == "AT_AttachPartition") {
    attach_partition(at, command["def"].content());
  } else if (subtype == "AT_DetachPartition") {
    const Name child = new_name(command["def"].content()["name"]);
    schema_.parents.erase(child.qualified());
  } else if (subtype == "AT_AddInherit") {
    if (const int parent = this->table(command["def"].content()); parent >= 0)
      adopt(parent, at, {}, command["def"].content().location());
  } else if (subtype == "AT_DropInherit") {
    std::erase_if(schema_.parents[table.qualified_name()], [&](const Parent& parent) {
      return parent.table == new_name(command["def"].content()).qualified();
    });
  } else if (one_of(subtype, enabling) || one_of(subtype, disabling)) {
    trigger_state(table, command, one_of(subtype, enabling));
  } else {
    pass_over("ALTER TABLE actions on owner, statistics, storage, row security and the like",
              current_->piece.offset);
  }
  return done;
}

bool DdlReader::add_column(Table& table, Node command) {
  const Node definition = command["def"].as("ColumnDef");
  const std::string name = definition["colname"].string();
  if (table.column_index(name) >= 0) {
    if (!command["missing_ok"].flag())
      error(definition.location(),
            fmt::format("{} has a column {} already", table.qualified_name(), name));
    return false;
  }
  if (table.columns.size() >= most_columns_of_a_table) {
    error(definition.location(),
          fmt::format("a table can have at most {} columns", most_columns_of_a_table));
    return false;
  }
  ++columns_made_;
  if (!column_definition(definition, table)) return false;
  std::vector<Constraint> constraints;
  for (const Node constraint : definition["constraints"])
    constraints.push_back({constraint.content(), static_cast<int>(table.columns.size()) - 1});
  return add_constraints(table, constraints);
}

bool DdlReader::alter_column(Table& table, Node command, std::string_view subtype) {
  const int found = column(table, command["name"].text(), -1);
  if (found < 0) return false;
  models::Column& altered = table.columns[static_cast<std::size_t>(found)];
  const Node definition = command["def"];
  if (subtype == "AT_ColumnDefault") {
    altered.has_default = definition && !is_null_constant(definition);
    altered.order = definition ? default_order(definition) : models::KeyOrder::unknown;
  } else if (subtype == "AT_SetNotNull") {
    altered.not_null = true;
  } else if (subtype == "AT_DropNotNull") {
    altered.not_null = false;
  } else if (subtype == "AT_DropExpression") {
    altered.generated = false;
  } else if (subtype == "AT_SetStorage") {
    altered.storage = storage_letter(definition.as("String")["sval"].string());
  } else if (subtype == "AT_AlterColumnType") {
    alter_column_type(table, found, definition.as("ColumnDef"));
  } else if (subtype == "AT_AddIdentity") {
    altered.has_default = altered.not_null = true;
    altered.order = models::KeyOrder::ascending;
    for (const Node option : definition.as("Constraint")["options"])
      if (option.content()["defname"].text() == "sequence_name") {
        const Name sequence = new_name(option.content()["arg"].as("List")["items"], -1);
        relations_.insert(sequence.qualified());
        schema_.sequences.insert(sequence.qualified());
      }
  } else if (subtype == "AT_DropIdentity") {
    altered.has_default = false;
    altered.order = models::KeyOrder::unknown;
  }
  return true;
}

void DdlReader::alter_column_type(Table& table, int index, Node definition) {
  models::Column& altered = table.columns[static_cast<std::size_t>(index)];
  const Type type = resolve_type(definition["typeName"], schema_);
  altered.type = type.name;
  altered.typmod = type.typmod;
  altered.is_enum = type.is_enum;
  const std::string collation = last_name(definition["collClause"]["collname"]);
  altered.collation = collation.empty() ? type.collation : collation;
  std::erase_if(schema_.unresolved, [&](const UnresolvedType& unresolved) {
    return unresolved.table == table.qualified_name() && unresolved.column == altered.name;
  });
  if (!type.stored) record_unresolved(table, altered, definition.location());
}

void DdlReader::drop_column(Table& table, int index) {
  const std::string table_name = table.qualified_name();
  const std::string name = table.columns[static_cast<std::size_t>(index)].name;
  std::erase_if(schema_.unresolved, [&](const UnresolvedType& unresolved) {
    return unresolved.table == table_name && unresolved.column == name;
  });
  std::set<std::string> gone;
  for (const models::Index& each : table.indexes) gone.insert(table.schema + "." + each.name);
  remove_column(table, index);
  for (const models::Index& each : table.indexes) gone.erase(table.schema + "." + each.name);
  for (const std::string& each : gone) forget_relation(each);
}

bool DdlReader::drop_constraint(Table& table, Node command) {
  const std::string name = command["name"].string();
  for (std::size_t i = 0; i < table.indexes.size(); ++i)
    if (table.indexes[i].name == name &&
        schema_.key_constraints.contains(table.schema + "." + name)) {
      forget_relation(table.schema + "." + name);
      remove_index(table, i);
      return true;
    }
  if (std::erase_if(table.foreign_keys,
                    [&](const models::ForeignKey& key) { return key.name == name; }) > 0)
    return true;
  std::set<std::string>& checks = schema_.checks[table.qualified_name()];
  if (checks.erase(name) > 0) return true;
  // From 18 on NOT NULL is a constraint with a name; which column it is of is not kept.
  if (command["missing_ok"].flag() || (major_ >= 18 && name.ends_with("_not_null"))) return true;
  std::vector<std::string> names{checks.begin(), checks.end()};
  for (const models::Index& each : table.indexes) names.push_back(each.name);
  for (const models::ForeignKey& each : table.foreign_keys) names.push_back(each.name);
  const std::string near = nearest(name, names);
  error_at(current_->offset_of_name(name),
           fmt::format("{} has no constraint {}", table.qualified_name(), name),
           near.empty() ? "" : fmt::format("did you mean {}?", near));
  return false;
}

void DdlReader::replica_identity(Table& table, Node node) {
  using models::ReplicaIdentity;
  const std::string_view type = node["identity_type"].text();
  table.replica_identity_index = -1;
  table.replica_identity = type == "f"   ? ReplicaIdentity::full
                           : type == "n" ? ReplicaIdentity::nothing
                                         : ReplicaIdentity::default_;
  if (type != "i") return;
  const std::string name = node["name"].string();
  for (std::size_t i = 0; i < table.indexes.size(); ++i)
    if (table.indexes[i].name == name) {
      table.replica_identity = ReplicaIdentity::index;
      table.replica_identity_index = static_cast<int>(i);
      return;
    }
  error_at(current_->offset_of_name(name),
           fmt::format("{} has no index {}", table.qualified_name(), name));
}

void DdlReader::trigger_state(Table& table, Node command, bool enabled) {
  const std::string name = command["name"].string();
  for (models::Trigger& trigger : table.triggers)
    if (name.empty() || trigger.name == name) trigger.enabled = enabled;
}

void remove_index(models::Table& table, std::size_t i) {
  table.indexes.erase(table.indexes.begin() + static_cast<std::ptrdiff_t>(i));
  const int removed = static_cast<int>(i);
  if (table.replica_identity_index == removed) {
    table.replica_identity_index = -1;  // PostgreSQL logs no old key then
    table.replica_identity = models::ReplicaIdentity::nothing;
  } else if (table.replica_identity_index > removed) {
    --table.replica_identity_index;
  }
}

void remove_column(models::Table& table, int column) {
  const auto uses = [column](const std::vector<int>& columns) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  };
  const auto part_uses = [&](const models::IndexColumn& part) {
    return part.column == column || uses(part.uses);
  };
  for (std::size_t i = table.indexes.size(); i-- > 0;) {
    const models::Index& index = table.indexes[i];
    if (std::any_of(index.keys.begin(), index.keys.end(), part_uses) ||
        std::any_of(index.includes.begin(), index.includes.end(), part_uses) ||
        uses(index.predicate_uses))
      remove_index(table, i);
  }
  std::erase_if(table.foreign_keys,
                [&](const models::ForeignKey& key) { return uses(key.columns); });
  for (models::Trigger& trigger : table.triggers) {
    std::erase(trigger.assigns, column);
    std::erase(trigger.update_of, column);
  }
  const auto shift = [column](std::vector<int>& columns) {
    for (int& each : columns) each -= each > column ? 1 : 0;
  };
  for (models::Index& index : table.indexes) {
    for (auto* parts : {&index.keys, &index.includes})
      for (models::IndexColumn& part : *parts) {
        part.column -= part.column > column ? 1 : 0;
        shift(part.uses);
      }
    shift(index.predicate_uses);
  }
  for (models::ForeignKey& key : table.foreign_keys) shift(key.columns);
  for (models::Trigger& trigger : table.triggers) {
    shift(trigger.assigns);
    shift(trigger.update_of);
  }
  table.columns.erase(table.columns.begin() + column);
}

}  // namespace sql
