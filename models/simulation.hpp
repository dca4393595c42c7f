#pragma once

#include <cstdint>
#include <vector>

#include "models/layout.hpp"
#include "models/load.hpp"
#include "models/pg_wal.hpp"
#include "models/replication_slot.hpp"
#include "models/simulate.hpp"
#include "models/wal_flow.hpp"
#include "models/wal_history.hpp"
#include "sim/rng.hpp"
#include "sim/timers.hpp"

/// One replicate while it runs: states and their events. The only place that schedules.
namespace models {

/// An outage that never ends: what a companion run changes.
struct Companion {
  int subscription = -1;  // whose consumer is lost; -1 = the main run
  Instant at;
};

class Simulation {
 public:
  Simulation(const Mesh& mesh, const Layout& layout, const Load& load, const Draws& draws,
             std::uint64_t seed, std::uint64_t replicate, Companion companion, Observer* observer);

  void run();

  /// Outcomes in the order of Layout::outcomes, but those of companion runs.
  void store(std::vector<double>& outcomes) const;
  std::uint64_t events() const { return events_; }
  /// First outage of a slot in this run; never when there is none.
  Instant first_outage(int subscription) const;
  /// When this run ended for a slot: its volume full or the slot lost; never when neither happened.
  Instant first_failure(int subscription) const;

 private:
  /// What a timer belongs to.
  enum class Kind {
    clock,
    job,
    incident,
    update_step,
    leaf_step,
    gin_step,
    drift,
    checkpoint_end,
    time_due,
    volume_due,
    slot_step,
    slot_threshold,
    copy_step,
    vacuum,
    space,
    kill,
    disk,
    repair,
    compute
  };
  /// Order in which timers of one instant fire: what changes the load first, then what measures it,
  /// the ends of checkpoints before disks, so that freed space counts.
  static std::uint32_t priority(Kind kind);

