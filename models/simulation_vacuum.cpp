#include <algorithm>
#include <cmath>
#include <limits>

#include "models/simulation.hpp"
#include "models/tuple.hpp"
#include "sim/math.hpp"

/// Autovacuum: when a worker comes to a table, how long it stays, what it writes and leaves.
namespace models {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double wal_every = 10;  // seconds between the portions in which a VACUUM's WAL is added
constexpr double least_run = 0.002;  // seconds

/// Seconds until a count passes its threshold.
double until_above(double threshold, double count, double rate) {
  if (count > threshold) return 0;
  return rate > 0 ? (std::floor(threshold) + 1 - count) / rate : infinity;
}

/// Pages that so many changes anywhere in the table fall on.
double pages_hit(double changes, double pages) {
  return pages > 0 ? pages * sim::one_minus_exp(changes / pages) : 0;
}

}  // namespace

bool Simulation::needs_vacuum(std::size_t index) const {
  const SiteState& state = sites_[index];
  const VacuumSettings& settings = load_.sites[index].vacuum;
  if (std::max(state.dead, state.miscounted) > vacuum_threshold(settings, state.reltuples))
    return true;
  return settings.insert_vacuums &&
         state.inserted > insert_vacuum_threshold(settings, state.reltuples);
}

bool Simulation::needs_analyze(std::size_t index) const {
  const SiteState& state = sites_[index];
  return state.changed > analyze_threshold(load_.sites[index].vacuum, state.reltuples);
}

/// The launcher starts a worker in every database once per autovacuum_naptime.
double Simulation::next_visit(std::size_t index, double from) const {
  const auto node = static_cast<std::size_t>(layout_.sites[index].node);
  const double nap = seconds(mesh_.nodes[node].settings.autovacuum_naptime);
  // Databases take turns: each has its place within the naptime.
  const int database = std::max(0, load_.sites[index].database);
  const double turn = nodes_[node].vacuum_phase + 0.618033988749895 * database;
  const double phase = (turn - std::floor(turn)) * nap;
  return std::ceil((from - phase) / nap) * nap + phase;
}

void Simulation::schedule_vacuum(std::size_t index) {
  SiteState& state = sites_[index];
  if (state.run.running) return;
  const VacuumSettings& settings = load_.sites[index].vacuum;
  double due = infinity;
  if (settings.enabled) {
    due = until_above(vacuum_threshold(settings, state.reltuples),
                      std::max(state.dead, state.miscounted), state.dead_rate);
    if (settings.insert_vacuums)
      due = std::min(due, until_above(insert_vacuum_threshold(settings, state.reltuples),
                                      state.inserted, state.insert_rate));
    due = std::min(due, until_above(analyze_threshold(settings, state.reltuples), state.changed,
                                    state.change_rate));
  }
  // Not the visit of this very moment, which has been made.
  const double from = seconds(now_) + std::max(due, 1e-6);
  timers_.set(state.vacuum, from < 9e9 ? Instant{from_seconds(next_visit(index, from))} : never);
}

void Simulation::on_vacuum(std::size_t index) {
  SiteState& state = sites_[index];
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  if (state.run.running) {
    settle_all(n);
    VacuumRun& run = state.run;
    run.points -= run.speed * seconds(now_ - run.settled);
    run.settled = now_;
    if (run.points > 1e-6 * run.speed) {
      const double left = run.points / (run.points + run.speed * wal_every);
      write_vacuum_wal(index, (1 - run.portion) * (1 - left));
      return schedule_vacuum_end(index);
    }
    return finish_vacuum(index);
  }
  NodeState& node = nodes_[n];
  settle_site(index);
  if (!node.up || (!needs_vacuum(index) && !needs_analyze(index))) return schedule_vacuum(index);
  const int database = load_.sites[index].database;
  int busy = 0;
  Worker* idle = nullptr;
  for (Worker& worker : node.workers) {
    if (worker.active && worker.started == now_ && worker.database == database) {
      worker.queue.push_back(index);
      return;
    }
    busy += worker.active ? 1 : 0;
    if (!worker.active) idle = &worker;
  }
  if (busy >= mesh_.nodes[n].settings.autovacuum_max_workers) return schedule_vacuum(index);
  if (idle == nullptr) idle = &node.workers.emplace_back();
  *idle = {database, now_, {index}, true};
  start_work(n, static_cast<std::size_t>(idle - node.workers.data()));
}

