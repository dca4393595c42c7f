#include "tools/emit/ddl_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "tools/emit/quote.hpp"
#include "tools/sql/lexer.hpp"

namespace emit {
namespace {

using sql::Lexed;
using sql::Token;

/// A statement with a text put in between two of its tokens.
std::string with(const Lexed& statement, std::size_t token, std::string_view insert) {
  const std::size_t at =
      token < statement.tokens.size() ? statement.tokens[token].begin : statement.text.size();
  return std::string{statement.text.substr(0, at)} + std::string{insert} + " " +
         std::string{statement.text.substr(at)};
}

std::string without(const Lexed& statement, std::size_t token) {
  return std::string{statement.text.substr(0, statement.tokens[token].begin)} +
         std::string{statement.text.substr(statement.tokens[token].end)};
}

/// Tokens [from, to) as they stand.
std::string span(const Lexed& statement, std::size_t from, std::size_t to) {
  if (from >= to || to > statement.tokens.size()) return {};
  return std::string{statement.text.substr(
      statement.tokens[from].begin, statement.tokens[to - 1].end - statement.tokens[from].begin)};
}

/// The end of a name that starts here: a, a.b or a.b.c.
std::size_t name_end(const Lexed& statement, std::size_t from) {
  std::size_t at = from + 1;
  while (statement.is(at, '.')) at += 2;
  return at;
}

/// Runs only where a query over the catalog says so.
std::string guarded(std::string_view statement, const std::string& condition) {
  return "SELECT " + dollar_quoted(statement) + "\nWHERE " + condition + " \\gexec";
}

class Rewriter {
 public:
  explicit Rewriter(std::vector<Complaint>& complaints) : complaints_{complaints} {}

  void read(const models::DdlText& ddl) {
    place_ = ddl.place;
    const sql::Source source{ddl.text, ddl.place.file, 1, 1, 0};
    std::vector<sql::Problem> problems;
    const sql::Script script = sql::lex(source, problems);  // the loader has reported them
    for (const sql::Piece& piece : script.pieces) {
      line_ = piece.at.line;
      statement(piece.lexed());
    }
  }

  DdlScript result() {
    for (const auto& [what, count] : left_out_)
      script_.left_out.push_back(
          fmt::format("{}, {} statement{}", what, count, count == 1 ? "" : "s"));
    return std::move(script_);
  }

 private:
  void keep(const std::string& text) {
    script_.sql += text + (text.ends_with("\\gexec") ? "\n\n" : ";\n\n");
  }
  void leave_out(const std::string& what) { ++left_out_[what]; }
  void refuse(std::string message, std::string hint) {
    models::Place place = place_;
    place.line += line_ - 1;
    complaints_.push_back({place, std::move(message), std::move(hint)});
  }

  void statement(const Lexed& s) {
    if (s.is(0, "CREATE")) return create(s);
    if (s.is(0, "ALTER")) return alter(s);
    if (s.is(0, "COMMENT")) return keep(std::string{s.text});
    if (s.is(0, "GRANT") || s.is(0, "REVOKE")) return leave_out("GRANT and REVOKE");
    if (s.is(0, "SET")) return set(s);
    if (s.is(0, "SELECT")) return select(s);
    if (s.is(0, "BEGIN") || s.is(0, "COMMIT") || s.is(0, "START") || s.is(0, "END"))
      return leave_out("BEGIN and COMMIT");
    if (s.is(0, "INSERT")) {
      if (s.find(0, "CONFLICT") < s.tokens.size()) return keep(std::string{s.text});
      return refuse(
          "INSERT in DDL runs again at every apply",
          "add ON CONFLICT DO NOTHING (without a target, so that every unique key counts)");
    }
    if (s.is(0, "DROP"))
      return refuse("DROP in DDL would take data with it at every apply",
                    "leave it out: the DDL says what there is");
    refuse(fmt::format("{} cannot be made to run twice",
                       span(s, 0, std::min<std::size_t>(2, s.tokens.size()))),
           "take it out of the DDL and run it by hand");
  }

  void set(const Lexed& s) {
    if (s.is(1, "search_path")) return keep(std::string{s.text});
    leave_out("SET");
  }

  /// pg_dump's set_config('search_path', …) matters for the names that follow; the rest does not.
  void select(const Lexed& s) {
    if (s.text.find("set_config") != std::string_view::npos &&
        s.text.find("search_path") != std::string_view::npos)
      return keep(std::string{s.text});
    leave_out("SELECT");
  }

