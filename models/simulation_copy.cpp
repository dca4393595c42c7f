#include <algorithm>
#include <cmath>

#include "models/initial_copy.hpp"
#include "models/simulation.hpp"

/// Initial copies: sync workers, their slots and snapshots.
namespace models {

void Simulation::add_copies() {
  for (std::size_t s = 0; s < mesh_.subscriptions.size(); ++s) {
    CopyState& state = copies_.emplace_back();
    if (load_.subscriptions[s].copies.empty()) continue;
    state.step = timer(Kind::copy_step, s);
    for (std::size_t i = 0; i < load_.subscriptions[s].copies.size(); ++i)
      state.waiting.push_back(i);
    for (std::size_t i = 0; i < mesh_.incidents.size(); ++i)
      if (mesh_.incidents[i].kind == Incident::Kind::open_transaction &&
          mesh_.incidents[i].subscription == static_cast<int>(s))
        state.incident = i;
  }
}

bool Simulation::copying(const SlotState& slot) const {
  return slot.subscription >= 0 && copies_[static_cast<std::size_t>(slot.subscription)].under_way();
}

/// Looks at a copy once more after `seconds`, when there is something left to do.
void Simulation::resume_copy(std::size_t subscription, double seconds) {
  const CopyState& state = copies_[subscription];
  if (state.under_way() || !state.waiting.empty()) timers_.set(state.step, after(now_, seconds));
}

void Simulation::settle_copy(std::size_t subscription) {
  CopyState& state = copies_[subscription];
  SlotState& slot = slots_[subscription];
  const double elapsed = seconds(now_ - state.settled);
  for (TableCopy& table : state.tables) {
    const double rows = std::min(table.left, table.rate * elapsed);
    const double bytes = rows * load_.subscriptions[subscription].copies[table.copy].bytes;
    table.left -= rows;
    state.bytes += bytes;
    slot.wire += bytes;
  }
  state.settled = now_;
}

/// A COPY has ended, a worker has caught up, or the connection is back: who goes on with what.
void Simulation::on_copy_step(std::size_t subscription) {
  SlotState& slot = slots_[subscription];
  settle(static_cast<std::size_t>(slot.publisher));
  settle_slot(subscription);
  settle_copy(subscription);
  note_slot(subscription);
  if (slot.state == Replay::lost) {
    copies_[subscription].tables.clear();
    copies_[subscription].waiting.clear();
    return stop_copy(subscription);
  }
  if (slot.state == Replay::stalled) return;
  end_tables(subscription);
  start_tables(subscription);
  hold_snapshot(subscription);
  pace_copy(subscription);
  watch_slot(subscription);
}

void Simulation::end_tables(std::size_t subscription) {
  CopyState& state = copies_[subscription];
  SlotState& slot = slots_[subscription];
  const SubscriptionLoad& load = load_.subscriptions[subscription];
  for (TableCopy& table : state.tables) {
    if (table.copied == never && table.left < 0.5) {
      table.copied = now_;
      table.rate = 0;
      table.speed = replay_speed(slot, table.started);
      const double rest = copy_catch_up(seconds(now_ - table.started), table.speed);
      table.done = rest < 1e9 ? after(now_, rest) : never;
    }
    if (table.done > now_) continue;
    // Its own walsender has sent the whole publication's changes since the snapshot once more.
    const auto& clocks =
        nodes_[static_cast<std::size_t>(slot.publisher)].history.at(table.started).clocks;
    for (std::size_t c = 0; c < clocks.size(); ++c)
      slot.wire += load.wire[c] * clocks[c] * seconds(now_ - table.started);
  }
  std::erase_if(state.tables, [this](const TableCopy& table) { return table.done <= now_; });
  if (state.tables.empty() && state.waiting.empty() && state.finished == never) {
    state.finished = now_;
    event("copied", mesh_.subscriptions[subscription].name, "every table is copied and streams");
  }
}

void Simulation::start_tables(std::size_t subscription) {
  CopyState& state = copies_[subscription];
  const SubscriptionLoad& load = load_.subscriptions[subscription];
  const auto workers =
      static_cast<std::size_t>(sync_workers(mesh_, static_cast<int>(subscription)));
  while (state.tables.size() < workers && !state.waiting.empty()) {
    TableCopy& table = state.tables.emplace_back();
    table.copy = state.waiting.front();
    state.waiting.erase(state.waiting.begin());
    table.left = load.copies[table.copy].rows;
    table.started = now_;
  }
}

/// The oldest COPY's snapshot keeps dead rows of the published database.
void Simulation::hold_snapshot(std::size_t subscription) {
  CopyState& state = copies_[subscription];
  Instant oldest = never;
  for (const TableCopy& table : state.tables)
    if (table.copied == never) oldest = std::min(oldest, table.started);
  if (oldest == state.snapshot) return;
  if (state.snapshot != never) release_horizon(state.incident);
  state.snapshot = oldest;
  if (oldest != never) hold_horizon(state.incident);
}

/// Speeds of the COPYs under way, and when the next of them ends.
void Simulation::pace_copy(std::size_t subscription) {
  CopyState& state = copies_[subscription];
  const SubscriptionLoad& load = load_.subscriptions[subscription];
  const SlotState& slot = slots_[subscription];
  const auto running =
      static_cast<int>(std::count_if(state.tables.begin(), state.tables.end(),
                                     [](const TableCopy& t) { return t.copied == never; }));
  const auto& clocks = nodes_[static_cast<std::size_t>(slot.publisher)].history.at(now_).clocks;
  double stream = 0;
  for (std::size_t c = 0; c < clocks.size(); ++c) stream += load.wire[c] * clocks[c];
  for (const CopyLoad& copy : load.copies) clocks_[static_cast<std::size_t>(copy.clock)].factor = 0;
  Instant next = never;
  for (TableCopy& table : state.tables) {
    if (table.copied == never) {
      const CopyLoad& copy = load.copies[table.copy];
      table.rate = copy_speed(load.copy_rate, load.bandwidth, stream, copy.bytes, running);
      clocks_[static_cast<std::size_t>(copy.clock)].factor = table.rate;
      next = std::min(next, after(now_, table.left / table.rate));
    }
    next = std::min(next, table.done);
  }
  timers_.set(state.step, next);
  rates_changed();
}

/// A COPY whose connection is lost is rolled back, and its table waits again; what was copied
/// stays.
void Simulation::break_copy(std::size_t subscription) {
  CopyState& state = copies_[subscription];
  if (!state.under_way()) return;
  settle_copy(subscription);
  note_slot(subscription);
  for (const TableCopy& table : state.tables)
    if (table.copied == never) state.waiting.push_back(table.copy);
  std::erase_if(state.tables, [](const TableCopy& table) { return table.copied == never; });
  std::sort(state.waiting.begin(), state.waiting.end());
  stop_copy(subscription);
}

/// Nothing is copied at the moment: no snapshot, no timer, no load at the subscriber.
void Simulation::stop_copy(std::size_t subscription) {
  CopyState& state = copies_[subscription];
  for (const CopyLoad& copy : load_.subscriptions[subscription].copies)
    clocks_[static_cast<std::size_t>(copy.clock)].factor = 0;
  if (state.snapshot != never) release_horizon(state.incident);
  state.snapshot = never;
  timers_.cancel(state.step);
  rates_changed();
}

/// From when on the slots of the sync workers hold WAL: from the start of the oldest COPY, and
/// while a worker catches up from what it has streamed.
Instant Simulation::copy_hold(const SlotState& slot) const {
  Instant hold = never;
  if (slot.subscription < 0) return hold;
  for (const TableCopy& table : copies_[static_cast<std::size_t>(slot.subscription)].tables)
    hold = std::min(hold, table.copied == never
                              ? table.started
                              : after(table.started, table.speed * seconds(now_ - table.copied)));
  return hold;
}

}  // namespace models
