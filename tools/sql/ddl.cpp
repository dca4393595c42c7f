#include "tools/sql/ddl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/depth.hpp"
#include "tools/sql/names.hpp"
#include "tools/sql/passed_over.hpp"

namespace sql {
namespace {

constexpr std::size_t most_errors = 100;  // of one file; then reading stops
constexpr std::size_t most_columns =
    1'000'000;  // of all tables; bounds memory: one LIKE copies 1600

}  // namespace

void load_ddl(const Source& source, int postgres_major, Schema& schema,
              std::vector<Problem>& problems) {
  DdlReader{source, postgres_major, schema, problems}.read();
}

DdlReader::DdlReader(const Source& source, int major, Schema& schema,
                     std::vector<Problem>& problems)
    : source_{source}, major_{major}, schema_{schema}, problems_{problems} {
  for (std::size_t i = 0; i < schema.tables.size(); ++i) {
    const Table& table = schema.tables[i];
    table_index_.emplace(table.qualified_name(), static_cast<int>(i));
    relations_.insert(table.qualified_name());
    for (const models::Index& index : table.indexes)
      relations_.insert(table.schema + "." + index.name);
  }
  relations_.insert(schema.sequences.begin(), schema.sequences.end());
}

void DdlReader::read() {
  const Script script = lex(source_, problems_);
  if (script.meta_commands > 0)
    passed_over_["psql meta-commands"] = {script.meta_commands, script.first_meta_command};
  std::size_t errors = 0, seen = problems_.size();
  for (const Piece& piece : script.pieces) {
    read_piece(piece);
    for (; seen < problems_.size(); ++seen)
      errors += problems_[seen].severity == Problem::Severity::error ? 1 : 0;
    std::string stop;
    if (errors >= most_errors) stop = fmt::format("more than {} errors", most_errors);
    if (columns_made_ > most_columns || indexes_made_ > most_columns)
      stop = fmt::format("more than {} columns or indexes", most_columns);
    if (stop.empty()) continue;
    problems_.push_back(
        problem_in(source_, piece, 0, Problem::Severity::error, stop + "; the rest was not read"));
    break;
  }
  report_passed_over();
}

void DdlReader::report_passed_over() {
  for (const auto& [kind, what] : passed_over_) {
    const bool triggers = kind == unread_triggers, code = kind == unread_code;
    const char* rest = triggers ? "what their functions do is not read"
                       : code   ? "what they create is not read"
                       : kind == data_statements
                           ? "tables start with the rows that the scenario gives"
                       : what.count == 1 ? "capacity does not depend on it"
                                         : "capacity does not depend on them";
    problems_.push_back(
        problem_at(source_, what.first, Problem::Severity::notice,
                   fmt::format("{}: {} passed over, {}", kind, what.count, rest),
                   triggers ? "list the statements that they execute in the workload"
                   : code   ? "write the tables, types and indexes that they create as plain DDL"
                            : ""));
  }
}

void DdlReader::pass_over(std::string_view kind, std::size_t offset) {
  auto found = passed_over_.find(kind);
  if (found == passed_over_.end())
    found = passed_over_.emplace(std::string{kind}, PassedOver{0, offset}).first;
  ++found->second.count;
}

bool DdlReader::pass_over(const Piece& piece) {
  const std::string_view kind = passed_over_kind(piece.lexed());
  if (kind.empty()) return false;
  pass_over(kind, piece.offset);
  return true;
}

void DdlReader::read_piece(const Piece& piece) {
  if (pass_over(piece)) return;
  std::size_t levels = 0;
  if (!small_enough(source_, piece, levels, problems_)) return remember_failed(piece);
  if (!with_stack_for(levels, [&] { parse_piece(piece); }))
    problems_.push_back(problem_in(source_, piece, 0, Problem::Severity::error,
                                   "no memory to read a statement this deep"));
}

void DdlReader::parse_piece(const Piece& piece) {
  const std::size_t before = problems_.size();
  const std::optional<Prepared> prepared = prepare(source_, piece, major_, false, problems_);
  if (prepared) {
    current_ = &*prepared;
    told_ = 0;
    read_statement(prepared->statement());
    current_ = nullptr;
  }
  const auto failed = [](const Problem& problem) {
    return problem.severity == Problem::Severity::error;
  };
  if (std::any_of(problems_.begin() + static_cast<std::ptrdiff_t>(before), problems_.end(), failed))
    remember_failed(piece);
}

/// Statements about a table whose CREATE failed would only repeat the complaint.
void DdlReader::remember_failed(const Piece& piece) {
  const Lexed lexed = piece.lexed();
  if (!lexed.is(0, "CREATE")) return;
  for (std::size_t i = 1; i < std::min<std::size_t>(lexed.tokens.size(), 7); ++i) {
    if (!lexed.is(i, "TABLE") && !lexed.is(i, "VIEW")) continue;
    if (lexed.phrase(++i, "IF NOT EXISTS")) i += 3;
    if (i >= lexed.tokens.size()) return;
    const bool qualified = lexed.is(i + 1, '.') && i + 2 < lexed.tokens.size();
    const std::string name = qualified ? lexed.name(i) + "." + lexed.name(i + 2)
                                       : creation_schema() + "." + lexed.name(i);
    if (!table_index_.contains(name)) failed_.insert(name);
    return;
  }
}

void DdlReader::read_statement(Node statement) {
  struct Reader {
    std::string_view type;
    void (*read)(DdlReader&, Node);
  };
  static constexpr std::array readers{
      Reader{"CreateStmt", [](DdlReader& r, Node n) { r.create_table(n, Table::Kind::table); }},
      Reader{"AlterTableStmt", [](DdlReader& r, Node n) { r.alter_table(n); }},
      Reader{"IndexStmt", [](DdlReader& r, Node n) { r.create_index(n); }},
      Reader{"CreateEnumStmt", [](DdlReader& r, Node n) { r.create_enum(n); }},
      Reader{"AlterEnumStmt", [](DdlReader& r, Node n) { r.alter_enum(n); }},
      Reader{"CreateDomainStmt", [](DdlReader& r, Node n) { r.create_domain(n); }},
      Reader{"CompositeTypeStmt", [](DdlReader& r, Node n) { r.create_composite(n); }},
      Reader{"CreateSeqStmt", [](DdlReader& r, Node n) { r.create_sequence(n); }},
      Reader{"CreateSchemaStmt", [](DdlReader& r, Node n) { r.create_schema(n); }},
      Reader{"CreateExtensionStmt",
             [](DdlReader& r, Node n) { r.schema_.extensions.push_back(n["extname"].string()); }},
      Reader{"CreateFunctionStmt", [](DdlReader& r, Node n) { r.create_function(n); }},
      Reader{"CreateTrigStmt", [](DdlReader& r, Node n) { r.create_trigger(n); }},
      Reader{"ViewStmt", [](DdlReader& r, Node n) { r.create_view(n); }},
      Reader{"CreateTableAsStmt", [](DdlReader& r, Node n) { r.create_table_as(n); }},
      Reader{"CreateForeignTableStmt",
             [](DdlReader& r, Node n) {
               r.create_table(n["base"] ? n["base"] : n["baseStmt"], Table::Kind::foreign_table);
             }},
      // Ranges and base types: a column of one needs a width from the scenario.
      Reader{"CreateRangeStmt", [](DdlReader&, Node) {}},
      Reader{"DefineStmt", [](DdlReader&, Node) {}},
      Reader{"DropStmt", [](DdlReader& r, Node n) { r.drop(n); }},
      Reader{"RenameStmt", [](DdlReader& r, Node n) { r.rename(n); }},
      Reader{"AlterObjectSchemaStmt", [](DdlReader& r, Node n) { r.set_schema(n); }},
      Reader{"VariableSetStmt", [](DdlReader& r, Node n) { r.variable_set(n); }},
      Reader{"SelectStmt", [](DdlReader& r, Node n) { r.select(n); }},
  };
  const std::string_view type = statement.type_name();
  const auto reader = std::find_if(readers.begin(), readers.end(),
                                   [&](const Reader& entry) { return entry.type == type; });
  if (reader != readers.end()) return reader->read(*this, statement.content());
  const Lexed lexed = current_->piece.lexed();
  pass_over(std::string{lexed.word(0)} + " " + std::string{lexed.word(1)}, current_->piece.offset);
}

void DdlReader::variable_set(Node node) {
  if (node["name"].text() != "search_path") return pass_over("SET", current_->piece.offset);
  schema_.search_path.clear();
  for (const Node value : node["args"])
    schema_.search_path.push_back(value.as("A_Const")["sval"]["sval"].string());
  if (node["kind"].text() != "VAR_SET_VALUE") schema_.search_path = {"public"};
}

/// pg_dump empties the search path by SELECT pg_catalog.set_config('search_path', '', false).
void DdlReader::select(Node node) {
  if (const Node into = node["intoClause"]) return select_into(into, current_->statement());
  const Node call = node["targetList"].front().as("ResTarget")["val"].as("FuncCall");
  const auto argument = [&](std::size_t i) {
    return call["args"][i].as("A_Const")["sval"]["sval"].string();
  };
  if (last_name(call["funcname"]) != "set_config" || argument(0) != "search_path")
    return pass_over("SELECT", current_->piece.offset);
  schema_.search_path.clear();
  std::string path = argument(1);
  path.erase(std::remove(path.begin(), path.end(), ' '), path.end());
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t comma = std::min(path.find(',', at), path.size());
    schema_.search_path.push_back(folded(std::string_view{path}.substr(at, comma - at)));
    at = comma + 1;
  }
}

}  // namespace sql
