#include "models/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/checkpoint.hpp"
#include "models/pgoutput.hpp"
#include "models/rules.hpp"
#include "models/wal_record.hpp"

namespace models {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Files of an empty database and of the cluster around it. Source: base/ of an empty database 7.7
/// MB on PostgreSQL 15, three of them after initdb; global, pg_xact and the other small folders
/// about 0.8 MB.
constexpr double empty_database = 7.7e6;
constexpr double cluster_files = 0.8e6;

/// Seconds between a short transaction's first write and its commit, drawn per node and replicate.
/// Prior: a prepared single-row statement holds its xid for about 0.1 ms (at 1600 a second none was
/// open at four of four snapshots on PostgreSQL 15); the flush of a synchronous commit adds the
/// storage's latency.
constexpr sim::TwoPieceLognormal transaction_time{.p10 = 0.05e-3, .p50 = 0.12e-3, .p90 = 2e-3};

/// Duration of a throttled VACUUM over its cost points' sleeping time. Prior: sleeps last 0.06 to
/// 0.2 ms longer than asked, and the work between them takes its own time (measured 1.12).
constexpr sim::TwoPieceLognormal vacuum_overhead{.p10 = 1.05, .p50 = 1.12, .p90 = 1.25};

}  // namespace

std::uint32_t Simulation::priority(Kind kind) {
  switch (kind) {
    case Kind::clock:
    case Kind::job:
    case Kind::incident:
    case Kind::update_step:
    case Kind::leaf_step:
    case Kind::gin_step:
    case Kind::drift:
    case Kind::compute:
      return 0;
    case Kind::checkpoint_end:
      return 1;
    case Kind::time_due:
    case Kind::volume_due:
      return 2;
    case Kind::slot_step:
    case Kind::copy_step:
      return 3;
    case Kind::slot_threshold:
      return 4;
    case Kind::vacuum:
    case Kind::space:
    case Kind::kill:
      return 5;
    case Kind::disk:
      return 6;
    case Kind::repair:
      return 7;
  }
  return 8;
}

Simulation::Simulation(const Mesh& mesh, const Layout& layout, const Load& load, const Draws& draws,
                       std::uint64_t seed, std::uint64_t replicate, Companion companion,
                       Observer* observer)
    : mesh_{mesh},
      layout_{layout},
      load_{load},
      draws_{draws},
      streams_{seed, replicate},
      companion_{companion},
      observer_{observer},
      horizon_{mesh.horizon} {
  drivers_.resize(load.drivers.size());
  relation_pages_.resize(load.relations.size());
  relations_of_node_.resize(mesh.nodes.size());
  sites_of_node_.resize(mesh.nodes.size());
  leaves_of_node_.resize(mesh.nodes.size());
  gins_of_node_.resize(mesh.nodes.size());
  relations_of_site_.resize(load.sites.size());
  for (std::size_t r = 0; r < load.relations.size(); ++r) {
    RelationState& state = relations_.emplace_back();
    state.pages = state.largest = load.relations[r].pages;
    relations_of_node_[static_cast<std::size_t>(load.relations[r].node)].push_back(r);
    relations_of_site_[static_cast<std::size_t>(load.relations[r].site)].push_back(r);
  }
  for (std::size_t u = 0; u < load.updates.size(); ++u) {
    updates_.emplace_back();
    updates_.back().curve = load.updates[u].curve;
    updates_.back().slopes = load.updates[u].curve->at(0);
    updates_.back().next = load.updates[u].curve->next_change(0);
    updates_.back().step = timer(Kind::update_step, u);
  }
  for (std::size_t l = 0; l < load.leaves.size(); ++l) {
    leaves_.emplace_back();
    leaves_.back().curve = load.leaves[l].curve;
    leaves_.back().rows = load.leaves[l].rows;
    leaves_.back().slopes = load.leaves[l].curve->at(0);
    leaves_.back().next = load.leaves[l].curve->next_change(0);
    leaves_.back().step = timer(Kind::leaf_step, l);
    const RelationLoad& relation =
        load.relations[static_cast<std::size_t>(load.leaves[l].relation)];
    leaves_of_node_[static_cast<std::size_t>(relation.node)].push_back(l);
  }
  add_gins();
  for (std::size_t s = 0; s < load.sites.size(); ++s) {
    SiteState& state = sites_.emplace_back();
    const Table& table = mesh.tables[static_cast<std::size_t>(layout.sites[s].table)];
    state.live = state.reltuples = draws(table.rows);
    state.dead = state.dead_most = draws(table.dead_rows);
    state.vacuum = timer(Kind::vacuum, s);
    state.space = timer(Kind::space, s);
    const SiteLoad& rates = load.sites[s];
    const bool changes = !rates.inserted.empty() || !rates.deleted.empty() || rates.updates >= 0 ||
                         affected_by_job(s);
    if (layout.sites[s].node >= 0 && changes)
      sites_of_node_[static_cast<std::size_t>(layout.sites[s].node)].push_back(s);
  }
  fills_.resize(updates_.size() + leaves_.size());
  add_nodes();
  add_slots();
  add_copies();
  for (std::size_t c = 0; c < load.clocks.size(); ++c)
    clocks_.push_back({0, timer(Kind::clock, c)});
  for (std::size_t i = 0; i < mesh.incidents.size(); ++i) {
    incidents_.emplace_back();
    incidents_.back().timer = timer(Kind::incident, i);
    incidents_.back().rng = streams_.named("incident/" + mesh.incidents[i].name);
  }
  add_drifts();
  kill_ = timer(Kind::kill, 0);
  for (std::size_t j = 0; j < load.jobs.size(); ++j)
    jobs_.emplace_back().timer = timer(Kind::job, j);
  add_compute();
}

