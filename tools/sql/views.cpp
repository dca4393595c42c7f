#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/names.hpp"
#include "tools/sql/query.hpp"

namespace sql {

/// The query of CREATE … AS as written, without what follows it.
std::string DdlReader::definition_text() const {
  const Lexed lexed = current_->piece.lexed();
  const std::size_t first = lexed.find(0, "AS") + 1;
  std::size_t last = lexed.tokens.size();
  for (const std::string_view tail : {"WITH DATA", "WITH NO DATA", "WITH CHECK OPTION",
                                      "WITH LOCAL CHECK OPTION", "WITH CASCADED CHECK OPTION"}) {
    const auto words = static_cast<std::size_t>(std::count(tail.begin(), tail.end(), ' ')) + 1;
    if (last > words && lexed.phrase(last - words, tail)) {
      last -= words;
      break;
    }
  }
  if (first >= last) return {};
  return std::string{lexed.text.substr(lexed.tokens[first].begin,
                                       lexed.tokens[last - 1].end - lexed.tokens[first].begin)};
}

void DdlReader::create_view(Node node) {
  const Name name = new_name(node["view"]);
  if (node["replace"].flag() && find_table(name.schema, name.name) >= 0)
    remove_table(find_table(name.schema, name.name));
  query_table({.relation = node["view"],
               .column_names = node["aliases"],
               .query = node["query"],
               .kind = Table::Kind::view});
}

void DdlReader::create_table_as(Node node) {
  const Node into = node["into"];
  const bool materialized = node["objtype"].text() == "OBJECT_MATVIEW";
  query_table({.relation = into["rel"],
               .column_names = into["colNames"],
               .options = into["options"],
               .query = node["query"],
               .kind = materialized ? Table::Kind::materialized_view : Table::Kind::table,
               .if_not_exists = node["if_not_exists"].flag()});
}

void DdlReader::select_into(Node into, Node query) {
  query_table({.relation = into["rel"], .query = query, .kind = Table::Kind::table});
}

/// A table with the columns that a query gives.
void DdlReader::query_table(const QueryTable& made) {
  const Name name = new_name(made.relation);
  if (taken(name.schema, name.name)) {
    claim(name, made.if_not_exists);
    return;
  }
  // A view of what is not in this DDL (a catalog, another file) is no reason to stop.
  QueryReader reader{schema_.tables, schema_,
                     [this](const std::string& schema, const std::string& table) {
                       return find_table(schema, table);
                     },
                     [](int, const std::string&, const std::string&) {}};
  Outputs outputs = reader.any_query(made.query, nullptr);
  std::size_t i = 0;
  for (const Node column_name : made.column_names) {
    if (i == outputs.columns.size()) outputs.columns.emplace_back();
    outputs.columns[i++].name = column_name.as("String")["sval"].string();
  }
  const bool stored = made.kind != Table::Kind::view;
  if (stored && !outputs.complete)
    return error(name.location,
                 fmt::format("the columns of {} cannot be derived", name.qualified()),
                 "write them out instead of *, with a cast to their type");

  Table table;
  table.schema = name.schema;
  table.name = name.name;
  table.kind = made.kind;
  const std::string_view persistence = made.relation["relpersistence"].text();
  if (persistence == "t") table.persistence = models::Persistence::temporary;
  if (persistence == "u") table.persistence = models::Persistence::unlogged;
  if (stored && !storage_parameters(table, made.options, false)) return;
  if (made.kind != Table::Kind::table) table.definition = definition_text();
  if (outputs.complete)
    for (const Output& output : outputs.columns) {
      Type type = output.type;
      type.not_null = type.has_default = type.serial = false;
      models::Column column;
      column.name = output.name;
      add_column(table, std::move(column), type, name.location);
    }
  std::vector<std::string>& reads = schema_.view_reads[name.qualified()];
  for (const int read : reader.reads)
    reads.push_back(schema_.tables[static_cast<std::size_t>(read)].qualified_name());
  if (made.kind == Table::Kind::table) schema_.view_reads.erase(name.qualified());
  add_table(std::move(table));
}

}  // namespace sql
