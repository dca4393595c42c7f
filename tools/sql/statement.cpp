#include "tools/sql/statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "models/maintenance.hpp"
#include "tools/sql/depth.hpp"
#include "tools/sql/options.hpp"
#include "tools/sql/spelling.hpp"
#include "tools/sql/statement_reader.hpp"

namespace sql {
namespace {

const Schema& no_schema() {
  static const Schema empty;
  return empty;
}

}  // namespace

std::optional<ParsedStatement> parse_statement(const Source& source, int postgres_major,
                                               const Catalog& catalog,
                                               std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  const Script script = lex(source, problems);
  if (problems.size() > before) return std::nullopt;
  const auto refuse = [&](std::size_t offset, std::string message, std::string hint) {
    problems.push_back(
        problem_at(source, offset, Problem::Severity::error, std::move(message), std::move(hint)));
    return std::nullopt;
  };
  if (script.meta_commands > 0)
    return refuse(script.first_meta_command, "a psql meta-command is not a statement", "");
  if (script.pieces.empty()) return refuse(0, "an empty statement", "");
  if (script.pieces.size() > 1)
    return refuse(script.pieces[1].offset, "more than one statement",
                  "list them one by one; those of one transaction under transaction:");
  const Piece& piece = script.pieces.front();
  std::size_t levels = 0;
  if (!small_enough(source, piece, levels, problems)) return std::nullopt;

  std::optional<ParsedStatement> parsed;
  const bool ran = with_stack_for(levels, [&] {
    const auto prepared = prepare(source, piece, postgres_major, true, problems);
    if (prepared) parsed = StatementReader{*prepared, catalog, problems}.read();
  });
  if (!ran) return refuse(piece.offset, "no memory to read a statement this deep", "");
  return parsed;
}

StatementReader::StatementReader(const Prepared& prepared, const Catalog& catalog,
                                 std::vector<Problem>& problems)
    : prepared_{prepared},
      catalog_{catalog},
      problems_{problems},
      reader_{catalog.tables, catalog.schema != nullptr ? *catalog.schema : no_schema(),
              [this](const std::string& schema, const std::string& name) {
                return find_table(schema, name);
              },
              [this](int location, std::string message, std::string hint) {
                error(location, std::move(message), std::move(hint));
              }},
      shape_{parsed_.statement} {
  reader_.on_write = [this](Node statement) { write(statement); };
  if (catalog.database >= 0)
    reader_.candidate = [this](int table) {
      return catalog_.tables[static_cast<std::size_t>(table)].database == catalog_.database;
    };
}

void StatementReader::error(int location, std::string message, std::string hint) {
  error_at(prepared_.offset(location), std::move(message), std::move(hint));
}

void StatementReader::error_at(std::size_t offset, std::string message, std::string hint) {
  if (mute_) return;
  failed_ = true;
  if (++told_ > most_problems_of_a_statement) return;
  problems_.push_back(problem_in(prepared_.source, prepared_.piece, offset,
                                 Problem::Severity::error, std::move(message), std::move(hint)));
}

int StatementReader::find_table(const std::string& schema, const std::string& name) const {
  const auto look = [&](const std::string& in) {
    for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
      const models::Table& table = catalog_.tables[i];
      if (table.name == name && table.schema == in &&
          (catalog_.database < 0 || table.database == catalog_.database))
        return static_cast<int>(i);
    }
    return -1;
  };
  if (!schema.empty()) return look(schema);
  for (const std::string& path : catalog_.search_path)
    if (const int found = look(path); found >= 0) return found;
  return -1;
}

int StatementReader::column(std::string_view name, int location) {
  const int found = target().column_index(std::string{name});
  if (found >= 0) return found;
  if (told_ > most_problems_of_a_statement) return -1;
  std::vector<std::string> names;
  for (const models::Column& each : target().columns) names.push_back(each.name);
  const std::string near = nearest(name, names);
  error_at(location < 0 ? prepared_.offset_of_name(name) : prepared_.offset(location),
           fmt::format("table {} has no column {}", target().qualified_name(), name),
           near.empty() ? "" : fmt::format("did you mean {}?", near));
  return -1;
}

std::optional<ParsedStatement> StatementReader::read() {
  const Source& source = prepared_.source;
  const Position at = position(source, prepared_.piece.offset);
  shape_.sql = prepared_.piece.text;
  shape_.file = source.file;
  shape_.line = at.line;
  shape_.column = at.column;
  statement(prepared_.statement());
  if (failed_) return std::nullopt;
  note_reads();
  return std::move(parsed_);
}