  void create(const Lexed& s) {
    std::size_t at = 1;
    const bool replace = s.phrase(at, "OR REPLACE");
    if (replace) at += 2;
    for (const std::string_view word :
         {"GLOBAL", "LOCAL", "TEMPORARY", "TEMP", "UNLOGGED", "UNIQUE", "RECURSIVE", "CONSTRAINT",
          "TRUSTED", "PROCEDURAL", "DEFAULT", "FOREIGN"})
      if (s.is(at, word)) ++at;
    const bool constraint_trigger = s.is(at, "TRIGGER") && s.is(at - 1, "CONSTRAINT");
    if (s.is(at, "SCHEMA")) return leave_out("CREATE SCHEMA");
    if (s.is(at, "EXTENSION")) return extension(s, at + 1);
    if (s.is(at, "TABLE") || s.is(at, "SEQUENCE") || s.is(at, "COLLATION") ||
        s.is(at, "STATISTICS"))
      return if_not_exists(s, at + 1);
    if (s.phrase(at, "MATERIALIZED VIEW")) return if_not_exists(s, at + 2);
    if (s.is(at, "INDEX")) return index(s, at + 1);
    if (constraint_trigger) return constraint(s, at + 1);
    for (const std::string_view word :
         {"VIEW", "FUNCTION", "PROCEDURE", "TRIGGER", "AGGREGATE", "RULE"})
      if (s.is(at, word)) return keep(replace ? std::string{s.text} : with(s, 1, "OR REPLACE"));
    if (s.is(at, "TYPE") || s.is(at, "DOMAIN")) return type(s, at + 1);
    if (s.is(at, "POLICY"))
      return refuse("CREATE POLICY in DDL: row security is made from the scenario",
                    "say it with row_security: of the domain");
    if (s.is(at, "PUBLICATION") || s.is(at, "SUBSCRIPTION"))
      return refuse(fmt::format("CREATE {} in DDL: replication is made from the scenario",
                                span(s, at, at + 1)),
                    "say it with products: and mechanism: event");
    if (s.is(at, "ROLE") || s.is(at, "USER") || s.is(at, "DATABASE") || s.is(at, "SERVER"))
      return refuse(fmt::format("CREATE {} in DDL: the scenario makes it", span(s, at, at + 1)),
                    "say it with roles:, database: or mechanism: federated");
    refuse(fmt::format("CREATE {} cannot be made to run twice", span(s, at, at + 1)),
           "take it out of the DDL and run it by hand");
  }

  void if_not_exists(const Lexed& s, std::size_t at) {
    keep(s.phrase(at, "IF NOT EXISTS") ? std::string{s.text} : with(s, at, "IF NOT EXISTS"));
  }

  void extension(const Lexed& s, std::size_t at) {
    if (s.phrase(at, "IF NOT EXISTS")) at += 3;
    script_.extensions.push_back(s.name(at));
  }

  void index(const Lexed& s, std::size_t at) {
    if (s.is(at, "CONCURRENTLY")) {  // the table is new or small, and this is a transaction
      const std::string plain = without(s, at);
      const sql::Source source{plain, {}, 1, 1, 0};
      std::vector<sql::Problem> problems;
      const sql::Script script = sql::lex(source, problems);
      return index(script.pieces.front().lexed(), at);
    }
    if (s.is(at, "ON") && s.tokens[at].kind == Token::Kind::word)
      return refuse("an index without a name is made again at every apply",
                    "name it: CREATE INDEX name ON …");
    if_not_exists(s, at);
  }

  void constraint(const Lexed& s, std::size_t at) {
    const std::size_t on = s.find(at, "ON");
    const std::string table = span(s, on + 1, name_end(s, on + 1));
    keep(guarded(s.text, fmt::format("NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgname = "
                                     "{} AND tgrelid = {}::regclass)",
                                     Literal{s.name(at)}.sql(), Literal{table}.sql())));
  }

  void type(const Lexed& s, std::size_t at) {
    const std::string name = span(s, at, name_end(s, at));
    keep(guarded(s.text, fmt::format("to_regtype({}) IS NULL", Literal{name}.sql())));
  }

