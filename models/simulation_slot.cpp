#include <algorithm>
#include <cmath>
#include <limits>

#include "models/pgoutput.hpp"
#include "models/rules.hpp"
#include "models/simulation.hpp"
#include "sim/math.hpp"

/// Slots, what they hold, how consumers catch up, and the incidents that stop them.
namespace models {
void Simulation::on_incident(std::size_t index) {
  IncidentState& state = incidents_[index];
  const Incident& incident = mesh_.incidents[index];
  if (state.on) {
    end_incident(index);
    schedule_incident(index);
    return;
  }
  begin_incident(index);
  const double length = incident.kind == Incident::Kind::ddl
                            ? drift_lasts(index)
                            : runaway_length(index, draw_occurrence(incident.duration, state.rng));
  timers_.set(state.timer, length > 0 ? after(now_, length) : never);
}

/// Gaps and lengths differ from occurrence to occurrence: an uncertain one is drawn again each
/// time.
double Simulation::draw_occurrence(const Quantity& quantity, sim::Rng& rng) const {
  if (quantity.parameter < 0) return quantity.value;
  return draw_value(mesh_.parameters[static_cast<std::size_t>(quantity.parameter)].distribution,
                    rng);
}

void Simulation::schedule_incident(std::size_t index) {
  IncidentState& state = incidents_[index];
  const double gap = draw_occurrence(mesh_.incidents[index].every, state.rng);
  timers_.set(state.timer, gap > 0 ? after(now_, gap) : never);
}

void Simulation::begin_incident(std::size_t index) {
  const Incident& incident = mesh_.incidents[index];
  incidents_[index].on = true;
  incidents_[index].started = now_;
  event("incident", incident.name, "begins");
  switch (incident.kind) {
    case Incident::Kind::link_down:
      for_slots_of_link(incident.link, true);
      break;
    case Incident::Kind::subscriber_down:
    case Incident::Kind::standby_down:
      for (std::size_t s = 0; s < slots_.size(); ++s) {
        const SlotState& slot = slots_[s];
        const bool hit =
            incident.subscription >= 0 ? slot.subscription == incident.subscription
            : incident.standby >= 0
                ? slot.standby == incident.standby
                : incident.node >= 0 && slot.subscription >= 0 &&
                      mesh_.subscriptions[static_cast<std::size_t>(slot.subscription)].subscriber ==
                          incident.node;
        if (hit) outage(s, true, Why::consumer);
      }
      break;
    case Incident::Kind::open_transaction:
      hold_horizon(index);
      if (!incident.writes) break;
      for (std::size_t s = 0; s < slots_.size(); ++s) {
        const int node = incident.database >= 0
                             ? mesh_.databases[static_cast<std::size_t>(incident.database)].node
                             : incident.node;
        if (slots_[s].publisher != node || slots_[s].subscription < 0) continue;
        settle_slot(s);
        slots_[s].pins.push_back({now_});
        watch_slot(s);
      }
      break;
    case Incident::Kind::archiver_failing: {
      const auto n = static_cast<std::size_t>(incident.node);
      settle(n);
      nodes_[n].archiver_stuck_segment =
          segment_of(nodes_[n].flow.lsn(now_), nodes_[n].pg_wal.segment_size());
      break;
    }
    case Incident::Kind::runaway_query:
      begin_runaway(index);
      break;
    case Incident::Kind::ddl:
      begin_drift(index);
      break;
  }
}

void Simulation::end_incident(std::size_t index) {
  const Incident& incident = mesh_.incidents[index];
  const Instant started = incidents_[index].started;
  incidents_[index].on = false;
  event("incident", incident.name, "ends");
  switch (incident.kind) {
    case Incident::Kind::link_down:
      for_slots_of_link(incident.link, false);
      break;
    case Incident::Kind::subscriber_down:
    case Incident::Kind::standby_down:
      for (std::size_t s = 0; s < slots_.size(); ++s) {
        const SlotState& slot = slots_[s];
        const bool hit =
            incident.subscription >= 0 ? slot.subscription == incident.subscription
            : incident.standby >= 0
                ? slot.standby == incident.standby
                : incident.node >= 0 && slot.subscription >= 0 &&
                      mesh_.subscriptions[static_cast<std::size_t>(slot.subscription)].subscriber ==
                          incident.node;
        if (hit) outage(s, false, Why::consumer);
      }
      break;
    case Incident::Kind::open_transaction:
      release_horizon(index);
      for (std::size_t s = 0; s < slots_.size(); ++s) release_pin(s, started);
      break;
    case Incident::Kind::archiver_failing:
      nodes_[static_cast<std::size_t>(incident.node)].archiver_stuck_segment = -1;
      break;
    case Incident::Kind::runaway_query:
      end_runaway(index);
      break;
    case Incident::Kind::ddl:
      end_drift(index);
      break;
  }
}

void Simulation::for_slots_of_link(int link, bool begins) {
  for (std::size_t s = 0; s < slots_.size(); ++s)
    if (slots_[s].subscription >= 0 &&
        mesh_.subscriptions[static_cast<std::size_t>(slots_[s].subscription)].link == link)
      outage(s, begins, Why::link);
}

/// An open transaction ends: restart_lsn moves on at the next RUNNING_XACTS, which no longer lists
/// it.
void Simulation::release_pin(std::size_t index, Instant begin) {
  SlotState& slot = slots_[index];
  const auto pin = std::find_if(slot.pins.begin(), slot.pins.end(),
                                [&](const Pin& p) { return p.begin == begin && p.end == never; });
  if (pin == slot.pins.end()) return;
  settle_slot(index);
  note_slot(index);
  pin->end = now_;
  const NodeState& node = nodes_[static_cast<std::size_t>(slot.publisher)];
  // Looked at just before, when most is retained.
  if (slot.state == Replay::streaming)
    timers_.set(slot.step, std::max(now_, after(next_grid_snapshot(node), slot.confirms) - 1ns));
}

void Simulation::outage(std::size_t index, bool begins, Why why) {
  SlotState& slot = slots_[index];
  settle_slot(index);
  if (begins && slot.subscription >= 0) break_copy(index);
  slot.outages += begins ? 1 : -1;
  if (slot.state == Replay::lost) return;
  if (begins && slot.outages == 1) {
    slot.outage_since = now_;
    slot.reconnects = false;
    if (why != Why::publisher && slot.first_outage == never) slot.first_outage = now_;
    slot.state = Replay::stalled;
    // What was under way is lost: the subscriber confirms what its WAL writer has flushed.
    slot.sent_until = slot.position;
    slot.position = std::max(Instant{}, slot.position - from_seconds(slot.confirms));
    timers_.cancel(slot.step);
  }
  slot.reconnects |= begins && why != Why::link;
  if (!begins && slot.outages == 0) {
    // In the companion run the first outage never ends.
    if (companion_.subscription >= 0 && companion_.subscription == slot.subscription) {
      slot.outages = 1;
      return;
    }
    slot.back_since = now_;
    slot.state = Replay::waiting;
    const double wait = reconnect(index, why);
    timers_.set(slot.step, after(now_, wait));
    if (slot.subscription >= 0) resume_copy(index, wait);
  }
  watch_slot(index);
  replay_changed(slot);
}

/// Seconds until new changes flow after an outage.
///
/// A connection outlives a dead link until wal_sender_timeout or wal_receiver_timeout; then what
/// has gathered flows at once. A worker that lost its connection tries again every
/// wal_retrieve_retry_interval, one whose server or subscription comes back is started at once, and
/// the walsender decodes from restart_lsn again before it sends anything new.
/// Source    walsender.c, WalSndCheckTimeOut(); worker.c, LogicalRepApplyLoop(); launcher.c
double Simulation::reconnect(std::size_t index, Why why) {
  SlotState& slot = slots_[index];
  const Settings& publisher = mesh_.nodes[static_cast<std::size_t>(slot.publisher)].settings;
  if (slot.subscription < 0) return 0;
  const auto id = static_cast<std::size_t>(slot.subscription);
  const Settings& subscriber =
      mesh_.nodes[static_cast<std::size_t>(mesh_.subscriptions[id].subscriber)].settings;
  const auto within = [&](Duration timeout) {
    return timeout <= 0s || now_ - slot.outage_since < timeout;
  };
  if (!slot.reconnects && within(publisher.wal_sender_timeout) &&
      within(subscriber.wal_receiver_timeout)) {
    slot.position = std::max(slot.position, std::min(now_, slot.sent_until));
    return 0;
  }
  decode_large(slot, restart_point(slot, confirmed(slot)), confirmed(slot));
  double retry = 0;
  if (why == Why::apply)
    retry = until_retry(slot);
  else if (why != Why::consumer)
    retry =
        seconds(subscriber.wal_retrieve_retry_interval) * streams_.named("retry", index).uniform();
  return retry + std::max(0.0, confirmed_lsn(slot) - restart_lsn(slot)) /
                     load_.subscriptions[id].decode_rate;
}

/// What a subscription replays changes the load of its subscriber only.
void Simulation::replay_changed(const SlotState& slot) {
  if (slot.subscription < 0) return;
  const auto subscriber = static_cast<std::size_t>(
      mesh_.subscriptions[static_cast<std::size_t>(slot.subscription)].subscriber);
  settle(subscriber);
  settle_node_sites(subscriber);
  for (const std::size_t s : slots_of_node_[subscriber]) settle_slot(s);
  refresh_drivers();
  set_rates(subscriber);
}

double Simulation::replay_speed(const SlotState& slot, Instant position) const {
  if (slot.subscription < 0) return std::numeric_limits<double>::infinity();
  const SubscriptionLoad& load = load_.subscriptions[static_cast<std::size_t>(slot.subscription)];
  const WalHistory& history = nodes_[static_cast<std::size_t>(slot.publisher)].history;
  const WalHistory::Stretch& stretch = history.at(position);
  const Instant end = std::min(history.end_of(position), now_);
  double wal = stretch.wal.derivative(std::max(0.0, seconds(position - stretch.from)));
  if (end > position) wal = (history.lsn(end) - history.lsn(position)) / seconds(end - position);
  double wire = 0, apply = 0;
  for (std::size_t c = 0; c < stretch.clocks.size(); ++c) {
    wire += load.wire[c] * stretch.clocks[c];
    apply += load.apply_seconds[c] * stretch.clocks[c];
  }
  double speed = std::numeric_limits<double>::infinity();
  if (wal > 0) speed = std::min(speed, load.decode_rate / wal);
  if (wire > 0) speed = std::min(speed, load.bandwidth / wire);
  if (apply > 0) speed = std::min(speed, 1 / apply);
  return std::min(speed, 1e6);
}

void Simulation::settle_slot(std::size_t index) {
  SlotState& slot = slots_[index];
  const double elapsed = seconds(now_ - slot.settled);
  if (elapsed <= 0) return;
  if (observer_ != nullptr) observe_slot(index, slot.settled, now_);
  const Instant before = slot.position;
  if (slot.state == Replay::streaming)
    slot.position = std::max(slot.position, now_ - from_seconds(slot.sends));
  else if (slot.state == Replay::catching_up)
    slot.position = std::min(now_, after(slot.position, slot.speed * elapsed));
  // A worker that comes back asks for what follows its last commit: nothing is sent twice. Source:
  // worker.c, replorigin_session_get_progress() in run_apply_worker()
  const Instant unsent = std::max(before, slot.sent_until);
  if (slot.subscription >= 0 && slot.position > unsent) {
    const SubscriptionLoad& load = load_.subscriptions[static_cast<std::size_t>(slot.subscription)];
    const auto& clocks = nodes_[static_cast<std::size_t>(slot.publisher)].history.at(before).clocks;
    for (std::size_t c = 0; c < clocks.size(); ++c)
      slot.wire += load.wire[c] * clocks[c] * seconds(slot.position - unsent);
    if (slot.state == Replay::streaming)
      slot.wire += wire_keepalive * keepalives(slot) * seconds(slot.position - before);
  }
  decode_large(slot, before, slot.position);
  if (slot.state == Replay::catching_up) note_teeth_of_catch_up(slot, before);
  slot.settled = now_;
  if (slot.state != Replay::streaming || !slot.pins.empty() || copying(slot)) note_slot(index);
  const NodeState& node = nodes_[static_cast<std::size_t>(slot.publisher)];
  std::erase_if(slot.pins, [&](const Pin& pin) {
    return pin.end != never && snapshot_before(node, confirmed(slot)) >= pin.end;
  });
}

/// Decides what the slot does from now on and when that changes.
void Simulation::plan_slot(std::size_t index) {
  SlotState& slot = slots_[index];
  if (slot.state != Replay::streaming && slot.state != Replay::catching_up) return;
  slot.speed = replay_speed(slot, slot.position);
  if (slot.state == Replay::streaming) {
    if (slot.speed >= 1) return;
    slot.state = Replay::catching_up;  // the subscriber is slower than the load: it falls behind
    slot.back_since = now_;
  }
  const WalHistory& history = nodes_[static_cast<std::size_t>(slot.publisher)].history;
  const Instant end = history.end_of(slot.position);
  if (end != never)
    timers_.set(slot.step, after(now_, seconds(end - slot.position) / slot.speed));
  else if (slot.speed > 1)
    timers_.set(slot.step, after(now_, seconds(now_ - slot.position) / (slot.speed - 1)));
  else
    timers_.cancel(slot.step);
}

void Simulation::on_slot_step(std::size_t index) {
  SlotState& slot = slots_[index];
  settle_slot(index);
  if (slot.state == Replay::waiting) {
    slot.state = Replay::catching_up;
  } else if (slot.state == Replay::catching_up) {
    const WalHistory& history = nodes_[static_cast<std::size_t>(slot.publisher)].history;
    const Instant end = history.end_of(slot.position);
    if (end != never && seconds(end - slot.position) < 1e-6) slot.position = end;
    if (seconds(now_ - slot.position) < 1e-3 && history.end_of(slot.position) == never) {
      slot.position = now_;
      slot.state = Replay::streaming;
      if (slot.back_since != never)
        slot.catch_up_most = std::max(slot.catch_up_most, seconds(now_ - slot.back_since));
      slot.back_since = never;
      slot.outage_since = never;
      event("caught_up",
            layout_.outcomes[static_cast<std::size_t>(layout_.slots[index].outcomes)].subject, "");
    }
  }
  plan_slot(index);
  watch_slot(index);
  replay_changed(slot);
}

/// The last RUNNING_XACTS at or before t: of the background writer's 15 s grid or of a checkpoint.
Instant Simulation::snapshot_before(const NodeState& node, Instant t) const {
  const double grid = std::floor((seconds(t) - node.snapshot_phase) / running_xacts_interval) *
                          running_xacts_interval +
                      node.snapshot_phase;
  const Instant snapshot = grid <= 0 ? Instant{} : Instant{from_seconds(grid)};
  return std::max(std::min(snapshot, t), node.history.snapshot_before(t));
}

/// restart_lsn moves at a RUNNING_XACTS; when a transaction is open there, only to the one before
/// that transaction began. Source: snapbuild.c, SnapBuildProcessRunningXacts()
Instant Simulation::restart_point(const SlotState& slot, Instant position) const {
  if (slot.standby >= 0) return position;
  const NodeState& node = nodes_[static_cast<std::size_t>(slot.publisher)];
  const Instant snapshot = snapshot_before(node, position);
  Instant point = snapshot;
  if (snapshot > Instant{} && transaction_open(node, snapshot))
    point = snapshot_before(node, snapshot - 1ns);
  for (const Pin& pin : slot.pins)
    if (pin.begin <= snapshot && snapshot < pin.end)
      point = std::min(point, snapshot_before(node, pin.begin));
  return point;
}

/// Whether some transaction had written but not committed at a snapshot: one in so many is, by the
/// rate of writing transactions and how long they take; the same answer whenever it is asked.
bool Simulation::transaction_open(const NodeState& node, Instant snapshot) const {
  const double open = sim::one_minus_exp(node.xid_rate * node.transaction_time);
  sim::Rng rng{streams_.seed, streams_.replicate, node.snapshot_stream,
               static_cast<std::uint64_t>(snapshot.since_start.count())};
  return rng.uniform() < open;
}

/// Keepalives per second while a subscription keeps up.
double Simulation::keepalives(const SlotState& slot) const {
  const auto node = static_cast<std::size_t>(slot.publisher);
  const int link = mesh_.subscriptions[static_cast<std::size_t>(slot.subscription)].link;
  const double rtt = link < 0 ? 0 : draws_(mesh_.links[static_cast<std::size_t>(link)].rtt);
  return keepalive_rate(nodes_[node].xid_rate, flushes_commits(mesh_.nodes[node].settings), rtt);
}

/// When the change was written that the subscriber has confirmed: while it keeps up, a moment ago.
/// Source: worker.c, get_flush_position() and send_feedback()
Instant Simulation::confirmed(const SlotState& slot) const {
  if (slot.state != Replay::streaming) return slot.position;
  return std::max(Instant{}, slot.position - from_seconds(slot.confirms));
}

Lsn Simulation::restart_lsn(const SlotState& slot) const {
  return nodes_[static_cast<std::size_t>(slot.publisher)].history.lsn(
      std::min(restart_point(slot, confirmed(slot)), copy_hold(slot)));
}

Lsn Simulation::confirmed_lsn(const SlotState& slot) const {
  return nodes_[static_cast<std::size_t>(slot.publisher)].history.lsn(confirmed(slot));
}

void Simulation::note_slot(std::size_t index) {
  SlotState& slot = slots_[index];
  if (slot.state == Replay::lost) return;
  const NodeState& node = nodes_[static_cast<std::size_t>(slot.publisher)];
  const Lsn current = node.flow.lsn(now_);
  const Lsn restart = restart_lsn(slot);
  slot.retained_most = std::max(slot.retained_most, current - restart);
  if (slot.state == Replay::streaming && slot.standby < 0) {
    // The last whole tooth between two snapshots: it ends when the second one is confirmed.
    const Instant snapshot = snapshot_before(node, now_);
    if (snapshot > Instant{}) {
      const Instant before = restart_point(slot, snapshot - 1ns);
      const Instant end = std::min(now_, after(snapshot, slot.confirms));
      slot.retained_most =
          std::max(slot.retained_most, node.history.lsn(end) - node.history.lsn(before));
    }
  }
  slot.lag_most = std::max(slot.lag_most, current - confirmed_lsn(slot));
  slot.replay_lag_most = std::max(slot.replay_lag_most, seconds(now_ - slot.position));
  const Node& config = mesh_.nodes[static_cast<std::size_t>(slot.publisher)];
  const WalStatus status = wal_status(config.settings, config.wal_segment_size, restart, current);
  if (status != slot.status && recording())
    event("wal_status",
          layout_.outcomes[static_cast<std::size_t>(layout_.slots[index].outcomes)].subject,
          std::string{to_string(slot.status)} + " -> " + to_string(status));
  slot.status = status;
  if (status == WalStatus::unreserved) turn_unreserved(index);
}

/// A streaming slot's WAL grows until the next RUNNING_XACTS lets restart_lsn move on; most just
/// after a redo point, when pages get their images.
void Simulation::note_tooth(std::size_t index) {
  SlotState& slot = slots_[index];
  if (slot.state != Replay::streaming || slot.standby >= 0) return;
  const NodeState& node = nodes_[static_cast<std::size_t>(slot.publisher)];
  const Instant next = std::min(next_grid_snapshot(node), timers_.at(node.checkpoint_end));
  const Instant end = next < horizon_ ? std::min(horizon_, after(next, slot.confirms)) : horizon_;
  const Lsn restart = node.history.lsn(restart_point(slot, now_));
  slot.retained_most = std::max(slot.retained_most, node.flow.lsn(end) - restart);
}

/// While a consumer is behind, restart_lsn stands until it confirms the next RUNNING_XACTS: most is
/// retained just before. The position has moved from `from` since the slot was settled.
void Simulation::note_teeth_of_catch_up(SlotState& slot, Instant from) const {
  if (slot.standby >= 0 || slot.speed <= 0) return;
  const NodeState& node = nodes_[static_cast<std::size_t>(slot.publisher)];
  for (Instant snapshot = snapshot_before(node, slot.position); snapshot > from;
       snapshot = snapshot_before(node, snapshot - 1ns)) {
    const Instant passed =
        std::min(now_, after(slot.settled, seconds(snapshot - from) / slot.speed));
    const Instant restart = restart_point(slot, snapshot - 1ns);
    slot.retained_most =
        std::max(slot.retained_most, node.history.lsn(passed) - node.history.lsn(restart));
  }
}

/// The next snapshot of the background writer after now.
Instant Simulation::next_grid_snapshot(const NodeState& node) const {
  const double passed = std::floor((seconds(now_) - node.snapshot_phase) / running_xacts_interval);
  return Instant{from_seconds((passed + 1) * running_xacts_interval + node.snapshot_phase)};
}

/// The moment at which the slot turns unreserved, while its restart_lsn stands still. Asked again
/// whenever the WAL curve changes.
void Simulation::watch_slot(std::size_t index) {
  SlotState& slot = slots_[index];
  timers_.cancel(slot.threshold);
  if (slot.state == Replay::lost || slot.unreserved != never) return;
  if (slot.state != Replay::stalled && slot.pins.empty() && !copying(slot)) return;
  const Node& config = mesh_.nodes[static_cast<std::size_t>(slot.publisher)];
  const Lsn end = unreserved_at(config.settings, config.wal_segment_size, restart_lsn(slot));
  if (std::isinf(end.bytes)) return;
  timers_.set(slot.threshold,
              nodes_[static_cast<std::size_t>(slot.publisher)].flow.reaches(end, horizon_ + 1ns));
}

void Simulation::on_slot_threshold(std::size_t index) {
  SlotState& slot = slots_[index];
  settle(static_cast<std::size_t>(slot.publisher));
  settle_slot(index);
  note_slot(index);
  const Node& config = mesh_.nodes[static_cast<std::size_t>(slot.publisher)];
  const Lsn end = unreserved_at(config.settings, config.wal_segment_size, restart_lsn(slot));
  const Lsn current = nodes_[static_cast<std::size_t>(slot.publisher)].flow.lsn(now_);
  if (current.bytes >= end.bytes - 1) turn_unreserved(index);
  watch_slot(index);
}

void Simulation::turn_unreserved(std::size_t index) {
  SlotState& slot = slots_[index];
  if (slot.unreserved != never) return;
  slot.unreserved = now_;
  event("unreserved",
        layout_.outcomes[static_cast<std::size_t>(layout_.slots[index].outcomes)].subject,
        "safe_wal_size is used up; the end of the next checkpoint invalidates the slot");
}

/// Whether a checkpoint that ends now invalidates a slot for being idle (18). A walsender whose
/// link is dead keeps its slot in use until wal_sender_timeout. Source: slot.c,
/// InvalidateObsoleteReplicationSlots() with RS_INVAL_IDLE_TIMEOUT
bool Simulation::idle_too_long(const SlotState& slot) const {
  const Node& node = mesh_.nodes[static_cast<std::size_t>(slot.publisher)];
  const Duration limit = node.settings.idle_replication_slot_timeout;
  if (!rules(node.postgres).idle_slot_timeout || limit <= 0s || slot.state != Replay::stalled ||
      slot.server_down || slot.retries)
    return false;
  const Duration in_use = slot.reconnects ? 0s : node.settings.wal_sender_timeout;
  return now_ - slot.outage_since >= in_use + limit;
}

void Simulation::lose_slot(std::size_t index) {
  end_slot(index, "slot_lost", "restart_lsn exceeds max_slot_wal_keep_size");
  slots_[index].unreserved = std::min(slots_[index].unreserved, now_);
}

void Simulation::end_slot(std::size_t index, const char* kind, const char* why) {
  SlotState& slot = slots_[index];
  note_slot(index);
  slot.state = Replay::lost;
  slot.lost = now_;
  timers_.cancel(slot.step);
  timers_.cancel(slot.threshold);
  if (slot.subscription >= 0) resume_copy(index, 0);
  event(kind, layout_.outcomes[static_cast<std::size_t>(layout_.slots[index].outcomes)].subject,
        why);
}

void Simulation::forget_history(std::size_t index) {
  Instant needed = now_;
  for (const std::size_t s : slots_of_node_[index])
    if (slots_[s].state != Replay::lost)
      needed =
          std::min({needed, restart_point(slots_[s], confirmed(slots_[s])), copy_hold(slots_[s])});
  nodes_[index].history.forget_before(needed - 40s);
}

}  // namespace models
