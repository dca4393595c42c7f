#include <cmath>

#include "models/simulation.hpp"

/// DDL that subscribers lack: apply fails at the first change of the table, and then again and
/// again until somebody repairs the subscriber; and what a walsender decodes of large transactions.
namespace models {

void Simulation::add_drifts() {
  for (std::size_t i = 0; i < mesh_.incidents.size(); ++i)
    for (const SchemaDrift& drift : mesh_.incidents[i].drifts)
      for (std::size_t s = 0; s < mesh_.subscriptions.size(); ++s) {
        const std::vector<PublishedLoad>& published = load_.subscriptions[s].published;
        for (std::size_t p = 0; p < published.size(); ++p) {
          if (published[p].table != drift.table) continue;
          const Subscription& subscription = mesh_.subscriptions[s];
          const ApplyFails fails =
              apply_fails(drift, mesh_.tables[static_cast<std::size_t>(drift.table)],
                          column_list(mesh_, subscription, drift.table), subscription.binary);
          if (fails == ApplyFails::never) continue;
          drifts_.push_back({.incident = i, .slot = s, .fails = fails, .published = p});
          drifts_.back().timer = timer(Kind::drift, drifts_.size() - 1);
        }
      }
}

/// Changes per second at which the apply worker would fail.
double Simulation::failing_rate(const DriftState& drift) const {
  const PublishedLoad& table = load_.subscriptions[drift.slot].published[drift.published];
  double rate = 0;
  for (std::size_t c = 0; c < load_.clocks.size(); ++c)
    rate += clock_factor(c) *
            (table.inserts[c] + (drift.fails == ApplyFails::at_every_change ? table.others[c] : 0));
  return rate;
}

void Simulation::begin_drift(std::size_t incident) {
  for (DriftState& drift : drifts_) {
    if (drift.incident != incident) continue;
    drift.left = incidents_[incident].rng.uniform();  // of the gap between two changes
    drift.settled = now_;
    drift.rate = 0;
  }
  watch_drifts();
}

/// Seconds from the DDL until subscribers have it too: the drift interceptor compares at multiples
/// of its interval; 0 = never.
double Simulation::drift_lasts(std::size_t index) {
  const Incident& incident = mesh_.incidents[index];
  if (incident.repaired_by == "hand")
    return draw_occurrence(incident.duration, incidents_[index].rng);
  const auto& every = mesh_.governance.drift_interceptor_every;
  if (incident.repaired_by != "interceptor" || !every) return 0;
  return seconds(*every) - std::fmod(seconds(now_), seconds(*every));
}

void Simulation::end_drift(std::size_t incident) {
  for (DriftState& drift : drifts_) {
    if (drift.incident != incident) continue;
    if (drift.broken) outage(drift.slot, false, Why::apply);
    if (drift.broken) slots_[drift.slot].retries = false;
    drift.broken = false;
    drift.settled = never;
    timers_.cancel(drift.timer);
  }
}

void Simulation::settle_drifts() {
  for (DriftState& drift : drifts_) {
    if (drift.settled == never || drift.broken) continue;
    drift.left -= drift.rate * seconds(now_ - drift.settled);
    drift.settled = now_;
  }
}

/// When the next change comes, now that the load is another.
void Simulation::watch_drifts() {
  for (DriftState& drift : drifts_) {
    if (drift.settled == never || drift.broken) continue;
    drift.rate = failing_rate(drift);
    timers_.set(drift.timer,
                drift.rate > 0 ? after(now_, std::max(0.0, drift.left) / drift.rate) : never);
  }
}

void Simulation::on_drift(std::size_t index) {
  DriftState& drift = drifts_[index];
  drift.broken = true;
  drift.since = now_;
  const Subscription& subscription = mesh_.subscriptions[drift.slot];
  outage(drift.slot, true, Why::apply);
  slots_[drift.slot].retries = !subscription.disable_on_error;
  event(subscription.disable_on_error ? "subscription_disabled" : "apply_error", subscription.slot,
        mesh_.tables[static_cast<std::size_t>(
                         load_.subscriptions[drift.slot].published[drift.published].table)]
                .qualified_name() +
            " differs at the subscriber");
}

/// Seconds until the apply worker starts again after a repair: enabled at once, or with the next of
/// its attempts every wal_retrieve_retry_interval. Source: launcher.c, ApplyLauncherMain()
double Simulation::until_retry(const SlotState& slot) const {
  const auto id = static_cast<std::size_t>(slot.subscription);
  const Subscription& subscription = mesh_.subscriptions[id];
  if (subscription.disable_on_error) return 0;
  const double interval = seconds(mesh_.nodes[static_cast<std::size_t>(subscription.subscriber)]
                                      .settings.wal_retrieve_retry_interval);
  for (const DriftState& drift : drifts_)
    if (drift.slot == id && drift.broken && interval > 0)
      return interval - std::fmod(seconds(now_ - drift.since), interval);
  return 0;
}

bool Simulation::streams_large(const SlotState& slot) const {
  return slot.subscription >= 0 &&
         mesh_.subscriptions[static_cast<std::size_t>(slot.subscription)].streaming;
}

/// A walsender goes through the WAL of a time: large transactions leave its memory.
void Simulation::decode_large(SlotState& slot, Instant from, Instant to) const {
  if (slot.subscription < 0) return;
  const std::vector<double>& large =
      load_.subscriptions[static_cast<std::size_t>(slot.subscription)].large;
  const WalHistory& history = nodes_[static_cast<std::size_t>(slot.publisher)].history;
  while (from < to) {
    const Instant end = std::min(history.end_of(from), to);
    const std::vector<double>& clocks = history.at(from).clocks;
    for (std::size_t c = 0; c < clocks.size(); ++c)
      slot.large += large[c] * clocks[c] * seconds(end - from);
    from = end;
  }
}

}  // namespace models