/// A worker takes the next table of its list that still needs it, or leaves.
void Simulation::start_work(std::size_t n, std::size_t w) {
  for (;;) {
    Worker& worker = nodes_[n].workers[w];
    if (worker.queue.empty()) {
      worker.active = false;
      return pace_workers(n);
    }
    const std::size_t site = worker.queue.front();
    worker.queue.erase(worker.queue.begin());
    settle_site(site);
    if (!sites_[site].run.running && (needs_vacuum(site) || needs_analyze(site)))
      return start_vacuum(site, w);
    schedule_vacuum(site);
  }
}

void Simulation::start_vacuum(std::size_t index, std::size_t worker) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  settle_all(n);
  settle_relations(n);
  VacuumRun& run = sites_[index].run;
  run = {};
  run.worker = static_cast<int>(worker);
  run.vacuums = needs_vacuum(index);
  run.analyzes = needs_analyze(index);
  begin_run(index);
}

/// VACUUM or ANALYZE as a command; one that autovacuum is busy with has to wait, and finds nothing.
void Simulation::begin_command(std::size_t index, bool vacuums, bool analyzes) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  VacuumRun& run = sites_[index].run;
  if (run.running || !nodes_[n].up) return;
  settle_all(n);
  settle_relations(n);
  run = {};
  run.vacuums = vacuums;
  run.analyzes = analyzes;
  begin_run(index);
}

void Simulation::begin_run(std::size_t index) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  VacuumRun& run = sites_[index].run;
  run.running = true;
  run.settled = now_;
  run.stays = kept_rows(index);
  if (run.vacuums) {
    look_for_work(index);
    run.wal = vacuum_wal(run.work, mesh_.nodes[n].postgres);
    run.points = vacuum_points(run.work);
  }
  if (run.analyzes) {
    constexpr double sample = 30'000;  // 300 rows per target of 100, a page each at most
    const VacuumWal analyze = analyze_wal(load_.sites[index].statistics, mesh_.nodes[n].postgres);
    run.wal.bytes += analyze.bytes;
    run.wal.records += analyze.records;
    run.points += std::min(sample, relations_[relations_of_site_[index].front()].pages);
  }
  pace_workers(n);
}