void StatementReader::statement(Node statement) {
  const std::string_view type = statement.type_name();
  const Node node = statement.content();
  if (type == "SelectStmt" && !node["intoClause"]) return select(node);
  if (type == "InsertStmt" || type == "UpdateStmt" || type == "DeleteStmt" || type == "MergeStmt")
    return write(statement);
  if (type == "CopyStmt") return copy(node);
  if (type == "TruncateStmt") return truncate(node);
  if (type == "RefreshMatViewStmt") return refresh(node);
  if (type == "VacuumStmt") return vacuum(node);
  if (type == "CheckPointStmt") {
    shape_.kind = models::StatementKind::checkpoint;
    return;
  }
  refuse(statement);
}

/// Tables a view reads stand for the view, which stores nothing.
void StatementReader::note_reads() {
  std::vector<int> open{reader_.reads.begin(), reader_.reads.end()};
  std::set<int> seen, reads;
  while (!open.empty()) {
    const int table = open.back();
    open.pop_back();
    if (!seen.insert(table).second) continue;
    const models::Table& each = catalog_.tables[static_cast<std::size_t>(table)];
    bool expanded = false;
    if (each.kind == models::Table::Kind::view && catalog_.schema != nullptr)
      if (const auto found = catalog_.schema->view_reads.find(each.qualified_name());
          found != catalog_.schema->view_reads.end())
        for (const std::string& name : found->second) {
          const std::size_t point = name.find('.');
          const int base = find_table(name.substr(0, point), name.substr(point + 1));
          if (base >= 0) open.push_back(base);
          expanded = expanded || base >= 0;
        }
    if (!expanded) reads.insert(table);
  }
  const bool only_reads = shape_.kind == models::StatementKind::select;
  const auto is_view = [&](int table) {
    return table >= 0 &&
           catalog_.tables[static_cast<std::size_t>(table)].kind == models::Table::Kind::view;
  };
  if (only_reads && (shape_.table < 0 || is_view(shape_.table)) && !reads.empty()) {
    shape_.table = *reads.begin();
    shape_.predicate_columns.clear();
  }
  if (only_reads) reads.erase(shape_.table);
  shape_.reads.assign(reads.begin(), reads.end());
}

void StatementReader::select(Node node) {
  const std::size_t mark = reader_.enter_with(node["withClause"], nullptr);
  if (node["valuesLists"] || (node["larg"] && node["op"].text() != "SETOP_NONE")) {
    reader_.query(node, nullptr);
  } else {
    Scope scope;
    std::vector<ColumnUse> uses;
    Outputs outputs;
    reader_.select_in(node, scope, outputs, &uses);
    if (writes_ == 0) {
      std::size_t relation = 0;
      while (relation < scope.relations.size() && scope.relations[relation].table < 0) ++relation;
      const Node lock = node["lockingClause"].front().as("LockingClause");
      if (const std::string of = lock["lockedRels"].front().as("RangeVar")["relname"].string();
          !of.empty())
        for (std::size_t r = 0; r < scope.relations.size(); ++r)
          if (scope.relations[r].name == of && scope.relations[r].table >= 0) relation = r;
      shape_.locks_rows = static_cast<bool>(lock);
      if (relation < scope.relations.size()) {
        shape_.table = scope.relations[relation].table;
        for (const ColumnUse& use : uses)
          if (use.scope == &scope && use.relation == relation &&
              std::find(shape_.predicate_columns.begin(), shape_.predicate_columns.end(),
                        use.column) == shape_.predicate_columns.end())
            shape_.predicate_columns.push_back(use.column);
        target_relation_ = relation;
        const auto rows = rows_matched(node["whereClause"], scope);
        if (rows || shape_.locks_rows) set_rows(rows);
      }
    }
  }
  reader_.leave_with(mark);
  if (writes_ == 0) shape_.kind = models::StatementKind::select;
}

void StatementReader::truncate(Node node) {
  shape_.kind = models::StatementKind::truncate;
  if (node["relations"].size() != 1)
    return error(node["relations"][1].content().location(), "TRUNCATE of several tables",
                 "list it as one TRUNCATE per table in one transaction");
  Scope scope;
  shape_.table = reader_.add_table(node["relations"].front().content(), scope);
  reader_.reads.clear();
}

