#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/names.hpp"
#include "tools/sql/passed_over.hpp"
#include "tools/sql/trigger_body.hpp"

namespace sql {
namespace {

// src/include/catalog/pg_trigger.h
constexpr int timing_before = 1 << 1;
constexpr int event_insert = 1 << 2;
constexpr int event_delete = 1 << 3;
constexpr int event_update = 1 << 4;

/// Trigger functions that come with PostgreSQL and its contrib modules, and what they assign:
/// nothing, or the column their first argument names.
struct SuppliedFunction {
  std::string_view name;
  bool assigns_first_argument;
};
constexpr SuppliedFunction supplied[] = {
    {"tsvector_update_trigger", true},
    {"tsvector_update_trigger_column", true},
    {"moddatetime", true},
    {"insert_username", true},
    {"autoinc", true},
    {"suppress_redundant_updates_trigger", false},
    {"lo_manage", false},
};

}  // namespace

void DdlReader::create_function(Node node) {
  const Name name = new_name(node["funcname"], -1);
  Function function;
  function.returns_trigger = last_name(node["returnType"]["names"]) == "trigger";
  std::string body;
  for (const Node element : node["options"]) {
    const Node option = element.content();
    if (option["defname"].text() == "language")
      function.language = option["arg"].as("String")["sval"].string();
    if (option["defname"].text() == "as")
      body = option["arg"].as("List")["items"].front().as("String")["sval"].string();
  }
  if (folded(function.language) == "plpgsql") {
    TriggerBody read = read_trigger_body(body);
    function.assigns = std::move(read.assigns);
    function.assigns_unknown = read.unknown;
  } else {
    function.assigns_unknown = true;
  }
  schema_.functions[name.qualified()] = std::move(function);
}

const Function* DdlReader::find_function(Node names) const {
  std::vector<std::string> path = schema_.search_path;
  path.push_back("public");
  if (names.size() > 1) path = {names[names.size() - 2].as("String")["sval"].string()};
  for (const std::string& schema : path)
    if (const auto found = schema_.functions.find(schema + "." + last_name(names));
        found != schema_.functions.end())
      return &found->second;
  return nullptr;
}

void DdlReader::create_trigger(Node node) {
  const int found = table(node["relation"]);
  if (found < 0) return;
  Table& on = schema_.tables[static_cast<std::size_t>(found)];
  const int events = node["events"].number();
  models::Trigger trigger;
  trigger.name = node["trigname"].string();
  trigger.function = dotted_name(node["funcname"]);
  trigger.before = node["timing"].number() == timing_before;
  trigger.row = node["row"].flag();
  trigger.on_insert = (events & event_insert) != 0;
  trigger.on_update = (events & event_update) != 0;
  trigger.on_delete = (events & event_delete) != 0;
  if (!column_list(on, node["columns"], node["relation"].location(), trigger.update_of)) return;
  if (!trigger.before || !trigger.row)
    pass_over(unread_triggers, current_->piece.offset);
  else if (trigger.on_insert || trigger.on_update)
    trigger.assigns = assigned_columns(on, node);

  std::erase_if(on.triggers, [&](const models::Trigger& old) { return old.name == trigger.name; });
  on.triggers.push_back(std::move(trigger));
  if (on.triggers.back().row) trigger_to_partitions(found);
}

std::vector<int> DdlReader::assigned_columns(const Table& on, Node node) {
  std::vector<int> columns;
  const auto add = [&](const std::string& name) {
    if (const int found = on.column_index(name); found >= 0) columns.push_back(found);
  };
  const std::string name = last_name(node["funcname"]);
  if (const Function* function = find_function(node["funcname"])) {
    for (const std::string& column : function->assigns) add(column);
    if (function->assigns_unknown)
      warning(
          -1,
          fmt::format("trigger function {} may assign columns that cannot be read from it", name),
          "only NEW.column := … in PL/pgSQL counts as written");
    return columns;
  }
  for (const SuppliedFunction& function : supplied)
    if (function.name == name) {
      if (function.assigns_first_argument) add(node["args"].front().as("String")["sval"].string());
      return columns;
    }
  warning(-1, fmt::format("trigger function {} is not in this DDL", name),
          "columns that it assigns do not count as written");
  return columns;
}

}  // namespace sql
