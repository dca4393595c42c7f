#include "tests/harness/driver.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "sim/rng.hpp"
#include "tests/harness/copy_text.hpp"
#include "tests/harness/parameters.hpp"
#include "tests/harness/schedule.hpp"
#include "tests/harness/values.hpp"

namespace harness {
namespace {

using models::Mesh;
using models::StatementKind;

constexpr std::size_t deepest_pipeline = 32;  // transactions under way per session
constexpr auto tick = std::chrono::milliseconds{2};
constexpr double drain_limit = 10;  // seconds for what is under way at the end

/// A statement with what fills its parameters.
struct Prepared {
  const models::Statement* statement = nullptr;
  const models::Table* table = nullptr;
  TableRows* rows = nullptr;
  std::vector<ParameterUse> uses;
  int inserted_rows = 0;
  RowPicker picker;
  double meets = 0, added = 0;  // ON CONFLICT: rows that exist already, rows that do not; so far
};

/// Whether the next row of an upsert is one that exists: every so many, evenly.
bool meets_existing(Prepared& prepared) {
  if (prepared.statement->kind != StatementKind::upsert) return false;
  prepared.meets += prepared.statement->conflict_share.value;
  if (prepared.meets < 1) return false;
  prepared.meets -= 1;
  return true;
}

void note_inserted(Prepared& prepared) {
  const bool upsert = prepared.statement->kind == StatementKind::upsert;
  prepared.added +=
      prepared.inserted_rows * (upsert ? 1 - prepared.statement->conflict_share.value : 1.0);
  const auto whole = static_cast<std::int64_t>(prepared.added + 1e-9);
  prepared.added -= static_cast<double>(whole);
  prepared.rows->add_present(whole);
}

/// Values of one execution, kept until libpq has copied them.
struct Arguments {
  std::vector<Value> values;
  std::vector<const char*> pointers;
};

std::int64_t pick_living_row(Prepared& prepared) {
  TableRows& rows = *prepared.rows;
  std::int64_t row = 1;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    row = prepared.picker.pick(std::max<std::int64_t>(1, rows.present()));
    if (!rows.deleted(row)) break;
  }
  if (prepared.statement->kind == StatementKind::delete_) rows.mark_deleted(row);
  return row;
}

void fill(Prepared& prepared, Arguments& arguments) {
  using Role = ParameterUse::Role;
  std::vector<std::int64_t> inserted;
  for (int i = 0; i < prepared.inserted_rows; ++i)
    inserted.push_back(meets_existing(prepared) ? pick_living_row(prepared)
                                                : prepared.rows->next());
  const bool picks =
      std::any_of(prepared.uses.begin(), prepared.uses.end(),
                  [](const ParameterUse& use) { return use.role != Role::inserted; });
  const std::int64_t row = picks ? pick_living_row(prepared) : 0;
  const auto last = row + static_cast<std::int64_t>(prepared.statement->rows.value) - 1;
  arguments.values.clear();
  for (const ParameterUse& use : prepared.uses) {
    const models::Column& column = prepared.table->columns[static_cast<std::size_t>(use.column)];
    const std::int64_t number = use.role == Role::inserted
                                    ? inserted[static_cast<std::size_t>(use.row)]
                                : use.role == Role::matched_end ? last
                                                                : row;
    const std::int64_t version = use.role == Role::assigned ? prepared.rows->next_version() : 0;
    arguments.values.push_back(column_value(column, number, version));
  }
  arguments.pointers.clear();
  for (const Value& value : arguments.values)
    arguments.pointers.push_back(value.null ? nullptr : value.text.c_str());
}

void prepare(Connection& connection, const models::Stream& stream) {
  for (std::size_t s = 0; s < stream.statements.size(); ++s)
    connection.execute(fmt::format("PREPARE s{} AS {}", s, stream.statements[s].sql));
  PQsetnonblocking(connection.raw(), 1);
  PQenterPipelineMode(connection.raw());
}

}  // namespace

double StreamResult::achieved() const {
  return wanted <= 0 ? 1 : static_cast<double>(committed + failed) / wanted;
}

struct Driver::Session {
  Connection connection;
  std::size_t under_way = 0;
  bool failed = false;  // the transaction whose results are being read
  bool lost = false;
};

struct Driver::PlayedStream {
  const models::Stream* stream = nullptr;
  Schedule schedule;
  std::vector<Session> sessions;
  std::vector<Prepared> statements;
  StreamResult result;
  std::int64_t sent = 0;
  std::size_t next_session = 0;
  Timeline* timeline = nullptr;
  bool reported_error = false;

