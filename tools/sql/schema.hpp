#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/table.hpp"
#include "tools/sql/problem.hpp"

namespace sql {

/// CREATE DOMAIN: a column of this type is stored as its base type.
struct Domain {
  std::string type;  // canonical, as models::Column::type
  int typmod = -1;
  bool not_null = false;
  bool has_default = false;
  bool is_enum = false;  // the base type is an enum
  bool stored = true;    // the base type is PostgreSQL's own or an enum
  std::string collation;
};

/// A function of the DDL; bodies are read of trigger functions only.
struct Function {
  std::string language;
  bool returns_trigger = false;
  std::vector<std::string> assigns;  // columns assigned as NEW.column := …
  bool assigns_unknown = false;      // assigns NEW as a whole: any column may change
};

/// A table that is a partition of another or inherits from it.
struct Parent {
  std::string table;  // schema.table
  bool partition = false;
  std::string bound;  // FOR VALUES … as written, or DEFAULT
};

/// A stored column whose width nobody knows: a type of an extension, a composite type, or the
/// result of an expression of CREATE TABLE AS whose type cannot be derived (`type` is empty then).
/// The loader takes it when the scenario gives a width, else reports `problem`.
struct UnresolvedType {
  std::string table;  // schema.table
  std::string column;
  std::string type;  // as models::Column::type
  Problem problem;
};

/// What the DDL of one database creates. Names are schema.name, folded and unquoted as in the
/// catalogs.
struct Schema {
  std::vector<models::Table> tables;  // in order of creation; views and foreign tables too
  std::map<std::string, std::vector<std::string>> enums;
  std::map<std::string, Domain> domains;
  std::map<std::string, std::vector<models::Column>> composites;
  std::map<std::string, Function> functions;  // overloads share an entry, the last one counts
  std::map<std::string, std::vector<Parent>> parents;   // of partitions and inheriting tables
  std::map<std::string, std::set<std::string>> checks;  // names of CHECK constraints by table
  std::set<std::string>
      key_constraints;  // schema.name of indexes that a key or EXCLUDE constraint made
  std::map<std::string, std::vector<std::string>> view_reads;  // tables and views a view reads
  std::map<std::string, std::string>
      partition_keys;  // PARTITION BY … as written, by partitioned table
  std::set<std::string> sequences;
  std::set<std::string> schemas;
  std::vector<std::string> extensions;
  std::vector<UnresolvedType> unresolved;
  std::vector<std::string> search_path = {"public"};  // as the last SET search_path left it
};

}  // namespace sql
