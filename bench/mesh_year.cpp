// S2: how much faster than SimPy is a year of three nodes under the same rules? mesh_year_simpy.py
// states them once more in Python, in the same order of operations, and has to count the same
// events (bench/compare.py checks it).
//
// Per node: the load steps every hour; a checkpoint starts 300 s after the last start or when 528
// MiB of WAL were written, at once or when the running one ends, and takes 0.9 of the expected
// interval; 20 tables cross their vacuum threshold at an amount of cumulative work, start vacuum at
// the launcher's next nap when one of 3 workers is free, and take a time set by their size. On node
// 0 a slot's subscriber applies at a limited rate; restart_lsn follows at the last multiple of 15 s
// and is read at checkpoint ends. No images, no HOT.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "sim/timers.hpp"

namespace {
using namespace std::chrono_literals;
using sim::Duration;
using sim::Instant;
using sim::TimerId;

constexpr int node_count = 3, tables_per_node = 20, workers = 3;
constexpr Instant horizon{365 * 24h};
constexpr double MiB = 1048576, checkpoint_distance = 528 * MiB, apply_rate = 1.25 * MiB;
constexpr std::array<double, node_count> base_wal_rate{0.9 * MiB, 1.55 * MiB, 2.8 * MiB};
constexpr std::array<double, node_count> base_work_rate{120, 300, 800};  // rows changed per second
constexpr std::array<double, 24> profile{0.4, 0.3, 0.3, 0.3, 0.4, 0.5, 0.7, 0.9,
                                         1.2, 1.5, 1.7, 1.8, 1.7, 1.6, 1.6, 1.5,
                                         1.4, 1.3, 1.2, 1.1, 1.0, 0.8, 0.6, 0.5};

struct Counts {
  std::int64_t load_steps = 0, checkpoints_timed = 0, checkpoints_requested = 0,
               checkpoint_ends = 0, thresholds = 0, vacuums = 0, vacuum_ends = 0, slot_drained = 0;
  double wal = 0, pg_wal_max = 0, retained_max = 0;
  std::int64_t events() const {
    return load_steps + checkpoints_timed + checkpoints_requested + checkpoint_ends + thresholds +
           vacuums + vacuum_ends + slot_drained;
  }
};

/// First instant after t on the grid phase + k * period, or t itself.
Instant next_on_grid(Instant t, Duration phase, Duration period) {
  const auto into = (t.since_start - phase + period) % period;
  return into == 0ns ? t : t + (period - into);
}

class Node {
 public:
  Node(int index, sim::Timers& timers, std::vector<std::pair<Node*, int>>& owner, Counts& counts)
      : index_{index},
        timers_{timers},
        counts_{counts},
        nap_phase_{(7 + 13 * index) * 1'234'567'891ns} {
    for (int role = 0; role < first_table + tables_per_node; ++role) {
      timer_[static_cast<std::size_t>(role)] = timers.add();
      owner.emplace_back(this, role);
    }
    redo_at_ = Instant{-(11 + 17 * index) * 1'357'913'579ns};
    for (int i = 0; i < tables_per_node; ++i) {
      const int table = 3 * i + index;
      const double rows = 50'000.0 * (1 + table * table), share = (i + 1) / 210.0;
      threshold_[static_cast<std::size_t>(i)] = (50 + 0.2 * rows) / share;
      vacuum_time_[static_cast<std::size_t>(i)] = sim::from_seconds(1 + rows * 1e-5);
      due_.emplace(threshold_[static_cast<std::size_t>(i)], i);
    }
    set_rates(0);
    timers.set(timer_[load], Instant{1h});
    schedule_checkpoint(Instant{});
    schedule_threshold(Instant{});
    schedule_drained(Instant{});
  }

  void handle(int role, Instant now) {
    switch (role) {
      case load:
        return on_load_step(now);
      case checkpoint:
        return on_checkpoint(now);
      case threshold:
        return on_threshold(now);
      case drained:
        return on_drained(now);
      default:
        return on_vacuum_timer(role - first_table, now);
    }
  }

  double wal(Instant now) {
    advance_wal(now);
    return wal_;
  }

 private:
  enum Role { load, checkpoint, threshold, drained, first_table };
  TimerId timer_of(int table) const {
    return timer_[first_table + static_cast<std::size_t>(table)];
  }

  void advance_wal(Instant now) {
    const double dt = sim::seconds(now - wal_at_);
    wal_ += wal_rate_ * dt;
    if (index_ == 0 && (backlog_ > 0 || wal_rate_ > apply_rate))
      backlog_ = std::max(0.0, backlog_ + (wal_rate_ - apply_rate) * dt);
    wal_at_ = now;
  }

  void advance_work(Instant now) {
    work_ += work_rate_ * sim::seconds(now - work_at_);
    work_at_ = now;
  }

  void set_rates(std::size_t hour) {
    wal_rate_ = base_wal_rate[static_cast<std::size_t>(index_)] * profile[hour % 24];
    work_rate_ = base_work_rate[static_cast<std::size_t>(index_)] * profile[hour % 24];
    const double interval = std::min(300.0, checkpoint_distance / wal_rate_);
    cycle_ = sim::from_seconds(interval);
    write_time_ = sim::from_seconds(0.9 * interval);
  }

  void on_load_step(Instant now) {
    ++counts_.load_steps;
    advance_wal(now);
    advance_work(now);
    set_rates(static_cast<std::size_t>(now.since_start / 1h));
    timers_.set(timer_[load], now + 1h);
    schedule_checkpoint(now);
    schedule_threshold(now);
    schedule_drained(now);
  }

  /// When the next checkpoint is due; while one runs the timer stands at its end, and what became
  /// due starts there.
  void schedule_checkpoint(Instant now) {
    const double left = std::max(0.0, redo_ + checkpoint_distance - wal_);
    due_at_ = std::min(redo_at_ + 300s, now + sim::from_seconds(left / wal_rate_));
    if (!running_) timers_.set(timer_[checkpoint], std::max(now, due_at_));
  }

  void on_checkpoint(Instant now) {
    advance_wal(now);
    if (running_) end_checkpoint(now);
    if (due_at_ <= now)
      start_checkpoint(now);
    else
      timers_.set(timer_[checkpoint], due_at_);
  }

  void start_checkpoint(Instant now) {
    ++(now < redo_at_ + 300s ? counts_.checkpoints_requested : counts_.checkpoints_timed);
    redo_ = wal_;
    redo_at_ = now;
    running_ = true;
    due_at_ = now + cycle_;
    timers_.set(timer_[checkpoint], now + write_time_);
  }

  void end_checkpoint(Instant now) {
    ++counts_.checkpoint_ends;
    running_ = false;
    double oldest = redo_;
    if (index_ == 0) oldest = std::min(oldest, advance_restart_lsn(now));
    counts_.pg_wal_max = std::max(counts_.pg_wal_max, wal_ - oldest);
  }

  double advance_restart_lsn(Instant now) {
    const double since_snapshot = sim::seconds(now.since_start % 15s);
    const double confirmed = wal_ - backlog_;
    restart_lsn_ =
        std::max(restart_lsn_, confirmed - std::min(wal_rate_, apply_rate) * since_snapshot);
    counts_.retained_max = std::max(counts_.retained_max, wal_ - restart_lsn_);
    return restart_lsn_;
  }

  void schedule_drained(Instant now) {
    if (index_ != 0) return;
    if (backlog_ > 0 && wal_rate_ < apply_rate)
      timers_.set(timer_[drained], now + sim::from_seconds(backlog_ / (apply_rate - wal_rate_)));
    else
      timers_.cancel(timer_[drained]);
  }

  void on_drained(Instant now) {
    ++counts_.slot_drained;
    advance_wal(now);
    backlog_ = 0;
    timers_.cancel(timer_[drained]);
  }

  /// Thresholds wait in order of work, so that a load step moves one timer and not one per table.
  void schedule_threshold(Instant now) {
    if (due_.empty()) return timers_.cancel(timer_[threshold]);
    const double left = std::max(0.0, due_.top().first - work_);
    timers_.set(timer_[threshold], now + sim::from_seconds(left / work_rate_));
  }

  void on_threshold(Instant now) {
    ++counts_.thresholds;
    advance_work(now);
    const int table = due_.top().second;
    due_.pop();
    timers_.set(timer_of(table), next_on_grid(now, nap_phase_, 60s));
    schedule_threshold(now);
  }

  void on_vacuum_timer(int table, Instant now) {
    if (vacuuming_[static_cast<std::size_t>(table)]) return end_vacuum(table, now);
    if (busy_ < workers) return start_vacuum(table, now);
    timers_.cancel(timer_of(table));
    queue_.push_back(table);
  }

  void start_vacuum(int table, Instant now) {
    const auto i = static_cast<std::size_t>(table);
    ++counts_.vacuums;
    ++busy_;
    advance_work(now);
    vacuuming_[i] = true;
    removed_[i] = work_;
    timers_.set(timer_of(table), now + vacuum_time_[i]);
  }

  void end_vacuum(int table, Instant now) {
    const auto i = static_cast<std::size_t>(table);
    ++counts_.vacuum_ends;
    --busy_;
    advance_work(now);
    vacuuming_[i] = false;
    timers_.cancel(timer_of(table));
    due_.emplace(removed_[i] + threshold_[i], table);
    schedule_threshold(now);
    if (queue_.empty()) return;
    const int waiting = queue_.front();
    queue_.pop_front();
    start_vacuum(waiting, now);
  }

  int index_;
  sim::Timers& timers_;
  Counts& counts_;
  Duration nap_phase_;
  std::array<TimerId, first_table + tables_per_node> timer_{};
  Instant wal_at_{}, work_at_{}, redo_at_{}, due_at_{};
  Duration cycle_{}, write_time_{};  // of a checkpoint at this rate
  double wal_ = 0, work_ = 0, wal_rate_ = 0, work_rate_ = 0;
  double redo_ = 0, backlog_ = 0, restart_lsn_ = 0;
  bool running_ = false;
  std::array<double, tables_per_node> threshold_{}, removed_{};
  std::array<Duration, tables_per_node> vacuum_time_{};
  std::array<bool, tables_per_node> vacuuming_{};
  int busy_ = 0;
  std::deque<int> queue_;
  using Due = std::pair<double, int>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

Counts simulate_year() {
  Counts counts;
  sim::Timers timers;
  std::vector<std::pair<Node*, int>> owner;
  std::deque<Node> nodes;
  for (int i = 0; i < node_count; ++i) nodes.emplace_back(i, timers, owner, counts);
  for (auto next = timers.next(); next.at <= horizon; next = timers.next()) {
    const auto [node, role] = owner[next.id.index];
    node->handle(role, next.at);
  }
  for (Node& node : nodes) counts.wal += node.wal(horizon);
  return counts;
}

void MeshYear(benchmark::State& state) {
  Counts counts;
  for (auto _ : state) counts = simulate_year();
  const auto report = [&state](const char* name, auto value) {
    state.counters[name] = static_cast<double>(value);
  };
  report("events", counts.events());
  report("load_steps", counts.load_steps);
  report("checkpoints_timed", counts.checkpoints_timed);
  report("checkpoints_requested", counts.checkpoints_requested);
  report("checkpoint_ends", counts.checkpoint_ends);
  report("thresholds", counts.thresholds);
  report("vacuums", counts.vacuums);
  report("vacuum_ends", counts.vacuum_ends);
  report("slot_drained", counts.slot_drained);
  report("wal", counts.wal);
  report("pg_wal_max", counts.pg_wal_max);
  report("retained_max", counts.retained_max);
}
BENCHMARK(MeshYear)->Unit(benchmark::kMillisecond);

}  // namespace