/// What VACUUM finds in the heap.
void Simulation::look_for_work(std::size_t index) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  const SiteState& state = sites_[index];
  const SiteLoad& load = load_.sites[index];
  const std::size_t heap = relations_of_site_[index].front();
  VacuumRun& run = sites_[index].run;
  VacuumWork& work = run.work;
  const double pages = relations_[heap].pages;
  work.table_pages = pages;
  double changed = 0, updates = 0;
  if (load.updates >= 0) {
    const auto of_site = static_cast<std::size_t>(load.updates);
    const UpdateState& u = updates_[of_site];
    const UpdateCurve::Point found = u.curve->found(u.x);
    const double count = places(of_site);
    changed = count * found.changed_pages;
    work.pruned = count * found.prune_pages;
    work.redirected = count * found.to_redirect;
    work.dead = count * found.to_dead;
    work.unused = count * found.to_unused;
    work.stub_pages = count * found.stub_pages;
    work.stubs = count * found.stubs;
    updates = u.x * count;
  }
  const double oldest = load.oldest_share() * state.deleted;  // side by side
  // Those that the curve of the updates plays are among what it has found.
  const double deleted = (1 - load.played_share()) * state.deleted;
  const double hit = std::min(
      pages, pages_hit(std::max(0.0, deleted - oldest), pages) + oldest / load.rows_per_page);
  const double added = std::min(pages, state.inserted / load.rows_per_page);
  run.frees = state.deleted;
  run.changes = pages > 0 ? (updates + state.deleted) / pages : 0;
  const auto together = [pages](double a, double b) {
    return pages > 0 ? std::min(pages, a + b - a * b / pages) : 0.0;
  };
  work.pruned = together(work.pruned, hit);
  work.dead += deleted;
  work.stub_pages = together(work.stub_pages, hit);
  work.stubs += deleted;
  changed = together(changed, hit);
  const double scattered = pages > 0 ? scanned_share(changed / pages) : 0;
  work.scanned = together(scattered * pages, added);
  work.cleaned = std::min(nodes_[n].flow.unswept(now_, static_cast<int>(heap), run.changes, false),
                          work.pruned);
  const Settings& settings = mesh_.nodes[n].settings;
  const double buffers = static_cast<double>(settings.shared_buffers.count) / page_size;
  work.hit_share = std::min(1.0, buffers / std::max(1.0, nodes_[n].pages));
  const bool indexed = relations_of_site_[index].size() > 2;  // after heap and TOAST
  run.index_pass =
      indexed && work.stubs > 0 && !bypasses_indexes(work.stub_pages, work.stubs, pages);
  const int major = mesh_.nodes[n].postgres;
  work.second_pass = run.index_pass || (!indexed && major < 17);
  const double left_unseen = indexed && !run.index_pass ? work.stub_pages : 0;
  work.made_visible = std::max(0.0, together(changed, added) - left_unseen);
  work.passes = index_passes(work.stubs, settings, major);
  if (run.index_pass) look_at_indexes(index);
}

/// What VACUUM finds in the indexes: an entry for every line pointer it wants to free.
void Simulation::look_at_indexes(std::size_t index) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  VacuumWork& work = sites_[index].run.work;
  for (const std::size_t r : relations_of_site_[index]) {
    if (load_.relations[r].kind != RelationLoad::Kind::index) continue;
    VacuumWork::IndexPass pass;
    pass.pages = relations_[r].pages;
    pass.entries = work.stubs;
    const double rows_per_leaf = load_.relations[r].rows_per_leaf;
    const double oldest =
        rows_per_leaf > 0 ? load_.sites[index].oldest_share() * sites_[index].deleted : 0;
    pass.scattered = std::max(0.0, pass.entries - oldest);
    pass.emptied = oldest > 0 ? oldest / rows_per_leaf : 0;
    pass.leaves = pages_hit(pass.scattered, pass.pages) + pass.emptied;
    const double images = nodes_[n].flow.unswept(now_, static_cast<int>(r),
                                                 pass.scattered / std::max(1.0, pass.pages), true);
    pass.cleaned = std::min(pass.leaves, images + pass.emptied);
    work.indexes.push_back(pass);
  }
}

/// Workers that run at the same time share the cost limit.
void Simulation::pace_workers(std::size_t n) {
  int sharing = 0;
  const auto on_node = [&](const auto& act) {
    for (const std::size_t s : sites_of_node_[n])
      if (sites_[s].run.running) act(s);
  };
  on_node([&](std::size_t s) {
    sharing += load_.sites[s].vacuum.own_cost || sites_[s].run.worker < 0 ? 0 : 1;
  });
  on_node([&](std::size_t s) {
    VacuumRun& run = sites_[s].run;
    run.points -= run.speed * seconds(now_ - run.settled);
    run.settled = now_;
    const double speed = points_per_second(load_.sites[s].vacuum, sharing, mesh_.nodes[n].postgres);
    // Unthrottled, it works through pages at about this pace. Prior: 0.12 s of processor time for
    // 274 000 points.
    constexpr double unthrottled = 2e6;
    run.speed =
        run.worker < 0 ? unthrottled : std::min(speed / nodes_[n].vacuum_overhead, unthrottled);
    schedule_vacuum_end(s);
  });
}

