#include "tools/plan/matrix_cells.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>

#include "models/fdw_load.hpp"
#include "models/table_site.hpp"
#include "tools/plan/runaway.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

using models::Mechanism;

constexpr sim::TwoPieceLognormal statement_cpu_prior{60e-6, 150e-6, 400e-6};
constexpr double parallel_workers = 2;  // max_parallel_workers_per_gather's default
constexpr double gib = 1 << 30, day = 86'400, month = 30 * day;

bool is_foreign(Mechanism m) { return m == Mechanism::federated || m == Mechanism::databases; }

const models::Product& product_of(const models::Mesh& mesh, int product) {
  return mesh.products[static_cast<std::size_t>(product)];
}

/// Adds (or takes the larger of) an outcome into values, replicate by replicate.
enum class Join { sum, largest };
void join(Values& values, const Outcome& outcome, Join how) {
  for (std::size_t i = 0; i < values.size() && i < outcome.values.size(); ++i) {
    const double v = std::isnan(outcome.values[i]) ? 0 : outcome.values[i];
    values[i] = how == Join::sum ? values[i] + v : std::max(values[i], v);
  }
}

Values joined(const SimulatedMesh& variant, std::string_view metric, Join how,
              const std::function<bool(const std::string&)>& of) {
  Values values(variant.replicates, 0.0);
  for (const Outcome& outcome : variant.outcomes)
    if (outcome.key.metric == metric && of(outcome.key.subject)) join(values, outcome, how);
  return values;
}

std::vector<const models::Subscription*> subscriptions(const models::Mesh& mesh, int product) {
  std::vector<const models::Subscription*> found;
  for (const models::Subscription& s : mesh.subscriptions)
    if (product < 0 || s.product == product) found.push_back(&s);
  return found;
}

/// One value per replicate of its draws.
Values drawn(const models::Mesh& mesh, const SimulatedMesh& variant,
             const std::function<double(const models::Draws&, std::uint64_t)>& value) {
  Values values(variant.replicates);
  for (std::uint64_t i = 0; i < variant.replicates; ++i)
    values[i] = value(models::draw(mesh, variant.seed, i), i);
  return values;
}

double busiest_factor(const models::Mesh& mesh, int profile) {
  if (profile < 0) return 1;
  double most = 0;
  for (const auto& step : mesh.profiles[static_cast<std::size_t>(profile)].steps)
    most = std::max(most, step.factor);
  return most;
}

/// Whether a federated query's bytes pass between nodes.
bool crosses(const models::Mesh& mesh, const models::FederatedQuery& query) {
  const models::Product& product = product_of(mesh, query.product);
  return product.consumers[static_cast<std::size_t>(query.consumer)].node !=
         producer_of(mesh, product);
}

/// One execution where the tables are at hand: it reads what the remote side of its plan would.
double local_seconds(const models::Mesh& reading, const models::Consumer& consumer,
                     const models::ConsumerQuery& query, const models::Draws& draws) {
  double rows = 0;
  for (const models::ForeignScan& scan : query.plan.scans) {
    double factor = 1;
    if (scan.table >= 0) {
      const models::Quantity& size = reading.tables[static_cast<std::size_t>(scan.table)].rows;
      if (size.value > 0) factor = draws(size) / size.value;
    }
    rows += scan.scanned_rows * factor * scan.loops;
  }
  return rows / draws(consumer.remote_scan_rate);
}

/// The worst that a runaway query of one of the product's consumers does in one replicate.
double worst_of(const SimulatedMesh& variant, const SharedProduct& shared,
                const models::Draws& draws, std::uint64_t replicate,
                double (*effect)(const CpuDemand&, const Runaway&)) {
  const models::Mesh& mesh = *variant.mesh;
  const models::Product& product = product_of(mesh, shared.index);
  const int node = producer_of(mesh, product);
  if (node < 0) return 0;
  const double cores = mesh.nodes[static_cast<std::size_t>(node)].cores;
  double worst = 0;
  for (std::size_t c = 0; c < product.consumers.size(); ++c) {
    const double processes = runaway_processes(mesh, product.consumers[c], product);
    if (processes <= 0 || cores <= 0) continue;
    const SharedProduct::Reader& reader = shared.readers[c];
    const CpuDemand demand{
        cores, busiest_arrivals(mesh, node, reader.domain, draws),
        variant.statement_cpu ? *variant.statement_cpu : statement_cpu(variant.seed, replicate)};
    worst = std::max(worst, effect(demand, {processes, reader.runaway_seconds}));
  }
  return worst;
}

}  // namespace

