#include "tests/harness/connection.hpp"

#include <cstdlib>

namespace harness {
namespace {

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

[[noreturn]] void refuse(PGconn* connection, const PGresult* result) {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  throw SqlError(state == nullptr ? "" : state, PQerrorMessage(connection));
}

Rows rows_of(const PGresult* result) {
  Rows rows(static_cast<std::size_t>(PQntuples(result)));
  for (int i = 0; i < PQntuples(result); ++i)
    for (int j = 0; j < PQnfields(result); ++j)
      rows[static_cast<std::size_t>(i)].push_back(
          PQgetisnull(result, i, j) != 0 ? std::nullopt
                                         : std::optional<std::string>{PQgetvalue(result, i, j)});
  return rows;
}

std::string doubled(const std::string& text, char quote) {
  std::string quoted{quote};
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

}  // namespace

Connection::Connection(const std::string& conninfo) : connection_{PQconnectdb(conninfo.c_str())} {
  if (PQstatus(raw()) != CONNECTION_OK) refuse(raw(), nullptr);
  PQsetNoticeProcessor(
      raw(), [](void*, const char*) {}, nullptr);
}

Rows Connection::execute(const std::string& sql) {
  const Result result{PQexec(raw(), sql.c_str())};
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
    refuse(raw(), result.get());
  return rows_of(result.get());
}

std::string Connection::value(const std::string& sql) {
  const Rows rows = execute(sql);
  return rows.empty() || rows[0].empty() ? "" : rows[0][0].value_or("");
}

double Connection::number(const std::string& sql) {
  return std::strtod(value(sql).c_str(), nullptr);
}

void Connection::copy_in(const std::string& copy_statement,
                         const std::function<void(std::string& chunk)>& next) {
  const Result start{PQexec(raw(), copy_statement.c_str())};
  if (PQresultStatus(start.get()) != PGRES_COPY_IN) refuse(raw(), start.get());
  std::string chunk;
  for (;;) {
    chunk.clear();
    next(chunk);
    if (chunk.empty()) break;
    if (PQputCopyData(raw(), chunk.data(), static_cast<int>(chunk.size())) != 1)
      refuse(raw(), nullptr);
  }
  if (PQputCopyEnd(raw(), nullptr) != 1) refuse(raw(), nullptr);
  const Result end{PQgetResult(raw())};
  if (PQresultStatus(end.get()) != PGRES_COMMAND_OK) refuse(raw(), end.get());
  while (PGresult* more = PQgetResult(raw())) PQclear(more);
}

std::string quote_identifier(const std::string& name) { return doubled(name, '"'); }
std::string quote_literal(const std::string& text) { return doubled(text, '\''); }

}  // namespace harness
