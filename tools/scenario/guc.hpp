#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/settings.hpp"
#include "tools/scenario/values.hpp"

/// PostgreSQL's settings, per major version: names, types, units, ranges and boot values of real
/// servers.
namespace scenario {

enum class GucType { bool_, integer_, real_, string_, enum_ };

/// A row of pg_settings that holds for a span of major versions.
struct Guc {
  int first_major, last_major;
  std::string_view name;
  GucType type;
  std::string_view unit;  // B kB 8kB MB ms s min, or empty
  std::string_view minimum, maximum;
  std::string_view enum_values;  // comma-separated
  std::string_view boot_value;   // in the unit; empty when NULL
  std::string_view context;      // internal: cannot be set
};

inline constexpr int oldest_major = 15, newest_major = 18;

/// The definition of a setting in a major version, found as PostgreSQL does (letter case is free);
/// null if there is none.
const Guc* find_guc(std::string_view name, int major);

/// Names of every setting of a major version, and of every version.
std::vector<std::string_view> guc_names(int major);
std::vector<std::string_view> guc_names();

/// A validated value: numbers in the setting's base unit as a double, everything else as text.
struct GucValue {
  double number = 0;  // of bool (0 or 1), integer and real
  std::string text;   // of enum: the canonical spelling; of string: as given
};

/// Checks a value as PostgreSQL would, and stricter on units: a number without one is wrong when
/// the setting has a unit, except 0 and -1.
Reading<GucValue> read_guc(const Guc& guc, std::string_view text);

/// Why a name is no setting of this major: another major has it, or it is misspelt. `wrong` and
/// `hint` only.
Reading<GucValue> unknown_guc(std::string_view name, int major);

/// Bytes (or seconds) per base unit of the setting: 8192 for 8kB; 1 when it has no unit.
double guc_unit_factor(const Guc& guc);

/// The settings of a server of this major as initdb leaves them.
models::Settings default_settings(int major, models::Bytes wal_segment_size);

/// Puts a validated value where the models read it; settings no model reads only enter
/// Settings::given.
void apply_guc(models::Settings& settings, const Guc& guc, const GucValue& value,
               std::string_view as_written);

}  // namespace scenario
