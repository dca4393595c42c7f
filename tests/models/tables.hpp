#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/mesh.hpp"
#include "models/table.hpp"

/// Tables for tests, written as a person would list them.
namespace models {

inline Column column(std::string type, double width = 0, double null_fraction = 0) {
  Column c;
  c.type = std::move(type);
  c.width = width;
  c.null_fraction = null_fraction;
  c.not_null = null_fraction == 0;
  return c;
}

inline Table table(std::vector<Column> columns) {
  Table t;
  t.schema = "public";
  t.name = "t";
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].name = "c" + std::to_string(i);
  t.columns = std::move(columns);
  return t;
}

inline Index index_on(std::vector<int> columns, bool unique = false) {
  Index index;
  for (const int c : columns) index.keys.push_back({c, "", {}});
  index.unique = unique;
  return index;
}

inline Index primary_key(std::vector<int> columns) {
  Index index = index_on(std::move(columns), true);
  index.primary = true;
  return index;
}

/// (id bigint primary key, ascending; note text) with `rows` rows.
inline Table keyed_table(const std::string& name, double rows, double note_width) {
  Column id = column("bigint"), note = column("text", note_width);
  id.name = "id";
  id.order = KeyOrder::ascending;
  note.name = "note";
  Index key = primary_key({0});
  key.name = name + "_pkey";
  Table t;
  t.schema = "public";
  t.name = name;
  t.database = 0;
  t.columns = {id, note};
  t.indexes = {key};
  t.rows = rows;
  return t;
}

inline Statement statement_on(int table, StatementKind kind, std::vector<int> columns) {
  Statement statement;
  statement.kind = kind;
  statement.table = table;
  statement.columns = std::move(columns);
  return statement;
}

/// So many transactions a second on the first database.
inline Stream load_of(std::vector<Statement> statements, double rate) {
  Stream stream;
  stream.name = "load";
  stream.database = 0;
  stream.statements = std::move(statements);
  stream.rate = rate;
  return stream;
}

/// The first subscription's consumer stops, for so many seconds.
inline Incident consumer_stops(Duration at, double seconds) {
  Incident incident;
  incident.name = "consumer stops";
  incident.kind = Incident::Kind::subscriber_down;
  incident.subscription = 0;
  incident.at = at;
  incident.duration = seconds;
  return incident;
}

/// (int, bigint, text 'hello', timestamptz, uuid, numeric 12.50, bool, smallint, date): 9 columns,
/// t_len 88 on a server.
inline Table nine_columns() {
  return table({column("integer"), column("bigint"), column("text", 5),
                column("timestamp with time zone"), column("uuid"), column("numeric", 6),
                column("boolean"), column("smallint"), column("date")});
}

}  // namespace models
