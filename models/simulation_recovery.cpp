#include <algorithm>
#include <cmath>

#include "models/replication_slot.hpp"
#include "models/simulation.hpp"

/// A full disk and the way back.
///
/// WAL: a segment that cannot be created is a PANIC in a critical section. Crash recovery needs WAL
/// space too, so the server stays down until an operator makes room.
/// Relations: an extension that fails is an ERROR of that statement. What needs no new page goes
/// on, and so does WAL. Back: crash recovery replays from the last redo point and ends with a
/// checkpoint.
///
/// Source    xlog.c, XLogFileInitInternal(), XLogWrite(), StartupXLOG(); md.c, mdextend();
///           xlogrecovery.c, PerformWalRecovery()
namespace models {

void Simulation::disk_full(std::size_t index, bool wal_segment) {
  NodeState& node = nodes_[index];
  const bool wal_volume = wal_segment && !node.shared_volume;
  VolumeState& volume = wal_volume ? node.wal : node.data;
  volume.full = std::min(volume.full, now_);
  note_sizes(index);
  event("disk_full", mesh_.nodes[index].name + (wal_volume ? "/wal" : "/data"),
        wal_segment ? "PANIC: a WAL segment cannot be created; the server stops and stays down"
                    : "ERROR: could not extend file; what needs new pages fails, the rest goes on");
  (wal_segment ? node.up : node.room) = false;
  if (node.refused_since == never) node.refused_since = now_;
  if (wal_segment) {
    timers_.cancel(node.checkpoint_end);
    node.checkpoint_running = node.checkpoint_wanted = false;
  }
  sim::Rng occurrence = streams_.named("repair/" + mesh_.nodes[index].name, ++node.times_full);
  const double wait = draw_occurrence(mesh_.nodes[index].recovery.operator_time, occurrence);
  if (wait > 0 && (wal_segment || !timers_.is_set(node.repair)))
    timers_.set(node.repair, after(now_, wait));
  stop_consumers(index, true);
  rates_changed();
}

/// Subscriptions that apply to this node fail, and those that it publishes cannot be sent.
void Simulation::stop_consumers(std::size_t index, bool begins) {
  NodeState& node = nodes_[index];
  const auto id = static_cast<int>(index);
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    SlotState& slot = slots_[s];
    const bool applies =
        slot.subscription >= 0 &&
        mesh_.subscriptions[static_cast<std::size_t>(slot.subscription)].subscriber == id;
    if (applies && begins != node.consumers_stopped) outage(s, begins, Why::consumer);
    // A walsender that has sent everything has nothing to lose.
    const bool sending = slot.state == Replay::catching_up || slot.state == Replay::waiting;
    if (slot.publisher != id || slot.server_down == (begins && !node.up)) continue;
    if (begins && !sending) continue;
    slot.server_down = begins;
    outage(s, begins, Why::publisher);
  }
  node.consumers_stopped = begins;
}

void Simulation::on_repair(std::size_t index) {
  NodeState& node = nodes_[index];
  settle(index);
  if (node.recovering) return restart(index);
  make_room(index);
  if (node.up) {
    // A CHECKPOINT removes the WAL that nothing holds any more.
    if (!node.checkpoint_running) start_checkpoint(index, false);
    end_checkpoint(index);
    if (!node.room) resume(index);
    return;
  }
  recover(index);
}

void Simulation::recover(std::size_t index) {
  NodeState& node = nodes_[index];
  node.recovering = true;
  const double replay = draws_(mesh_.nodes[index].recovery.replay_rate);
  const double wal = node.flow.lsn(now_) - node.redo;
  timers_.set(node.repair, after(now_, replay > 0 ? wal / replay : 0));
}

/// A full disk ends the queries that write temporary files to it, a PANIC every query; their files
/// go, so that there is room again and the server, if it went down, recovers by itself.
/// Source    fd.c, FileWrite(), RemovePgTempFiles(); postmaster.c, remove_temp_files_after_crash
void Simulation::end_queries(std::size_t index, bool wal_segment) {
  NodeState& node = nodes_[index];
  const double before = temp_bytes(index);
  stop_runaways(
      index, wal_segment,
      wal_segment ? "the server went down" : "could not write to file: No space left on device");
  if (temp_bytes(index) >= before || (wal_segment && !node.shared_volume)) return;
  if (node.up)
    resume(index);
  else
    recover(index);
}

bool Simulation::holds_wal(std::size_t index) const {
  const SlotState& slot = slots_[index];
  if (slot.state == Replay::lost) return false;
  const NodeState& node = nodes_[static_cast<std::size_t>(slot.publisher)];
  const double segment = node.pg_wal.segment_size();
  return segment_of(restart_lsn(slot), segment) < segment_of(node.redo, segment);
}

void Simulation::make_room(std::size_t index) {
  NodeState& node = nodes_[index];
  const Node& config = mesh_.nodes[index];
  bool dropped = false;
  if (config.recovery.by == Recovery::By::drop_slots) {
    for (const std::size_t s : slots_of_node_[index]) {
      if (!holds_wal(s)) continue;
      drop_slot(s);
      dropped = true;
    }
  }
  if (dropped) return;
  VolumeState& volume = !node.up && !node.shared_volume ? node.wal : node.data;
  volume.size *= 1 + config.recovery.grow_by;
  volume.usable *= 1 + config.recovery.grow_by;
  event("volume_grown", config.name + (&volume == &node.wal ? "/wal" : "/data"),
        "the operator made the volume larger");
}

void Simulation::drop_slot(std::size_t index) {
  settle_slot(index);
  end_slot(index, "slot_dropped",
           "the operator dropped it to free its WAL; its subscription needs a new copy");
}

void Simulation::restart(std::size_t index) {
  NodeState& node = nodes_[index];
  node.recovering = false;
  node.up = true;
  event("recovered", mesh_.nodes[index].name, "crash recovery has ended; writes resume");
  start_checkpoint(index, false);
  end_checkpoint(index);
  resume(index);
}

void Simulation::resume(std::size_t index) {
  NodeState& node = nodes_[index];
  node.room = true;
  timers_.cancel(node.repair);
  if (node.refused_since != never) node.refused_seconds += seconds(now_ - node.refused_since);
  node.refused_since = never;
  event("writes_resume", mesh_.nodes[index].name, "");
  stop_consumers(index, false);
  rates_changed();
}

/// A clock's factor, 0 while its statements fail for want of space.
double Simulation::clock_factor(std::size_t clock) const {
  const int node = load_.clocks[clock].room_of;
  if (node >= 0 && !nodes_[static_cast<std::size_t>(node)].room) return 0;
  return clocks_[clock].factor;
}

}  // namespace models