  // ---- states
  // -------------------------------------------------------------------------------------------------
  struct ClockState {
    double factor = 0;
    sim::TimerId step;
  };
  struct RelationState {
    double pages = 0, growth = 0;  // at `settled`, per second
    double extra = 0;              // pages of a rebuild beside the old ones
    double largest = 0;            // pages
    // Leaves of an ascending index that VACUUM emptied: used before it grows, from the VACUUM after
    // that on.
    double emptied = 0, recycled = 0, recycling = 0;  // the last per second
    Instant settled;
  };
  struct UpdateState {
    double x = 0, next = 0;  // updates per row so far; where the slopes change
    double done = 0;         // updates so far
    double hot = 0;
    double rate = 0, hot_rate = 0;  // per second
    UpdateCurve::Past past;
    std::shared_ptr<const PopulationCurve> curve;
    std::vector<std::pair<UpdateCurve::Past, std::shared_ptr<const PopulationCurve>>> known;
    PopulationCurve::Slopes slopes;
    sim::TimerId step;
  };
  struct LeafState {
    double x = 0, next = 0;   // entries per entry at the start so far; where the slopes change
    double rate = 0;          // entries per second
    double room = 0;          // for entries where VACUUM removed others: x waits meanwhile
    bool fills_room = false;  // what the step waits for
    double inserted = 0;      // entries since the last VACUUM
    double rows = 1;          // entries that x counts by
    std::shared_ptr<const LeafCurve> curve;
    LeafCurve::Slopes slopes;
    Instant settled;
    sim::TimerId step;
  };
  struct GinState {
    double rows = 0;                  // in the tree
    double pending = 0, longest = 0;  // rows in the list, at most so far
    double direct = 0;                // fastupdate off: rows since the tree was brought up to date
    double rate = 0;                  // rows per second
    GinPages built;
    double bytes = 0, pages = 1;      // of the entry tree
    double new_keys = 0;              // since it was built
    double unimaged = 1, cycle = -1;  // share of its pages since the redo point `cycle`
    Instant settled;
    sim::TimerId step;
  };
  /// A worker's visit to a table.
  struct VacuumRun {
    bool running = false, vacuums = false, analyzes = false, index_pass = false;
    int worker = -1;               // of autovacuum; -1: a VACUUM or ANALYZE that somebody gave
    double points = 0, speed = 0;  // left; per second
    Instant settled;
    VacuumWork work;
    VacuumWal wal;
    double portion = 0;  // of the WAL already written
    double stays = 0;    // dead rows that the horizon keeps
    double changes = 0;  // rows per heap page since the last VACUUM
    double frees = 0;    // deleted rows whose space becomes reusable
  };
  /// Somebody whose snapshot or xid keeps dead rows of a database.
  struct Holder {
    std::size_t incident = 0;
    int database = -1;
    Instant since;
    double xids = 0;           // of the node, when it began
    std::vector<double> died;  // by site
  };
  struct Worker {
    int database = -1;
    Instant started;
    std::vector<std::size_t> queue;  // sites still to do
    bool active = false;
  };
  struct SiteState {
    double live = 0, dead = 0;
    double live_rate = 0, dead_rate = 0;
    double dead_most = 0, vacuums = 0;
    double miscounted = 0;                 // of dead, see miscounted_dead()
    double deleted = 0, delete_rate = 0;   // rows deleted since the last vacuum …
    double kept_deleted = 0;               // … and those that a held horizon keeps
    double inserted = 0, insert_rate = 0;  // rows since the last vacuum …
    double inserted_before = 0;            // … of them before the redo point …
    Lsn inserted_redo{-1};                 // … at this position
    double changed = 0, change_rate = 0;   // rows since the last ANALYZE
    double died = 0, death_rate = 0;       // row versions since the start, pruned ones counted
    double reltuples = 0;                  // as VACUUM or ANALYZE left it
    Lsn maps_redo{-1}, analyzed_redo{-1};  // redo points whose images of maps, catalogs are logged
    int holders = 0;                       // open transactions that keep its dead rows
    VacuumRun run;
    double reusable = 0, reuse_rate = 0;  // rows that fit into space that vacuum has freed
    Instant settled;
    sim::TimerId vacuum, space;
  };
  struct VolumeState {
    double size = 0, usable = 0;     // bytes; infinity when unlimited
    double other = 0;                // bytes that never change: others' files, catalogs
    double most = 0, used_most = 0;  // bytes; share of the size of that time
    Instant full = never;
  };
  struct NodeState {
    explicit NodeState(WalFlow f, PgWal w) : flow{std::move(f)}, pg_wal{std::move(w)} {}
    WalFlow flow;
    PgWal pg_wal;
    WalHistory history;
    VolumeState data, wal;
    double heap_error = 1, index_error = 1;  // factors on what relations grow by
    bool shared_volume = true;
    bool up = true;    // false: stopped by a WAL segment that could not be created
    bool room = true;  // false: relations cannot be extended
    bool recovering = false, consumers_stopped = false;
    std::uint64_t times_full = 0;
    sim::TimerId repair;            // the operator, then the end of crash recovery
    Instant refused_since = never;  // writes, all or those that need space
    Instant settled;                // volumes are noted up to here
    double pages = 0, growth = 0;   // of all relations at `settled`, per second
    double cycle_pages = 0;         // of all relations when the repeated cycle was made
    bool rates_fresh = false;       // no rate has changed since then
    bool steps_waiting = false;     // curves have moved on since the rates were set
    double vacuum_phase = 0;        // naptimes: the launcher visits at phase + k naptime
    Lsn analyzed_redo{-1};          // redo point since which these tables were analyzed
    StatisticRows analyzed;
    Lsn ddl_redo{-1};            // redo point since which DDL has touched the catalogs
    double vacuum_overhead = 1;  // of sleeping and working over the cost model's time
    std::vector<Worker> workers;
    double xids = 0;  // consumed up to `settled`
    // Checkpoints
    Lsn redo, previous_redo;
    Instant checkpoint_started;
    bool checkpoint_running = false, checkpoint_wanted = false;
    double written_since = 0;  // important WAL position at the last checkpoint
    double buffers = 0;        // that the running checkpoint writes
    double images_at_start = 0, pages_at_start = 0;
    double distance_estimate = 0;
    double checkpoint_wal = 0;     // bytes of records a checkpoint writes
    double keep_from_segment = 0;  // captured when the checkpoint started
    double timed = 0, requested = 0;
    sim::TimerId time_due, volume_due, checkpoint_end, disk_check;
    bool wal_fails_next = false;  // what disk_check waits for: a WAL file, or else a relation
    // Snapshots and WAL retention
    double snapshot_phase = 0;    // seconds; the background writer's first RUNNING_XACTS
    double xid_rate = 0;          // writing transactions per second
    double transaction_time = 0;  // seconds from a transaction's first write to its commit
    std::uint64_t snapshot_stream = 0;
    double archiver_stuck_segment = -1;
    // Outcomes
    Lsn start;
    double start_records = 0;
    double pg_wal_most = 0, relations_most = 0;
    double refused_seconds = 0;
    // Temporary files of runaway queries at `settled`, bytes
    double temp = 0, temp_growth = 0, temp_most = 0;
  };
  /// Who has the cores of a node; modelled, not measured.
  struct ComputeState {
    ComputeDemand demand;
    ComputeShare share;
    OpenQueue queue;
    double rate = 0;                    // of open transactions per second …
    double others = 0;                  // … of which 99 % find at most so many under way
    double paced = 1;                   // share of the open streams' work that gets done
    double used_most = 0, refused = 0;  // cores, 0..1; transactions
    bool refusing = false;
    Instant settled;
    sim::TimerId step;
    bool limited() const { return demand.cores > 0; }
    /// Most work that can wait: every connection has a transaction.
    double most() const { return rate > 0 ? demand.connections * demand.open / rate : 0; }
  };
  /// Temporary files of a running runaway query.
  struct TempFiles {
    double bytes = 0, most = 0, rate = 0;  // bytes; in the end; per second
    bool over_limit = false;               // of temp_file_limit, before that
  };
  /// A transaction with an xid; `end` is never while it is open.
  struct Pin {
    Instant begin, end = never;
  };
  enum class Why { link, consumer, publisher, apply };
  enum class Replay { streaming, stalled, waiting, catching_up, lost };
  struct SlotState {
    int publisher = -1;
    int subscription = -1, standby = -1;
    Replay state = Replay::streaming;
    Instant position;     // generation time of the last change that the subscriber has
    double speed = 1;     // of the position, when catching up
    double sends = 0;     // seconds from a change until it is sent, while streaming …
    double confirms = 0;  // … and from there until it is confirmed
    Instant settled;
    int outages = 0;     // reasons why it cannot run, at the moment
    Instant sent_until;  // what the subscriber had when the outage began
    Instant outage_since = never, first_outage = never, back_since = never;
    bool one_back = false;     // a transaction was open at the last snapshot before the outage
    std::vector<Pin> pins;     // transactions that hold restart_lsn or did
    bool reconnects = false;   // the connection was lost in this outage
    bool server_down = false;  // one of the outages is the publisher's own
    Instant lost = never, unreserved = never;
    double retained_most = 0, retained_end = 0, lag_most = 0, replay_lag_most = 0,
           catch_up_most = 0;
    double wire = 0;       // bytes sent
    double large = 0;      // bytes of transactions over logical_decoding_work_mem, decoded
    bool retries = false;  // stalled, but the worker keeps starting: the slot is not idle
    WalStatus status = WalStatus::reserved;
    sim::TimerId step, threshold;
  };
  /// One table of an initial copy while a sync worker has it.
  struct TableCopy {
    std::size_t copy = 0;    // index into SubscriptionLoad::copies
    double left = 0;         // rows
    double rate = 0;         // rows per second
    Instant started;         // its snapshot and slot
    Instant copied = never;  // the COPY has ended, it catches up …
    double speed = 1;        // … so many times as fast as the changes were written
    Instant done = never;
  };
  struct CopyState {
    std::vector<TableCopy> tables;     // under way
    std::vector<std::size_t> waiting;  // indexes into SubscriptionLoad::copies, in order
    std::size_t incident = 0;          // that holds the snapshot
    Instant snapshot = never;          // of the oldest COPY under way
    Instant settled, finished = never;
    double bytes = 0;  // of COPY so far
    sim::TimerId step;
    bool under_way() const { return !tables.empty(); }
  };
  struct IncidentState {
    bool on = false;
    Instant started;
    sim::TimerId timer;
    sim::Rng rng{0};
    TempFiles temp;  // of a runaway query
  };
  /// A slot whose apply worker fails because of an incident's DDL.
  struct DriftState {
    std::size_t incident = 0, slot = 0;
    ApplyFails fails = ApplyFails::never;
    std::size_t published = 0;  // into SubscriptionLoad::published
    double left = 0;            // changes until it fails …
    double rate = 0;            // … per second
    Instant settled = never;    // never: the DDL has not run, or is repaired
    bool broken = false;
    Instant since{};  // of its first failure
    sim::TimerId timer{};
  };
  struct JobState {
    bool running = false;
    double left = 0, speed = 1;  // seconds at full speed; of it, by the cores
    bool slowed = false;         // at some time
    Instant started;
    sim::TimerId timer;
  };