  /// COPY cannot be pipelined: each runs to its end before the driver goes on.
  bool copies() const { return statements.front().statement->kind == StatementKind::copy; }
  bool closed() const { return stream->clients.value > 0; }
  bool stopped() const {
    return std::all_of(sessions.begin(), sessions.end(), [](const Session& s) { return s.lost; });
  }
  std::size_t under_way() const {
    std::size_t sum = 0;
    for (const Session& session : sessions) sum += session.lost ? 0 : session.under_way;
    return sum;
  }

  void dispatch(double t, double horizon);
  bool send(Session& session);
  bool copy(Session& session);
  void receive(Session& session);
  void finish_transaction(Session& session);
  void report(const PGresult* result, const Session& session);
  void lose(Session& session);
};

void Driver::PlayedStream::dispatch(double t, double horizon) {
  if (stopped()) return;
  const double due = closed() ? std::numeric_limits<double>::infinity() : schedule.due(t);
  const std::size_t deepest = closed() ? 1 : deepest_pipeline;
  if (t >= horizon && closed()) return;
  std::size_t full = 0;
  while (static_cast<double>(sent + 1) <= due + 1e-9 && full < sessions.size()) {
    Session& session = sessions[next_session];
    next_session = (next_session + 1) % sessions.size();
    if (session.lost || session.under_way >= deepest || !send(session)) {
      ++full;
      continue;
    }
    full = 0;
    ++sent;
  }
  if (!closed() && stream->rate.value > 0)
    result.behind_max =
        std::max(result.behind_max, (due - static_cast<double>(sent) - 1) / stream->rate.value);
}

bool Driver::PlayedStream::copy(Session& session) {
  Prepared& prepared = statements.front();
  const std::vector<int> columns = copied_columns(*prepared.table, prepared.statement->columns);
  const auto rows = static_cast<std::int64_t>(prepared.statement->rows.value);
  std::int64_t row = 0;
  try {
    session.connection.copy_in(copy_statement(*prepared.table, columns), [&](std::string& chunk) {
      for (; row < rows && chunk.size() < 1 << 16; ++row)
        chunk += copy_line(*prepared.table, columns, prepared.rows->next());
    });
    prepared.rows->add_present(rows);
    ++result.committed;
  } catch (const SqlError& error) {
    if (PQstatus(session.connection.raw()) != CONNECTION_OK) {
      lose(session);
      return false;
    }
    if (result.failed++ == 0) timeline->add("client_error", stream->name, error.what());
  }
  return true;
}

bool Driver::PlayedStream::send(Session& session) {
  if (copies()) return copy(session);
  Arguments arguments;
  PGconn* connection = session.connection.raw();
  for (std::size_t i = 0; i < statements.size(); ++i) {
    fill(statements[i], arguments);
    const std::string name = fmt::format("s{}", i);
    if (PQsendQueryPrepared(connection, name.c_str(), static_cast<int>(arguments.pointers.size()),
                            arguments.pointers.data(), nullptr, nullptr, 0) != 1) {
      lose(session);
      return false;
    }
  }
  if (PQpipelineSync(connection) != 1) {
    lose(session);
    return false;
  }
  ++session.under_way;
  return true;
}

void Driver::PlayedStream::receive(Session& session) {
  PGconn* connection = session.connection.raw();
  if (PQconsumeInput(connection) != 1 || PQflush(connection) < 0) {
    lose(session);
    return;
  }
  int nothing = 0;  // PQgetResult returns null after each statement; two in a row: all read
  while (session.under_way > 0 && nothing < 2 && PQisBusy(connection) == 0) {
    PGresult* answer = PQgetResult(connection);
    if (answer == nullptr) {
      ++nothing;
      continue;
    }
    nothing = 0;
    const ExecStatusType status = PQresultStatus(answer);
    if (status == PGRES_PIPELINE_SYNC) finish_transaction(session);
    if (status == PGRES_FATAL_ERROR) {
      session.failed = true;
      report(answer, session);
    }
    PQclear(answer);
    if (PQstatus(connection) == CONNECTION_BAD) {
      lose(session);
      return;
    }
  }
}

void Driver::PlayedStream::finish_transaction(Session& session) {
  --session.under_way;
  ++(session.failed ? result.failed : result.committed);
  if (!session.failed)
    for (Prepared& prepared : statements) note_inserted(prepared);
  session.failed = false;
}