sim::TimerId Simulation::timer(Kind kind, std::size_t index) {
  const sim::TimerId id = timers_.add(priority(kind));
  const auto place = static_cast<std::size_t>(id.index);
  if (sources_.size() <= place) sources_.resize(place + 1);
  sources_[place] = {kind, index};
  return id;
}

bool Simulation::affected_by_job(std::size_t site) const {
  return std::any_of(load_.jobs.begin(), load_.jobs.end(), [site](const JobLoad& job) {
    return std::any_of(job.effects.begin(), job.effects.end(), [site](const JobEffect& effect) {
      return effect.site == static_cast<int>(site);
    });
  });
}

void Simulation::add_volume(VolumeState& state, const Volume& volume, double other) const {
  state.size = draws_(volume.size);
  state.other = other + draws_(volume.other);
  state.usable = state.size > 0 ? state.size * (1 - draws_(volume.reserved)) : infinity;
}

void Simulation::add_nodes() {
  for (std::size_t n = 0; n < mesh_.nodes.size(); ++n) {
    const Node& node = mesh_.nodes[n];
    sim::Rng phase = streams_.named("node/" + node.name);
    const auto segment = static_cast<double>(node.wal_segment_size.count);
    const double drawn_share = phase.uniform();
    const double within = node.segment_used.value_or(drawn_share);  // of the first segment
    const double redo_phase = phase.uniform(), snapshot_phase = phase.uniform();
    const Lsn start{segment * (16 + within)};
    NodeState state{WalFlow{load_, static_cast<int>(n), node.settings, node.wal_segment_size},
                    PgWal{node.settings, node.wal_segment_size, start, 1}};
    state.flow.start_at(start);
    state.flow.scale(draws_(node.model_error.wal));
    state.heap_error = draws_(node.model_error.heap);
    state.index_error = draws_(node.model_error.index);
    if (const double ratio = draws_(node.wal_compression_ratio); ratio > 0)
      state.flow.compress_images(ratio);
    state.flow.log_hints(node.data_checksums || node.settings.wal_log_hints);
    state.start = state.redo = state.previous_redo = start;
    state.written_since = start.bytes;
    const Duration age = node.since_checkpoint
                             ? *node.since_checkpoint
                             : from_seconds(redo_phase * seconds(node.settings.checkpoint_timeout));
    state.checkpoint_started = Instant{} - age;
    state.snapshot_phase = node.since_running_xacts ? -seconds(*node.since_running_xacts)
                                                    : -running_xacts_interval * snapshot_phase;
    state.snapshot_phase -=
        running_xacts_interval * std::floor(state.snapshot_phase / running_xacts_interval);
    double databases = 3;
    for (const Database& d : mesh_.databases)
      if (d.node == static_cast<int>(n) && d.name != "postgres") databases += 1;
    add_volume(state.data, node.data, cluster_files + databases * empty_database);
    state.shared_volume = !node.wal.has_value();
    if (node.wal) add_volume(state.wal, *node.wal, 0);
    state.transaction_time = phase.lognormal(transaction_time);
    state.snapshot_stream = sim::stable_hash("snapshot/" + node.name);
    state.checkpoint_wal = checkpoint_wal(node.postgres, node.settings.wal_level);
    state.vacuum_phase = phase.uniform();
    state.vacuum_overhead = phase.lognormal(vacuum_overhead);
    const auto index = static_cast<std::size_t>(n);
    for (const std::size_t r : relations_of_node_[index]) state.pages += relations_[r].pages;
    state.time_due = timer(Kind::time_due, index);
    state.volume_due = timer(Kind::volume_due, index);
    state.checkpoint_end = timer(Kind::checkpoint_end, index);
    state.disk_check = timer(Kind::disk, index);
    state.repair = timer(Kind::repair, index);
    nodes_.push_back(std::move(state));
  }
  slots_of_node_.resize(nodes_.size());
}

