#include "tools/plan/mechanisms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "tools/plan/faults.hpp"
#include "tools/plan/matrix_cells.hpp"
#include "tools/plan/objectives.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/recommend.hpp"
#include "tools/plan/variant.hpp"

namespace plan {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// A variant with its row of the matrix.
struct Column {
  const MechanismVariant* variant;
  SimulatedMesh simulated;
  std::vector<ObjectiveResult> objectives;
  std::vector<Outcome> cells;
};

class Matrix {
 public:
  Matrix(const MechanismQuestion& question, const RunOptions& options)
      : question_{question}, options_{options} {}

  MechanismAnswer answer() {
    MechanismAnswer answer;
    for (const MechanismVariant& variant : question_.variants) {
      if (!variant.mesh) continue;
      if (!simulate(variant)) {
        answer.interrupted = true;
        return answer;
      }
    }
    for (Column& column : columns_) fill(column);
    break_even();
    compare_columns(answer.comparisons);
    for (const SharedProduct& product : question_.products)
      recommend(answer.comparisons, name_of(product));
    answer.assumptions = assumptions();
    return answer;
  }

 private:
  const models::Mesh& first_mesh() const { return *columns_.front().variant->mesh; }
  std::string name_of(const SharedProduct& product) const {
    return first_mesh().products[static_cast<std::size_t>(product.index)].name;
  }

  bool simulate(const MechanismVariant& variant) {
    Variant found = simulate_variant(*variant.mesh, options_);
    if (found.replicates < options_.replicates) return false;
    Column column{&variant, {&*variant.mesh, options_.seed, found.replicates, {}}, {}, {}};
    column.simulated.statement_cpu = question_.statement_cpu;
    column.objectives = evaluate(question_.objectives, found.outcomes);
    column.simulated.outcomes = std::move(found.outcomes);
    columns_.push_back(std::move(column));
    return true;
  }

  static void cell(Column& column, const char* metric, const std::string& subject, Values values) {
    const auto& all = matrix_metrics();
    const auto described = std::find_if(all.begin(), all.end(), [&](const models::Metric& m) {
      return std::string_view{m.name} == metric;
    });
    column.cells.push_back(summarise({metric, subject, described->unit}, false, std::move(values)));
  }

  void fill(Column& column) {
    const SimulatedMesh& s = column.simulated;
    for (const SharedProduct& product : question_.products) {
      const std::string name = name_of(product);
      const models::Product& shared = s.mesh->products[static_cast<std::size_t>(product.index)];
      const int producer = producer_of(*s.mesh, shared);
      if (producer >= 0 && s.mesh->nodes[static_cast<std::size_t>(producer)].cores > 0)
        cell(column, "isolation", name, isolation(s, product));
      if (question_.reading && has_queries(product.index))
        cell(column, "read_latency", name, read_latency(s, *question_.reading, product.index));
      cell(column, "freshness", name, freshness(s, product.index));
      if (const double every = rebuild_interval(*s.mesh, product.index); every > 0)
        cell(column, "rebuild_interval", name, Values(s.replicates, every));
      cell(column, "network_bytes", name, network_bytes(s, product.index));
      cell(column, "storage_overhead", name, storage_overhead(s, product.index));
      cell(column, "slot_loss", name, slot_loss(s, product.index));
      Blast blast = blast_radius(s, product, options_);
      cell(column, "blast_write_seconds", name, std::move(blast.write_seconds));
      cell(column, "blast_bytes", name, std::move(blast.bytes));
      cell(column, "availability", name, availability(s, product.index, options_));
    }
    for (const models::Node& node : s.mesh->nodes)
      cell(column, "node_bytes", node.name, node_bytes(s, node.name));
    cell(column, "disk_exhaustion", "mesh", disk_exhaustion(s));
    cell(column, "bloat", "mesh", bloat(s));
    cell(column, "objectives_missed", "mesh", Values(s.replicates, missed(column)));
    if (question_.prices) cell(column, "money", "mesh", money(s, *question_.prices));
  }

  bool has_queries(int product) const {
    const auto& consumers =
        question_.reading->products[static_cast<std::size_t>(product)].consumers;
    return std::any_of(consumers.begin(), consumers.end(),
                       [](const models::Consumer& c) { return !c.queries.empty(); });
  }

  static double missed(const Column& column) {
    return static_cast<double>(
        std::count_if(column.objectives.begin(), column.objectives.end(),
                      [](const ObjectiveResult& objective) { return !objective.met; }));
  }

  Column* column_of(models::Mechanism mechanism) {
    for (Column& column : columns_)
      if (column.variant->mechanism == mechanism) return &column;
    return nullptr;
  }

  /// Executions a day at which a federated query moves, or costs, as much as replication does.
  void break_even() {
    Column* federated = column_of(models::Mechanism::federated);
    const Column* event = column_of(models::Mechanism::event);
    if (federated == nullptr || event == nullptr) return;
    for (const SharedProduct& product : question_.products) {
      const Values replicated = network_bytes(event->simulated, product.index),
                   fetched = federated_bytes(federated->simulated, product.index),
                   often = executions(federated->simulated, product.index);
      if (!has_traffic(fetched)) continue;
      Values bytes(fetched.size(), none), cost(fetched.size(), none);
      for (std::size_t i = 0; i < bytes.size(); ++i)
        if (fetched[i] > 0) bytes[i] = replicated[i] * often[i] / fetched[i];
      cell(*federated, "break_even", name_of(product), std::move(bytes));
      if (!question_.prices || question_.prices->egress_gb <= 0) continue;
      const Values dear = money(event->simulated, *question_.prices),
                   cheap = money(federated->simulated, *question_.prices);
      constexpr double gib = 1 << 30;
      for (std::size_t i = 0; i < cost.size(); ++i) {
        const double once =
            fetched[i] / std::max(often[i], 1e-9) * 30 / gib * question_.prices->egress_gb;
        if (once > 0) cost[i] = std::max(0.0, often[i] + (dear[i] - cheap[i]) / once);
      }
      cell(*federated, "break_even_money", name_of(product), std::move(cost));
    }
  }

