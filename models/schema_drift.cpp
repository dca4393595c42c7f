#include "models/schema_drift.hpp"

#include <algorithm>

namespace models {

ApplyFails apply_fails(const SchemaDrift& drift, const Table& table,
                       const std::vector<int>& columns, bool binary) {
  const auto published = [&](int column) {
    return !table.columns[static_cast<std::size_t>(column)].generated &&
           (columns.empty() || std::find(columns.begin(), columns.end(), column) != columns.end());
  };
  const auto any = [&](const std::vector<int>& changed) {
    return std::any_of(changed.begin(), changed.end(), published);
  };
  const bool lacks = drift.renamed || (drift.column_added && columns.empty()) ||
                     any(drift.renamed_columns) || (binary && any(drift.retyped_columns));
  if (lacks) return ApplyFails::at_every_change;
  const bool refused =
      std::any_of(drift.dropped_columns.begin(), drift.dropped_columns.end(), [&](int c) {
        const Column& column = table.columns[static_cast<std::size_t>(c)];
        return published(c) && column.not_null && !column.has_default;
      });
  return refused ? ApplyFails::at_inserts : ApplyFails::never;
}

SchemaDrift schema_drift(int table, const Table& before, const Table& after) {
  SchemaDrift drift{.table = table};
  drift.renamed = before.qualified_name() != after.qualified_name();
  // ALTER TABLE keeps the order: what is dropped closes ranks, what is added comes last.
  const bool renames_only = before.columns.size() == after.columns.size();
  for (std::size_t c = 0; c < before.columns.size(); ++c) {
    const auto number = static_cast<int>(c);
    const int found = after.column_index(before.columns[c].name);
    if (found < 0)
      (renames_only ? drift.renamed_columns : drift.dropped_columns).push_back(number);
    else if (after.columns[static_cast<std::size_t>(found)].type != before.columns[c].type)
      drift.retyped_columns.push_back(number);
  }
  if (renames_only) return drift;
  drift.column_added =
      std::any_of(after.columns.begin(), after.columns.end(), [&](const Column& column) {
        return before.column_index(column.name) < 0 && !column.generated;
      });
  return drift;
}

}  // namespace models
