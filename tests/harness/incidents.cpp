#include "tests/harness/incidents.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tests/harness/rebuild_sql.hpp"

namespace harness {
namespace {

using models::Incident;
using Kind = models::Incident::Kind;

bool playable(Kind kind) {
  return kind == Kind::link_down || kind == Kind::subscriber_down ||
         kind == Kind::open_transaction || kind == Kind::ddl;
}

const std::string& database_name(const models::Mesh& mesh, int database) {
  return mesh.databases[static_cast<std::size_t>(database)].name;
}

int node_of(const models::Mesh& mesh, int database) {
  return mesh.databases[static_cast<std::size_t>(database)].node;
}

std::vector<std::string> statements_of(const models::Mesh& mesh, const models::Job& job) {
  if (job.kind == models::Job::Kind::rebuild) return rebuild_sql(mesh, job);
  std::vector<std::string> sql;
  for (const models::Statement& statement : job.statements) sql.push_back(statement.sql);
  if (sql.size() < 2) return sql;
  sql.insert(sql.begin(), "BEGIN");
  sql.emplace_back("COMMIT");
  return sql;
}

}  // namespace

Script::Script(Stage& stage, Timeline& timeline) : stage_{stage}, timeline_{timeline} {
  for (const Incident& incident : stage.mesh().incidents)
    if (!playable(incident.kind) || !incident.at || incident.every.value > 0)
      throw HarnessError(incident.name + ": the lab plays incidents once, at a fixed time");
  for (const models::Job& job : stage.mesh().jobs)
    if (job.kind == models::Job::Kind::rebuild) rebuild_sql(stage.mesh(), job);
}

Script::~Script() { stop(); }

void Script::start() {
  for (const Incident& incident : stage_.mesh().incidents)
    threads_.emplace_back([this, &incident] {
      try {
        act(incident);
      } catch (const std::exception& error) {
        timeline_.add("incident_failed", incident.name, error.what());
      }
    });
  for (const models::Job& job : stage_.mesh().jobs)
    threads_.emplace_back([this, &job] {
      try {
        run(job);
      } catch (const std::exception& error) {
        timeline_.add("job_failed", job.name, error.what());
      }
    });
}

void Script::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  stopped_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool Script::wait_until(double t) {
  std::unique_lock lock{mutex_};
  const auto when = timeline_.start_time() + sim::from_seconds(t);
  return !stopped_.wait_until(lock, when, [this] { return stopping_; });
}

void Script::act(const Incident& incident) {
  if (!wait_until(sim::seconds(*incident.at))) return;
  const bool ends = incident.duration.value > 0;
  const double end = sim::seconds(*incident.at) + incident.duration.value;
  switch (incident.kind) {
    case Kind::link_down:
      timeline_.add("link_down", incident.name);
      set_link(incident.link, false);
      if (!ends || !wait_until(end)) return;
      set_link(incident.link, true);
      timeline_.add("link_up", incident.name);
      return;
    case Kind::subscriber_down:
      timeline_.add("subscriber_down", incident.name);
      set_subscriber(incident, false);
      if (!ends || !wait_until(end)) return;
      timeline_.add("subscriber_up", incident.name);
      set_subscriber(incident, true);
      return;
    case Kind::open_transaction:
      hold_transaction(incident);
      return;
    default:
      timeline_.add("ddl", incident.name);
      stage_.cluster(node_of(stage_.mesh(), incident.database))
          .connect(database_name(stage_.mesh(), incident.database))
          .execute(incident.sql);
      if (incident.repaired_by != "hand" || !ends || !wait_until(end)) return;
      timeline_.add("repair", incident.name);
      repair(incident);
  }
}

void Script::repair(const Incident& incident) {
  std::vector<int> repaired;  // nodes; subscriptions of one database share its copy there
  const auto& subscriptions = stage_.mesh().subscriptions;
  for (std::size_t i = 0; i < subscriptions.size(); ++i) {
    const models::Subscription& s = subscriptions[i];
    if (s.database != incident.database) continue;
    Connection session = stage_.connect_subscriber(static_cast<int>(i));
    if (std::find(repaired.begin(), repaired.end(), s.subscriber) == repaired.end())
      session.execute(incident.sql);
    repaired.push_back(s.subscriber);
    if (s.disable_on_error)
      session.execute(fmt::format("ALTER SUBSCRIPTION {} ENABLE", quote_identifier(s.name)));
  }
}

void Script::set_link(int link, bool up) {
  const auto& subscriptions = stage_.mesh().subscriptions;
  for (std::size_t i = 0; i < subscriptions.size(); ++i)
    if (subscriptions[i].link == link) stage_.proxy(static_cast<int>(i)).set_up(up);
}

void Script::set_subscriber(const Incident& incident, bool up) {
  if (incident.subscription < 0) {
    Cluster& server = stage_.cluster(incident.node);
    if (up)
      server.start();
    else
      server.stop();
    return;
  }
  const auto& subscription =
      stage_.mesh().subscriptions[static_cast<std::size_t>(incident.subscription)];
  stage_.connect_subscriber(incident.subscription)
      .execute(fmt::format("ALTER SUBSCRIPTION {} {}", quote_identifier(subscription.name),
                           up ? "ENABLE" : "DISABLE"));
}

void Script::hold_transaction(const Incident& incident) {
  Connection session = stage_.cluster(node_of(stage_.mesh(), incident.database))
                           .connect(database_name(stage_.mesh(), incident.database));
  session.execute(incident.repeatable_read ? "BEGIN ISOLATION LEVEL REPEATABLE READ" : "BEGIN");
  session.execute("SELECT 1");
  if (incident.writes) session.execute("INSERT INTO public.lab_transaction VALUES (now())");
  timeline_.add("open_transaction", incident.name);
  const double end = sim::seconds(*incident.at) + incident.duration.value;
  wait_until(incident.duration.value > 0 ? end : 1e9);
  session.execute("COMMIT");
  timeline_.add("transaction_end", incident.name);
}

void Script::run(const models::Job& job) {
  Connection session = stage_.cluster(node_of(stage_.mesh(), job.database))
                           .connect(database_name(stage_.mesh(), job.database));
  const std::vector<std::string> statements = statements_of(stage_.mesh(), job);
  for (double at = sim::seconds(job.at); wait_until(at); at += sim::seconds(*job.every)) {
    timeline_.add("job_start", job.name);
    for (const std::string& sql : statements) session.execute(sql);
    timeline_.add("job_end", job.name);
    if (!job.every) return;
  }
}

}  // namespace harness
