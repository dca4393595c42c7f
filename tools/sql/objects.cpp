#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/names.hpp"

namespace sql {
namespace {

/// Names of the form schema.name, as types and tables are kept.
std::string unqualified(const std::string& name) { return name.substr(name.rfind('.') + 1); }

template <typename Map>
void move_key(Map& map, const std::string& from, const std::string& to) {
  if (auto node = map.extract(from)) {
    node.key() = to;
    map.insert(std::move(node));
  }
}

}  // namespace

void DdlReader::create_enum(Node node) {
  std::vector<std::string>& labels = schema_.enums[new_name(node["typeName"], -1).qualified()];
  labels.clear();
  for (const Node label : node["vals"]) labels.push_back(label.as("String")["sval"].string());
}

void DdlReader::alter_enum(Node node) {
  const auto found = schema_.enums.find(find_type(node["typeName"]));
  if (found == schema_.enums.end())
    return error_at(current_->offset_of_name(last_name(node["typeName"])),
                    fmt::format("type {} does not exist", dotted_name(node["typeName"])));
  const std::string value = node["newVal"].string();
  if (const Node old = node["oldVal"])
    std::replace(found->second.begin(), found->second.end(), old.string(), value);
  else
    found->second.push_back(value);
}

void DdlReader::create_domain(Node node) {
  const Type base = resolve_type(node["typeName"], schema_);
  Domain domain{.type = base.name,
                .typmod = base.typmod,
                .not_null = base.not_null,
                .has_default = base.has_default,
                .is_enum = base.is_enum,
                .stored = base.stored,
                .collation = last_name(node["collClause"]["collname"])};
  if (domain.collation.empty()) domain.collation = base.collation;
  for (const Node element : node["constraints"]) {
    const Node constraint = element.content();
    const std::string_view kind = constraint["contype"].text();
    if (kind == "CONSTR_NOTNULL") domain.not_null = true;
    if (kind == "CONSTR_DEFAULT") domain.has_default = !is_null_constant(constraint["raw_expr"]);
  }
  schema_.domains[new_name(node["domainname"], -1).qualified()] = std::move(domain);
}

void DdlReader::create_composite(Node node) {
  std::vector<models::Column>& columns = schema_.composites[new_name(node["typevar"]).qualified()];
  columns.clear();
  for (const Node element : node["coldeflist"]) {
    const Node definition = element.content();
    const Type type = resolve_type(definition["typeName"], schema_);
    models::Column& column = columns.emplace_back();
    column.name = definition["colname"].string();
    column.type = type.name;
    column.typmod = type.typmod;
    column.is_enum = type.is_enum;
  }
}

void DdlReader::create_sequence(Node node) {
  const Name name = new_name(node["sequence"]);
  if (claim(name, node["if_not_exists"].flag())) schema_.sequences.insert(name.qualified());
}

void DdlReader::create_schema(Node node) {
  std::string name = node["schemaname"].string();
  if (name.empty()) name = node["authrole"]["rolename"].string();
  schema_.schemas.insert(name);
  if (node["schemaElts"].size() == 0) return;
  const std::vector<std::string> path = std::exchange(schema_.search_path, {name});
  for (const Node element : node["schemaElts"])
    if (!element.is("GrantStmt")) read_statement(element);
  schema_.search_path = path;
}

/// schema.name of an enum, domain or composite type; empty when there is none.
std::string DdlReader::find_type(Node names) const {
  const std::string name = last_name(names);
  std::vector<std::string> path = schema_.search_path;
  path.push_back("public");
  if (names.size() > 1) path = {names[names.size() - 2].as("String")["sval"].string()};
  for (const std::string& in : path) {
    std::string key = in;
    key.append(".").append(name);
    if (schema_.enums.contains(key) || schema_.domains.contains(key) ||
        schema_.composites.contains(key))
      return key;
  }
  return {};
}

/// The table and its partitions, and the foreign keys to them.
void DdlReader::drop_table(const std::string& schema, const std::string& name) {
  const int found = find_table(schema, name);
  if (found < 0) return;
  std::vector<std::string> dropped{
      schema_.tables[static_cast<std::size_t>(found)].qualified_name()};
  for (const Link& link : descendants(found))
    if (schema_.tables[static_cast<std::size_t>(link.parent)].kind == Table::Kind::partitioned)
      dropped.push_back(schema_.tables[static_cast<std::size_t>(link.child)].qualified_name());
  for (const std::string& each : dropped) {
    if (const auto at = table_index_.find(each); at != table_index_.end()) remove_table(at->second);
    for (Table& other : schema_.tables)
      std::erase_if(other.foreign_keys,
                    [&](const models::ForeignKey& key) { return key.referenced == each; });
  }
}

void DdlReader::drop_index(const std::string& schema, const std::string& name, bool missing_ok) {
  for (Table& table : schema_.tables)
    for (std::size_t i = 0; i < table.indexes.size(); ++i)
      if (table.indexes[i].name == name && (schema.empty() || schema == table.schema)) {
        forget_relation(table.schema + "." + name);
        return remove_index(table, i);
      }
  if (!missing_ok)
    error_at(current_->offset_of_name(name), fmt::format("index {} does not exist", name));
}

void DdlReader::drop(Node node) {
  const std::string_view type = node["removeType"].text();
  const bool missing_ok = node["missing_ok"].flag();
  for (const Node object : node["objects"]) {
    const Node names = object.is("TypeName") ? object.content()["names"]
                       : object.is("List")   ? object.content()["items"]
                                             : object;
    const std::string name =
        object.is("String") ? object.content()["sval"].string() : last_name(names);
    const std::string in =
        names.size() > 1 ? names[names.size() - 2].as("String")["sval"].string() : std::string{};
    if (type == "OBJECT_TABLE" || type == "OBJECT_VIEW" || type == "OBJECT_MATVIEW" ||
        type == "OBJECT_FOREIGN_TABLE") {
      if (find_table(in, name) < 0 && !missing_ok)
        error_at(current_->offset_of_name(name),
                 fmt::format("{} does not exist", dotted_name(names)));
      drop_table(in, name);
    } else if (type == "OBJECT_INDEX") {
      drop_index(in, name, missing_ok);
    } else if (type == "OBJECT_TYPE" || type == "OBJECT_DOMAIN") {
      const std::string key = find_type(names);
      schema_.enums.erase(key);
      schema_.domains.erase(key);
      schema_.composites.erase(key);
    } else if (type == "OBJECT_SEQUENCE") {
      const std::string key = new_name(names, -1).qualified();
      relations_.erase(key);
      schema_.sequences.erase(key);
    } else if (type == "OBJECT_SCHEMA") {
      drop_schema(name);
    } else if (type == "OBJECT_TRIGGER" && names.size() > 1) {
      const std::string table_schema =
          names.size() > 2 ? names.front().as("String")["sval"].string() : std::string{};
      if (const int on = find_table(table_schema, in); on >= 0)
        std::erase_if(schema_.tables[static_cast<std::size_t>(on)].triggers,
                      [&](const models::Trigger& trigger) { return trigger.name == name; });
    }
  }
}

void DdlReader::drop_schema(const std::string& name) {
  for (std::size_t i = schema_.tables.size(); i-- > 0;)
    if (schema_.tables[i].schema == name) remove_table(static_cast<int>(i));
  const auto inside = [&](const auto& entry) { return entry.first.starts_with(name + "."); };
  std::erase_if(schema_.enums, inside);
  std::erase_if(schema_.domains, inside);
  std::erase_if(schema_.composites, inside);
  std::erase_if(schema_.functions, inside);
  std::erase_if(schema_.sequences,
                [&](const std::string& key) { return key.starts_with(name + "."); });
  std::erase_if(relations_, [&](const std::string& key) { return key.starts_with(name + "."); });
  schema_.schemas.erase(name);
}

void DdlReader::rename_type(const std::string& from, const std::string& to) {
  const auto shown = [](const std::string& name) {
    return name.starts_with("public.") ? name.substr(7) : name;
  };
  move_key(schema_.enums, from, to);
  move_key(schema_.domains, from, to);
  move_key(schema_.composites, from, to);
  for (Table& table : schema_.tables)
    for (models::Column& column : table.columns) {
      if (column.type == shown(from)) column.type = shown(to);
      if (column.type == shown(from) + "[]") column.type = shown(to) + "[]";
    }
}

void DdlReader::rename_relation(Node node, const std::string& name) {
  const int found = table(node["relation"], node["missing_ok"].flag());
  if (found < 0) return;
  const std::string schema = schema_.tables[static_cast<std::size_t>(found)].schema;
  if (taken(schema, name))
    return error(node["relation"].location(), fmt::format("{}.{} exists already", schema, name));
  rename_table(found, schema, name);
}

void DdlReader::rename_index(Table& table, models::Index& index, const std::string& name) {
  if (!claim({table.schema, name, -1}, false)) return;
  rename_index_entry(table.schema + "." + index.name, table.schema + "." + name);
  index.name = name;
}

void DdlReader::rename(Node node) {
  const std::string_view type = node["renameType"].text();
  const std::string name = node["newname"].string(), old_name = node["subname"].string();
  if (type == "OBJECT_TABLE" || type == "OBJECT_VIEW" || type == "OBJECT_MATVIEW" ||
      type == "OBJECT_FOREIGN_TABLE")
    return rename_relation(node, name);
  if (type == "OBJECT_INDEX") {
    if (const auto [at, position] = find_index(node["relation"]); at >= 0) {
      Table& on = schema_.tables[static_cast<std::size_t>(at)];
      rename_index(on, on.indexes[static_cast<std::size_t>(position)], name);
    }
    return;
  }
  if (type == "OBJECT_SEQUENCE") {
    const Name sequence = new_name(node["relation"]);
    relations_.erase(sequence.qualified());
    relations_.insert(sequence.schema + "." + name);
    schema_.sequences.erase(sequence.qualified());
    schema_.sequences.insert(sequence.schema + "." + name);
    return;
  }
  if (type == "OBJECT_TYPE" || type == "OBJECT_DOMAIN") {
    const Node names = node["object"].as("List")["items"];
    if (const std::string key = find_type(names); !key.empty())
      rename_type(key, key.substr(0, key.size() - unqualified(key).size()) + name);
    return;
  }
  if (type == "OBJECT_SCHEMA") {
    for (std::size_t i = 0; i < schema_.tables.size(); ++i)
      if (schema_.tables[i].schema == old_name)
        rename_table(static_cast<int>(i), name, schema_.tables[i].name);
    schema_.schemas.erase(old_name);
    schema_.schemas.insert(name);
    return;
  }
  if (type != "OBJECT_COLUMN" && type != "OBJECT_TABCONSTRAINT" && type != "OBJECT_TRIGGER")
    return pass_over("RENAME of what is not a table", current_->piece.offset);
  const int found = table(node["relation"], node["missing_ok"].flag());
  if (found < 0) return;
  Table& on = schema_.tables[static_cast<std::size_t>(found)];
  if (type == "OBJECT_COLUMN") {
    rename_column(found, old_name, name, node["relation"].location());
    for (const Link& link : descendants(found))
      rename_column(link.child, old_name, name, node["relation"].location());
  } else if (type == "OBJECT_TRIGGER") {
    for (models::Trigger& trigger : on.triggers)
      if (trigger.name == old_name) trigger.name = name;
  } else {
    for (models::Index& index : on.indexes)
      if (index.name == old_name) return rename_index(on, index, name);
    for (models::ForeignKey& key : on.foreign_keys)
      if (key.name == old_name) key.name = name;
    if (schema_.checks[on.qualified_name()].erase(old_name) > 0)
      schema_.checks[on.qualified_name()].insert(name);
  }
}

void DdlReader::rename_column(int at, const std::string& from, const std::string& to,
                              int location) {
  Table& on = schema_.tables[static_cast<std::size_t>(at)];
  const int found = column(on, from, location);
  if (found < 0) return;
  if (on.column_index(to) >= 0)
    return error(location, fmt::format("{} has a column {} already", on.qualified_name(), to));
  on.columns[static_cast<std::size_t>(found)].name = to;
  for (UnresolvedType& type : schema_.unresolved)
    if (type.table == on.qualified_name() && type.column == from) type.column = to;
}

void DdlReader::set_schema(Node node) {
  const std::string to = node["newschema"].string();
  const std::string_view type = node["objectType"].text();
  if (type == "OBJECT_TABLE" || type == "OBJECT_VIEW" || type == "OBJECT_MATVIEW" ||
      type == "OBJECT_FOREIGN_TABLE") {
    const int found = table(node["relation"], node["missing_ok"].flag());
    if (found < 0) return;
    const std::string name = schema_.tables[static_cast<std::size_t>(found)].name;
    if (taken(to, name))
      return error(node["relation"].location(), fmt::format("{}.{} exists already", to, name));
    rename_table(found, to, name);
  } else if (type == "OBJECT_TYPE" || type == "OBJECT_DOMAIN") {
    if (const std::string key = find_type(node["object"].as("List")["items"]); !key.empty())
      rename_type(key, to + "." + unqualified(key));
  } else {
    pass_over("SET SCHEMA of what is not a table", current_->piece.offset);
  }
}

}  // namespace sql