  // ---- simulation.cpp: set-up and the loop
  // ---------------------------------------------------------------------
  void add_nodes();
  void add_slots();
  void add_volume(VolumeState& state, const Volume& volume, double other) const;
  void schedule_all();
  void dispatch(sim::TimerId timer);
  void finish();

  // ---- simulation_load.cpp: clocks, updates, jobs, rates
  // -------------------------------------------------------
  void on_clock(std::size_t clock);
  void set_clock(std::size_t clock);
  void on_update_step(std::size_t updates);
  void on_leaf_step(std::size_t leaves);
  bool steps_wait(std::size_t node);
  double leaf_rate(std::size_t leaves, const std::vector<double>& drivers) const;
  void settle_leaves(std::size_t leaves);
  void schedule_leaves(std::size_t leaves);
  void refresh_fills(std::size_t node);
  void refresh_drivers();
  void begin_or_end_sweeps();
  /// Rates of one node changed: settle it and everything that follows from its rates.
  void set_rates(std::size_t node);
  void set_relation_rates(std::size_t node, const std::vector<double>& drivers);
  void set_site_rates(std::size_t site, const std::vector<double>& drivers);
  /// The WAL curve changed: what watches it is scheduled again.
  void flow_changed(std::size_t node);
  void settle_node_sites(std::size_t node);
  void settle_relations(std::size_t node);
  void rates_changed();
  double gate_factor(int subscription, int clock) const;
  double places(std::size_t updates) const;
  void settle_site(std::size_t site);
  /// Brings a node, its tables and its slots up to date before rates change.
  void settle_all(std::size_t node);

