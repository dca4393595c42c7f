#include "tools/sql/passed_over.hpp"

#include <array>

namespace sql {
namespace {

struct Kind {
  std::string_view phrase;  // how the statement starts
  std::string_view name;
};

constexpr std::array by_first_word{
    Kind{"GRANT", "GRANT"},
    Kind{"REVOKE", "REVOKE"},
    Kind{"COMMENT", "COMMENT"},
    Kind{"SECURITY LABEL", "SECURITY LABEL"},
    Kind{"REASSIGN", "REASSIGN OWNED"},
    Kind{"RESET", "RESET"},
    Kind{"BEGIN", "transaction control"},
    Kind{"START TRANSACTION", "transaction control"},
    Kind{"COMMIT", "transaction control"},
    Kind{"END", "transaction control"},
    Kind{"ROLLBACK", "transaction control"},
    Kind{"ABORT", "transaction control"},
    Kind{"SAVEPOINT", "transaction control"},
    Kind{"RELEASE", "transaction control"},
    Kind{"INSERT", data_statements},
    Kind{"UPDATE", data_statements},
    Kind{"DELETE", data_statements},
    Kind{"MERGE", data_statements},
    Kind{"COPY", data_statements},
    Kind{"TRUNCATE", data_statements},
    Kind{"REFRESH", "REFRESH MATERIALIZED VIEW"},
    Kind{"ANALYZE", "maintenance commands"},
    Kind{"VACUUM", "maintenance commands"},
    Kind{"REINDEX", "maintenance commands"},
    Kind{"CLUSTER", "maintenance commands"},
    Kind{"CHECKPOINT", "maintenance commands"},
    Kind{"DISCARD", "maintenance commands"},
    Kind{"LOAD", "maintenance commands"},
    Kind{"LOCK", "LOCK"},
    Kind{"NOTIFY", "NOTIFY"},
    Kind{"LISTEN", "LISTEN"},
    Kind{"CALL", unread_code},
    Kind{"DO", unread_code},
    Kind{"IMPORT", unread_code},
    Kind{"EXPLAIN", "EXPLAIN"},
};

constexpr std::array created{
    Kind{"POLICY", "CREATE POLICY"},
    Kind{"CAST", "CREATE CAST"},
    Kind{"OPERATOR CLASS", "CREATE OPERATOR CLASS"},
    Kind{"OPERATOR FAMILY", "CREATE OPERATOR FAMILY"},
    Kind{"OPERATOR", "CREATE OPERATOR"},
    Kind{"EVENT TRIGGER", "CREATE EVENT TRIGGER"},
    Kind{"PUBLICATION", "CREATE PUBLICATION"},
    Kind{"SUBSCRIPTION", "CREATE SUBSCRIPTION"},
    Kind{"STATISTICS", "CREATE STATISTICS"},
    Kind{"RULE", "CREATE RULE"},
    Kind{"AGGREGATE", "CREATE AGGREGATE"},
    Kind{"CONVERSION", "CREATE CONVERSION"},
    Kind{"DEFAULT CONVERSION", "CREATE CONVERSION"},
    Kind{"COLLATION", "CREATE COLLATION"},
    Kind{"TEXT SEARCH", "CREATE TEXT SEARCH"},
    Kind{"SERVER", "CREATE SERVER"},
    Kind{"FOREIGN DATA WRAPPER", "CREATE FOREIGN DATA WRAPPER"},
    Kind{"USER MAPPING", "CREATE USER MAPPING"},
    Kind{"ROLE", "CREATE ROLE"},
    Kind{"USER", "CREATE ROLE"},
    Kind{"GROUP", "CREATE ROLE"},
    Kind{"DATABASE", "CREATE DATABASE"},
    Kind{"TABLESPACE", "CREATE TABLESPACE"},
    Kind{"LANGUAGE", "CREATE LANGUAGE"},
    Kind{"TRUSTED LANGUAGE", "CREATE LANGUAGE"},
    Kind{"PROCEDURAL LANGUAGE", "CREATE LANGUAGE"},
    Kind{"TRUSTED PROCEDURAL LANGUAGE", "CREATE LANGUAGE"},
    Kind{"ACCESS METHOD", "CREATE ACCESS METHOD"},
    Kind{"TRANSFORM", "CREATE TRANSFORM"},
    Kind{"PROCEDURE", "CREATE PROCEDURE"},
};

constexpr std::array dropped_or_altered{
    "POLICY",     "CAST",       "OPERATOR",  "EVENT",      "PUBLICATION", "SUBSCRIPTION",
    "STATISTICS", "RULE",       "AGGREGATE", "CONVERSION", "COLLATION",   "TEXT",
    "SERVER",     "USER",       "ROLE",      "GROUP",      "DATABASE",    "TABLESPACE",
    "LANGUAGE",   "PROCEDURAL", "ACCESS",    "TRANSFORM",  "PROCEDURE",   "FUNCTION",
    "ROUTINE",    "EXTENSION",  "SYSTEM",    "DEFAULT",    "LARGE",       "OWNED",
};

template <typename Kinds>
std::string_view first_match(const Lexed& lexed, std::size_t i, const Kinds& kinds) {
  for (const Kind& kind : kinds)
    if (lexed.phrase(i, kind.phrase)) return kind.name;
  return {};
}

std::string_view created_kind(const Lexed& lexed) {
  const std::size_t what = lexed.phrase(1, "OR REPLACE") ? 3 : 1;
  if (!lexed.is(what, "FUNCTION")) return first_match(lexed, what, created);
  for (std::size_t i = what; i + 1 < lexed.tokens.size(); ++i)  // trigger functions are read
    if (lexed.is(i, "RETURNS"))
      return lexed.is(i + 1, "TRIGGER") || (lexed.is(i + 2, '.') && lexed.is(i + 3, "TRIGGER"))
                 ? std::string_view{}
                 : "CREATE FUNCTION";
  return "CREATE FUNCTION";
}

std::string_view altered_kind(const Lexed& lexed) {
  const std::size_t n = lexed.tokens.size();
  if (n > 3 && lexed.phrase(n - 3, "OWNER TO")) return "ALTER … OWNER TO";
  for (const char* object : dropped_or_altered)
    if (lexed.is(1, std::string_view{object})) return "ALTER of what is not a table";
  if (lexed.is(1, "SEQUENCE") && lexed.find(2, "RENAME") == n && lexed.find(2, "SCHEMA") == n)
    return "ALTER SEQUENCE";
  if (lexed.is(1, "FOREIGN") && lexed.is(2, "DATA")) return "ALTER of what is not a table";
  return {};
}

std::string_view dropped_kind(const Lexed& lexed) {
  for (const char* object : dropped_or_altered)
    if (lexed.is(1, std::string_view{object})) return "DROP of what is not a table";
  return lexed.is(1, "FOREIGN") && lexed.is(2, "DATA") ? "DROP of what is not a table" : "";
}

/// Only the search path matters among the settings.
bool sets_search_path(const Lexed& lexed) {
  const std::size_t i = lexed.is(1, "SESSION") || lexed.is(1, "LOCAL") ? 2 : 1;
  return lexed.is(i, "SEARCH_PATH") || lexed.is(i, "SCHEMA");
}

bool selects_into_or_configures(const Lexed& lexed) {
  for (std::size_t i = 1; i < lexed.tokens.size(); ++i)
    if (lexed.is(i, "INTO") || lexed.is(i, "SET_CONFIG")) return true;
  return false;
}

}  // namespace

std::string_view passed_over_kind(const Lexed& lexed) {
  if (lexed.is(0, "CREATE")) return created_kind(lexed);
  if (lexed.is(0, "ALTER")) return altered_kind(lexed);
  if (lexed.is(0, "DROP")) return dropped_kind(lexed);
  if (lexed.is(0, "SET")) return sets_search_path(lexed) ? std::string_view{} : "SET";
  if (lexed.is(0, "SELECT"))
    return selects_into_or_configures(lexed) ? std::string_view{} : "SELECT";
  return first_match(lexed, 0, by_first_word);
}

}  // namespace sql
