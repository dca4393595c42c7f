#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/simulate.hpp"
#include "tools/scenario/guc.hpp"
#include "tools/scenario/keys.hpp"
#include "tools/scenario/scenario.hpp"

namespace scenario {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view digits = "[0-9][0-9_]*(\\.[0-9]+)?([eE][+-]?[0-9]+)?";

/// Regular expression of the units that a number may carry.
std::string unit_pattern(Unit unit) {
  switch (unit) {
    case Unit::count:
      return "[kMG]?";
    case Unit::bytes:
      return "(B|kB|MB|GB|TB)";
    case Unit::seconds:
      return "(us|ms|s|min|h|d)";
    case Unit::per_second:
      return "[kMG]?/(us|ms|s|min|h|d)";
    case Unit::bytes_per_second:
      return "((|k|M|G|T)bit|B|kB|MB|GB|TB)/s";
    case Unit::share:
      return "%";
    case Unit::factor:
      break;
  }
  return "";
}

std::string number_pattern(Unit unit) {
  const std::string one = fmt::format("{} ?{}", digits, unit_pattern(unit));
  return unit == Unit::seconds ? fmt::format("({})+", one) : one;
}

bool may_be_bare(Unit unit) { return unit == Unit::count || unit == Unit::factor; }

/// A number as YAML delivers it: bare numbers arrive as numbers, everything else as text. 0 needs
/// no unit.
Json number_schema(Unit unit, bool spread) {
  const std::string one = number_pattern(unit);
  std::string pattern = fmt::format("[-+]?{}|0", one);
  if (spread) pattern += fmt::format("|~{0}|({0}|{1})\\.\\.{0}", one, digits);
  Json text{{"type", "string"}, {"pattern", fmt::format("^({})$", pattern)}};
  Json bare = may_be_bare(unit) ? Json{{"type", "number"}} : Json{{"const", 0}};
  Json any = Json::array({std::move(text), std::move(bare)});
  if (spread) {
    Json percentiles = Json::object();
    for (const char* name : {"p1", "p5", "p10", "p50", "p90", "p95", "p99"})
      percentiles[name] = number_schema(unit, false);
    any.push_back({{"type", "object"},
                   {"properties", std::move(percentiles)},
                   {"additionalProperties", false},
                   {"minProperties", 2}});
  }
  return {{"anyOf", std::move(any)}};
}

Json scalar_schema() { return {{"type", Json::array({"string", "number", "boolean"})}}; }
/// An object's name as it stands in links: without blanks.
std::string anchor(const Object& object) {
  std::string name{object.name};
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

Json reference(const Object& object) {
  return {{"$ref", fmt::format("#/$defs/{}", anchor(object))}};
}
Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json map_of(Json values) {
  return {{"type", "object"}, {"additionalProperties", std::move(values)}};
}
Json any_of(std::initializer_list<Json> choices) { return {{"anyOf", Json(choices)}}; }

Json choice_schema(const Key& key) {
  Json words = Json::array();
  for (const std::string_view choice : choices_of(key)) {
    words.push_back(choice);
    if (choice == "on") words.push_back(true);  // YAML reads a bare on or off as a boolean
    if (choice == "off") words.push_back(false);
  }
  return {{"enum", std::move(words)}};
}

Json settings_schema() {
  Json properties = Json::object();
  for (const std::string_view name : guc_names()) properties[std::string{name}] = scalar_schema();
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"patternProperties", {{"^[A-Za-z_][A-Za-z0-9_$]*\\.", scalar_schema()}}},
          {"additionalProperties", false}};
}

Json metric_schema() {
  Json names = Json::array();
  for (const models::Metric& metric : models::metrics())
    names.push_back({{"const", metric.name},
                     {"description", fmt::format("{} [{}], of each {}", metric.description,
                                                 metric.unit, metric.subject)}});
  return {{"oneOf", std::move(names)}};
}

Json value_schema(const Key& key) {
  switch (key.form) {
    case Form::text:
      return key.name == "metric" ? metric_schema() : scalar_schema();
    case Form::sql:
      return {{"type", "string"}};
    case Form::moment:
    case Form::timestamp:
    case Form::threshold:
      return scalar_schema();
    case Form::flag:
      return {{"enum", Json::array({true, false, "on", "off", "yes", "no"})}};
    case Form::whole:
    case Form::number:
      return number_schema(key.unit, false);
    case Form::quantity:
      return number_schema(key.unit, true);
    case Form::choice:
      return choice_schema(key);
    case Form::words:
      return any_of({list_of(scalar_schema()), {{"type", "string"}}});
    case Form::ddl:
      return any_of({list_of({{"type", "string"}}), {{"type", "string"}}});
    case Form::statements:
      return list_of(any_of({{{"type", "string"}}, reference(*key.object)}));
    case Form::tables:
      return list_of(any_of({{{"type", "string"}}, reference(*key.object)}));
    case Form::numbers_by_name:
      return map_of(number_schema(key.unit, false));
    case Form::quantities_by_name:
      return map_of(number_schema(key.unit, true));
    case Form::choices_by_name:
      return map_of(choice_schema(key));
    case Form::steps:
      return map_of(number_schema(Unit::factor, false));
    case Form::settings:
      return settings_schema();
    case Form::skew:
      return any_of({{{"const", "uniform"}}, reference(*key.object)});
    case Form::object:
      return reference(*key.object);
    case Form::object_map:
      return map_of(reference(*key.object));
    case Form::object_list:
      return list_of(reference(*key.object));
  }
  return Json::object();
}

