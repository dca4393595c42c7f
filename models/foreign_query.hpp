#pragma once

#include <string>
#include <vector>

#include "models/place.hpp"

namespace models {

/// Options of a postgres_fdw server, names and defaults of PostgreSQL's own.
/// Source    contrib/postgres_fdw/option.c, postgres_fdw.c (apply_server_options)
struct ForeignServer {
  bool use_remote_estimate = false;
  int fetch_size = 100;
  double fdw_startup_cost = 100;
  double fdw_tuple_cost = 0;  // loader: 0.01 up to 16, 0.2 from 17
  bool async_capable = false;
  std::vector<std::string> extensions = {};
  bool import_collate = true;
  bool analyzed = true;  // ANALYZE was run on the foreign tables
  /// fdw_collation_model: article, and the defaults differ: no comparison of text by the default
  /// collation is sent. PostgreSQL does send it.
  bool article_collation = false;
};

/// A column that a foreign scan fetches.
struct ForeignColumn {
  std::string name;
  std::string type;       // canonical, as Column::type
  double text_bytes = 0;  // average length of its text form
  double null_fraction = 0;
};

/// One statement that a federated query sends to a remote server, and the rows it brings.
struct ForeignScan {
  std::string relations;  // as EXPLAIN names them: o, (o) INNER JOIN (c), Aggregate on (o)
  std::vector<ForeignColumn> columns;
  std::string
      sql;  // of the remote SELECT; constants that the planner computes stand for themselves
  int server = -1;            // index of the remote database (Mesh::databases)
  int remote_conditions = 0;  // clauses of WHERE, HAVING and JOIN … ON sent along
  int local_conditions = 0;   // clauses left for this side
  bool joined = false, aggregated = false, ordered = false, limited = false;
  double rows = 0;          // fetched per execution
  double scanned_rows = 0;  // read remotely per execution
  double loops = 1;         // executions per query: a parameterised inner scan has many
  int table = -1;           // rows and scanned rows grow with this table of Mesh::tables …
  bool grows = false;       // … when set
};

/// What is not pushed down, and why.
struct ForeignRefusal {
  std::string what, reason, fix;
  Place place;
};

/// How a federated query is executed.
struct ForeignPlan {
  std::vector<ForeignScan> scans;
  std::vector<ForeignRefusal> refusals;
  /// What the remote server evaluates by its default collation (ranges, orders, extremes of text):
  /// answers differ when the two defaults do.
  std::vector<ForeignRefusal> collation_hazards;
  /// Cost decides, and nearly the same either way or beyond what is modelled: `alternative` is what
  /// the planner may choose instead; empty when only the place of a sort or a LIMIT is open.
  bool uncertain = false;
  std::vector<ForeignScan> alternative;
  int estimates = 0;  // remote EXPLAINs while planning (use_remote_estimate)
};

}  // namespace models
