#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tools/sql/ddl.hpp"
#include "tools/sql/prepare.hpp"
#include "tools/sql/types.hpp"

namespace sql {

class IndexText;

inline constexpr std::size_t most_columns_of_a_table =
    1600;  // MaxHeapAttributeNumber, htup_details.h

/// Reads one script into a schema. One member function per kind of statement; the files are named
/// after what they read.
class DdlReader {
 public:
  DdlReader(const Source& source, int major, Schema& schema, std::vector<Problem>& problems);

  void read();

 private:
  using Table = models::Table;

  /// A schema-qualified name and where it stands.
  struct Name {
    std::string schema, name;
    int location = -1;
    std::string qualified() const { return schema + "." + name; }
  };

  // ddl.cpp: one statement after the other
  void read_piece(const Piece& piece);
  void parse_piece(const Piece& piece);
  void read_statement(Node statement);
  bool pass_over(const Piece& piece);
  void pass_over(std::string_view kind, std::size_t offset);
  void remember_failed(const Piece& piece);
  void variable_set(Node node);
  void select(Node node);
  void report_passed_over();

  // ddl_names.cpp: what names mean
  Name new_name(Node range_var) const;
  Name new_name(Node names, int location) const;
  std::string creation_schema() const;
  int find_table(const std::string& schema, const std::string& name) const;
  int find_table(Node range_var) const;
  /// Index of the table, or -1 after an error (none when its CREATE TABLE failed already).
  int table(Node range_var, bool missing_ok = false);
  int column(const Table& table, std::string_view name, int location);  // -1 after an error
  int column_at(const Table& table, std::string_view name, std::size_t offset);
  bool column_list(const Table& table, Node names, int location, std::vector<int>& columns);
  bool claim(const Name& name, bool if_not_exists);
  void forget_relation(const std::string& name);
  void rename_index_entry(const std::string& from, const std::string& to);
  void add_table(Table table);
  void remove_table(int index);
  void rename_table(int index, std::string schema, std::string name);
  bool taken(const std::string& schema, const std::string& name) const;
  std::string free_name(const std::string& schema, std::string_view name1, std::string_view name2,
                        std::string_view label) const;
  void error(int location, std::string message, std::string hint = {});
  void error_at(std::size_t offset, std::string message, std::string hint = {});  // in the piece
  void warning(int location, std::string message, std::string hint = {});
  void tell(std::size_t offset, Problem::Severity severity, std::string message, std::string hint);
  std::vector<std::string> table_names() const;
  static std::vector<std::string> column_names(const Table& table);

  // create_table.cpp
  void create_table(Node node, Table::Kind kind);
  bool table_elements(Node node, Table& table);
  bool table_element(Node element, Table& table);
  bool column_definition(Node node, Table& table);
  void column_constraint(Node constraint, Table& table, int column);
  void add_column(Table& table, models::Column column, const Type& type, int location);
  bool like(Node node, Table& table);
  void partition_facts(Node node, const Table& table);
  void record_unresolved(const Table& table, const models::Column& column, int location);

  // inheritance.cpp: partitions and inheriting tables
  struct Link {
    int parent, child;
  };
  std::vector<Link> descendants(int table) const;
  bool inherit(Node range_var, Table& table, bool partition);
  bool adopt(int parent, int child, const std::optional<std::string>& bound, int location);
  void attach_partition(int table, Node command);
  void copy_indexes(const Table& from, Table& to, bool unless_present);
  void keys_to_partitions(int table);
  void trigger_to_partitions(int table);

  // constraints.cpp
  struct Constraint {
    Node node;
    int column = -1;  // of a column constraint
  };
  bool add_constraints(Table& table, const std::vector<Constraint>& constraints);
  bool add_constraint(Table& table, const Constraint& constraint);
  bool key_constraint(Table& table, const Constraint& constraint);
  bool exclusion_constraint(Table& table, const Constraint& constraint);
  bool foreign_key(Table& table, const Constraint& constraint);
  void check_constraint(Table& table, const Constraint& constraint);
  bool adopt_index(Table& table, const Constraint& constraint);
  bool without_overlaps(Node constraint) const;

  // create_index.cpp
  void create_index(Node node);
  void create_index_on(int table, Node node, bool recurse);
  bool index_column(const Table& table, Node element, const IndexText& text,
                    std::vector<models::IndexColumn>& columns, std::vector<std::string>& names);
  bool index_options(models::Index& index, Node options);
  bool columns_used(const Table& table, Node expression, std::vector<int>& columns);
  void alter_index(Node node);
  std::pair<int, int> find_index(Node range_var) const;  // table and position, or -1

  // storage_parameters.cpp
  bool storage_parameters(Table& table, Node options, bool reset);

  // alter_table.cpp
  void alter_table(Node node);
  bool alter_one(int table, Node command);
  bool alter_column(Table& table, Node command, std::string_view subtype);
  bool add_column(Table& table, Node command);
  void drop_column(Table& table, int column);
  bool drop_constraint(Table& table, Node command);
  void alter_column_type(Table& table, int column, Node definition);
  void replica_identity(Table& table, Node command);
  void trigger_state(Table& table, Node command, bool enabled);

  // objects.cpp: types, sequences, schemas; drop, rename, move
  void create_enum(Node node);
  void alter_enum(Node node);
  void create_domain(Node node);
  void create_composite(Node node);
  void create_sequence(Node node);
  void create_schema(Node node);
  std::string find_type(Node names) const;
  void drop(Node node);
  void drop_table(const std::string& schema, const std::string& name);
  void drop_index(const std::string& schema, const std::string& name, bool missing_ok);
  void drop_schema(const std::string& name);
  void rename(Node node);
  void rename_relation(Node node, const std::string& name);
  void rename_index(Table& table, models::Index& index, const std::string& name);
  void rename_column(int table, const std::string& from, const std::string& to, int location);
  void rename_type(const std::string& from, const std::string& to);
  void set_schema(Node node);

  // routines.cpp
  void create_function(Node node);
  const Function* find_function(Node names) const;
  void create_trigger(Node node);
  std::vector<int> assigned_columns(const Table& on, Node node);

  // views.cpp
  struct QueryTable {
    Node relation = {}, column_names = {}, options = {}, query = {};
    Table::Kind kind = Table::Kind::table;
    bool if_not_exists = false;
  };
  void create_view(Node node);
  void create_table_as(Node node);
  void select_into(Node into, Node query);
  void query_table(const QueryTable& made);
  std::string definition_text() const;

  const Source& source_;
  int major_;
  Schema& schema_;
  std::vector<Problem>& problems_;
  const Prepared* current_ = nullptr;                 // the statement being read
  std::size_t told_ = 0;                              // problems of it
  std::unordered_map<std::string, int> table_index_;  // by schema.name
  std::unordered_set<std::string> relations_;  // every relation's schema.name: names must differ
  std::size_t columns_made_ = 0, indexes_made_ = 0;
  std::unordered_set<std::string> failed_;  // tables whose CREATE had an error
  struct PassedOver {
    std::size_t count = 0, first = 0;
  };
  std::map<std::string, PassedOver, std::less<>> passed_over_;
};

/// Columns of a table as column numbers after one of them was dropped; indexes and foreign keys
/// that used it are gone.
void remove_column(models::Table& table, int column);
void remove_index(models::Table& table, std::size_t i);

/// FOR VALUES … of a partition as written, or DEFAULT.
std::string partition_bound(const Lexed& lexed);

/// How values of a default fall into a column's order; unknown when the expression does not say.
models::KeyOrder default_order(Node expression);
bool is_null_constant(Node expression);

}  // namespace sql
