#!/usr/bin/python3
"""The rules of mesh_year.cpp on SimPy 2.3.1 (Debian's python3-simpy), for S2; prints its counts and time as JSON.

Time is whole nanoseconds and every sum is made in the same order as in C++, so that both count the same events. A
process that waits is moved with reactivate(), SimPy's cheapest way.

With --naps the processes do what PostgreSQL's do instead of what C++ solves for: the autovacuum launcher wakes every
60 s and looks at its tables, a snapshot of running transactions every 15 s moves restart_lsn. The counts stay the
same; what the thresholds and restart_lsn cost as events shows in the time.
"""
import json
import sys
import time
from collections import deque
from heapq import heappop, heappush

from SimPy.Simulation import Process, activate, hold, initialize, now, passivate, reactivate, simulate

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
HORIZON = 365 * 24 * HOUR
NODES, TABLES_PER_NODE, WORKERS = 3, 20, 3
MIB = 1048576.0
CHECKPOINT_DISTANCE = 528 * MIB
APPLY_RATE = 1.25 * MIB
BASE_WAL_RATE = (0.9 * MIB, 1.55 * MIB, 2.8 * MIB)
BASE_WORK_RATE = (120.0, 300.0, 800.0)
PROFILE = (0.4, 0.3, 0.3, 0.3, 0.4, 0.5, 0.7, 0.9, 1.2, 1.5, 1.7, 1.8,
           1.7, 1.6, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1, 1.0, 0.8, 0.6, 0.5)


def from_seconds(s):
    """Rounded up to the next nanosecond, as sim::from_seconds."""
    ns = s * 1e9
    whole = int(ns)
    return whole + 1 if whole < ns else whole


class Counts:
    def __init__(self):
        self.load_steps = self.checkpoints_timed = self.checkpoints_requested = 0
        self.checkpoint_ends = self.thresholds = self.vacuums = self.vacuum_ends = 0
        self.slot_drained = 0
        self.wal = self.pg_wal_max = self.retained_max = 0.0


class LoadSteps(Process):
    def run(self, node):
        while True:
            yield hold, self, HOUR
            node.on_load_step(now())


class Checkpoints(Process):
    """Load steps move it while it waits for the next start; one that is due while another runs starts at its end."""

    def run(self, node):
        while True:
            if node.due_at > now():
                yield hold, self, node.due_at - now()
            node.start_checkpoint(now())
            yield hold, self, node.write_time
            node.end_checkpoint(now())


class Thresholds(Process):
    """Wakes when the table that is due first, counted in work, reaches its threshold."""

    def run(self, node):
        while True:
            if node.due:
                yield hold, self, node.threshold_time(now()) - now()
                node.on_threshold(now())
            else:
                yield passivate, self


class LauncherNaps(Process):
    """--naps: looks at every table once a minute."""

    def run(self, node):
        yield hold, self, node.nap_phase % (60 * SECOND)
        while True:
            node.on_nap(now())
            yield hold, self, 60 * SECOND


class Snapshots(Process):
    """--naps: RUNNING_XACTS, where restart_lsn may move."""

    def run(self, node):
        while True:
            yield hold, self, 15 * SECOND
            node.snapshot_lsn = node.confirmed_flush_lsn(now())


class Drained(Process):
    def run(self, node):
        while True:
            yield passivate, self
            node.on_drained(now())


class Table(Process):
    """One table: waits for the launcher's nap, for a worker, then for its vacuum."""

    def run(self, node, table):
        while True:
            yield passivate, self
            if not node.worker_free(table):
                yield passivate, self
            node.start_vacuum(table, now())
            yield hold, self, node.vacuum_time[table]
            node.end_vacuum(table, now())


