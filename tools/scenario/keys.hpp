#pragma once

#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "tools/scenario/values.hpp"

/// The keys of a scenario as tables. The loader checks against them, the JSON Schema and the key
/// reference of scenarios/README.md are printed from them, so the three cannot drift apart.
namespace scenario {

/// How the value of a key is written.
enum class Form {
  text,             // any text
  flag,             // on or off
  whole,            // an integer
  number,           // a number with `unit`
  quantity,         // the same, or a range or distribution
  choice,           // one of `choices`
  moment,           // a time after the start (3d12h) or a time of day ("02:00")
  timestamp,        // 2026-01-05 08:00
  sql,              // one SQL statement
  statements,       // a list of SQL statements, each text or an object
  ddl,              // a file name or DDL text, or a list of them
  words,            // a list of names, or one text separated by commas
  numbers_by_name,  // a map from names to numbers with `unit`
  quantities_by_name,
  choices_by_name,  // a map from names to one of `choices`
  settings,         // a map of PostgreSQL settings
  steps,            // a map from times to factors
  threshold,        // a number in the unit of the objective's metric
  skew,             // `uniform`, or an object
  tables,           // a list, each the name of a table or an object
  object,
  object_map,  // a map from names to objects
  object_list,
};

inline constexpr double unbounded = std::numeric_limits<double>::infinity();
inline constexpr double above_zero = std::numeric_limits<double>::min();  // as a lower bound

struct Object;

struct Key {
  std::string_view name;
  Form form;
  std::string_view standard;  // what holds when it is left out, for people; "required" makes it so
  std::string_view meaning;
  Unit unit = Unit::count;
  const Object* object = nullptr;
  std::string_view choices = {};  // separated by |
  double low = 0, high = unbounded;

  bool required() const { return standard == "required"; }
};

constexpr Key made_of(const Object& object, Key key) { return key.object = &object, key; }
constexpr Key one_of(std::string_view choices, Key key) { return key.choices = choices, key; }
constexpr Key within(double low, double high, Key key) {
  return key.low = low, key.high = high, key;
}

/// A map with fixed keys. `repeats`: entries may carry `count:` and `like:` (expand.hpp).
struct Object {
  std::string_view name;
  std::string_view about;
  std::span<const Key> keys;
  bool repeats = false;

  const Key* find(std::string_view key) const;
  std::vector<std::string_view> key_names() const;
};

/// The scenario as a whole, and every object in it in the order of the reference.
const Object& root_object();
std::vector<const Object*> all_objects();

/// "a|b|c" as words.
std::vector<std::string_view> choices_of(const Key& key);

}  // namespace scenario
