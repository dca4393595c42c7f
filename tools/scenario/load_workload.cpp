#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/maintenance.hpp"
#include "tools/scenario/key_objects.hpp"
#include "tools/scenario/loading.hpp"
#include "tools/scenario/profiles.hpp"

namespace scenario {
namespace {

using models::Job;
using models::Statement;
using models::Stream;
using sim::Duration;
using namespace std::chrono_literals;

std::optional<std::string_view> only_one(const Section& section,
                                         std::initializer_list<std::string_view> keys) {
  std::optional<std::string_view> found;
  for (const std::string_view key : keys) {
    if (!section.given(key)) continue;
    if (found) {
      section.problem_at(key, fmt::format("{} is given already: one of them, not both", *found));
      return std::nullopt;
    }
    found = key;
  }
  if (!found)
    section.problem(section.mark(), fmt::format("this {} lacks its subject", "workload entry"),
                    "give one of " + listed({keys.begin(), keys.end()}));
  return found;
}

std::vector<Statement> transaction_of(Loading& loading, const Section& entry, int domain) {
  std::vector<Statement> statements;
  const Node* list = entry.value("transaction");
  if (!list->is_sequence()) {
    entry.problem_at("transaction",
                     fmt::format("a list of statements is wanted, not {}", kind_name(*list)),
                     "start each statement with '- '");
    return statements;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Node& item = list->items[i];
    const std::string path = fmt::format("{}[{}]", join_path(entry.path(), "transaction"), i);
    std::optional<Statement> statement;
    if (item.is_scalar()) {
      static const Node nothing = empty_map();
      statement = load_statement(loading, entry.inside(nothing, statement_object, path, item.mark),
                                 item, domain);
    } else {
      const Section shape = entry.inside(item, statement_object, path, item.mark);
      if (const auto copy = shape.object("copy"))
        statement = load_copy(loading, *copy, domain);
      else if (const Node* sql = shape.value("sql"))
        statement = load_statement(loading, shape, *sql, domain);
      else if (item.is_map())
        shape.problem(item.mark, "this statement lacks its text", "give sql: or copy:");
    }
    if (statement) statements.push_back(std::move(*statement));
  }
  return statements;
}

std::vector<Statement> statements_of(Loading& loading, const Section& entry,
                                     std::string_view subject, int domain) {
  if (subject == "transaction") {
    for (const std::string_view key : {"rows", "skew", "conflicts", "unchanged"})
      if (entry.given(key))
        entry.problem_at(key, "belongs to a statement of the transaction",
                         fmt::format("write - {{sql: …, {}: …}}", key));
    return transaction_of(loading, entry, domain);
  }
  std::optional<Statement> statement;
  if (subject == "copy") {
    statement = load_copy(loading, *entry.object("copy"), domain);
  } else {
    statement = load_statement(loading, entry, *entry.value("sql"), domain);
  }
  std::vector<Statement> statements;
  if (statement) statements.push_back(std::move(*statement));
  return statements;
}

void load_span(const Loading& loading, const Section& entry, Stream& stream) {
  stream.from = entry.duration("from").value_or(0s);
  stream.until = entry.duration("until");
  if (entry.given("for")) {
    if (stream.until) entry.problem_at("for", "until is given already: one of them, not both");
    if (const auto length = entry.duration("for")) stream.until = stream.from + *length;
  }
  if (stream.from >= loading.mesh.horizon && entry.given("from"))
    entry.problem_at("from", "starts after the horizon");
  if (stream.until && *stream.until <= stream.from)
    entry.problem_at(entry.given("until") ? "until" : "for", "ends before it starts");
}

/// What its transactions cost matters where cores are counted and for clients that run back to
/// back.
void assume_costs(Loading& loading, const Stream& stream) {
  if (stream.database < 0) return;
  const auto node = static_cast<std::size_t>(
      loading.mesh.databases[static_cast<std::size_t>(stream.database)].node);
  const bool closed = stream.clients.value > 0;
  if (closed) assume_cpu(loading, node, {"commit_wait"});
  if (stream.cpu.value > 0 || (!closed && loading.mesh.nodes[node].cores <= 0)) return;
  assume_cpu(loading, node, {"statement", "row", "scanned_row"});
}

void load_stream(Loading& loading, const Section& entry, std::string_view subject, int domain,
                 std::string name) {
  Stream stream;
  stream.name = std::move(name);
  stream.domain = loading.mesh.domains[static_cast<std::size_t>(domain)].name;
  stream.database = loading.mesh.domains[static_cast<std::size_t>(domain)].database;
  stream.rate = entry.quantity("rate");
  stream.clients = entry.quantity("clients");
  if (entry.given("rate") && entry.given("clients"))
    entry.problem_at("clients", "rate is given already: a load is open (rate) or closed (clients)");
  stream.connections = static_cast<int>(entry.whole("connections").value_or(1));
  stream.profile = resolve_profile(loading, entry);
  stream.growth = entry.quantity("growth");
  stream.executions = entry.number("executions");
  load_span(loading, entry, stream);
  if (subject == "rebuild")
    entry.problem_at("rebuild", "a rebuild happens at times",
                     "give every: or at: instead of a rate");
  else
    stream.statements = statements_of(loading, entry, subject, domain);
  stream.cpu = entry.quantity("cpu");
  assume_costs(loading, stream);
  loading.mesh.streams.push_back(std::move(stream));
}

Job::Rebuild rebuild_of(std::string_view word) {
  if (word == "swap") return Job::Rebuild::swap;
  if (word == "delete_insert") return Job::Rebuild::delete_insert;
  if (word == "merge") return Job::Rebuild::merge;
  if (word == "refresh") return Job::Rebuild::refresh;
  if (word == "refresh_concurrently") return Job::Rebuild::refresh_concurrently;
  return Job::Rebuild::truncate_insert;
}

/// The INSERT that fills the table, when the scenario does not give it: every column.
Statement filling_insert(const models::Table& table, int index, const Section& rebuild,
                         const Loading& loading) {
  Statement insert;
  const bool refresh = table.kind == models::Table::Kind::materialized_view;
  insert.kind = refresh ? models::StatementKind::refresh : models::StatementKind::insert;
  insert.table = index;
  insert.sql = (refresh ? "REFRESH MATERIALIZED VIEW " : "INSERT INTO ") + table.qualified_name() +
               (refresh ? "" : " SELECT …");
  insert.file = loading.problems.source_name(rebuild.mark().source);
  insert.line = rebuild.mark().line;
  insert.column = rebuild.mark().column;
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (!table.columns[c].generated) insert.columns.push_back(static_cast<int>(c));
  return insert;
}

void load_rebuild(Loading& loading, const Section& rebuild, int domain, Job& job) {
  job.kind = Job::Kind::rebuild;
  job.by = rebuild_of(rebuild.choice("by").value_or("truncate_insert"));
  const std::optional<Word> name = rebuild.word("table");
  job.table = name ? resolve_table(loading, rebuild, *name, domain) : -1;
  if (job.table < 0) return;
  const models::Table& table = loading.mesh.tables[static_cast<std::size_t>(job.table)];
  const bool is_matview = table.kind == models::Table::Kind::materialized_view;
  const bool concurrently = job.by == Job::Rebuild::refresh_concurrently;
  if (is_matview != (concurrently || job.by == Job::Rebuild::refresh))
    rebuild.problem_at(
        "table", is_matview
                     ? "a materialized view is rebuilt by: refresh or by: refresh_concurrently"
                     : "by: refresh needs a materialized view");
  if (concurrently && !models::refreshes_concurrently(table))
    rebuild.problem_at("by", fmt::format("REFRESH … CONCURRENTLY needs a unique index on columns "
                                         "of {}, without WHERE",
                                         table.qualified_name()));
  job.rows = rebuild.given("rows") ? rebuild.quantity("rows") : table.rows;
  if (rebuild.given("changed") && !concurrently)
    rebuild.problem_at("changed", "belongs to by: refresh_concurrently");
  job.changed = rebuild.quantity("changed", 1);
  if (const Node* sql = rebuild.value("sql")) {
    if (auto statement = load_statement(loading, rebuild, *sql, domain, job.rows))
      job.statements.push_back(std::move(*statement));
    return;
  }
  Statement insert = filling_insert(table, job.table, rebuild, loading);
  insert.rows = job.rows;
  insert.conflict_share = rebuild.quantity("conflicts");
  job.statements.push_back(std::move(insert));
}

bool writes_in_bulk(const Job& job) {
  return job.kind == Job::Kind::rebuild ||
         std::any_of(job.statements.begin(), job.statements.end(), [](const Statement& statement) {
           return statement.table >= 0 && statement.kind != models::StatementKind::select;
         });
}

void load_job(Loading& loading, const Section& entry, std::string_view subject, int domain,
              std::string name) {
  Job job;
  job.name = std::move(name);
  job.place = entry.place();
  job.domain = loading.mesh.domains[static_cast<std::size_t>(domain)].name;
  job.database = loading.mesh.domains[static_cast<std::size_t>(domain)].database;
  for (const std::string_view key :
       {"clients", "connections", "profile", "growth", "from", "until", "for", "executions", "cpu"})
    if (entry.given(key))
      entry.problem_at(key, "belongs to a stream (rate: or clients:), not to a job at given times");
  job.every = entry.duration("every");
  const std::optional<Duration> at = read_moment(loading, entry, "at");
  job.at = at.value_or(job.every.value_or(0s));
  if (job.at >= loading.mesh.horizon)
    entry.problem_at(entry.given("at") ? "at" : "every", "comes after the horizon");
  if (subject == "rebuild")
    load_rebuild(loading, *entry.object("rebuild"), domain, job);
  else
    job.statements = statements_of(loading, entry, subject, domain);
  if (writes_in_bulk(job) && job.database >= 0)
    assume_bulk_rate(loading,
                     static_cast<std::size_t>(
                         loading.mesh.databases[static_cast<std::size_t>(job.database)].node));
  const bool refresh = subject == "rebuild" && (job.by == Job::Rebuild::refresh ||
                                                job.by == Job::Rebuild::refresh_concurrently);
  loading.provisioning.scheduled_jobs.push_back(
      entry.choice("run_by").value_or(refresh ? "pg_cron" : "domain") == "pg_cron");
  loading.mesh.jobs.push_back(std::move(job));
}

/// The entry's own name where it is the first to have it, else its path.
std::string name_of(Loading& loading, const Section& entry) {
  if (!entry.name().empty() && loading.work_names.insert(entry.name()).second) return entry.name();
  if (!loading.work_names.insert(entry.path()).second)
    entry.problem_at(
        "name", fmt::format("{} names another workload entry already", in_quotes(entry.name())));
  return entry.path();
}

void load_entry(Loading& loading, const Section& entry, int domain) {
  const auto subject = only_one(entry, {"sql", "transaction", "copy", "rebuild"});
  if (!subject) return;
  std::string name = name_of(loading, entry);
  const bool is_stream = entry.given("rate") || entry.given("clients");
  const bool is_job = entry.given("at") || entry.given("every");
  if (is_stream && is_job)
    entry.problem_at(entry.given("every") ? "every" : "at",
                     "a stream (rate:, clients:) has no times",
                     "use from:, until: or for:, or leave the rate out");
  else if (is_stream)
    load_stream(loading, entry, *subject, domain, std::move(name));
  else if (is_job)
    load_job(loading, entry, *subject, domain, std::move(name));
  else
    entry.problem(entry.mark(), "how often does this run?",
                  "give rate: or clients: for a stream, every: or at: for a job");
}

}  // namespace

std::optional<Duration> read_moment(const Loading& loading, const Section& section,
                                    std::string_view key) {
  const std::optional<Word> word = section.word(key);
  if (!word) return std::nullopt;
  if (word->text.find(':') != std::string::npos) {
    const Reading<Duration> clock = read_clock(word->text);
    if (!clock.value) {
      section.problem_at(key, clock.wrong, clock.hint);
      return std::nullopt;
    }
    const Duration local_start = std::chrono::seconds{loading.mesh.start} + loading.utc_offset;
    Duration until = (*clock.value - local_start) % Duration{24h};
    return until < 0s ? until + Duration{24h} : until;
  }
  const Reading<double> seconds = read_number(word->text, Unit::seconds);
  if (!seconds.value || *seconds.value < 0) {
    section.problem_at(key, seconds.value ? "must not be negative" : seconds.wrong,
                       "write a time after the start (3d12h) or a time of day (\"02:00\")");
    return std::nullopt;
  }
  return sim::from_seconds(*seconds.value);
}

void assume_bulk_rate(Loading& loading, std::size_t node) {
  const auto path = loading.bulk_rate_paths.find(node);
  if (path == loading.bulk_rate_paths.end()) return;
  loading.mesh.nodes[node].bulk_rate = prior(loading, path->second, "1/s", 100e3, 300e3, 800e3);
  loading.bulk_rate_paths.erase(path);
}

void load_workloads(Loading& loading) {
  for (std::size_t i = 0; i < loading.domains.size(); ++i)
    for (const Section& entry : loading.domains[i].objects("workload"))
      load_entry(loading, entry, static_cast<int>(i));
}

}  // namespace scenario
