#include <algorithm>
#include <cmath>
#include <limits>

#include "models/simulation.hpp"

/// The cores of a node, who waits for them, and runaway queries: modelled, not measured.
///
/// Nothing here happens on a node without `cores:`, and nothing slows down as long as its
/// statements need less than it has: autovacuum, walsenders and apply workers are not counted.
namespace models {

void Simulation::add_compute() {
  compute_.resize(mesh_.nodes.size());
  domain_delay_.resize(mesh_.domains.size());
  for (std::size_t n = 0; n < compute_.size(); ++n) {
    compute_[n].demand.cores = load_.compute[n].cores;
    compute_[n].demand.connections = load_.compute[n].connections;
    compute_[n].step = timer(Kind::compute, n);
  }
}

std::size_t Simulation::node_of_incident(std::size_t incident) const {
  const int database = mesh_.incidents[incident].database;
  return static_cast<std::size_t>(mesh_.databases[static_cast<std::size_t>(database)].node);
}

bool Simulation::holds_cores(std::size_t incident, std::size_t node) const {
  return incidents_[incident].on &&
         mesh_.incidents[incident].kind == Incident::Kind::runaway_query &&
         mesh_.incidents[incident].database >= 0 && node_of_incident(incident) == node;
}

/// What asks for the cores now; `rate` becomes that of open transactions.
ComputeDemand Simulation::demand_of(std::size_t index, double& rate) const {
  const NodeCompute& load = load_.compute[index];
  ComputeDemand demand;
  demand.cores = load.cores;
  demand.connections = load.connections;
  rate = 0;
  if (!nodes_[index].up) return demand;
  for (const ComputeLoad& l : load.loads) {
    const double factor = l.clock < 0 ? 1 : clock_factor(static_cast<std::size_t>(l.clock));
    if (factor <= 0) continue;
    if (l.closed.clients > 0) {
      demand.closed.push_back(l.closed);
      demand.closed.back().clients *= factor;
      demand.connections -= l.closed.clients * factor;
    } else {
      demand.open += factor * l.rate * l.cpu;
      rate += factor * l.rate;
    }
  }
  for (std::size_t j = 0; j < jobs_.size(); ++j) {
    const ClockPace& pace = load_.paces[static_cast<std::size_t>(load_.jobs[j].clock)];
    if (jobs_[j].running && pace.node == static_cast<int>(index)) {
      demand.processes += 1;
      demand.connections -= 1;
    }
  }
  for (std::size_t i = 0; i < incidents_.size(); ++i)
    if (holds_cores(i, index)) {
      demand.processes += 1 + draws_(mesh_.incidents[i].workers);
      demand.connections -= 1;
    }
  demand.connections = std::max(1.0, demand.connections);
  return demand;
}

/// Brings queues, jobs and temporary files up to date, as they went since the cores were shared.
void Simulation::settle_compute(std::size_t index) {
  ComputeState& state = compute_[index];
  const double elapsed = seconds(now_ - state.settled);
  if (elapsed <= 0) return;
  for (std::size_t i = 0; i < incidents_.size(); ++i) {
    TempFiles& temp = incidents_[i].temp;
    if (holds_cores(i, index)) temp.bytes = std::min(temp.most, temp.bytes + temp.rate * elapsed);
  }
  if (state.limited()) {
    if (observer_ != nullptr) emit(layout_.nodes[index].cpu, state.settled, state.share.used, 0);
    const double refused = state.queue.refused;
    state.queue.advance(elapsed, state.demand.open, state.share.capacity, state.most());
    if (state.demand.open > 0)
      state.refused += (state.queue.refused - refused) * state.rate / state.demand.open;
    state.used_most = std::max(state.used_most, state.share.used);
    note_delays(index);
    for (std::size_t j = 0; j < jobs_.size(); ++j)
      if (jobs_[j].running && job_node(j) == index) jobs_[j].left -= elapsed * jobs_[j].speed;
  }
  state.settled = now_;
}

/// The delay that each domain's transactions had until now.
void Simulation::note_delays(std::size_t index) {
  const ComputeState& state = compute_[index];
  double others = state.others;
  if (state.share.overloaded && state.demand.open > 0)  // as far as the queue has got
    others = std::min(others, state.queue.waiting * state.rate / state.demand.open + 1);
  const double always = running_always(state.demand, state.share.speed);
  std::vector<double> rate(domain_delay_.size()), cpu(domain_delay_.size());
  for (const ComputeLoad& l : load_.compute[index].loads) {
    if (l.domain < 0) continue;
    const auto d = static_cast<std::size_t>(l.domain);
    const double now =
        l.rate * (l.clock < 0 ? 1 : clocks_[static_cast<std::size_t>(l.clock)].factor);
    rate[d] += now;
    cpu[d] += now * l.cpu;
  }
  for (std::size_t d = 0; d < rate.size(); ++d)
    if (rate[d] > 0)
      domain_delay_[d] =
          std::max(domain_delay_[d], delay(cpu[d] / rate[d], others, always, state.demand.cores));
}

void Simulation::share_cores() {
  for (std::size_t n = 0; n < compute_.size(); ++n) share_cores(n);
}

void Simulation::share_cores(std::size_t index) {
  ComputeState& state = compute_[index];
  settle_compute(index);
  if (state.limited()) {
    ComputeDemand demand = demand_of(index, state.rate);
    if (!(demand == state.demand) || state.share.capacity <= 0) {
      state.demand = std::move(demand);
      state.share = compute_share(state.demand);
      state.others =
          Underway{state.demand.cores, state.demand.open,
                   running_always(state.demand, state.share.speed), state.demand.connections}
              .p99();
    }
    const bool waits = state.share.overloaded || state.queue.waiting > 0;
    state.paced = waits && state.demand.open > 0 ? state.share.capacity / state.demand.open : 1;
    pace_jobs(index);
  }
  set_temp_growth(index);
  schedule_compute(index);
}

/// Share of a clock's work that a node gets done.
double Simulation::pace(std::size_t node, std::size_t clock) const {
  const ComputeState& state = compute_[node];
  if (!state.limited()) return 1;
  const ClockPace& pace = load_.paces[clock];
  switch (pace.of) {
    case ClockPace::Of::nobody:
      return 1;
    case ClockPace::Of::open:
      return state.paced;
    case ClockPace::Of::closed:
      return pace.node == static_cast<int>(node) ? closed_pace(pace.clients, state.share.speed) : 1;
    case ClockPace::Of::job:
      return pace.node == static_cast<int>(node) ? state.share.speed : 1;
  }
  return 1;
}

/// What drives the work of one node: the drivers themselves unless its cores hold it back.
const std::vector<double>& Simulation::paced_drivers(std::size_t node) {
  const ComputeState& state = compute_[node];
  if (!state.limited() || (state.paced == 1 && state.share.speed == 1)) return drivers_;
  paced_drivers_ = drivers_;
  for (std::size_t d = 0; d < paced_drivers_.size(); ++d) {
    const Driver& driver = load_.drivers[d];
    if (driver.clock >= 0 && driver.gate < 0)
      paced_drivers_[d] *= pace(node, static_cast<std::size_t>(driver.clock));
  }
  for (std::size_t d = 0; d < paced_drivers_.size(); ++d)
    if (load_.drivers[d].clock < 0) paced_drivers_[d] = derived_driver(d, paced_drivers_);
  return paced_drivers_;
}

std::size_t Simulation::job_node(std::size_t job) const {
  const int database = mesh_.jobs[static_cast<std::size_t>(load_.jobs[job].job)].database;
  return static_cast<std::size_t>(mesh_.databases[static_cast<std::size_t>(database)].node);
}

double Simulation::job_speed(std::size_t job) const { return compute_[job_node(job)].share.speed; }

void Simulation::begin_pace(std::size_t job) {
  settle_compute(job_node(job));
  JobState& state = jobs_[job];
  state.left = load_.jobs[job].duration;
  state.speed = 1;
  state.slowed = false;
  state.started = now_;
}

/// Jobs take longer while their process shares its core.
void Simulation::pace_jobs(std::size_t index) {
  for (std::size_t j = 0; j < jobs_.size(); ++j) {
    JobState& state = jobs_[j];
    const double speed = job_speed(j);
    if (!state.running || job_node(j) != index || state.speed == speed) continue;
    state.speed = speed;
    state.slowed = true;
    timers_.set(state.timer, after(now_, std::max(0.0, state.left) / speed));
  }
}

/// Every process makes rows as fast as it reads and writes them.
void Simulation::set_temp_growth(std::size_t index) {
  NodeState& node = nodes_[index];
  node.temp_growth = 0;
  const CpuCost& cost = mesh_.nodes[index].cpu;
  for (std::size_t i = 0; i < incidents_.size(); ++i) {
    if (!holds_cores(i, index)) continue;
    const Incident& incident = mesh_.incidents[i];
    TempFiles& temp = incidents_[i].temp;
    const double rows = (1 + draws_(incident.workers)) * compute_[index].share.speed /
                        (draws_(cost.scanned_row) * incident.policy_cost + draws_(cost.row));
    temp.rate = temp.bytes < temp.most ? rows * spilled_width(draws_(incident.temp_width)) : 0;
    node.temp_growth += temp.rate;
  }
}

double Simulation::temp_bytes(std::size_t index) const {
  const NodeState& node = nodes_[index];
  return node.temp + node.temp_growth * seconds(now_ - node.settled);
}

/// The next moment at which a queue or a query's files follow another rule.
void Simulation::schedule_compute(std::size_t index) {
  const ComputeState& state = compute_[index];
  double next = std::numeric_limits<double>::infinity();
  if (state.limited())
    next = state.queue.until_change(state.demand.open, state.share.capacity, state.most());
  for (std::size_t i = 0; i < incidents_.size(); ++i) {
    const TempFiles& temp = incidents_[i].temp;
    if (holds_cores(i, index) && temp.rate > 0)
      next = std::min(next, (temp.most - temp.bytes) / temp.rate);
  }
  timers_.set(state.step, next < 9e9 ? after(now_, next) : never);
}

void Simulation::on_compute(std::size_t index) {
  settle(index);
  settle_compute(index);
  ComputeState& state = compute_[index];
  const bool full = state.share.overloaded && state.queue.waiting >= state.most();
  if (full && !state.refusing)
    event("too_many_clients", mesh_.nodes[index].name,
          "every connection waits for a core: further clients are refused (modelled)");
  if (!full && state.refusing)
    event("too_many_clients", mesh_.nodes[index].name, "connections are free again");
  state.refusing = full;
  for (std::size_t i = 0; i < incidents_.size(); ++i) {
    TempFiles& temp = incidents_[i].temp;
    // The timer rounds up: what is left is less than a nanosecond's worth.
    if (!holds_cores(i, index) || temp.rate <= 0) continue;
    if (temp.bytes < temp.most - temp.rate * 1e-6) continue;
    temp.bytes = temp.most;
    if (!temp.over_limit) continue;
    event("killed", mesh_.incidents[i].name, "temporary file size exceeds temp_file_limit");
    end_incident(i);
    schedule_incident(i);
  }
  rates_changed();
}

void Simulation::begin_runaway(std::size_t index) {
  const Incident& incident = mesh_.incidents[index];
  if (incident.database < 0) return;
  TempFiles temp;
  temp.most = spilled_bytes({draws_(incident.temp_rows), draws_(incident.temp_width)},
                            static_cast<double>(incident.work_mem.count));
  const auto limit = static_cast<double>(incident.temp_file_limit.count);
  temp.over_limit = limit >= 0 && temp.most > limit;
  if (temp.over_limit) temp.most = limit;
  incidents_[index].temp = temp;
  hold_horizon(index);
  rates_changed();
}

void Simulation::end_runaway(std::size_t index) {
  if (mesh_.incidents[index].database < 0) return;
  const std::size_t n = node_of_incident(index);
  settle(n);
  settle_compute(n);
  incidents_[index].temp = {};
  nodes_[n].temp = 0;
  for (std::size_t i = 0; i < incidents_.size(); ++i)
    if (holds_cores(i, n)) nodes_[n].temp += incidents_[i].temp.bytes;
  release_horizon(index);
  rates_changed();
}

/// A runaway query lasts until its own end or its statement_timeout.
double Simulation::runaway_length(std::size_t index, double length) {
  const Incident& incident = mesh_.incidents[index];
  const double timeout = seconds(incident.statement_timeout);
  if (incident.kind != Incident::Kind::runaway_query || timeout <= 0) return length;
  return length > 0 ? std::min(length, timeout) : timeout;
}

/// Ends the queries of a node, or those whose temporary files grow.
void Simulation::stop_runaways(std::size_t index, bool all, const char* why) {
  for (std::size_t i = 0; i < incidents_.size(); ++i) {
    if (!holds_cores(i, index) || (!all && incidents_[i].temp.rate <= 0)) continue;
    event("killed", mesh_.incidents[i].name, why);
    end_incident(i);
    schedule_incident(i);
  }
}

}  // namespace models