void Simulation::add_slots() {
  const auto add = [&](int publisher, int subscription, int standby) {
    SlotState& slot = slots_.emplace_back();
    slot.publisher = publisher;
    slot.subscription = subscription;
    slot.standby = standby;
    if (subscription >= 0) {
      // The publisher sends what it has flushed; the subscriber confirms what it has, and its apply
      // worker commits asynchronously.
      sim::Rng flushes = streams_.named("feedback", slots_.size() - 1);
      slot.confirms = flushes.uniform(0, unflushed_most);
      if (!flushes_commits(mesh_.nodes[static_cast<std::size_t>(publisher)].settings))
        slot.sends = flushes.uniform(0, unflushed_most);
    }
    slot.step = timer(Kind::slot_step, slots_.size() - 1);
    slot.threshold = timer(Kind::slot_threshold, slots_.size() - 1);
    slots_of_node_[static_cast<std::size_t>(publisher)].push_back(slots_.size() - 1);
  };
  for (std::size_t s = 0; s < mesh_.subscriptions.size(); ++s)
    add(mesh_.subscriptions[s].publisher, static_cast<int>(s), -1);
  for (std::size_t s = 0; s < mesh_.standbys.size(); ++s)
    add(mesh_.standbys[s].node, -1, static_cast<int>(s));
}

void Simulation::schedule_all() {
  for (std::size_t c = 0; c < clocks_.size(); ++c) set_clock(c);
  refresh_drivers();
  for (std::size_t r = 0; r < relations_.size(); ++r)
    relation_pages_[r] = relations_[r].pages - load_.relations[r].added;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    NodeState& state = nodes_[n];
    const Node& node = mesh_.nodes[n];
    refresh_fills(n);
    state.flow.start_cycle(now_, relation_pages_);
    state.flow.set_rates(now_, drivers_, fills_);
    // A server that has run like this for long: its estimate is what its checkpoints are apart.
    const double rate = state.flow.rate(Instant{} + node.settings.checkpoint_timeout);
    const double by_time = rate * seconds(node.settings.checkpoint_timeout);
    const double by_volume = checkpoint_segments(node.settings, node.wal_segment_size) *
                             static_cast<double>(node.wal_segment_size.count);
    state.distance_estimate = std::min(by_time, by_volume);
    const double files =
        node.pg_wal_bytes
            ? std::round(*node.pg_wal_bytes / static_cast<double>(node.wal_segment_size.count))
            : settled_files(node.settings, node.wal_segment_size, state.distance_estimate);
    if (node.pg_wal_bytes) state.distance_estimate = 0;
    state.pg_wal = PgWal{node.settings, node.wal_segment_size, state.start, files};
    state.keep_from_segment = state.pg_wal.first_segment();
  }
  rates_changed();
  for (std::size_t s = 0; s < slots_.size(); ++s) note_tooth(s);
  for (std::size_t s = 0; s < copies_.size(); ++s) resume_copy(s, 0);
  for (std::size_t i = 0; i < incidents_.size(); ++i) {
    const Incident& description = mesh_.incidents[i];
    if (description.at)
      timers_.set(incidents_[i].timer, Instant{*description.at});
    else
      schedule_incident(i);
  }
  for (std::size_t j = 0; j < jobs_.size(); ++j)
    timers_.set(jobs_[j].timer,
                Instant{mesh_.jobs[static_cast<std::size_t>(load_.jobs[j].job)].at});
  for (std::size_t n = 0; n < nodes_.size(); ++n) note_sizes(n);
}

void Simulation::run() {
  schedule_all();
  for (;;) {
    const auto [id, at] = timers_.next();
    if (at > horizon_ || at == never) break;
    now_ = at;
    timers_.cancel(id);
    ++events_;
    dispatch(id);
    if (companion_.subscription >= 0 && first_failure(companion_.subscription) != never) return;
  }
  finish();
}

void Simulation::dispatch(sim::TimerId id) {
  const auto [kind, index] = sources_[static_cast<std::size_t>(id.index)];
  switch (kind) {
    case Kind::clock:
      return on_clock(index);
    case Kind::job:
      return on_job(index);
    case Kind::incident:
      return on_incident(index);
    case Kind::update_step:
      return on_update_step(index);
    case Kind::leaf_step:
      return on_leaf_step(index);
    case Kind::gin_step:
      return on_gin_step(index);
    case Kind::drift:
      return on_drift(index);
    case Kind::checkpoint_end:
      return end_checkpoint(index);
    case Kind::time_due:
      return on_time_due(index);
    case Kind::volume_due:
      return on_volume_due(index);
    case Kind::slot_step:
      return on_slot_step(index);
    case Kind::slot_threshold:
      return on_slot_threshold(index);
    case Kind::copy_step:
      return on_copy_step(index);
    case Kind::vacuum:
      return on_vacuum(index);
    case Kind::space:
      return on_space_used_up(index);
    case Kind::kill:
      return on_kill();
    case Kind::disk:
      return on_disk(index);
    case Kind::repair:
      return on_repair(index);
    case Kind::compute:
      return on_compute(index);
  }
}