class Node:
    def __init__(self, index, counts, naps):
        self.index, self.counts, self.naps = index, counts, naps
        self.nap_phase = (7 + 13 * index) * 1_234_567_891
        self.redo_at = -(11 + 17 * index) * 1_357_913_579
        self.wal_at = self.work_at = 0
        self.wal = self.work = self.redo = self.backlog = self.restart_lsn = self.snapshot_lsn = 0.0
        self.running = False
        self.busy, self.queue, self.due = 0, deque(), []
        self.threshold, self.vacuum_time, self.removed = [], [], [0.0] * TABLES_PER_NODE
        for i in range(TABLES_PER_NODE):
            table = 3 * i + index
            rows, share = 50_000.0 * (1 + table * table), (i + 1) / 210.0
            self.threshold.append((50 + 0.2 * rows) / share)
            self.vacuum_time.append(from_seconds(1 + rows * 1e-5))
            heappush(self.due, (self.threshold[i], i))
        self.set_rates(0)
        self.start_processes()

    def start_processes(self):
        def started(process, *arguments):
            activate(process, process.run(self, *arguments))
            return process
        started(LoadSteps())
        left = CHECKPOINT_DISTANCE / self.wal_rate
        self.due_at = min(self.redo_at + 300 * SECOND, from_seconds(left))
        self.checkpoints, self.drained = started(Checkpoints()), started(Drained())
        if self.naps:
            started(LauncherNaps())
            started(Snapshots())
        else:
            self.thresholds = started(Thresholds())
        self.tables = [started(Table(), i) for i in range(TABLES_PER_NODE)]

    def advance_wal(self, t):
        dt = (t - self.wal_at) / 1e9
        self.wal += self.wal_rate * dt
        if self.index == 0 and (self.backlog > 0 or self.wal_rate > APPLY_RATE):
            self.backlog = max(0.0, self.backlog + (self.wal_rate - APPLY_RATE) * dt)
        self.wal_at = t

    def advance_work(self, t):
        self.work += self.work_rate * ((t - self.work_at) / 1e9)
        self.work_at = t

    def set_rates(self, hour):
        self.wal_rate = BASE_WAL_RATE[self.index] * PROFILE[hour % 24]
        self.work_rate = BASE_WORK_RATE[self.index] * PROFILE[hour % 24]
        interval = min(300.0, CHECKPOINT_DISTANCE / self.wal_rate)
        self.cycle, self.write_time = from_seconds(interval), from_seconds(0.9 * interval)

    def on_load_step(self, t):
        self.counts.load_steps += 1
        self.advance_wal(t)
        self.advance_work(t)
        self.set_rates(t // HOUR)
        self.schedule_checkpoint(t)
        self.schedule_threshold(t)
        self.schedule_drained(t)

    def schedule_checkpoint(self, t):
        left = max(0.0, self.redo + CHECKPOINT_DISTANCE - self.wal)
        self.due_at = min(self.redo_at + 300 * SECOND, t + from_seconds(left / self.wal_rate))
        if not self.running:
            reactivate(self.checkpoints, at=max(t, self.due_at))

    def start_checkpoint(self, t):
        self.advance_wal(t)
        if t < self.redo_at + 300 * SECOND:
            self.counts.checkpoints_requested += 1
        else:
            self.counts.checkpoints_timed += 1
        self.redo, self.redo_at = self.wal, t
        self.running = True
        self.due_at = t + self.cycle

    def end_checkpoint(self, t):
        self.counts.checkpoint_ends += 1
        self.advance_wal(t)
        self.running = False
        oldest = self.redo
        if self.index == 0:
            oldest = min(oldest, self.advance_restart_lsn(t))
        self.counts.pg_wal_max = max(self.counts.pg_wal_max, self.wal - oldest)

    def advance_restart_lsn(self, t):
        if self.naps:
            self.restart_lsn = max(self.restart_lsn, self.snapshot_lsn)
        else:
            since_snapshot = (t % (15 * SECOND)) / 1e9
            confirmed = self.wal - self.backlog
            self.restart_lsn = max(self.restart_lsn,
                                   confirmed - min(self.wal_rate, APPLY_RATE) * since_snapshot)
        self.counts.retained_max = max(self.counts.retained_max, self.wal - self.restart_lsn)
        return self.restart_lsn

    def confirmed_flush_lsn(self, t):
        """Leaves the sums as they are."""
        dt = (t - self.wal_at) / 1e9
        backlog = self.backlog
        if self.index == 0 and (backlog > 0 or self.wal_rate > APPLY_RATE):
            backlog = max(0.0, backlog + (self.wal_rate - APPLY_RATE) * dt)
        return self.wal + self.wal_rate * dt - backlog

    def schedule_drained(self, t):
        if self.index != 0:
            return
        if self.backlog > 0 and self.wal_rate < APPLY_RATE:
            reactivate(self.drained,
                       at=t + from_seconds(self.backlog / (APPLY_RATE - self.wal_rate)))
        else:
            self.drained.cancel(self.drained)

    def on_drained(self, t):
        self.counts.slot_drained += 1
        self.advance_wal(t)
        self.backlog = 0.0

    def schedule_threshold(self, t):
        if self.due and not self.naps:
            reactivate(self.thresholds, at=self.threshold_time(t))

    def on_nap(self, t):
        self.advance_work(t)
        found = []
        while self.due and self.due[0][0] <= self.work:
            found.append(heappop(self.due)[1])
        for table in sorted(found):
            self.counts.thresholds += 1
            reactivate(self.tables[table])

    def threshold_time(self, t):
        """Thresholds wait in order of work, so that a load step moves one process and not one per table."""
        left = max(0.0, self.due[0][0] - self.work)
        return t + from_seconds(left / self.work_rate)

    def on_threshold(self, t):
        self.counts.thresholds += 1
        self.advance_work(t)
        table = heappop(self.due)[1]
        into = (t - self.nap_phase + 60 * SECOND) % (60 * SECOND)
        reactivate(self.tables[table], at=t if into == 0 else t + (60 * SECOND - into))

    def worker_free(self, table):
        if self.busy < WORKERS:
            return True
        self.queue.append(table)
        return False

    def start_vacuum(self, table, t):
        self.counts.vacuums += 1
        self.busy += 1
        self.advance_work(t)
        self.removed[table] = self.work

    def end_vacuum(self, table, t):
        self.counts.vacuum_ends += 1
        self.busy -= 1
        self.advance_work(t)
        heappush(self.due, (self.removed[table] + self.threshold[table], table))
        self.schedule_threshold(t)
        if self.queue:
            reactivate(self.tables[self.queue.popleft()])


def main():
    began = time.process_time()
    initialize()
    counts = Counts()
    naps = "--naps" in sys.argv[1:]
    nodes = [Node(index, counts, naps) for index in range(NODES)]
    simulate(until=HORIZON)
    for node in nodes:
        node.advance_wal(HORIZON)
        counts.wal += node.wal
    seconds = time.process_time() - began
    json.dump({"seconds": seconds, "python": sys.version.split()[0], **vars(counts)}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
