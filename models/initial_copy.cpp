#include "models/initial_copy.hpp"

#include <algorithm>
#include <limits>

namespace models {

Mesh with_copies(Mesh mesh) {
  for (std::size_t s = 0; s < mesh.subscriptions.size(); ++s) {
    const Subscription& subscription = mesh.subscriptions[s];
    if (!subscription.copy_data) continue;
    Incident snapshot;
    snapshot.name = "initial copy of " + subscription.name;
    snapshot.kind = Incident::Kind::open_transaction;
    snapshot.subscription = static_cast<int>(s);
    snapshot.node = subscription.publisher;
    snapshot.database = subscription.database;
    snapshot.repeatable_read = true;
    snapshot.writes = false;
    mesh.incidents.push_back(std::move(snapshot));
  }
  return mesh;
}

int sync_workers(const Mesh& mesh, int subscription) {
  const int node = mesh.subscriptions[static_cast<std::size_t>(subscription)].subscriber;
  const Settings& settings = mesh.nodes[static_cast<std::size_t>(node)].settings;
  const auto applies =
      std::count_if(mesh.subscriptions.begin(), mesh.subscriptions.end(),
                    [node](const Subscription& s) { return s.subscriber == node; });
  return std::max(1,
                  std::min(settings.max_sync_workers_per_subscription,
                           settings.max_logical_replication_workers - static_cast<int>(applies)));
}

double copy_speed(double worker, double bandwidth, double stream, double bytes_per_row,
                  int copies) {
  const double left = std::max(bandwidth - stream, bandwidth * copies / (copies + 1.0));
  return std::min(worker, left / copies / bytes_per_row);
}

double copy_catch_up(double seconds, double speed) {
  return speed > 1 ? seconds / (speed - 1) : std::numeric_limits<double>::infinity();
}

}  // namespace models