void Simulation::schedule_vacuum_end(std::size_t index) {
  SiteState& state = sites_[index];
  const double left = std::max(least_run, state.run.points / state.run.speed);
  timers_.set(state.vacuum, after(now_, std::min(left, wal_every)));
}

/// Writes a portion of what the run logs.
void Simulation::write_vacuum_wal(std::size_t index, double portion) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  NodeState& node = nodes_[n];
  VacuumRun& run = sites_[index].run;
  const double of_rest = portion / std::max(1e-12, 1 - run.portion);
  run.portion += portion;
  bool images = false;
  const auto sweep = [&](std::size_t relation, double changes, bool apart) {
    const auto id = static_cast<int>(relation);
    if (node.flow.unswept(now_, id, changes, apart) * of_rest < 0.5) return;
    node.flow.sweep(now_, id, changes, apart, of_rest, fills_);
    images = true;
  };
  if (run.vacuums && run.work.pruned > 0) {
    sweep(relations_of_site_[index].front(), run.changes, false);
    std::size_t pass = 0;
    for (const std::size_t r : relations_of_site_[index]) {
      if (load_.relations[r].kind != RelationLoad::Kind::index || !run.index_pass) continue;
      const VacuumWork::IndexPass& found = run.work.indexes[pass++];
      sweep(r, found.scattered / std::max(1.0, found.pages), true);
    }
  }
  node.flow.add(run.wal.bytes * portion, run.wal.records * portion);
  if (images)
    set_rates(n);
  else
    flow_changed(n);
}

void Simulation::finish_vacuum(std::size_t index) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  if (sites_[index].run.vacuums) log_visible_images(index);
  if (sites_[index].run.index_pass) log_unlinked_images(index);
  if (sites_[index].run.analyzes) log_catalog_images(index);
  write_vacuum_wal(index, 1 - sites_[index].run.portion);
  SiteState& state = sites_[index];
  VacuumRun& run = state.run;
  const int worker = run.worker;
  run.running = false;
  state.reltuples = state.live;
  if (run.analyzes) state.changed = 0;
  if (run.vacuums) {
    // What the horizon kept, and half of what died while the pages were read.
    state.dead = run.stays;
    state.inserted = state.inserted_before = 0;
    if (worker >= 0) state.vacuums += 1;
    state.reusable += run.frees;
    state.deleted = std::max(0.0, state.deleted - run.frees);
    if (recording()) {
      const Holder* holder = oldest_holder(load_.sites[index].database);
      event(worker >= 0 ? "autovacuum" : "vacuum", layout_.sites[index].label,
            run.stays > 0 && holder != nullptr
                ? std::to_string(std::llround(run.stays)) + " dead rows kept by " +
                      mesh_.incidents[holder->incident].name
                : "");
    }
    const int updates = load_.sites[index].updates;
    if (updates >= 0 && state.holders == 0 &&
        !updates_[static_cast<std::size_t>(updates)].past.sweeping) {
      const auto u = static_cast<std::size_t>(updates);
      UpdateCurve::Past past = updates_[u].past;
      past.vacuum(updates_[u].x);
      follow_past(u, past);
    }
  }
  if (run.index_pass) free_leaves(index);
  bool flushed = false;
  for (const std::size_t g : gins_of_node_[n])
    if (gin_relation(g).site == static_cast<int>(index)) {
      settle_gin(g);
      flush_gin(g);
      flushed = true;
    }
  // An ANALYZE changes no rate; on a node with many tables those of a vacuum wait for the redo
  // point.
  if (flushed || (run.vacuums && !steps_wait(n))) {
    refresh_drivers();
    set_rates(n);
  } else {
    set_site_rates(index, paced_drivers(static_cast<std::size_t>(layout_.sites[index].node)));
  }
  if (worker >= 0)
    start_work(n, static_cast<std::size_t>(worker));
  else
    pace_workers(n);
  schedule_vacuum(index);
}

