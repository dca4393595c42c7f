#include <cmath>

#include "models/fdw_load.hpp"
#include "models/load_builder.hpp"
#include "models/shared_compute.hpp"

/// CPU that streams, jobs and federated queries take.
namespace models {
namespace {

/// An index that leads to the rows that a statement asks for.
bool finds_by_index(const Table& t, const Statement& statement) {
  return std::any_of(t.indexes.begin(), t.indexes.end(), [&](const Index& index) {
    const auto& wanted = statement.predicate_columns;
    return !index.keys.empty() && index.keys.front().column >= 0 && index.predicate.empty() &&
           std::find(wanted.begin(), wanted.end(), index.keys.front().column) != wanted.end();
  });
}

bool writes(const Statement& s) { return s.kind != StatementKind::select && s.table >= 0; }

/// An index entry beside the first, relative to a row with one. Prior: a descent of the tree and a
/// record beside the heap's own and the executor's work.
constexpr double further_entry = 0.4;
/// UPDATE relative to INSERT (measured 0.45 of its rate on PostgreSQL 15, MODEL_FACTS J).
constexpr double update_cost = 1 / 0.45;

}  // namespace

/// Rows that a statement looks at: what it matches when an index leads there, else the table. What
/// a query reads in further tables is not known: `cpu:` tells.
double LoadBuilder::scanned_rows(const Statement& s) const {
  if (s.table < 0 || s.kind == StatementKind::insert || s.kind == StatementKind::copy) return 0;
  const Table& t = at(mesh_.tables, s.table);
  const bool by_key = s.kind == StatementKind::upsert || s.kind == StatementKind::merge;
  const double own = by_key || finds_by_index(t, s) ? draws_(s.rows) : draws_(t.rows);
  return own * draws_(t.policy_cost);
}

double LoadBuilder::cpu_of(const Statement& s, const CpuCost& cost) const {
  double cpu = draws_(cost.statement) + draws_(cost.scanned_row) * scanned_rows(s);
  if (!writes(s)) return cpu;
  const double further = std::max(0.0, draws_(s.rows) - 1);
  const auto indexes = static_cast<double>(at(mesh_.tables, s.table).indexes.size());
  const double per_row = s.kind == StatementKind::update ? update_cost : 1;
  return cpu + further * draws_(cost.row) * (per_row + further_entry * std::max(0.0, indexes - 1));
}

double LoadBuilder::cpu_of(const Stream& stream) const {
  if (stream.cpu.value > 0) return draws_(stream.cpu);
  const CpuCost& cost = at(mesh_.nodes, at(mesh_.databases, stream.database).node).cpu;
  double cpu = 0;
  for (const Statement& s : stream.statements) cpu += cpu_of(s, cost);
  return cpu;
}

ClosedClients LoadBuilder::closed_clients(const Stream& stream) const {
  if (stream.clients.value <= 0) return {};
  const CpuCost& cost = at(mesh_.nodes, at(mesh_.databases, stream.database).node).cpu;
  const bool flushes = std::any_of(stream.statements.begin(), stream.statements.end(), writes);
  return {draws_(stream.clients), cpu_of(stream), flushes ? draws_(cost.commit_wait) : 0};
}

/// Transactions per second: of clients, what they manage when nobody disturbs them.
double LoadBuilder::stream_rate(const Stream& stream) const {
  if (stream.clients.value <= 0) return draws_(stream.rate);
  const ClosedClients closed = closed_clients(stream);
  return closed.clients / std::max(1e-6, closed.cpu + closed.wait);
}

void LoadBuilder::add_compute() {
  load_.compute.resize(mesh_.nodes.size());
  for (std::size_t n = 0; n < mesh_.nodes.size(); ++n) {
    const Settings& settings = mesh_.nodes[n].settings;
    load_.compute[n].cores = mesh_.nodes[n].cores;
    load_.compute[n].connections =
        std::max(1, settings.max_connections - settings.superuser_reserved_connections);
  }
  for (const Stream& stream : mesh_.streams) add_stream_compute(stream);
  load_.paces.resize(load_.clocks.size());
  for (const JobLoad& job : load_.jobs)
    at(load_.paces, job.clock) = {
        ClockPace::Of::job, at(mesh_.databases, at(mesh_.jobs, job.job).database).node, {}};
  add_federated_compute();
}

void LoadBuilder::add_stream_compute(const Stream& stream) {
  const int node = at(mesh_.databases, stream.database).node;
  const int clock = clock_of(stream);
  load_.paces.resize(load_.clocks.size());
  ComputeLoad load{clock, stream_rate(stream), cpu_of(stream), -1, closed_clients(stream)};
  for (std::size_t d = 0; d < mesh_.domains.size(); ++d)
    if (mesh_.domains[d].name == stream.domain) load.domain = static_cast<int>(d);
  ClockPace& pace = at(load_.paces, clock);
  pace.of = load.closed.clients > 0 ? ClockPace::Of::closed : ClockPace::Of::open;
  if (load.closed.clients > 0) {
    pace.node = node;
    pace.clients = load.closed;
  }
  at(load_.compute, node).loads.push_back(load);
}

/// The producer scans for a federated query, and the consumer takes in what arrives: over loopback
/// both on the same cores.
void LoadBuilder::add_federated_compute() {
  for (const FederatedQuery& id : federated_queries(mesh_)) {
    const Consumer& consumer = at(at(mesh_.products, id.product).consumers, id.consumer);
    const ConsumerQuery& query = at(consumer.queries, id.query);
    const double rate = draws_(query.rate), scan = draws_(consumer.remote_scan_rate),
                 fetch = draws_(consumer.fetch_rate);
    if (rate <= 0 || consumer.database < 0) continue;
    double scanned = 0, fetched = 0;
    for (const ForeignScan& s : query.plan.scans) {
      const double cost = s.table < 0 ? 1 : draws_(at(mesh_.tables, s.table).policy_cost);
      scanned += s.scanned_rows * s.loops * cost;
      fetched += s.rows * s.loops;
    }
    const auto add = [&](int node, double cpu) {
      if (node >= 0 && cpu > 0) at(load_.compute, node).loads.push_back({-1, rate, cpu, -1, {}});
    };
    add(at(mesh_.databases, consumer.database).node, scan > 0 ? scanned / scan : 0);
    add(consumer.node, fetch > 0 ? fetched / fetch : 0);
  }
}

}  // namespace models
