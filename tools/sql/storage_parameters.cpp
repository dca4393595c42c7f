#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/names.hpp"
#include "tools/sql/options.hpp"
#include "tools/sql/spelling.hpp"

namespace sql {
namespace {

using models::AutovacuumOptions;

struct Number {
  std::string_view name;
  std::optional<double> AutovacuumOptions::*member;
  double least, most;
  int since = 15;
};

// Ranges of src/backend/access/common/reloptions.c
constexpr double max_int = 2147483647;
constexpr std::array numbers{
    Number{"autovacuum_vacuum_threshold", &AutovacuumOptions::vacuum_threshold, 0, max_int},
    Number{"autovacuum_vacuum_scale_factor", &AutovacuumOptions::vacuum_scale_factor, 0, 100},
    Number{"autovacuum_vacuum_max_threshold", &AutovacuumOptions::vacuum_max_threshold, -1, max_int,
           18},
    Number{"autovacuum_vacuum_insert_threshold", &AutovacuumOptions::vacuum_insert_threshold, -1,
           max_int},
    Number{"autovacuum_vacuum_insert_scale_factor", &AutovacuumOptions::vacuum_insert_scale_factor,
           0, 100},
    Number{"autovacuum_analyze_threshold", &AutovacuumOptions::analyze_threshold, 0, max_int},
    Number{"autovacuum_analyze_scale_factor", &AutovacuumOptions::analyze_scale_factor, 0, 100},
    Number{"autovacuum_vacuum_cost_delay", &AutovacuumOptions::vacuum_cost_delay_ms, 0, 100},
    Number{"autovacuum_vacuum_cost_limit", &AutovacuumOptions::vacuum_cost_limit, 1, 10000},
    Number{"autovacuum_freeze_max_age", &AutovacuumOptions::freeze_max_age, 100000, 2e9},
};

// Known to PostgreSQL, of no effect on what is simulated.
constexpr std::array ignored{
    "autovacuum_freeze_min_age",
    "autovacuum_freeze_table_age",
    "autovacuum_multixact_freeze_min_age",
    "autovacuum_multixact_freeze_max_age",
    "autovacuum_multixact_freeze_table_age",
    "log_autovacuum_min_duration",
    "log_autoanalyze_min_duration",
    "parallel_workers",
    "user_catalog_table",
    "vacuum_index_cleanup",
    "vacuum_truncate",
    "vacuum_max_eager_freeze_failure_rate",
    "oids",
};

}  // namespace

/// WITH (…), or SET (…) and RESET (…) of ALTER TABLE. A parameter of the TOAST table is passed
/// over.
bool DdlReader::storage_parameters(Table& table, Node options, bool reset) {
  for (const Node element : options) {
    const Node option = element.content();
    const std::string name = option["defname"].string();
    const int at = option.location();
    if (option["defnamespace"] || table.kind == Table::Kind::view) continue;
    const auto bad_value = [&](double least, double most) {
      error(at, fmt::format("storage parameter {}: '{}' is not between {} and {}", name,
                            option_text(*current_, option), least, most));
      return false;
    };
    if (name == "fillfactor") {
      const auto value = reset ? 100 : option_number(*current_, option, 10, 100);
      if (!value) return bad_value(10, 100);
      table.fillfactor = static_cast<int>(*value);
    } else if (name == "toast_tuple_target") {
      const auto value = reset ? 2032 : option_number(*current_, option, 128, 8160);
      if (!value) return bad_value(128, 8160);
      table.toast_tuple_target = static_cast<int>(*value);
    } else if (name == "autovacuum_enabled") {
      table.autovacuum.enabled = reset ? std::nullopt : option_flag(*current_, option);
      if (!reset && !table.autovacuum.enabled) {
        error(at, fmt::format("storage parameter {}: '{}' is not a boolean", name,
                              option_text(*current_, option)));
        return false;
      }
    } else if (const auto number =
                   std::find_if(numbers.begin(), numbers.end(),
                                [&](const Number& known) { return known.name == name; });
               number != numbers.end() && major_ >= number->since) {
      const auto value = option_number(*current_, option, number->least, number->most);
      if (!reset && !value) return bad_value(number->least, number->most);
      table.autovacuum.*(number->member) = reset ? std::nullopt : value;
    } else if (std::find(ignored.begin(), ignored.end(), name) == ignored.end()) {
      std::vector<std::string> known{"fillfactor", "toast_tuple_target", "autovacuum_enabled"};
      for (const Number& each : numbers) known.emplace_back(each.name);
      const std::string near = nearest(name, known);
      error(at,
            number != numbers.end()
                ? fmt::format("storage parameter {} needs PostgreSQL {}; the node runs {}", name,
                              number->since, major_)
                : fmt::format("unknown storage parameter {}", name),
            near.empty() || near == name ? "" : fmt::format("did you mean {}?", near));
      return false;
    }
  }
  return true;
}

}  // namespace sql
