#include <algorithm>
#include <cmath>
#include <limits>

#include "models/simulation.hpp"
#include "sim/math.hpp"

/// Clocks, update curves and the rates that follow from them.
namespace models {
namespace {

constexpr double year = 365.25 * 86400;
constexpr double growth_step = 7 * 86400;  // compound growth is applied weekly

double total(const std::vector<Contribution>& contributions, const std::vector<double>& drivers) {
  double sum = 0;
  for (const Contribution& c : contributions)
    sum += c.amount * drivers[static_cast<std::size_t>(c.driver)];
  return sum;
}

/// Factor of a profile at a time, and when it changes next [seconds since the start].
struct ProfileValue {
  double factor = 1, until = std::numeric_limits<double>::infinity();
};
ProfileValue profile_at(const Profile& profile, std::int64_t start, double t) {
  if (profile.steps.empty()) return {};
  const double period = seconds(profile.period);
  double offset = 0;  // of the start within the period
  if (!profile.once) {
    // Days count from midnight, weeks from Monday; 1970-01-01 was a Thursday.
    const double epoch = static_cast<double>(start) + (profile.period > 24h ? 3 * 86400.0 : 0.0);
    offset = epoch - period * std::floor(epoch / period);
  }
  const double cycles = profile.once ? 0 : std::floor((t + offset) / period);
  const double phase = t + offset - cycles * period;
  ProfileValue value{profile.steps.front().factor, value.until};
  if (!profile.once) value.until = (cycles + 1) * period - offset;
  for (const Profile::Step& step : profile.steps) {
    if (seconds(step.at) > phase) {
      value.until = cycles * period - offset + seconds(step.at);
      break;
    }
    value.factor = step.factor;
  }
  return value;
}

/// What a driver of updates multiplies its clock with.
double share_of(Driver::Part part, const PopulationCurve::Slopes& slopes,
                const UpdateCurve::Past& past) {
  const bool held = past.horizon == UpdateCurve::Past::Horizon::held || past.sweeping;
  switch (part) {
    case Driver::Part::fits:
      return slopes.fits;
    case Driver::Part::moves:
      return slopes.moves;
    case Driver::Part::extends:
      return past.settled() ? 0 : std::max(0.0, slopes.new_pages);
    case Driver::Part::kept_fits:
      return held ? slopes.fits : 0;
    case Driver::Part::kept_moves:
      return held ? slopes.moves : 0;
    case Driver::Part::prunes:
      return slopes.prunes;
    case Driver::Part::pruned:
      return 2 * (2 * slopes.redirected + slopes.dead + slopes.unused);
    default:
      return 1;
  }
}

}  // namespace

void Simulation::set_clock(std::size_t index) {
  const Clock& clock = load_.clocks[index];
  ClockState& state = clocks_[index];
  const double t = seconds(now_);
  double next = std::numeric_limits<double>::infinity();
  state.factor = 0;
  if (t < clock.from) {
    next = clock.from;
  } else if (t < clock.until) {
    ProfileValue value;
    if (clock.profile >= 0)
      value = profile_at(mesh_.profiles[static_cast<std::size_t>(clock.profile)], mesh_.start, t);
    state.factor = value.factor;
    next = std::min(value.until, clock.until);
    if (clock.growth != 0) {
      const double week = std::floor(t / growth_step);
      state.factor *= sim::pow(1 + clock.growth, week * growth_step / year);
      next = std::min(next, (week + 1) * growth_step);
    }
  }
  timers_.set(state.step, next < 9e9 ? Instant{from_seconds(next)} : never);
}

void Simulation::on_clock(std::size_t index) {
  set_clock(index);
  rates_changed();
}

double Simulation::gate_factor(int subscription, int clock) const {
  const auto c = static_cast<std::size_t>(clock);
  if (subscription < 0) return clock_factor(c);
  const SlotState& slot = slots_[static_cast<std::size_t>(subscription)];
  if (slot.state == Replay::streaming)
    return nodes_[static_cast<std::size_t>(slot.publisher)].up
               ? clock_factor(c) * pace(static_cast<std::size_t>(slot.publisher), c)
               : 0;
  if (slot.state != Replay::catching_up) return 0;
  const auto& history = nodes_[static_cast<std::size_t>(slot.publisher)].history;
  return slot.speed * history.at(slot.position).clocks[c];
}

bool Simulation::has_room(std::size_t site) const {
  return nodes_[static_cast<std::size_t>(layout_.sites[site].node)].room;
}

/// Bulk UPDATEs that go through a table since the load changed, or no longer do.
void Simulation::begin_or_end_sweeps() {
  for (std::size_t u = 0; u < updates_.size(); ++u) {
    const UpdateLoad& load = load_.updates[u];
    if (load.sliding > 0) continue;
    const bool on = std::any_of(load.sweeps.begin(), load.sweeps.end(), [&](int d) {
      const Driver& driver = load_.drivers[static_cast<std::size_t>(d)];
      return gate_factor(driver.gate, driver.clock) > 0;
    });
    UpdateCurve::Past past = updates_[u].past;
    if (on == past.sweeping) continue;
    if (on)
      past.begin_sweep(updates_[u].x, load.sweep);
    else
      past.end_sweep();
    follow_past(u, past);
  }
}

void Simulation::refresh_drivers() {
  begin_or_end_sweeps();
  for (std::size_t d = 0; d < drivers_.size(); ++d) {
    const Driver& driver = load_.drivers[d];
    if (driver.clock < 0) continue;
    double value = gate_factor(driver.gate, driver.clock);
    if (driver.updates >= 0) {
      const PopulationCurve::Slopes& slopes =
          updates_[static_cast<std::size_t>(driver.updates)].slopes;
      const UpdateCurve::Past& past = updates_[static_cast<std::size_t>(driver.updates)].past;
      const auto site =
          static_cast<std::size_t>(load_.updates[static_cast<std::size_t>(driver.updates)].site);
      const bool moves = driver.part == Driver::Part::moves ||
                         driver.part == Driver::Part::extends ||
                         driver.part == Driver::Part::kept_moves;  // to a page that may be new
      value *= moves && !has_room(site) ? 0 : share_of(driver.part, slopes, past);
    }
    drivers_[d] = value;
  }
  for (std::size_t d = 0; d < drivers_.size(); ++d) {
    const Driver& driver = load_.drivers[d];
    if (driver.clock >= 0) continue;
    drivers_[d] = derived_driver(d, drivers_);
  }
}

/// A driver of a node's indexes, whoever inserts.
double Simulation::derived_driver(std::size_t d, const std::vector<double>& drivers) const {
  const Driver& driver = load_.drivers[d];
  const auto l = static_cast<std::size_t>(driver.updates);
  if (driver.part == Driver::Part::pending) {
    const auto site = static_cast<std::size_t>(gin_relation(l).site);
    return gin_list_grows(l) && has_room(site) ? total(load_.gins[l].rate, drivers) : 0;
  }
  const LeafCurve::Slopes& slopes = leaves_[l].slopes;
  const auto site = static_cast<std::size_t>(
      load_.relations[static_cast<std::size_t>(load_.leaves[l].relation)].site);
  if (leaves_[l].room > 0 || !has_room(site)) return 0;
  return leaf_rate(l, drivers) * (driver.part == Driver::Part::splits   ? slopes.splits
                                  : driver.part == Driver::Part::merges ? slopes.merges
                                                                        : slopes.intervals);
}

void Simulation::rates_changed() {
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    settle(n);
    settle_node_sites(n);
  }
  for (std::size_t s = 0; s < slots_.size(); ++s) settle_slot(s);
  settle_drifts();
  share_cores();
  refresh_drivers();
  for (std::size_t n = 0; n < nodes_.size(); ++n) set_rates(n);
  watch_drifts();
}