double statement_cpu(std::uint64_t seed, std::uint64_t replicate) {
  sim::Rng rng = sim::Streams{seed, replicate}.named("statement_cpu");
  return rng.lognormal(statement_cpu_prior);
}

Assumption statement_cpu_assumption(std::optional<double> given) {
  if (given)
    return {"statement_cpu", duration_in_words(*given) + " of a core per statement",
            "--statement-cpu; decides isolation only"};
  return {
      "statement_cpu", "60 us (P10), 150 us (P50), 400 us (P90) of a core per statement",
      "prior: single-core throughput of simple statements; decides isolation only; --statement-cpu "
      "replaces it"};
}

int producer_of(const models::Mesh& mesh, const models::Product& product) {
  if (product.tables.empty()) return -1;
  const int database = mesh.tables[static_cast<std::size_t>(product.tables.front())].database;
  return database < 0 ? -1 : mesh.databases[static_cast<std::size_t>(database)].node;
}

double busiest_arrivals(const models::Mesh& mesh, int node, const std::string& without_domain,
                        const models::Draws& draws) {
  double arrivals = 0;
  for (const models::Stream& stream : mesh.streams) {
    if (stream.database < 0 || stream.domain == without_domain ||
        mesh.databases[static_cast<std::size_t>(stream.database)].node != node)
      continue;
    arrivals += draws(stream.rate) * busiest_factor(mesh, stream.profile) *
                static_cast<double>(stream.statements.size());
  }
  return arrivals;
}

double runaway_processes(const models::Mesh& mesh, const models::Consumer& consumer,
                         const models::Product& product) {
  const bool here = consumer.node == producer_of(mesh, product);
  return (here ? 1 + parallel_workers : 0) + (is_foreign(consumer.mechanism) ? 1 : 0);
}

Values isolation(const SimulatedMesh& variant, const SharedProduct& product) {
  return drawn(*variant.mesh, variant, [&](const models::Draws& draws, std::uint64_t i) {
    return worst_of(variant, product, draws, i, delay_added);
  });
}

Values runaway_seconds_lost(const SimulatedMesh& variant, const SharedProduct& product) {
  return drawn(*variant.mesh, variant, [&](const models::Draws& draws, std::uint64_t i) {
    return worst_of(variant, product, draws, i, seconds_lost);
  });
}

Values read_latency(const SimulatedMesh& variant, const models::Mesh& reading, int product) {
  const std::vector<models::FederatedQuery> plans = models::federated_queries(reading);
  return drawn(*variant.mesh, variant, [&](const models::Draws& draws, std::uint64_t i) {
    const models::Draws plan_draws = models::draw(reading, variant.seed, i);
    double seconds = 0, weight = 0;
    for (const models::FederatedQuery& id : plans) {
      if (id.product != product) continue;
      const models::Consumer& planned =
          product_of(reading, product).consumers[static_cast<std::size_t>(id.consumer)];
      const models::Consumer& consumer =
          product_of(*variant.mesh, product).consumers[static_cast<std::size_t>(id.consumer)];
      const models::ConsumerQuery& query = planned.queries[static_cast<std::size_t>(id.query)];
      const double rate = std::max(plan_draws(query.rate), 1e-9);
      seconds += rate * (is_foreign(consumer.mechanism)
                             ? models::federated_use(*variant.mesh, id, draws).seconds
                             : local_seconds(reading, planned, query, plan_draws));
      weight += rate;
    }
    return weight > 0 ? seconds / weight : 0;
  });
}

Values freshness(const SimulatedMesh& variant, int product) {
  const auto slots = subscriptions(*variant.mesh, product);
  return joined(variant, "replay_lag", Join::largest, [&](const std::string& subject) {
    return std::any_of(slots.begin(), slots.end(),
                       [&](const auto* s) { return s->slot == subject; });
  });
}

double rebuild_interval(const models::Mesh& mesh, int product) {
  const std::vector<int>& tables = product_of(mesh, product).tables;
  double longest = 0;
  for (const models::Job& job : mesh.jobs)
    if (job.kind == models::Job::Kind::rebuild && job.every &&
        std::find(tables.begin(), tables.end(), job.table) != tables.end())
      longest = std::max(longest, sim::seconds(*job.every));
  return longest;
}