void Driver::PlayedStream::report(const PGresult* result_of_error, const Session& session) {
  const char* state = PQresultErrorField(result_of_error, PG_DIAG_SQLSTATE);
  if (reported_error && state != nullptr) return;  // the first speaks for the rest
  reported_error = true;
  timeline->add("client_error", stream->name,
                fmt::format("{} {}", state == nullptr ? "" : state,
                            PQerrorMessage(session.connection.raw())));
}

void Driver::PlayedStream::lose(Session& session) {
  if (session.lost) return;
  session.lost = true;
  result.failed += static_cast<std::int64_t>(session.under_way);
  session.under_way = 0;
  timeline->add("connection_lost", stream->name, PQerrorMessage(session.connection.raw()));
  if (!stopped()) return;
  result.stopped_at = timeline->now();
  timeline->add("stream_stopped", stream->name);
}

Driver::Driver(const Mesh& mesh, const std::vector<std::unique_ptr<Cluster>>& clusters,
               Timeline& timeline, std::uint64_t seed)
    : mesh_{mesh}, timeline_{timeline} {
  for (const models::Table& table : mesh.tables)
    rows_.emplace_back(static_cast<std::int64_t>(table.rows.value));
  for (const models::Stream& stream : mesh.streams) {
    const models::Database& database = mesh.databases[static_cast<std::size_t>(stream.database)];
    auto played = std::make_unique<PlayedStream>(
        PlayedStream{&stream, Schedule{mesh, stream}, {}, {}, {}, 0, 0, &timeline, false});
    played->result.name = stream.name;
    for (const models::Statement& statement : stream.statements) {
      const bool copy = statement.kind == StatementKind::copy;
      if (statement.table < 0 ||
          (copy && (stream.statements.size() > 1 || stream.clients.value > 0)))
        throw HarnessError(stream.name +
                           ": the lab streams INSERT, UPDATE, DELETE, SELECT, and COPY at a rate");
      const auto table = static_cast<std::size_t>(statement.table);
      Prepared prepared{
          &statement,
          &mesh.tables[table],
          &rows_[table],
          copy ? std::vector<ParameterUse>{} : parameter_uses(statement, mesh.tables[table]),
          0,
          RowPicker{statement.access, rows_[table].loaded(),
                    seed ^ sim::stable_hash(stream.name + statement.sql)}};
      for (const ParameterUse& use : prepared.uses)
        if (use.role == ParameterUse::Role::inserted)
          prepared.inserted_rows = std::max(prepared.inserted_rows, use.row + 1);
      played->statements.push_back(std::move(prepared));
    }
    const auto sessions =
        static_cast<int>(std::max<double>(stream.connections, stream.clients.value));
    for (int i = 0; i < sessions; ++i) {
      Session session;
      session.connection =
          clusters[static_cast<std::size_t>(database.node)]->connect(database.name);
      if (!played->copies()) prepare(session.connection, stream);
      played->sessions.push_back(std::move(session));
    }
    streams_.push_back(std::move(played));
  }
}

Driver::~Driver() = default;

/// Open streams need no wake-up: a tick later is soon enough. A closed one goes on with the answer.
void Driver::wait() const {
  std::vector<pollfd> answers;
  for (const auto& played : streams_)
    for (const Session& session : played->sessions)
      if (played->closed() && session.under_way > 0)
        answers.push_back({PQsocket(session.connection.raw()), POLLIN, 0});
  if (answers.empty())
    std::this_thread::sleep_for(tick);
  else
    poll(answers.data(), answers.size(), static_cast<int>(tick.count()));
}

void Driver::play() {
  const double horizon = sim::seconds(mesh_.horizon);
  for (;;) {
    const double now = timeline_.now();
    bool under_way = false;
    for (const auto& played : streams_) {
      played->dispatch(std::min(now, horizon), horizon);
      for (Session& session : played->sessions)
        if (!session.lost && session.under_way > 0) played->receive(session);
      under_way = under_way || played->under_way() > 0;
    }
    const bool finished = std::all_of(streams_.begin(), streams_.end(), [](const auto& played) {
      return played->stopped() || played->closed() ||
             played->schedule.total() < static_cast<double>(played->sent) + 1;
    });
    if (now >= horizon && finished && !under_way) break;
    if (now >= horizon + drain_limit) break;
    wait();
  }
  for (const auto& played : streams_) {
    const double until = played->result.stopped_at.value_or(horizon);
    played->result.wanted = played->closed() ? static_cast<double>(played->sent)
                                             : std::floor(played->schedule.due(until) + 1e-9);
  }
}

std::vector<StreamResult> Driver::results() const {
  std::vector<StreamResult> results;
  for (const auto& played : streams_) results.push_back(played->result);
  return results;
}

}  // namespace harness