/// `like:` fills in what an entry leaves out, so an entry with it need not have the required keys.
Json object_schema(const Object& object) {
  Json properties = Json::object(), required = Json::array();
  for (const Key& key : object.keys) {
    Json value = value_schema(key);
    value["description"] = key.required() || key.standard == "-"
                               ? std::string{key.meaning}
                               : fmt::format("{} (default: {})", key.meaning, key.standard);
    properties[std::string{key.name}] = std::move(value);
    if (key.required()) required.push_back(key.name);
  }
  Json schema{{"description", object.about},
              {"type", "object"},
              {"properties", std::move(properties)},
              {"additionalProperties", false}};
  if (required.empty()) return schema;
  if (object.repeats)
    schema["anyOf"] =
        Json::array({{{"required", std::move(required)}}, {{"required", Json::array({"like"})}}});
  else
    schema["required"] = std::move(required);
  return schema;
}

std::string_view unit_words(Unit unit) {
  switch (unit) {
    case Unit::count:
      return "number";
    case Unit::bytes:
      return "bytes";
    case Unit::seconds:
      return "time";
    case Unit::per_second:
      return "rate";
    case Unit::bytes_per_second:
      return "bandwidth";
    case Unit::share:
      return "percentage";
    case Unit::factor:
      return "factor";
  }
  return "";
}

std::string value_words(const Key& key) {
  const std::string_view unit = unit_words(key.unit);
  switch (key.form) {
    case Form::text:
      return "text";
    case Form::flag:
      return "on, off";
    case Form::whole:
      return "integer";
    case Form::number:
      return std::string{unit};
    case Form::quantity:
      return fmt::format("{} ±", unit);
    case Form::choice: {
      std::string words;
      for (const std::string_view choice : choices_of(key))
        words += fmt::format("{}`{}`", words.empty() ? "" : ", ", choice);
      return words;
    }
    case Form::moment:
      return "time or time of day";
    case Form::timestamp:
      return "date and time";
    case Form::sql:
      return "SQL";
    case Form::statements:
      return "list of SQL or [statement](#statement)";
    case Form::ddl:
      return "file, DDL, or a list";
    case Form::words:
      return "list of names";
    case Form::numbers_by_name:
      return fmt::format("names: {}", unit);
    case Form::quantities_by_name:
      return fmt::format("names: {} ±", unit);
    case Form::choices_by_name:
      return "names: " + std::string{key.choices};
    case Form::settings:
      return "PostgreSQL settings";
    case Form::steps:
      return "times: factors";
    case Form::threshold:
      return "in the metric's unit";
    case Form::skew:
      return "`uniform` or [skew](#skew)";
    case Form::tables:
      return "list of names or [published table](#published-table)";
    case Form::object:
    case Form::object_map:
    case Form::object_list:
      break;
  }
  const std::string link = fmt::format("[{}](#{})", key.object->name, anchor(*key.object));
  if (key.form == Form::object_map) return "names: " + link;
  return key.form == Form::object_list ? "list of " + link : link;
}

/// `|` would end a cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string schema_json() {
  Json schema = object_schema(root_object());
  Json result{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "meshplan scenario"}};
  result.update(schema);
  Json definitions = Json::object();
  for (const Object* object : all_objects())
    if (object != &root_object()) definitions[anchor(*object)] = object_schema(*object);
  result["$defs"] = std::move(definitions);
  return result.dump(2) + "\n";
}

std::string reference_markdown() {
  std::string out;
  for (const Object* object : all_objects()) {
    out += fmt::format("### {}\n\n{}\n\n| Key | Value | Default | Meaning |\n|---|---|---|---|\n",
                       object->name, object->about);
    for (const Key& key : object->keys)
      out += fmt::format("| `{}` | {} | {} | {} |\n", key.name, cell(value_words(key)),
                         cell(key.standard), cell(key.meaning));
    out += "\n";
  }
  out +=
      "### metrics\n\nNames for `metric:` of an objective; one number per replicate and "
      "subject.\n\n| Metric | Unit | Of each | Meaning |\n|---|---|---|---|\n";
  for (const models::Metric& metric : models::metrics())
    out += fmt::format("| `{}` | {} | {} | {} |\n", metric.name, metric.unit, metric.subject,
                       metric.description);
  return out;
}

}  // namespace scenario