  void alter(const Lexed& s) {
    for (std::size_t i = 1; i + 1 < s.tokens.size(); ++i)
      if (s.phrase(i, "OWNER TO")) return leave_out("OWNER TO");
    if (s.phrase(1, "DEFAULT PRIVILEGES")) return leave_out("ALTER DEFAULT PRIVILEGES");
    if (s.is(1, "TABLE")) return alter_table(s);
    if (s.is(1, "SEQUENCE") || s.is(1, "INDEX") || s.is(1, "VIEW") || s.is(1, "FUNCTION")) {
      for (const std::string_view word : {"RENAME", "SET SCHEMA", "RESTART"})
        for (std::size_t i = 2; i < s.tokens.size(); ++i)
          if (s.phrase(i, word)) return once_only(s, i);
      if (s.is(1, "INDEX") && s.find(2, "ATTACH") < s.tokens.size()) return attach_index(s);
      return keep(std::string{s.text});
    }
    refuse(fmt::format("ALTER {} cannot be made to run twice", span(s, 1, 2)),
           "let CREATE say it as it shall be");
  }

  void once_only(const Lexed& s, std::size_t at) {
    refuse(fmt::format("{} cannot be run twice", span(s, at, at + 1)),
           "let CREATE say it as it shall be");
  }

  static std::size_t table_name(const Lexed& s) {
    std::size_t at = 2;
    if (s.phrase(at, "IF EXISTS")) at += 2;
    if (s.is(at, "ONLY")) ++at;
    return at;
  }

  void alter_table(const Lexed& s) {
    const std::size_t name = table_name(s), action = name_end(s, name);
    const std::string table = span(s, name, action);
    for (std::size_t i = action; i < s.tokens.size(); ++i) {
      if (s.is(i, '(')) i = s.closing(i);
      if (s.is(i, "RENAME") || s.is(i, "DROP") || s.phrase(i, "SET SCHEMA")) {
        const bool of_column = s.phrase(i, "DROP NOT NULL") || s.phrase(i, "DROP DEFAULT");
        if (!of_column) return once_only(s, i);
      }
      if (s.is(i, "TYPE") && s.find(action, "ALTER") < i) return once_only(s, i);
    }
    if (s.phrase(action, "ATTACH PARTITION")) {
      const std::string child = span(s, action + 2, name_end(s, action + 2));
      return keep(guarded(
          s.text, fmt::format("NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid = "
                              "{}::regclass)",
                              Literal{child}.sql())));
    }
    if (s.is(action, "ADD")) return add(s, action + 1, table);
    keep(std::string{s.text});
  }

  void attach_index(const Lexed& s) {
    const std::size_t attach = s.find(2, "ATTACH");
    const std::string child = span(s, attach + 2, name_end(s, attach + 2));
    keep(guarded(s.text, fmt::format("NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE "
                                     "inhrelid = {}::regclass)",
                                     Literal{child}.sql())));
  }

  void add(const Lexed& s, std::size_t at, const std::string& table) {
    const auto by = [&](const std::string& what) {
      keep(guarded(s.text,
                   fmt::format("NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = "
                               "{}::regclass AND {})",
                               Literal{table}.sql(), what)));
    };
    if (s.is(at, "CONSTRAINT")) return by("conname = " + Literal{s.name(at + 1)}.sql());
    if (s.phrase(at, "PRIMARY KEY")) return by("contype = 'p'");
    for (const std::string_view word : {"UNIQUE", "CHECK", "FOREIGN", "EXCLUDE"})
      if (s.is(at, word))
        return refuse("a constraint without a name is added again at every apply",
                      "name it: ADD CONSTRAINT name …");
    if (s.is(at, "COLUMN")) ++at;
    keep(s.phrase(at, "IF NOT EXISTS")
             ? std::string{s.text}
             : with(s, at, s.is(at - 1, "COLUMN") ? "IF NOT EXISTS" : "COLUMN IF NOT EXISTS"));
  }

  std::vector<Complaint>& complaints_;
  DdlScript script_;
  std::map<std::string, int> left_out_;
  models::Place place_;
  int line_ = 1;
};

}  // namespace

DdlScript rerunnable(const std::vector<models::DdlText>& ddl, std::vector<Complaint>& complaints) {
  Rewriter rewriter{complaints};
  for (const models::DdlText& text : ddl) rewriter.read(text);
  return rewriter.result();
}

}  // namespace emit
