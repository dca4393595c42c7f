#include "tools/sql/types.hpp"

#include <array>
#include <unordered_map>
#include <utility>

#include "tools/sql/names.hpp"

namespace sql {
namespace {

struct Spelling {
  std::string_view internal;   // pg_type.typname
  std::string_view canonical;  // format_type
};

// Aliases that the grammar does not turn into internal names itself stand here too (serial is a
// pseudo-type).
constexpr std::array spellings{
    Spelling{"int2", "smallint"},
    Spelling{"int4", "integer"},
    Spelling{"int8", "bigint"},
    Spelling{"float4", "real"},
    Spelling{"float8", "double precision"},
    Spelling{"bool", "boolean"},
    Spelling{"bpchar", "character"},
    Spelling{"varchar", "character varying"},
    Spelling{"timestamp", "timestamp without time zone"},
    Spelling{"timestamptz", "timestamp with time zone"},
    Spelling{"time", "time without time zone"},
    Spelling{"timetz", "time with time zone"},
    Spelling{"varbit", "bit varying"},
    Spelling{"char", "\"char\""},
    Spelling{"citext", "text"},
};

constexpr std::array same_spelling{
    "text",           "numeric",       "uuid",          "date",
    "interval",       "bytea",         "json",          "jsonb",
    "jsonpath",       "xml",           "bit",           "money",
    "inet",           "cidr",          "macaddr",       "macaddr8",
    "point",          "line",          "lseg",          "box",
    "path",           "polygon",       "circle",        "tsvector",
    "tsquery",        "name",          "oid",           "xid",
    "xid8",           "cid",           "tid",           "pg_lsn",
    "int4range",      "int8range",     "numrange",      "tsrange",
    "tstzrange",      "daterange",     "regclass",      "regproc",
    "regprocedure",   "regoper",       "regoperator",   "regtype",
    "regrole",        "regnamespace",  "regcollation",  "regconfig",
    "regdictionary",  "pg_snapshot",   "txid_snapshot", "refcursor",
    "int2vector",     "oidvector",     "aclitem",       "int4multirange",
    "int8multirange", "nummultirange", "tsmultirange",  "tstzmultirange",
    "datemultirange"};

int constant(Node list, std::size_t i) {
  const Node value = list[i].as("A_Const");
  return value["ival"]["ival"].number();
}

int typmod_of(const std::string& type, Node typmods) {
  if (typmods.size() == 0) return -1;
  if (type == "numeric") return constant(typmods, 0) * 65536 + (constant(typmods, 1) & 0x7FF);
  if (type == "character varying" || type == "character" || type == "bit" || type == "bit varying")
    return constant(typmods, 0);
  return -1;
}

/// Smallserial and its kin are no types: CREATE TABLE makes a sequence of them.
std::string_view serial_base(std::string_view name) {
  if (name == "serial" || name == "serial4") return "integer";
  if (name == "bigserial" || name == "serial8") return "bigint";
  if (name == "smallserial" || name == "serial2") return "smallint";
  return {};
}

template <typename Map>
const typename Map::mapped_type* find(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

/// A type of the DDL under schema.name; false when it has none of that name.
bool take_user_type(const std::string& schema_name, const std::string& name, const Schema& schema,
                    Type& type) {
  const std::string key = schema_name + "." + name;
  const std::string shown = schema_name == "public" ? name : key;
  if (const Domain* domain = find(schema.domains, key)) {
    type = {.name = domain->type,
            .typmod = domain->typmod,
            .stored = domain->stored,
            .is_enum = domain->is_enum,
            .not_null = domain->not_null,
            .has_default = domain->has_default,
            .collation = domain->collation};
    return true;
  }
  if (find(schema.enums, key) != nullptr) {
    type = {.name = shown, .is_enum = true};
    return true;
  }
  if (find(schema.composites, key) != nullptr) {
    type = {.name = shown, .stored = false};
    return true;
  }
  return false;
}

Type base_type(Node names, Node typmods, const Schema& schema) {
  const std::string name = last_name(names);
  const std::string qualifier =
      names.size() > 1 ? names[names.size() - 2].as("String")["sval"].string() : "";
  Type type;
  if (qualifier.empty() || qualifier == "pg_catalog") {
    if (const std::string_view serial = serial_base(name); !serial.empty() && qualifier.empty())
      return {.name = std::string{serial}, .serial = true};
    if (std::string canonical = canonical_name(name); !canonical.empty() && name != "citext") {
      const int typmod = typmod_of(canonical, typmods);
      return {.name = std::move(canonical), .typmod = typmod};
    }
  }
  if (!qualifier.empty()) {
    if (take_user_type(qualifier, name, schema, type)) return type;
  } else {
    for (const std::string& path : schema.search_path)
      if (take_user_type(path, name, schema, type)) return type;
    if (take_user_type("public", name, schema, type)) return type;
  }
  if (name == "citext") return {.name = "text"};
  const bool hidden = qualifier.empty() || qualifier == "public";
  return {.name = hidden ? name : qualifier + "." + name, .stored = false};
}

}  // namespace

std::string canonical_name(std::string_view internal) {
  static const auto names = [] {
    std::unordered_map<std::string_view, std::string_view> map;
    for (const Spelling& spelling : spellings) map[spelling.internal] = spelling.canonical;
    for (const std::string_view name : same_spelling) map[name] = name;
    return map;
  }();
  const auto found = names.find(internal);
  return found == names.end() ? std::string{} : std::string{found->second};
}

std::vector<std::string> type_names(const Schema& schema) {
  std::vector<std::string> names{"int",    "integer",         "bigint",  "smallint",
                                 "serial", "bigserial",       "boolean", "character varying",
                                 "real",   "double precision"};
  for (const Spelling& spelling : spellings) names.emplace_back(spelling.internal);
  names.insert(names.end(), same_spelling.begin(), same_spelling.end());
  const auto add_keys = [&](const auto& map) {
    for (const auto& [name, type] : map)
      names.push_back(name.starts_with("public.") ? name.substr(7) : name);
  };
  add_keys(schema.enums);
  add_keys(schema.domains);
  return names;
}

Type builtin(std::string name) { return {.name = std::move(name)}; }

Type Type::array() const {
  if (!known() || name.ends_with("[]")) return *this;
  return {.name = name + "[]", .stored = stored && !is_enum};
}

Type Type::element() const {
  if (!name.ends_with("[]")) return {};
  return {.name = name.substr(0, name.size() - 2), .stored = stored};
}

Type resolve_type(Node type_name, const Schema& schema) {
  Type type = base_type(type_name["names"], type_name["typmods"], schema);
  if (type_name["arrayBounds"].size() > 0) return type.array();
  return type;
}

}  // namespace sql