void StatementReader::refresh(Node node) {
  shape_.kind = models::StatementKind::refresh;
  shape_.concurrently = node["concurrent"].flag();
  Scope scope;
  shape_.table = reader_.add_table(node["relation"], scope);
  reader_.reads.clear();
  if (shape_.table < 0) return;
  if (target().kind != models::Table::Kind::materialized_view)
    return error(node["relation"].location(),
                 fmt::format("{} is not a materialized view", target().qualified_name()));
  if (shape_.concurrently) parsed_.rows_known = false;  // those that differ
  if (shape_.concurrently && !models::refreshes_concurrently(target()))
    error(node["relation"].location(),
          fmt::format("REFRESH … CONCURRENTLY needs a unique index on {}",
                      target().qualified_name()));
  if (catalog_.schema == nullptr) return;
  if (const auto reads = catalog_.schema->view_reads.find(target().qualified_name());
      reads != catalog_.schema->view_reads.end())
    for (const std::string& name : reads->second) {
      const std::size_t point = name.find('.');
      const int read = find_table(name.substr(0, point), name.substr(point + 1));
      if (read >= 0) reader_.reads.insert(read);
    }
}

void StatementReader::vacuum(Node node) {
  shape_.kind =
      node["is_vacuumcmd"].flag() ? models::StatementKind::vacuum : models::StatementKind::analyze;
  for (const Node element : node["options"]) {
    const std::string_view option = element.content()["defname"].text();
    const bool on = option_flag(prepared_, element.content()).value_or(true);
    if (option == "full" && on)
      return error(element.content().location(), "VACUUM FULL is not simulated",
                   "it rewrites the table: describe it as a rebuild by: swap");
    if (option == "analyze") shape_.analyzes = on;
  }
  if (node["rels"].size() == 0) return;  // the whole database
  if (node["rels"].size() > 1)
    return error(node["rels"][1].content()["relation"].location(),
                 "VACUUM or ANALYZE of several tables", "list one statement per table");
  Scope scope;
  shape_.table = reader_.add_table(node["rels"].front().content()["relation"], scope);
  reader_.reads.clear();
}

void StatementReader::copy(Node node) {
  shape_.kind = models::StatementKind::copy;
  if (!node["is_from"].flag())
    return error(0, "COPY … TO is not simulated", "list what it reads as a SELECT");
  Scope scope;
  if (!begin_write(node, "COPY", scope)) return;
  if (node["attlist"].size() > 0) {
    for (const Node name : node["attlist"])
      if (const int found = column(name.as("String")["sval"].text(), -1); found >= 0)
        shape_.columns.push_back(found);
  } else {
    for (const int each : target_columns({}, target().columns.size()))
      if (!target().columns[static_cast<std::size_t>(each)].generated)
        shape_.columns.push_back(each);
  }
  fire_triggers(&models::Trigger::on_insert, shape_.columns);
  parsed_.rows_known = false;
}

/// Names the construct by the words it starts with.
void StatementReader::refuse(Node statement) {
  const Lexed lexed = prepared_.piece.lexed();
  std::string name{lexed.word(0)};
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  std::string hint =
      "a workload may hold INSERT, UPDATE, DELETE, MERGE, COPY … FROM, SELECT, "
      "TRUNCATE, REFRESH MATERIALIZED VIEW, VACUUM, ANALYZE and CHECKPOINT";
  struct Advice {
    std::string_view type, hint;
  };
  static constexpr std::array advice{
      Advice{"CallStmt", "list the statements that the procedure executes"},
      Advice{"DoStmt", "list the statements that the block executes"},
      Advice{"ExplainStmt", "list the statement without EXPLAIN"},
      Advice{"PrepareStmt", "list the statement itself, with its parameters $1, $2 …"},
      Advice{"ExecuteStmt", "list the statement itself, with its parameters $1, $2 …"},
      Advice{"TransactionStmt",
             "a statement is its own transaction; list those of one under transaction:"},
      Advice{"CreateTableAsStmt", "describe it as a rebuild:"},
      Advice{"SelectStmt", "SELECT … INTO makes a table: describe it as a rebuild:"},
      Advice{"DeclareCursorStmt", "list the cursor's query as a SELECT"},
  };
  for (const Advice& entry : advice)
    if (entry.type == statement.type_name()) hint = entry.hint;
  if (statement.is("SelectStmt")) name = "SELECT … INTO";
  error(0, fmt::format("{} has no shape that can be simulated", name), std::move(hint));
}

}  // namespace sql