void Simulation::finish() {
  now_ = horizon_;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    settle(n);
    settle_relations(n);
    note_sizes(n);
    if (nodes_[n].refused_since != never)
      nodes_[n].refused_seconds += seconds(now_ - nodes_[n].refused_since);
    settle_compute(n);
  }
  for (std::size_t s = 0; s < sites_.size(); ++s) settle_site(s);
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    settle_slot(s);
    if (copying(slots_[s])) settle_copy(s);
    note_slot(s);
    slots_[s].retained_end =
        slots_[s].state == Replay::lost
            ? 0
            : nodes_[static_cast<std::size_t>(slots_[s].publisher)].flow.lsn(now_) -
                  restart_lsn(slots_[s]);
  }
}

Instant Simulation::first_outage(int subscription) const {
  return slots_[static_cast<std::size_t>(subscription)].first_outage;
}

Instant Simulation::first_failure(int subscription) const {
  const SlotState& slot = slots_[static_cast<std::size_t>(subscription)];
  const NodeState& node = nodes_[static_cast<std::size_t>(slot.publisher)];
  return std::min({slot.lost, node.data.full, node.wal.full});
}

void Simulation::store(std::vector<double>& outcomes) const {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto time = [nan](Instant t) { return t == never ? nan : seconds(t); };
  const auto put = [&outcomes](int first, std::initializer_list<double> values) {
    std::copy(values.begin(), values.end(), outcomes.begin() + first);
  };
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const NodeState& s = nodes_[n];
    const Layout::NodePlaces& places = layout_.nodes[n];
    put(places.outcomes,
        {s.pg_wal_most, s.pg_wal.size(s.flow.lsn(now_)), s.flow.lsn(now_) - s.start,
         s.flow.records(now_), s.flow.images(now_), s.flow.image_bytes(now_), s.timed, s.requested,
         s.refused_seconds, s.relations_most + s.data.other});
    const auto volume = [&](int first, const VolumeState& v) {
      put(first, {v.used_most, v.most, v.full == never ? 0.0 : 1.0, time(v.full)});
    };
    volume(places.data_outcomes, s.data);
    if (places.wal_outcomes >= 0) volume(places.wal_outcomes, s.wal);
    if (places.compute_outcomes >= 0)
      put(places.compute_outcomes, {compute_[n].used_most, compute_[n].refused});
    if (places.temp_outcome >= 0) put(places.temp_outcome, {s.temp_most});
  }
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const SlotState& s = slots_[i];
    put(layout_.slots[i].outcomes,
        {s.lost == never ? 0.0 : 1.0, time(s.lost), time(s.unreserved), s.retained_most,
         s.retained_end, s.lag_most, s.replay_lag_most, s.catch_up_most, s.wire,
         streams_large(s) ? 0 : s.large, streams_large(s) ? s.large : 0, nan});
    if (const int copy = layout_.slots[i].copy_outcomes; copy >= 0)
      put(copy, {time(copies_[i].finished), copies_[i].bytes});
  }
  for (std::size_t d = 0; d < layout_.domains.size(); ++d)
    if (layout_.domains[d] >= 0) put(layout_.domains[d], {domain_delay_[d]});
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    const Layout::SitePlaces& places = layout_.places[i];
    if (places.outcomes < 0) continue;
    double heap = 0, all = 0, updated = 0, hot = 0;
    int index = 0;
    for (const std::size_t r : relations_of_site_[i]) {
      const RelationLoad& relation = load_.relations[r];
      const double bytes = relations_[r].largest * page_size;
      all += bytes;
      if (relation.kind == RelationLoad::Kind::heap) heap = bytes;
      if (relation.kind == RelationLoad::Kind::index)
        outcomes[static_cast<std::size_t>(places.index_outcomes + index++)] = bytes;
    }
    if (load_.sites[i].updates >= 0) {
      const UpdateState& state = updates_[static_cast<std::size_t>(load_.sites[i].updates)];
      updated = state.done;
      hot = state.hot;
    }
    put(places.outcomes,
        {heap, all, sites_[i].live, sites_[i].dead_most, updated, hot, sites_[i].vacuums});
  }
}

}  // namespace models