/// From now on a site's updates go on after another past.
void Simulation::follow_past(std::size_t index, const UpdateCurve::Past& past) {
  constexpr double many_cycles = 40;
  UpdateState& state = updates_[index];
  const UpdateLoad& load = load_.updates[index];
  UpdateCurve::Past rounded = past.rounded();
  PopulationCurve::Steps steps{.sliding = load.sliding};
  if (load.sliding > 0) {
    // Rows are new when their updates begin: VACUUM finds them settled, and only a horizon that
    // stands still makes a difference.
    const bool held = past.horizon == UpdateCurve::Past::Horizon::held;
    rounded = {};
    if (held) rounded.horizon = past.horizon;
  } else if (past.sweeping) {
    steps.cycle = rounded.sweep;
  } else if (past.vacuums > 0 && past.horizon == UpdateCurve::Past::Horizon::moves) {
    steps.cycle = rounded.cycle;
    steps.mean =
        state.rate * seconds(horizon_ - Instant{}) / places(index) > many_cycles * rounded.cycle;
  }
  state.past = rounded;
  if (load.sliding <= 0) state.past.vacuums = past.vacuums;
  state.x = 0;
  auto known = std::find_if(state.known.begin(), state.known.end(),
                            [&](const auto& k) { return k.first == rounded; });
  if (known == state.known.end()) {
    state.known.emplace_back(rounded, population(load, rounded, steps, *load_.curves));
    known = state.known.end() - 1;
  }
  state.curve = known->second;
  state.slopes = state.curve->at(0);
  state.next = state.curve->next_change(0);
}

/// What an index pass leaves: room for entries on leaves anywhere; leaves of an ascending index
/// that lost all their rows, which are used from the VACUUM after that on (nbtpage.c,
/// BTPageIsRecyclable).
void Simulation::free_leaves(std::size_t index) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  const VacuumRun& run = sites_[index].run;
  for (const std::size_t l : leaves_of_node_[n]) {
    const RelationLoad& relation =
        load_.relations[static_cast<std::size_t>(load_.leaves[l].relation)];
    if (relation.site != static_cast<int>(index)) continue;
    LeafState& state = leaves_[l];
    settle_leaves(l);
    state.room += std::min(run.work.stubs, state.inserted + run.frees) * relation.rows_share;
    state.inserted = 0;
  }
  for (const std::size_t r : relations_of_site_[index]) {
    const RelationLoad& load = load_.relations[r];
    if (load.rows_per_leaf <= 0) continue;
    RelationState& relation = relations_[r];
    relation.recycled += relation.emptied;
    relation.emptied =
        load_.sites[index].oldest_share() * run.frees * load.rows_share / load.rows_per_leaf;
  }
}

void Simulation::schedule_space(std::size_t index) {
  const SiteState& state = sites_[index];
  double left = infinity;
  if (state.reusable > 0 && state.reuse_rate > 0) left = state.reusable / state.reuse_rate;
  for (const std::size_t r : relations_of_site_[index])
    if (relations_[r].recycling > 0)
      left = std::min(left, relations_[r].recycled / relations_[r].recycling);
  timers_.set(state.space, left < 9e9 ? after(now_, left) : never);
}

void Simulation::on_space_used_up(std::size_t index) {
  constexpr double next_to_none = 1e-6;
  const auto node = static_cast<std::size_t>(layout_.sites[index].node);
  settle_all(node);
  settle_relations(node);
  if (sites_[index].reusable < next_to_none) sites_[index].reusable = 0;
  for (const std::size_t r : relations_of_site_[index])
    if (relations_[r].recycled < next_to_none) relations_[r].recycled = 0;
  refresh_drivers();
  set_rates(node);
}

}  // namespace models
