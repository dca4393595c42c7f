#include <algorithm>
#include <cmath>

#include "models/simulation.hpp"

/// The horizon of a database: who keeps dead rows, and the routine that ends them.
namespace models {

/// A session's snapshot or xid keeps every row version that dies from now on in its database.
/// Source: procarray.c, ComputeXidHorizons()
void Simulation::hold_horizon(std::size_t incident) {
  const Incident& description = mesh_.incidents[incident];
  if (!holds_horizon(description, description.database)) return;
  const auto node = static_cast<std::size_t>(
      mesh_.databases[static_cast<std::size_t>(description.database)].node);
  settle_all(node);
  Holder& holder = holders_.emplace_back();
  holder.incident = incident;
  holder.database = description.database;
  holder.since = now_;
  holder.xids = nodes_[node].xids;
  holder.died.resize(sites_.size());
  for (const std::size_t s : sites_of_node_[node]) {
    if (load_.sites[s].database != description.database) continue;
    holder.died[s] = sites_[s].died;
    if (++sites_[s].holders > 1 || load_.sites[s].updates < 0) continue;
    const auto u = static_cast<std::size_t>(load_.sites[s].updates);
    UpdateCurve::Past past = updates_[u].past;
    past.before = updates_[u].x;
    past.held = 0;
    past.horizon = UpdateCurve::Past::Horizon::held;
    follow_past(u, past);
  }
  refresh_drivers();
  set_rates(node);
  schedule_kill();
}

void Simulation::release_horizon(std::size_t incident) {
  const auto holder = std::find_if(holders_.begin(), holders_.end(),
                                   [incident](const Holder& h) { return h.incident == incident; });
  if (holder == holders_.end()) return;
  const int database = holder->database;
  const auto node =
      static_cast<std::size_t>(mesh_.databases[static_cast<std::size_t>(database)].node);
  settle_all(node);
  const std::vector<double> died = std::move(holder->died);
  holders_.erase(holder);
  for (const std::size_t s : sites_of_node_[node]) {
    SiteState& state = sites_[s];
    if (load_.sites[s].database != database || --state.holders > 0) continue;
    const int updates = load_.sites[s].updates;
    // Pages that a sliding window has left see no update any more: only VACUUM frees what they
    // keep.
    state.deleted += updates >= 0 && load_.updates[static_cast<std::size_t>(updates)].sliding > 0
                         ? state.died - died[s]
                         : state.kept_deleted;
    state.kept_deleted = 0;
    if (updates < 0) continue;
    const auto u = static_cast<std::size_t>(updates);
    UpdateCurve::Past past = updates_[u].past;
    past.held += updates_[u].x;
    past.horizon = UpdateCurve::Past::Horizon::released;
    follow_past(u, past);
  }
  refresh_drivers();
  set_rates(node);
  schedule_kill();
}

/// Dead rows of a site that a VACUUM starting now has to leave.
double Simulation::kept_rows(std::size_t site) const {
  const Holder* holder = oldest_holder(load_.sites[site].database);
  return holder == nullptr ? 0 : std::max(0.0, sites_[site].died - holder->died[site]);
}

const Simulation::Holder* Simulation::oldest_holder(int database) const {
  const Holder* oldest = nullptr;
  for (const Holder& holder : holders_)
    if (holder.database == database && database >= 0 &&
        (oldest == nullptr || holder.since < oldest->since))
      oldest = &holder;
  return oldest;
}

const Simulation::Holder* Simulation::oldest_holder_on(std::size_t node) const {
  const Holder* oldest = nullptr;
  for (const Holder& holder : holders_)
    if (mesh_.databases[static_cast<std::size_t>(holder.database)].node == static_cast<int>(node) &&
        (oldest == nullptr || holder.xids < oldest->xids))
      oldest = &holder;
  return oldest;
}

void Simulation::schedule_kill() {
  const auto& every = mesh_.governance.kill_routine_every;
  if (!every || holders_.empty()) return timers_.cancel(kill_);
  const double period = seconds(*every);
  const double next = (std::floor(seconds(now_) / period) + 1) * period;
  timers_.set(kill_, Instant{from_seconds(next)});
}

/// The kill routine looks at the age of every holder, in transactions of its node.
void Simulation::on_kill() {
  for (bool again = true; again;) {
    again = false;
    for (const Holder& holder : holders_) {
      const auto node =
          static_cast<std::size_t>(mesh_.databases[static_cast<std::size_t>(holder.database)].node);
      settle(node);
      if (nodes_[node].xids - holder.xids <= mesh_.governance.kill_routine_xmin_age) continue;
      const std::size_t incident = holder.incident;
      event("killed", mesh_.incidents[incident].name, "its snapshot was too old");
      if (const int copy = mesh_.incidents[incident].subscription; copy >= 0) {
        const auto s = static_cast<std::size_t>(copy);
        break_copy(s);
        resume_copy(s, seconds(mesh_.nodes[node].settings.wal_retrieve_retry_interval));
      } else {
        end_incident(incident);
        schedule_incident(incident);
      }
      again = true;
      break;
    }
  }
  schedule_kill();
}

}  // namespace models
