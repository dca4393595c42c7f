#include "models/simulate.hpp"

#include <algorithm>
#include <limits>

#include "models/fdw_load.hpp"
#include "models/initial_copy.hpp"
#include "models/simulation.hpp"

namespace models {

struct Model::Implementation {
  explicit Implementation(const Mesh& described)
      : mesh{with_copies(with_remote_snapshots(described))}, layout{make_layout(mesh)} {}

  Mesh mesh;
  Layout layout;
  mutable CurveCache curves;
};

namespace {

/// Federated queries run at a constant rate, so their figures need no events.
void store_federation(const Mesh& mesh, const Layout& layout, const Draws& draws,
                      std::vector<double>& outcomes) {
  if (layout.queries < 0) return;
  auto at = outcomes.begin() + layout.queries;
  for (const FederatedQuery& query : federated_queries(mesh)) {
    const FederatedUse use = federated_use(mesh, query, draws);
    for (const double value :
         {use.bytes_per_day(), use.transfer.trips, use.seconds, use.memory, use.snapshots()})
      *at++ = value;
  }
  for (const double bytes : federated_link_bytes(mesh, draws)) *at++ = bytes;
}

}  // namespace

Model::Model(const Mesh& mesh)
    : implementation_{new Implementation{mesh}} {}  // NOLINT: owned, the header hides the type

Model::~Model() { delete implementation_; }  // NOLINT

const Mesh& Model::mesh() const { return implementation_->mesh; }
const std::vector<OutcomeKey>& Model::outcomes() const { return implementation_->layout.outcomes; }
const std::vector<SeriesKey>& Model::series() const { return implementation_->layout.series; }

Model::Replicate Model::simulate(std::uint64_t seed, std::uint64_t replicate,
                                 Observer* observer) const {
  const Mesh& mesh = implementation_->mesh;
  const Layout& layout = implementation_->layout;
  const Draws draws = draw(mesh, seed, replicate);
  const Load load = build_load(mesh, layout.sites, draws, implementation_->curves);
  Replicate result;
  result.outcomes.assign(layout.outcomes.size(), std::numeric_limits<double>::quiet_NaN());
  Simulation main{mesh, layout, load, draws, seed, replicate, {}, observer};
  main.run();
  main.store(result.outcomes);
  result.events = main.events();
  store_federation(mesh, layout, draws, result.outcomes);
  // How long the first outage could have lasted: the same draws, but it never ends.
  constexpr int tolerance = static_cast<int>(std::size(slot_metrics)) - 1;
  for (std::size_t s = 0; s < mesh.subscriptions.size(); ++s) {
    const auto id = static_cast<int>(s);
    const Instant outage = main.first_outage(id);
    if (outage == never) continue;
    Simulation companion{mesh, layout, load, draws, seed, replicate, {id, outage}, nullptr};
    companion.run();
    const Instant failure = companion.first_failure(id);
    if (failure == never || failure < outage) continue;
    result.outcomes[static_cast<std::size_t>(layout.slots[s].outcomes + tolerance)] =
        seconds(failure - outage);
  }
  return result;
}

}  // namespace models
