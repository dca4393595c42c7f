#include "tools/plan/faults.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sim/replicate.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/variant.hpp"

namespace plan {
namespace {

using namespace sim::units;
using models::Incident;
using models::Mechanism;

constexpr std::uint64_t fault_replicates = 50, observed_replicates = 100;

RunOptions at_most(std::uint64_t replicates, RunOptions options) {
  options.replicates = std::min(replicates, options.replicates);
  return options;
}

/// The mesh while nothing is planned to go wrong.
models::Mesh calm(const models::Mesh& mesh, Duration horizon) {
  models::Mesh variant = mesh;
  variant.horizon = horizon;
  variant.incidents.clear();
  variant.objectives.clear();
  return variant;
}

/// After a day, and no longer than the fault lasts: what it holds may be used again afterwards.
models::Mesh with_fault(const models::Mesh& mesh, Incident fault, double seconds) {
  models::Mesh variant = calm(mesh, 24h + sim::from_seconds(seconds));
  fault.name = "standard fault";
  fault.at = 24h;
  fault.duration = seconds;
  variant.incidents = {fault};
  return variant;
}

/// The consumers of an event mesh stop.
std::vector<models::Mesh> stops(const models::Mesh& mesh, int product) {
  std::vector<models::Mesh> all;
  for (std::size_t s = 0; s < mesh.subscriptions.size(); ++s) {
    if (mesh.subscriptions[s].product != product) continue;
    Incident fault;
    fault.kind = Incident::Kind::subscriber_down;
    fault.subscription = static_cast<int>(s);
    all.push_back(with_fault(mesh, fault, 86'400));
  }
  return all;
}

/// A snapshot in the database whose tables the consumers read: the producer's, unless they read a
/// copy.
std::vector<models::Mesh> snapshots(const models::Mesh& mesh, const SharedProduct& shared) {
  const models::Product& product = mesh.products[static_cast<std::size_t>(shared.index)];
  std::vector<models::Mesh> all;
  for (std::size_t c = 0; c < product.consumers.size(); ++c) {
    if (product.consumers[c].mechanism == Mechanism::event || product.tables.empty()) continue;
    Incident fault;
    fault.kind = Incident::Kind::open_transaction;
    fault.database = mesh.tables[static_cast<std::size_t>(product.tables.front())].database;
    fault.repeatable_read = true;
    fault.writes = false;
    all.push_back(with_fault(mesh, fault, 3'600));
    if (const double runaway = shared.readers[c].runaway_seconds; runaway != 3'600)
      all.push_back(with_fault(mesh, fault, runaway));
  }
  return all;
}

struct Held {
  Values write_seconds, bytes;
};

Held held(const models::Mesh& mesh, int product, const RunOptions& options) {
  const Variant simulated = simulate_variant(mesh, options);
  Held found{Values(simulated.replicates, 0.0), Values(simulated.replicates, 0.0)};
  const int producer = producer_of(mesh, mesh.products[static_cast<std::size_t>(product)]);
  if (producer < 0) return found;
  const std::string& node = mesh.nodes[static_cast<std::size_t>(producer)].name;
  const auto add = [&](Values& into, const Outcome* from) {
    for (std::size_t i = 0; from != nullptr && i < into.size(); ++i)
      if (!std::isnan(from->values[i])) into[i] += from->values[i];
  };
  add(found.write_seconds, find(simulated.outcomes, "write_seconds_lost", node));
  add(found.bytes, find(simulated.outcomes, "database_size", node));
  for (const models::Subscription& s : mesh.subscriptions)
    if (s.product == product) add(found.bytes, find(simulated.outcomes, "retained_wal", s.slot));
  return found;
}

/// Notes when links are down.
class LinkWatch final : public models::Observer {
 public:
  LinkWatch(const models::Mesh& mesh, const std::set<int>& links) : horizon_{mesh.horizon} {
    for (const Incident& incident : mesh.incidents)
      if (incident.kind == Incident::Kind::link_down && links.contains(incident.link))
        names_.insert(incident.name);
  }
  void on_piece(std::size_t, const sim::Piece&) override {}
  void on_event(const models::Event& event) override {
    if (event.kind != "incident" || !names_.contains(event.subject)) return;
    const bool begins = event.text == "begins";
    if (begins && down_++ == 0) since_ = event.at;
    if (!begins && down_ > 0 && --down_ == 0) seconds_ += sim::seconds(event.at - since_);
  }
  bool wants_events() const override { return true; }
  Duration resolution() const override { return horizon_; }
  double seconds() const {
    return seconds_ + (down_ > 0 ? sim::seconds(Instant{horizon_} - since_) : 0);
  }

 private:
  Duration horizon_;
  std::set<std::string> names_;
  int down_ = 0;
  Instant since_{};
  double seconds_ = 0;
};

/// Seconds during which links that the product's foreign tables need are down.
Values seconds_cut_off(const SimulatedMesh& variant, const std::set<int>& links,
                       const RunOptions& options) {
  const std::atomic<bool> never_stop = false;
  const models::Model model{*variant.mesh};
  Values seconds(std::min(options.replicates, variant.replicates), 0.0);
  const std::uint64_t finished = sim::for_each_replicate(
      seconds.size(), options.threads, options.stop == nullptr ? never_stop : *options.stop,
      [&](std::uint64_t i) {
        LinkWatch watch{*variant.mesh, links};
        model.simulate(variant.seed, i, &watch);
        seconds[i] = watch.seconds();
      },
      options.done);
  seconds.resize(finished);
  return seconds;
}

}  // namespace

Blast blast_radius(const SimulatedMesh& variant, const SharedProduct& product,
                   const RunOptions& given) {
  const RunOptions options = at_most(fault_replicates, given);
  Blast worst{runaway_seconds_lost(variant, product), Values(options.replicates, 0.0)};
  worst.write_seconds.resize(options.replicates);
  std::vector<models::Mesh> faults = stops(*variant.mesh, product.index);
  for (models::Mesh& mesh : snapshots(*variant.mesh, product)) faults.push_back(std::move(mesh));
  std::map<Duration, Held> calm_until;
  for (const models::Mesh& mesh : faults) {
    if (!calm_until.contains(mesh.horizon))
      calm_until[mesh.horizon] = held(calm(*variant.mesh, mesh.horizon), product.index, options);
    const Held& before = calm_until[mesh.horizon];
    const Held during = held(mesh, product.index, options);
    for (std::size_t i = 0; i < std::min(before.bytes.size(), during.bytes.size()); ++i) {
      // Whole bytes: sums of doubles differ in their last digits.
      worst.bytes[i] = std::max(worst.bytes[i], std::round(during.bytes[i] - before.bytes[i]));
      worst.write_seconds[i] =
          std::max(worst.write_seconds[i], during.write_seconds[i] - before.write_seconds[i]);
    }
  }
  return worst;
}

std::uint64_t fault_runs(const models::Mesh& mesh, const SharedProduct& shared,
                         std::uint64_t replicates) {
  std::set<double> lengths;  // each needs the calm mesh once
  std::uint64_t faults = 0;
  const models::Product& product = mesh.products[static_cast<std::size_t>(shared.index)];
  for (std::size_t c = 0; c < product.consumers.size(); ++c) {
    std::set<double> own{3'600, shared.readers[c].runaway_seconds};
    if (product.consumers[c].mechanism == Mechanism::event) own = {86'400};
    faults += own.size();
    lengths.insert(own.begin(), own.end());
  }
  return std::min(fault_replicates, replicates) * (faults + lengths.size()) +
         std::min(observed_replicates, replicates);
}

Values availability(const SimulatedMesh& variant, int product, const RunOptions& given) {
  const RunOptions options = at_most(observed_replicates, given);
  const models::Mesh& mesh = *variant.mesh;
  const models::Product& shared = mesh.products[static_cast<std::size_t>(product)];
  std::set<int> links, nodes;
  for (const models::Consumer& consumer : shared.consumers) {
    nodes.insert(consumer.node);
    if (consumer.mechanism == Mechanism::event) continue;
    nodes.insert(producer_of(mesh, shared));
    if (consumer.link >= 0) links.insert(consumer.link);
  }
  Values seconds = seconds_cut_off(variant, links, options);
  for (const int node : nodes)
    if (node >= 0)
      if (const Outcome* down = find(variant.outcomes, "write_seconds_lost",
                                     mesh.nodes[static_cast<std::size_t>(node)].name);
          down != nullptr)
        for (std::size_t i = 0; i < seconds.size(); ++i)
          seconds[i] += std::isnan(down->values[i]) ? 0 : down->values[i];
  const double horizon = sim::seconds(mesh.horizon);
  for (double& s : seconds) s = 1 - std::min(s / horizon, 1.0);
  return seconds;
}

}  // namespace plan
