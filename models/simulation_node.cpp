#include <algorithm>
#include <cmath>
#include <limits>

#include "models/checkpoint.hpp"
#include "models/rules.hpp"
#include "models/simulation.hpp"
#include "models/wal_record.hpp"

/// Checkpoints, pg_wal and the volumes of a node.
namespace models {

void Simulation::settle(std::size_t index) {
  NodeState& node = nodes_[index];
  const double elapsed = seconds(now_ - node.settled);
  if (elapsed <= 0) return;
  if (observer_ != nullptr) observe_node(index, node.settled, now_);
  note_sizes(index);
  node.pages += node.growth * elapsed;
  node.temp += node.temp_growth * elapsed;
  node.xids += node.xid_rate * elapsed;
  node.settled = now_;
  node.pg_wal.extend_to(node.flow.lsn(now_));
}

/// Single relations are brought up to date when their rates change and when their sizes are asked
/// for; between that the node's total is enough.
void Simulation::settle_relations(std::size_t index) {
  for (const std::size_t r : relations_of_node_[index]) {
    RelationState& relation = relations_[r];
    relation.pages += relation.growth * seconds(now_ - relation.settled);
    relation.recycled =
        std::max(0.0, relation.recycled - relation.recycling * seconds(now_ - relation.settled));
    relation.largest = std::max(relation.largest, relation.pages);
    relation.settled = now_;
  }
}

double Simulation::relation_bytes(std::size_t index) const {
  const NodeState& node = nodes_[index];
  return (node.pages + node.growth * seconds(now_ - node.settled)) * page_size;
}

double Simulation::relation_growth(std::size_t index) const {
  return nodes_[index].growth * page_size;
}

/// Sizes peak just before something is removed, so looking at every event finds every maximum.
void Simulation::note_sizes(std::size_t index) {
  NodeState& node = nodes_[index];
  const double relations = relation_bytes(index);
  const double wal = node.pg_wal.size(node.flow.lsn(now_));
  node.pg_wal_most = std::max(node.pg_wal_most, wal);
  node.relations_most = std::max(node.relations_most, relations);
  const double temp = temp_bytes(index);
  node.temp_most = std::max(node.temp_most, temp);
  const auto note = [](VolumeState& volume, double used) {
    volume.most = std::max(volume.most, used);
    if (volume.size > 0) volume.used_most = std::max(volume.used_most, used / volume.size);
  };
  note(node.data, node.data.other + relations + (node.shared_volume ? wal : 0) + temp);
  note(node.wal, node.wal.other + wal);
}

double Simulation::dirty_buffers(std::size_t index) const {
  const NodeState& node = nodes_[index];
  // Pages imaged since the last redo point are the old pages that are dirty; new pages come on top.
  const double imaged = node.flow.images(now_) - node.images_at_start;
  const double grown = relation_bytes(index) / page_size - node.pages_at_start;
  const double buffers =
      static_cast<double>(mesh_.nodes[index].settings.shared_buffers.count) / page_size;
  return std::min(buffers, std::max(0.0, imaged) + std::max(0.0, grown) + 20);
}

void Simulation::schedule_checkpoint(std::size_t index) {
  NodeState& node = nodes_[index];
  timers_.cancel(node.volume_due);
  timers_.cancel(node.time_due);
  if (!node.up) return;
  const Settings& settings = mesh_.nodes[index].settings;
  const double segment = node.pg_wal.segment_size();
  const bool dirty = node.flow.lsn(now_).bytes > node.written_since;
  if (node.flow.idle() && !dirty) return;  // nothing to do until somebody writes
  // A checkpoint that was skipped on an idle server is tried again every 15 s.
  const Instant due = std::max(node.checkpoint_started + settings.checkpoint_timeout, now_);
  if (!node.checkpoint_running) timers_.set(node.time_due, due);
  const double segments = checkpoint_segments(settings, mesh_.nodes[index].wal_segment_size);
  const Lsn threshold{(segment_of(node.redo, segment) + segments) * segment};
  if (node.checkpoint_running && node.checkpoint_wanted) return;
  timers_.set(node.volume_due, node.flow.reaches(threshold, std::min(horizon_, due) + 1ns));
}

void Simulation::on_time_due(std::size_t index) {
  settle(index);
  if (nodes_[index].checkpoint_running) return;
  start_checkpoint(index, true);
}

void Simulation::on_volume_due(std::size_t index) {
  settle(index);
  if (nodes_[index].checkpoint_running)
    nodes_[index].checkpoint_wanted = true;
  else
    start_checkpoint(index, false);
}

void Simulation::start_checkpoint(std::size_t index, bool timed) {
  NodeState& node = nodes_[index];
  const Node& config = mesh_.nodes[index];
  (timed ? node.timed : node.requested) += 1;
  node.buffers = dirty_buffers(index);
  node.previous_redo = node.redo;
  node.redo = node.flow.lsn(now_);
  node.checkpoint_started = now_;
  node.checkpoint_running = true;
  node.checkpoint_wanted = false;
  node.images_at_start = node.flow.images(now_);
  node.pages_at_start = relation_bytes(index) / page_size;
  node.keep_from_segment = oldest_needed_segment(index);
  if (recording()) event("checkpoint", config.name, timed ? "starting: time" : "starting: wal");
  for (const std::size_t s : slots_of_node_[index]) {
    settle_slot(s);
    note_slot(s);
  }
  start_cycle(index);
  flow_changed(index);
  schedule_checkpoint_end(index);
  for (const std::size_t s : slots_of_node_[index]) note_tooth(s);
}

/// When the running checkpoint ends: its last buffer is due by WAL volume or by time.
void Simulation::schedule_checkpoint_end(std::size_t index) {
  NodeState& node = nodes_[index];
  if (!node.checkpoint_running) return;
  const Node& config = mesh_.nodes[index];
  const double longest = checkpoint_duration_by_time(config.settings, node.buffers);
  const Instant by_time = std::max(now_, after(node.checkpoint_started, longest));
  const double distance = checkpoint_end_distance(config.settings, config.wal_segment_size);
  const Instant by_volume = node.flow.reaches(node.redo + distance, by_time);
  timers_.set(node.checkpoint_end, std::min(by_time, by_volume));
}

/// Images start again. As long as rates stay and relations hardly grow, a cycle is like the one
/// before.
void Simulation::start_cycle(std::size_t index) {
  constexpr double like = 0.002;  // growth of all relations since the cycle was made
  NodeState& node = nodes_[index];
  if (node.rates_fresh && node.pages <= node.cycle_pages * (1 + like)) {
    node.flow.repeat_cycle(now_);
    return;
  }
  settle_node_sites(index);
  if (node.steps_waiting) {
    refresh_drivers();
    set_relation_rates(index, paced_drivers(index));
    node.steps_waiting = false;
  }
  settle_relations(index);
  for (const std::size_t r : relations_of_node_[index]) relation_pages_[r] = relations_[r].pages;
  refresh_fills(index);
  node.flow.start_cycle(now_, relation_pages_);
  node.flow.set_rates(now_, paced_drivers(index), fills_);
  node.cycle_pages = node.pages;
  node.rates_fresh = true;
}

double Simulation::oldest_needed_segment(std::size_t index) const {
  const NodeState& node = nodes_[index];
  double keep = std::numeric_limits<double>::infinity();
  for (const std::size_t s : slots_of_node_[index])
    if (slots_[s].state != Replay::lost)
      keep = std::min(keep, segment_of(restart_lsn(slots_[s]), node.pg_wal.segment_size()));
  if (node.archiver_stuck_segment >= 0) keep = std::min(keep, node.archiver_stuck_segment);
  return keep;
}

void Simulation::end_checkpoint(std::size_t index) {
  settle(index);
  NodeState& node = nodes_[index];
  const Node& config = mesh_.nodes[index];
  timers_.cancel(node.checkpoint_end);
  node.checkpoint_running = false;
  // RUNNING_XACTS comes after the buffers, right before the checkpoint's own record. Source:
  // xlog.c, CreateCheckPoint()
  node.flow.add(node.checkpoint_wal, 3);
  for (const std::size_t s : slots_of_node_[index])
    if (!slots_[s].pins.empty()) {
      settle_slot(s);
      note_slot(s);
    }
  node.history.note_snapshot(now_);
  const Lsn position = node.flow.lsn(now_);
  node.written_since = node.redo.bytes + node.checkpoint_wal + 64;
  node.distance_estimate =
      distance_estimate(node.distance_estimate, node.redo - node.previous_redo);
  bool invalidated = false;
  for (const std::size_t s : slots_of_node_[index]) {
    SlotState& slot = slots_[s];
    if (slot.state == Replay::lost) continue;
    settle_slot(s);
    if (invalidated_at_checkpoint(config.settings, config.wal_segment_size, restart_lsn(slot),
                                  position)) {
      lose_slot(s);
      invalidated = true;
    } else if (idle_too_long(slot)) {
      end_slot(s, "slot_lost", "nobody used it for idle_replication_slot_timeout");
      invalidated = true;
    }
  }
  // What slots needed when the checkpoint started: one that has moved since frees its WAL at the
  // next one, a lost one at once. Source: xlog.c, slotsMinReqLSN in CreateCheckPoint()
  double keep = invalidated ? oldest_needed_segment(index) : node.keep_from_segment;
  const double kept = std::floor(static_cast<double>(config.settings.wal_keep_size.count) /
                                 node.pg_wal.segment_size());
  if (kept > 0) keep = std::min(keep, segment_of(position, node.pg_wal.segment_size()) - kept);
  node.pg_wal.remove_old(node.redo, position, keep, node.distance_estimate);
  // Segments that went make room for relations on a shared volume.
  if (!node.room && node.up && node.shared_volume &&
      free_bytes(index) >= node.pg_wal.segment_size())
    resume(index);
  if (node.checkpoint_wanted) {
    start_checkpoint(index, false);
    return;
  }
  schedule_checkpoint(index);
  check_disk(index);
}

/// Of the volume that holds pg_wal.
double Simulation::free_bytes(std::size_t index) const {
  const NodeState& node = nodes_[index];
  const VolumeState& volume = node.shared_volume ? node.data : node.wal;
  return volume.usable - volume.other - node.pg_wal.size(node.flow.lsn(now_)) -
         (node.shared_volume ? relation_bytes(index) + temp_bytes(index) : 0);
}

/// Finds out whether a WAL file cannot be created, or a relation not be extended, before the next
/// checkpoint.
///
/// A segment is created when the insert position reaches it, as a whole, so the volume fills in
/// steps of one segment; on a shared volume relations take what is left in between. Source: xlog.c,
/// XLogFileInitInternal().
void Simulation::check_disk(std::size_t index) {
  NodeState& node = nodes_[index];
  timers_.cancel(node.disk_check);
  const VolumeState& volume = node.shared_volume ? node.data : node.wal;
  if (!node.up || (std::isinf(volume.usable) && std::isinf(node.data.usable))) return;
  const double segment = node.pg_wal.segment_size();
  const Instant limit =
      std::min(horizon_ + 1ns, std::max(now_, node.checkpoint_started) +
                                   mesh_.nodes[index].settings.checkpoint_timeout + 1s);
  const double growth = relation_growth(index) + node.temp_growth;
  const double wal_growth = node.shared_volume ? growth : 0;
  const double free = free_bytes(index);

  const auto created_at = [&](double n) {  // when the n-th new segment is needed, n = 0, 1, …
    return node.flow.reaches({node.pg_wal.exhausted_at().bytes + n * segment}, limit);
  };
  // Segments are created at instants that only move later with n, while room shrinks: search the
  // first that fails.
  Instant wal_fails = never;
  double fits = 0;
  if (!std::isinf(free)) {
    const double until_limit = seconds(limit - now_);
    const double needed = node.flow.lsn(limit) - node.pg_wal.exhausted_at();
    const double most = needed < 0 ? 0 : std::floor(needed / segment) + 1;
    const auto fails = [&](double n) {
      const Instant t = created_at(n);
      return t != never && free - wal_growth * seconds(t - now_) - n * segment < segment;
    };
    if (most > 0 && free - wal_growth * until_limit - most * segment < 0) {
      double low = 0,
             high = most;  // the first failing n lies in [low, high]; high = none within the limit
      while (low < high) {
        const double middle = std::floor((low + high) / 2);
        if (fails(middle))
          high = middle;
        else
          low = middle + 1;
      }
      if (low < most) wal_fails = created_at(low);
      fits = low;
    } else {
      fits = most;
    }
  }
  Instant relations_fail = never;
  const double data_free = node.shared_volume ? free - fits * segment
                                              : node.data.usable - node.data.other -
                                                    relation_bytes(index) - temp_bytes(index);
  if (growth > 0 && !std::isinf(data_free))
    relations_fail = after(now_, std::max(0.0, data_free) / growth);
  const Instant first = std::min(wal_fails, relations_fail);
  timers_.set(node.disk_check, first <= limit ? first : never);
  node.wal_fails_next = wal_fails <= relations_fail;
}

void Simulation::on_disk(std::size_t index) {
  settle(index);
  const bool wal_segment = nodes_[index].wal_fails_next;
  disk_full(index, wal_segment);
  end_queries(index, wal_segment);
}

}  // namespace models