void Simulation::settle_all(std::size_t node) {
  settle(node);
  settle_node_sites(node);
  for (const std::size_t slot : slots_of_node_[node]) settle_slot(slot);
}

void Simulation::settle_node_sites(std::size_t node) {
  for (const std::size_t s : sites_of_node_[node]) settle_site(s);
}

void Simulation::set_rates(std::size_t index) {
  NodeState& node = nodes_[index];
  node.rates_fresh = false;
  node.steps_waiting = false;
  if (node.up) {
    const std::vector<double>& drivers = paced_drivers(index);
    set_relation_rates(index, drivers);
    node.flow.set_rates(now_, drivers, fills_);
  } else {
    const std::vector<double> none(drivers_.size(), 0.0);
    set_relation_rates(index, none);
    node.flow.set_rates(now_, none, fills_);
  }
  flow_changed(index);
}

void Simulation::set_relation_rates(std::size_t index, const std::vector<double>& drivers) {
  NodeState& node = nodes_[index];
  settle_relations(index);
  node.xid_rate = total(load_.nodes[index].xids, drivers);
  for (const std::size_t s : sites_of_node_[index]) set_site_rates(s, drivers);
  node.growth = 0;
  for (const std::size_t r : relations_of_node_[index]) {
    RelationState& relation = relations_[r];
    const auto site = static_cast<std::size_t>(load_.relations[r].site);
    const bool index_pages = load_.relations[r].kind == RelationLoad::Kind::index;
    const double growth = total(load_.relations[r].growth, drivers) *
                          (index_pages ? node.index_error : node.heap_error);
    const bool reuses = index_pages ? relation.recycled > 0 : sites_[site].reusable > 0;
    relation.growth = reuses ? 0 : growth;
    relation.recycling = reuses && index_pages ? growth : 0;
    node.growth += relation.growth;
  }
  for (const std::size_t s : sites_of_node_[index]) schedule_space(s);
  for (const std::size_t g : gins_of_node_[index])
    set_gin_rates(g, total(load_.gins[g].rate, drivers));
  for (const std::size_t l : leaves_of_node_[index]) {
    settle_leaves(l);
    LeafState& state = leaves_[l];
    state.rate = leaf_rate(l, drivers);
    schedule_leaves(l);
  }
}

