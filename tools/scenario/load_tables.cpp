#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/gin.hpp"
#include "models/type_layout.hpp"
#include "tools/scenario/loading.hpp"

namespace scenario {
namespace {

using models::Column;
using models::Index;
using models::KeyOrder;
using models::Table;

/// A table of the scenario that the DDL has under another name: `like:` and `count:`.
int copy_table(Loading& loading, const Section& section, int original, const std::string& name) {
  Table copy = loading.mesh.tables[static_cast<std::size_t>(original)];
  const std::string old_name = copy.name;
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos) copy.schema = name.substr(0, dot);
  copy.name = dot == std::string::npos ? name : name.substr(dot + 1);
  for (Index& index : copy.indexes) {
    const bool named_after_table = index.name.starts_with(old_name);
    index.name = named_after_table ? copy.name + index.name.substr(old_name.size())
                                   : copy.name + "_" + index.name;
  }
  const int index = static_cast<int>(loading.mesh.tables.size());
  const auto database = static_cast<std::size_t>(copy.database);
  if (!loading.databases[database].tables.emplace(copy.qualified_name(), index).second)
    section.problem(section.mark(), fmt::format("table {} exists already", copy.qualified_name()));
  loading.mesh.tables.push_back(std::move(copy));
  return index;
}

void load_widths(const Section& section, Table& table) {
  for (const auto& [name, quantity] : section.quantities_by_name("widths")) {
    const int index = resolve_column(section, table, name);
    if (index < 0) continue;
    Column& column = table.columns[static_cast<std::size_t>(index)];
    const auto layout = models::type_layout(column.type, column.is_enum);
    if (layout && layout->width > 0)
      section.problem(
          name.mark,
          fmt::format("widths: {} is {}, always {} bytes", name.text, column.type, layout->width),
          "widths are for types of variable length");
    column.width = quantity;
  }
  for (const auto& [name, quantity] : section.quantities_by_name("text_widths"))
    if (const int index = resolve_column(section, table, name); index >= 0)
      table.columns[static_cast<std::size_t>(index)].text_width = quantity;
}

void load_values(const Section& section, Table& table) {
  for (const auto& [name, share] : section.numbers_by_name("nulls")) {
    const int index = resolve_column(section, table, name);
    if (index < 0) continue;
    Column& column = table.columns[static_cast<std::size_t>(index)];
    if (column.not_null && share.value > 0)
      section.problem(name.mark, fmt::format("nulls: {} is NOT NULL in the DDL", name.text));
    column.null_fraction = share.value;
  }
  for (const auto& [name, count] : section.numbers_by_name("distinct"))
    if (const int index = resolve_column(section, table, name); index >= 0)
      table.columns[static_cast<std::size_t>(index)].distinct = count.value;
  for (const Section& given : section.objects("elements")) {
    const int index = resolve_column(section, table, {given.name(), given.mark()});
    if (index < 0) continue;
    models::Elements& elements = table.columns[static_cast<std::size_t>(index)].elements.emplace();
    elements.per_row = given.number("per_row").value_or(0);
    elements.distinct = given.number("distinct").value_or(1000);
    elements.unique = given.number("unique").value_or(0);
    elements.width = given.number("width").value_or(8);
  }
  for (const auto& [name, order] : section.choices_by_name("order"))
    if (const int index = resolve_column(section, table, name); index >= 0)
      table.columns[static_cast<std::size_t>(index)].order =
          order == "ascending" ? KeyOrder::ascending : KeyOrder::random;
  for (const auto& [name, share] : section.numbers_by_name("partial")) {
    const int index = index_of(table.indexes, name.text);
    if (index < 0)
      section.problem(
          name.mark,
          fmt::format("table {} has no index {}", table.qualified_name(), in_quotes(name.text)),
          did_you_mean(name.text, names_of(table.indexes)));
    else if (table.indexes[static_cast<std::size_t>(index)].predicate.empty())
      section.problem(name.mark, fmt::format("index {} is not partial", name.text));
    else
      table.indexes[static_cast<std::size_t>(index)].predicate_share = share.value;
  }
}

void load_table(Loading& loading, const Section& section, int domain_index) {
  const std::optional<Word> like = section.word("like");
  int index = find_table(loading, domain_index, section.name());
  if (index < 0 && like) {
    const int original = resolve_table(loading, section, *like, domain_index);
    if (original < 0) return;
    index = copy_table(loading, section, original, section.name());
  }
  if (index < 0)
    index = resolve_table(loading, section, {section.name(), section.mark()}, domain_index);
  if (index < 0) return;
  Table& table = loading.mesh.tables[static_cast<std::size_t>(index)];
  if (table.kind == Table::Kind::view || table.kind == Table::Kind::foreign_table)
    section.problem(section.mark(),
                    fmt::format("{} stores no rows: it is a {}", table.qualified_name(),
                                table.kind == Table::Kind::view ? "view" : "foreign table"));
  table.rows = section.quantity("rows");
  table.dead_rows = section.quantity("dead_rows");
  table.heap_bytes = section.number("heap_size");
  table.indexes_built_after_load =
      section.choice("indexes_built").value_or("after_load") == "after_load";
  load_widths(section, table);
  load_values(section, table);
}

bool is_one_of(const std::string& type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// Where new values of an index key fall, when neither DDL nor scenario say.
KeyOrder assumed_order(const Column& column, bool unique) {
  if (is_one_of(column.type, {"smallint", "integer", "bigint"}))
    return unique ? KeyOrder::ascending : KeyOrder::random;
  if (is_one_of(column.type, {"date", "timestamp without time zone", "timestamp with time zone"}))
    return KeyOrder::ascending;
  return KeyOrder::random;
}

std::string_view word_for(KeyOrder order) {
  return order == KeyOrder::ascending ? "ascending" : "in random order";
}

void assume_key(Loading& loading, Table& table, const Index& index, bool in_use) {
  if (index.keys.empty() || index.keys.front().column < 0) return;
  Column& column = table.columns[static_cast<std::size_t>(index.keys.front().column)];
  std::vector<std::string>& assumptions = loading.mesh.assumptions;
  if (column.order == KeyOrder::unknown) {
    column.order = assumed_order(column, index.unique);
    if (in_use)
      assumptions.push_back(fmt::format("column {}.{}: new values are {}", table.qualified_name(),
                                        column.name, word_for(column.order)));
  }
  const bool nearly_unique = column.type == "uuid" || column.type.starts_with("timestamp");
  if (in_use && !index.unique && column.distinct == 0 && !nearly_unique)
    assumptions.push_back(fmt::format("column {}.{}: as many distinct values as rows (index {})",
                                      table.qualified_name(), column.name, index.name));
}

/// Tables with rows at the start or written by the workload: only what is assumed about them
/// matters.
std::vector<bool> tables_in_use(const models::Mesh& mesh) {
  std::vector<bool> used(mesh.tables.size(), false);
  for (std::size_t t = 0; t < mesh.tables.size(); ++t) used[t] = mesh.tables[t].rows.value > 0;
  const auto mark = [&](int table) {
    if (table >= 0) used[static_cast<std::size_t>(table)] = true;
  };
  for (const models::Stream& stream : mesh.streams)
    for (const models::Statement& statement : stream.statements) mark(statement.table);
  for (const models::Job& job : mesh.jobs) {
    mark(job.table);
    for (const models::Statement& statement : job.statements) mark(statement.table);
  }
  return used;
}

}  // namespace

void load_tables(Loading& loading, const Section& domain, int domain_index) {
  for (const Section& table : domain.objects("tables")) load_table(loading, table, domain_index);
}

void assume_columns(Loading& loading) {
  const std::vector<bool> in_use = tables_in_use(loading.mesh);
  for (std::size_t t = 0; t < loading.mesh.tables.size(); ++t) {
    Table& table = loading.mesh.tables[t];
    for (Column& column : table.columns) {
      if (column.distinct == 0 && column.type == "boolean") column.distinct = 2;
      const std::string width = models::payload_assumption(column);
      if (in_use[t] && !width.empty())
        loading.mesh.assumptions.push_back(
            fmt::format("column {}.{}: {}", table.qualified_name(), column.name, width));
    }
    for (const Index& index : table.indexes) {
      if (index.method != Index::Method::gin) {
        assume_key(loading, table, index, in_use[t]);
      } else if (std::string assumed = models::gin_assumption(table, index);
                 in_use[t] && !assumed.empty()) {
        loading.mesh.assumptions.push_back(std::move(assumed));
      }
    }
  }
}

}  // namespace scenario