  // ---- simulation_jobs.cpp: jobs, what they do to a table at once
  // -----------------------------------------------------
  bool affected_by_job(std::size_t site) const;
  void on_job(std::size_t job);
  void begin_job(std::size_t job);
  void end_job(std::size_t job);
  void truncate(const JobEffect& effect);
  void replace_files(std::size_t site, double rows, const std::vector<double>& pages);
  void begin_leaves(std::size_t leaves, const std::shared_ptr<const LeafCurve>& curve, double rows);
  void set_extra(std::size_t site, double pages);
  void log_catalogs(std::size_t site, const CatalogWork& work);
  NodeState& node_of_site(std::size_t site) {
    return nodes_[static_cast<std::size_t>(layout_.sites[site].node)];
  }

  // ---- simulation_vacuum.cpp: launcher, workers, what they leave
  // -----------------------------------------------------
  void schedule_vacuum(std::size_t site);
  double next_visit(std::size_t site, double from) const;
  bool needs_vacuum(std::size_t site) const;
  bool needs_analyze(std::size_t site) const;
  void on_vacuum(std::size_t site);
  void start_work(std::size_t node, std::size_t worker);
  void start_vacuum(std::size_t site, std::size_t worker);
  void begin_command(std::size_t site, bool vacuums, bool analyzes);
  void begin_run(std::size_t site);
  void look_for_work(std::size_t site);
  void look_at_indexes(std::size_t site);
  void write_vacuum_wal(std::size_t site, double portion);
  void pace_workers(std::size_t node);
  void schedule_vacuum_end(std::size_t site);
  void finish_vacuum(std::size_t site);
  void free_leaves(std::size_t site);
  void schedule_space(std::size_t site);
  void on_space_used_up(std::size_t site);
  void follow_past(std::size_t updates, const UpdateCurve::Past& past);

  // ---- simulation_images.cpp: images of maintenance
  // -----------------------------------------------------
  bool logs_hints(std::size_t node) const;
  void log_visible_images(std::size_t site);
  void log_catalog_images(std::size_t site);
  void log_unlinked_images(std::size_t site);