/// Places for rows that the curve of a site's updates counts by.
double Simulation::places(std::size_t updates) const {
  const UpdateLoad& load = load_.updates[updates];
  return load.places_per_row * std::max(1.0, sites_[static_cast<std::size_t>(load.site)].live);
}

void Simulation::set_site_rates(std::size_t index, const std::vector<double>& drivers) {
  SiteState& state = sites_[index];
  const SiteLoad& load = load_.sites[index];
  const double inserted = total(load.inserted, drivers);
  state.delete_rate = total(load.deleted, drivers);
  state.live_rate = inserted - state.delete_rate;
  state.dead_rate = state.death_rate = state.delete_rate;
  state.reuse_rate = state.insert_rate = inserted;
  state.change_rate = inserted + state.delete_rate;
  if (load.updates >= 0) {
    const auto u = static_cast<std::size_t>(load.updates);
    UpdateState& updates = updates_[u];
    updates.rate = total(load_.updates[u].rate, drivers);
    updates.hot_rate = total(load_.updates[u].hot_rate, drivers) * updates.slopes.fits;
    state.dead_rate += updates.rate * (1 - updates.slopes.removed);
    if (updates.slopes.prunes > 0) {
      // In the long run, for the pages of a small table are pruned in rounds.
      const double by_each = updates.slopes.removed / updates.slopes.prunes;
      const auto node = static_cast<std::size_t>(layout_.sites[index].node);
      state.miscounted =
          miscounted_dead(updates.rate / std::max(1.0, by_each), by_each, load.update_sessions,
                          seconds(mesh_.nodes[node].settings.autovacuum_naptime));
    }
    state.change_rate += updates.rate;
    state.death_rate += updates.rate;
    const double left = std::max(0.0, updates.next - updates.x) * places(u);
    timers_.set(updates.step, updates.rate > 0 ? after(now_, left / updates.rate) : never);
  }
  schedule_vacuum(index);
}

void Simulation::flow_changed(std::size_t index) {
  NodeState& node = nodes_[index];
  if (!slots_of_node_[index].empty()) {
    std::vector<double> factors;
    factors.reserve(clocks_.size());
    for (std::size_t c = 0; c < clocks_.size(); ++c)
      factors.push_back(node.up ? clock_factor(c) * pace(index, c) : 0);
    node.history.open(now_, node.flow.curve(), std::move(factors));
    forget_history(index);
    for (const std::size_t slot : slots_of_node_[index]) {
      plan_slot(slot);
      watch_slot(slot);
    }
  }
  schedule_checkpoint(index);
  schedule_checkpoint_end(index);
  check_disk(index);
}

void Simulation::on_update_step(std::size_t index) {
  const auto site = static_cast<std::size_t>(load_.updates[index].site);
  const auto node = static_cast<std::size_t>(layout_.sites[site].node);
  settle_site(site);
  UpdateState& state = updates_[index];
  state.x = std::max(state.x, state.next);
  const auto curve = state.curve;
  if (steps_wait(node)) {
    state.slopes = curve->at(state.x);
    state.next = curve->next_change(state.x);
    const double left = (state.next - state.x) * places(index);
    timers_.set(state.step, state.rate > 0 ? after(now_, left / state.rate) : never);
    return;
  }
  settle_all(node);
  state.slopes = curve->at(state.x);
  state.next = curve->next_change(state.x);
  refresh_drivers();
  set_rates(node);
}