  static bool has_traffic(const Values& bytes) {
    return std::any_of(bytes.begin(), bytes.end(), [](double b) { return b > 0; });
  }

  void compare_columns(std::vector<Comparison>& comparisons) {
    if (question_.prices) regret();
    std::vector<Compared> all;
    for (Column& column : columns_)
      all.push_back({column.variant->name, std::move(column.cells), true});
    const Compared baseline = std::move(all.front());
    all.erase(all.begin());
    comparisons = compare(baseline, all);
    const std::string& currency = question_.prices ? question_.prices->currency : std::string{};
    for (Comparison& c : comparisons)
      if (c.key.unit == "money" && !currency.empty()) c.key.unit = currency;
    for (Comparison& c : comparisons)
      if (!c.text.empty()) c.text = c.key.metric == "node_bytes" ? "no such node" : "-";
  }

  /// What taking a variant costs more than having taken the best one of each replicate.
  void regret() {
    std::vector<const Outcome*> costs;
    for (const Column& column : columns_) costs.push_back(find(column.cells, "money", "mesh"));
    std::vector<Values> regrets;
    for (const Outcome* own : costs) {
      Values values = own->values;
      for (std::size_t i = 0; i < values.size(); ++i) {
        double least = values[i];
        for (const Outcome* other : costs) least = std::min(least, other->values[i]);
        values[i] -= least;
      }
      regrets.push_back(std::move(values));
    }
    for (std::size_t i = 0; i < columns_.size(); ++i)
      cell(columns_[i], "regret", "mesh", std::move(regrets[i]));
  }

  std::vector<Assumption> assumptions() const {
    std::vector<Assumption> all;
    for (const MechanismVariant& variant : question_.variants) {
      for (const std::string& rule : variant.rules)
        all.push_back({"mechanism " + variant.name, rule, "compare --mechanisms"});
      if (!variant.refusal.empty())
        all.push_back({"mechanism " + variant.name, "cannot be built: " + variant.refusal,
                       "compare --mechanisms"});
    }
    all.push_back(statement_cpu_assumption(question_.statement_cpu));
    all.push_back({"standard faults",
                   "a consumer stops for 24 h, holds a snapshot for 1 h, or its query runs away",
                   "compare --mechanisms"});
    return all;
  }

  const MechanismQuestion& question_;
  const RunOptions& options_;
  std::vector<Column> columns_;
};

}  // namespace

const std::vector<models::Metric>& matrix_metrics() {
  static const std::vector<models::Metric> all{
      {"isolation", "s", "product", false,
       "P99 delay that a consumer's runaway query adds to other domains' statements"},
      {"read_latency", "s", "product", false, "Time of a consumer's query, weighted by rate"},
      {"freshness", "s", "product", false,
       "Oldest that the newest committed change a reader sees gets"},
      {"rebuild_interval", "s", "product", false,
       "Time between two rebuilds of the product's tables, which adds to freshness"},
      {"availability", "ratio", "product", false,
       "Share of the time in which the product can be read"},
      {"network_bytes", "bytes", "product", false, "Bytes a day between nodes"},
      {"node_bytes", "bytes", "node", false, "Most bytes on the node's volumes"},
      {"storage_overhead", "bytes", "product", false, "Bytes of second copies, with indexes"},
      {"disk_exhaustion", "0/1", "mesh", false, "Some volume fills up"},
      {"slot_loss", "0/1", "product", false, "A slot of the product is invalidated"},
      {"bloat", "bytes", "mesh", false, "Dead rows in heaps, every table at its worst"},
      {"blast_write_seconds", "s", "product", false,
       "Write time that the worst standard fault of a consumer costs its producer"},
      {"blast_bytes", "bytes", "product", false,
       "Bytes that the worst standard fault makes the producer hold"},
      {"objectives_missed", "count", "mesh", false, "Objectives of the scenario that are missed"},
      {"money", "money", "mesh", false, "Cost of a month, by the price file"},
      {"regret", "money", "mesh", false,
       "The same, above the cheapest mechanism of each replicate"},
      {"break_even", "1/day", "product", false,
       "Queries a day at which federation moves as many bytes as replication"},
      {"break_even_money", "1/day", "product", false,
       "Queries a day at which federation costs as much as replication"},
  };
  return all;
}

std::uint64_t matrix_replicates(const MechanismQuestion& question, std::uint64_t replicates) {
  std::uint64_t all = 0;
  for (const MechanismVariant& variant : question.variants) {
    if (!variant.mesh) continue;
    all += replicates;
    for (const SharedProduct& product : question.products)
      all += fault_runs(*variant.mesh, product, replicates);
  }
  return all;
}

MechanismAnswer compare_mechanisms(const MechanismQuestion& question, const RunOptions& options) {
  return Matrix{question, options}.answer();
}

}  // namespace plan