  // ---- simulation_horizon.cpp: who keeps dead rows
  // -----------------------------------------------------
  void hold_horizon(std::size_t incident);
  void release_horizon(std::size_t incident);
  double kept_rows(std::size_t site) const;
  const Holder* oldest_holder(int database) const;
  const Holder* oldest_holder_on(std::size_t node) const;  // of any database there
  void schedule_kill();
  void on_kill();

  // ---- simulation_compute.cpp: the cores of a node, runaway queries
  // -----------------------------------------------------
  void add_compute();
  void settle_compute(std::size_t node);
  void share_cores();
  void share_cores(std::size_t node);
  ComputeDemand demand_of(std::size_t node, double& rate) const;
  void schedule_compute(std::size_t node);
  void on_compute(std::size_t node);
  void note_delays(std::size_t node);
  double pace(std::size_t node, std::size_t clock) const;
  const std::vector<double>& paced_drivers(std::size_t node);
  double derived_driver(std::size_t driver, const std::vector<double>& drivers) const;
  void pace_jobs(std::size_t node);
  void begin_pace(std::size_t job);
  double job_speed(std::size_t job) const;
  std::size_t job_node(std::size_t job) const;
  void begin_runaway(std::size_t incident);
  void end_runaway(std::size_t incident);
  void stop_runaways(std::size_t node, bool all, const char* why);
  double runaway_length(std::size_t incident, double length);
  void set_temp_growth(std::size_t node);
  double temp_bytes(std::size_t node) const;
  std::size_t node_of_incident(std::size_t incident) const;
  bool holds_cores(std::size_t incident, std::size_t node) const;

  // ---- simulation_gin.cpp: pending lists of GIN indexes
  // -------------------------------------------------------
  void add_gins();
  const RelationLoad& gin_relation(std::size_t gin) const;
  void settle_gin(std::size_t gin);
  bool gin_list_grows(std::size_t gin) const;
  void set_gin_rates(std::size_t gin, double rate);
  void on_gin_step(std::size_t gin);
  void flush_gin(std::size_t gin);
  void begin_gin(std::size_t gin, double rows);

  // ---- simulation_node.cpp: checkpoints, pg_wal, volumes
  // -------------------------------------------------------
  void settle(std::size_t node);
  void start_checkpoint(std::size_t node, bool timed);
  void start_cycle(std::size_t node);
  void end_checkpoint(std::size_t node);
  void on_time_due(std::size_t node);
  void on_volume_due(std::size_t node);
  void schedule_checkpoint(std::size_t node);
  void schedule_checkpoint_end(std::size_t node);
  void check_disk(std::size_t node);
  void on_disk(std::size_t node);
  double relation_bytes(std::size_t node) const;
  double relation_growth(std::size_t node) const;
  double dirty_buffers(std::size_t node) const;
  double oldest_needed_segment(std::size_t node) const;
  void note_sizes(std::size_t node);
  double free_bytes(std::size_t node) const;

  // ---- simulation_recovery.cpp: a full disk and the way back
  // -------------------------------------------------------
  void disk_full(std::size_t node, bool wal_segment);
  void stop_consumers(std::size_t node, bool begins);
  void on_repair(std::size_t node);
  void make_room(std::size_t node);
  void recover(std::size_t node);
  void end_queries(std::size_t node, bool wal_segment);
  bool holds_wal(std::size_t slot) const;
  void drop_slot(std::size_t slot);
  void restart(std::size_t node);
  void resume(std::size_t node);
  double clock_factor(std::size_t clock) const;
  bool has_room(std::size_t site) const;