/// On a node with many tables a step of one curve takes effect at the next redo point or change of
/// load: at most a checkpoint interval late, where recomputing the node for each of thousands of
/// steps would cost most of the run.
bool Simulation::steps_wait(std::size_t node) {
  constexpr std::size_t many = 24;
  if (sites_of_node_[node].size() + leaves_of_node_[node].size() <= many) return false;
  nodes_[node].rates_fresh = false;
  nodes_[node].steps_waiting = true;
  return true;
}

/// Entries per second that take room on leaves.
double Simulation::leaf_rate(std::size_t index, const std::vector<double>& drivers) const {
  const LeafLoad& load = load_.leaves[index];
  const bool room = leaves_[index].x < leaves_[index].curve->first_split();
  return total(load.rate, drivers) + total(room ? load.unchanged : load.kept, drivers);
}

void Simulation::settle_leaves(std::size_t index) {
  LeafState& state = leaves_[index];
  const double entries = state.rate * seconds(now_ - state.settled);
  const double into_room = std::min(entries, state.room);
  state.inserted += entries;
  state.room -= into_room;
  state.x += (entries - into_room) / state.rows;
  state.settled = now_;
}

/// The next step: room is used up, or else the slopes change.
void Simulation::schedule_leaves(std::size_t index) {
  LeafState& state = leaves_[index];
  state.fills_room = state.room > 0;
  const double left =
      state.fills_room ? state.room : std::max(0.0, state.next - state.x) * state.rows;
  timers_.set(state.step, state.rate > 0 ? after(now_, left / state.rate) : never);
}

/// A page's first image of a cycle shows it as the redo point found it, plus the change that caused
/// the image: what happens to pages that have their image already does not matter.
void Simulation::refresh_fills(std::size_t node) {
  for (const std::size_t s : sites_of_node_[node]) {
    const int updates = load_.sites[s].updates;
    if (updates < 0) continue;
    const auto u = static_cast<std::size_t>(updates);
    fills_[u] = update_fill(updates_[u].curve->at(updates_[u].x));
  }
  for (const std::size_t l : leaves_of_node_[node])
    fills_[updates_.size() + l] = {leaf_content(leaves_[l].curve->at(leaves_[l].x).fill), 1};
}

void Simulation::on_leaf_step(std::size_t index) {
  const LeafLoad& load = load_.leaves[index];
  const auto node =
      static_cast<std::size_t>(load_.relations[static_cast<std::size_t>(load.relation)].node);
  settle_leaves(index);
  LeafState& state = leaves_[index];
  if (state.fills_room)
    state.room = 0;
  else
    state.x = std::max(state.x, state.next);
  const bool waits = steps_wait(node);
  if (!waits) settle_all(node);
  state.slopes = state.curve->at(state.x);
  state.next = state.curve->next_change(state.x);
  if (waits) return schedule_leaves(index);
  refresh_drivers();
  set_rates(node);
}

void Simulation::settle_site(std::size_t index) {
  SiteState& state = sites_[index];
  const double elapsed = seconds(now_ - state.settled);
  if (elapsed <= 0) return;
  state.live = std::max(0.0, state.live + state.live_rate * elapsed);
  state.dead = std::max(0.0, state.dead + state.dead_rate * elapsed);
  // The count goes as far up from what it shows as down.
  state.dead_most =
      std::max(state.dead_most, std::max(state.dead, state.miscounted) + state.miscounted);
  if (observer_ != nullptr)
    emit(layout_.places[index].dead, state.settled, state.dead - state.dead_rate * elapsed,
         state.dead_rate);
  (state.holders > 0 ? state.kept_deleted : state.deleted) += state.delete_rate * elapsed;
  if (const auto n = layout_.sites[index].node; n >= 0) {
    const NodeState& node = nodes_[static_cast<std::size_t>(n)];
    if (state.inserted_redo != node.redo) {  // since the last look there was a redo point
      const double until = seconds(node.checkpoint_started - state.settled);
      state.inserted_before = state.inserted + state.insert_rate * std::clamp(until, 0.0, elapsed);
      state.inserted_redo = node.redo;
    }
  }
  state.inserted += state.insert_rate * elapsed;
  state.changed += state.change_rate * elapsed;
  state.died += state.death_rate * elapsed;
  state.reusable = std::max(0.0, state.reusable - state.reuse_rate * elapsed);
  if (load_.sites[index].updates >= 0) {
    const auto u = static_cast<std::size_t>(load_.sites[index].updates);
    UpdateState& updates = updates_[u];
    updates.x += updates.rate * elapsed / places(u);
    updates.done += updates.rate * elapsed;
    updates.hot += updates.hot_rate * elapsed;
  }
  state.settled = now_;
}

}  // namespace models