Values federated_bytes(const SimulatedMesh& variant, int product) {
  const auto queries = models::federated_queries(*variant.mesh);
  return drawn(*variant.mesh, variant, [&](const models::Draws& draws, std::uint64_t) {
    double bytes = 0;
    for (const models::FederatedQuery& id : queries)
      if ((product < 0 || id.product == product) && crosses(*variant.mesh, id))
        bytes += models::federated_use(*variant.mesh, id, draws).bytes_per_day();
    return bytes;
  });
}

Values executions(const SimulatedMesh& variant, int product) {
  return drawn(*variant.mesh, variant, [&](const models::Draws& draws, std::uint64_t) {
    double per_day = 0;
    for (const models::Consumer& consumer : product_of(*variant.mesh, product).consumers)
      for (const models::ConsumerQuery& query : consumer.queries)
        per_day += draws(query.rate) * day;
    return per_day;
  });
}

Values network_bytes(const SimulatedMesh& variant, int product) {
  const double days = sim::seconds(variant.mesh->horizon) / day;
  const auto slots = subscriptions(*variant.mesh, product);
  Values values = joined(variant, "link_bytes", Join::sum, [&](const std::string& subject) {
    return std::any_of(slots.begin(), slots.end(), [&](const auto* s) {
      return s->slot == subject && s->publisher != s->subscriber;
    });
  });
  const Values federated = federated_bytes(variant, product);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = values[i] / days + federated[i];
  return values;
}

Values storage_overhead(const SimulatedMesh& variant, int product) {
  std::vector<std::string> copies;
  for (const models::Site& site : models::table_sites(*variant.mesh))
    if (site.subscription >= 0 &&
        variant.mesh->subscriptions[static_cast<std::size_t>(site.subscription)].product == product)
      copies.push_back(site.label);
  return joined(variant, "table_size", Join::sum, [&](const std::string& subject) {
    return std::find(copies.begin(), copies.end(), subject) != copies.end();
  });
}

Values node_bytes(const SimulatedMesh& variant, const std::string& node) {
  return joined(variant, "volume_bytes", Join::sum, [&](const std::string& subject) {
    return subject == node + "/data" || subject == node + "/wal";
  });
}

Values disk_exhaustion(const SimulatedMesh& variant) {
  return joined(variant, "disk_full", Join::largest, [](const std::string&) { return true; });
}

Values slot_loss(const SimulatedMesh& variant, int product) {
  const auto slots = subscriptions(*variant.mesh, product);
  return joined(variant, "slot_lost", Join::largest, [&](const std::string& subject) {
    return std::any_of(slots.begin(), slots.end(),
                       [&](const auto* s) { return s->slot == subject; });
  });
}

Values bloat(const SimulatedMesh& variant) {
  Values values(variant.replicates, 0.0);
  const auto of = [&](const char* metric, const std::string& subject) {
    return joined(variant, metric, Join::sum,
                  [&](const std::string& other) { return other == subject; });
  };
  for (const models::Site& site : models::table_sites(*variant.mesh)) {
    const Values dead = of("n_dead_tup", site.label), live = of("n_live_tup", site.label),
                 heap = of("heap_size", site.label);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (dead[i] > 0) values[i] += heap[i] * dead[i] / (dead[i] + live[i]);
  }
  return values;
}

Values money(const SimulatedMesh& variant, const models::Prices& prices) {
  const models::Mesh& mesh = *variant.mesh;
  const double months = sim::seconds(mesh.horizon) / month;
  const auto any = [](const std::string&) { return true; };
  const Values network = network_bytes(variant, -1);
  const Values lost = joined(variant, "write_seconds_lost", Join::sum, any);
  const Values slots = joined(variant, "slot_lost", Join::sum, any);
  Values values = drawn(mesh, variant, [&](const models::Draws& draws, std::uint64_t) {
    double cost = 0;
    for (const models::Node& node : mesh.nodes)
      cost += (draws(node.data.size) + (node.wal ? draws(node.wal->size) : 0)) / gib *
                  prices.storage_gb_month +
              node.cores * prices.core_month + draws(node.memory) / gib * prices.memory_gb_month;
    return cost;
  });
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] += network[i] * 30 / gib * prices.egress_gb +
                 lost[i] / 60 / months * prices.outage_minute + slots[i] / months * prices.recopy;
  return values;
}

}  // namespace plan