  // ---- simulation_slot.cpp: slots, links, incidents
  // ------------------------------------------------------------
  void on_incident(std::size_t incident);
  void begin_incident(std::size_t incident);
  void schedule_incident(std::size_t incident);
  double draw_occurrence(const Quantity& quantity, sim::Rng& rng) const;
  void end_incident(std::size_t incident);
  void outage(std::size_t slot, bool begins, Why why);
  void settle_slot(std::size_t slot);
  void on_slot_step(std::size_t slot);
  void plan_slot(std::size_t slot);
  void replay_changed(const SlotState& slot);
  double replay_speed(const SlotState& slot, Instant position) const;
  Instant snapshot_before(const NodeState& node, Instant t) const;
  Instant restart_point(const SlotState& slot, Instant position) const;
  bool transaction_open(const NodeState& node, Instant snapshot) const;
  Lsn restart_lsn(const SlotState& slot) const;
  Instant confirmed(const SlotState& slot) const;
  double keepalives(const SlotState& slot) const;
  Lsn confirmed_lsn(const SlotState& slot) const;
  void note_tooth(std::size_t slot);
  void note_teeth_of_catch_up(SlotState& slot, Instant from) const;
  Instant next_grid_snapshot(const NodeState& node) const;
  void watch_slot(std::size_t slot);
  void turn_unreserved(std::size_t slot);
  void release_pin(std::size_t slot, Instant begin);
  double reconnect(std::size_t slot, Why why);
  void on_slot_threshold(std::size_t slot);
  bool idle_too_long(const SlotState& slot) const;
  void lose_slot(std::size_t slot);
  void end_slot(std::size_t slot, const char* kind, const char* why);
  void note_slot(std::size_t slot);
  void forget_history(std::size_t node);
  void for_slots_of_link(int link, bool begins);

  // ---- simulation_drift.cpp: DDL that subscribers lack
  // -----------------------------------------------------
  void add_drifts();
  void begin_drift(std::size_t incident);
  void end_drift(std::size_t incident);
  double drift_lasts(std::size_t incident);
  double failing_rate(const DriftState& drift) const;
  void settle_drifts();
  void watch_drifts();
  void on_drift(std::size_t drift);
  double until_retry(const SlotState& slot) const;
  bool streams_large(const SlotState& slot) const;
  void decode_large(SlotState& slot, Instant from, Instant to) const;

  // ---- simulation_copy.cpp: initial copies
  // ---------------------------------------------------------------------
  void add_copies();
  void settle_copy(std::size_t subscription);
  void on_copy_step(std::size_t subscription);
  void end_tables(std::size_t subscription);
  void start_tables(std::size_t subscription);
  void break_copy(std::size_t subscription);
  void resume_copy(std::size_t subscription, double seconds);
  void stop_copy(std::size_t subscription);
  void pace_copy(std::size_t subscription);
  void hold_snapshot(std::size_t subscription);
  Instant copy_hold(const SlotState& slot) const;
  bool copying(const SlotState& slot) const;

  // ---- simulation_series.cpp: what an observer sees
  // -------------------------------------------------------------
  void observe_node(std::size_t node, Instant from, Instant to);
  void observe_site(std::size_t site, Instant from);
  void observe_slot(std::size_t slot, Instant from, Instant to);
  void emit(int series, Instant at, double value, double slope);
  void event(const char* kind, const std::string& subject, std::string text);
  bool recording() const { return observer_ != nullptr && observer_->wants_events(); }

  sim::TimerId timer(Kind kind, std::size_t index);

  const Mesh& mesh_;
  const Layout& layout_;
  const Load& load_;
  const Draws& draws_;
  sim::Streams streams_;
  Companion companion_;
  Observer* observer_;

  Instant now_{}, horizon_;
  std::uint64_t events_ = 0;
  sim::Timers timers_;
  struct Source {
    Kind kind;
    std::size_t index;
  };
  std::vector<Source> sources_;  // by timer id
  std::vector<double> drivers_, relation_pages_;
  std::vector<PageFill> fills_;  // of updates, then of leaves
  std::vector<ClockState> clocks_;
  std::vector<RelationState> relations_;
  std::vector<UpdateState> updates_;
  std::vector<LeafState> leaves_;
  std::vector<GinState> gins_;
  std::vector<SiteState> sites_;
  std::vector<NodeState> nodes_;
  std::vector<SlotState> slots_;
  std::vector<CopyState> copies_;  // by subscription
  std::vector<IncidentState> incidents_;
  std::vector<DriftState> drifts_;
  std::vector<JobState> jobs_;
  std::vector<ComputeState> compute_;  // by node
  std::vector<double> domain_delay_;   // by domain, most so far
  std::vector<double> paced_drivers_;
  std::vector<Holder> holders_;
  sim::TimerId kill_;
  std::vector<std::vector<std::size_t>> slots_of_node_, relations_of_node_, sites_of_node_,
      leaves_of_node_, gins_of_node_;
  std::vector<std::vector<std::size_t>> relations_of_site_;
};

}  // namespace models
