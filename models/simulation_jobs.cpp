#include <algorithm>
#include <cmath>

#include "models/simulation.hpp"
#include "models/wal_record.hpp"

/// Jobs: bursts of work, and what they do to a table when they start or end.
namespace models {

void Simulation::on_job(std::size_t index) {
  const JobLoad& load = load_.jobs[index];
  const Job& job = mesh_.jobs[static_cast<std::size_t>(load.job)];
  JobState& state = jobs_[index];
  const auto node =
      static_cast<std::size_t>(mesh_.databases[static_cast<std::size_t>(job.database)].node);
  if (!state.running && load.checkpoint) {
    settle(node);
    if (nodes_[node].up && !nodes_[node].checkpoint_running) {
      start_checkpoint(node, false);
      end_checkpoint(node);  // an immediate checkpoint does not pace its writes
    }
  }
  if (!state.running) begin_job(index);
  if (load.duration > 0) {
    state.running = !state.running;
    clocks_[static_cast<std::size_t>(load.clock)].factor = state.running ? 1 : 0;
    if (state.running) begin_pace(index);
  }
  if (!state.running) end_job(index);
  if (load.duration > 0) event(state.running ? "job_start" : "job_end", job.name, "");
  if (load.duration > 0 || !load.effects.empty()) rates_changed();
  const Duration took = state.slowed ? now_ - state.started : from_seconds(load.duration);
  if (state.running)
    timers_.set(state.timer, after(now_, load.duration / state.speed));
  else if (job.every)
    timers_.set(state.timer, std::max(now_, now_ + *job.every - (load.duration > 0 ? took : 0ns)));
}

void Simulation::begin_job(std::size_t index) {
  const JobLoad& load = load_.jobs[index];
  if (load.site >= 0) set_extra(static_cast<std::size_t>(load.site), load.extra_pages);
  for (const JobEffect& effect : load.effects)
    if (effect.kind == JobEffect::Kind::truncate) truncate(effect);
}

void Simulation::end_job(std::size_t index) {
  const JobLoad& load = load_.jobs[index];
  if (load.site >= 0) set_extra(static_cast<std::size_t>(load.site), 0);
  for (const JobEffect& effect : load.effects) {
    const auto site = static_cast<std::size_t>(effect.site);
    if (effect.kind == JobEffect::Kind::truncate) set_extra(site, 0);
    if (effect.kind == JobEffect::Kind::replace) {
      replace_files(site, effect.rows, effect.pages);
      log_catalogs(site, effect.catalogs);
      node_of_site(site).flow.add_images(effect.images, effect.image);
    }
    if (effect.kind == JobEffect::Kind::catalog) log_catalogs(site, effect.catalogs);
    if (effect.kind == JobEffect::Kind::vacuum || effect.kind == JobEffect::Kind::analyze)
      begin_command(site, effect.kind == JobEffect::Kind::vacuum, effect.analyzes);
  }
}

/// Pages beside a table's files: the new ones before the commit, or the old ones after a TRUNCATE.
void Simulation::set_extra(std::size_t site, double pages) {
  NodeState& node = node_of_site(site);
  const auto n = static_cast<std::size_t>(layout_.sites[site].node);
  settle(n);
  settle_relations(n);
  RelationState& heap = relations_[relations_of_site_[site].front()];
  node.pages += pages - heap.extra;
  heap.extra = pages;
  settle_relations(n);
}

/// A published TRUNCATE empties the subscriber's copy too: at once, even when the rows that follow
/// come late.
void Simulation::truncate(const JobEffect& effect) {
  const auto site = static_cast<std::size_t>(effect.site);
  const auto n = static_cast<std::size_t>(layout_.sites[site].node);
  settle_all(n);
  settle_relations(n);
  double old = 0;
  std::vector<double> empty;
  for (const std::size_t r : relations_of_site_[site]) {
    old += relations_[r].pages;
    empty.push_back(load_.relations[r].kind == RelationLoad::Kind::index ? 1 : 0);  // metapage
  }
  const double rows = sites_[site].live;
  replace_files(site, 0, empty);
  sites_[site].changed += rows;
  for (const std::size_t l : leaves_of_node_[n]) {
    const LeafLoad& load = load_.leaves[l];
    if (load_.relations[static_cast<std::size_t>(load.relation)].site != effect.site) continue;
    begin_leaves(l, load.from_empty, load.rows_from_empty);
    if (effect.rows <= 0) continue;
    // The job fills them in one go: how splits come in waves meanwhile is of no interest.
    LeafState& state = leaves_[l];
    state.next = effect.rows * load.rows_share / load.rows_from_empty;
    state.slopes = state.curve->mean_until(state.next);
  }
  set_extra(site, old);
  log_catalogs(site, effect.catalogs);
}

/// New files with these rows: nothing dead, no page that an image could be wanted of.
void Simulation::replace_files(std::size_t index, double rows, const std::vector<double>& pages) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  NodeState& node = nodes_[n];
  settle_all(n);
  settle_relations(n);
  const std::vector<std::size_t>& relations = relations_of_site_[index];
  for (std::size_t i = 0; i < relations.size(); ++i) {
    RelationState& relation = relations_[relations[i]];
    node.pages += pages[i] - relation.pages;
    relation.pages = pages[i];
    relation.emptied = relation.recycled = 0;
    node.flow.renew(now_, static_cast<int>(relations[i]), pages[i]);
  }
  SiteState& state = sites_[index];
  const double before = std::max(1.0, state.live);
  state.live = rows;
  state.dead = state.deleted = state.kept_deleted = state.reusable = 0;
  state.inserted_before = 0;
  // Unknown to pg_class until VACUUM, ANALYZE or an index build counts them.
  state.reltuples = relations.size() > 2 ? rows : 0;
  state.inserted = state.changed = rows;
  const SiteLoad& load = load_.sites[index];
  if (load.updates >= 0) {
    UpdateCurve::Past past;
    if (state.holders > 0) past.horizon = UpdateCurve::Past::Horizon::held;
    follow_past(static_cast<std::size_t>(load.updates), past);
  }
  for (const std::size_t l : leaves_of_node_[n])
    if (load_.relations[static_cast<std::size_t>(load_.leaves[l].relation)].site ==
        static_cast<int>(index))
      begin_leaves(l, load_.leaves[l].curve,
                   rows > 0 ? load_.leaves[l].rows * rows / before : load_.leaves[l].rows);
  for (const std::size_t g : gins_of_node_[n])
    if (gin_relation(g).site == static_cast<int>(index)) begin_gin(g, rows);
  settle_relations(n);
}

void Simulation::begin_leaves(std::size_t index, const std::shared_ptr<const LeafCurve>& curve,
                              double rows) {
  settle_leaves(index);
  LeafState& state = leaves_[index];
  state.curve = curve;
  state.rows = rows;
  state.x = state.room = state.inserted = 0;
  state.slopes = curve->at(0);
  state.next = curve->next_change(0);
}

/// DDL's rows in the catalogs, and their images when no DDL came since the redo point.
void Simulation::log_catalogs(std::size_t site, const CatalogWork& work) {
  const auto n = static_cast<std::size_t>(layout_.sites[site].node);
  NodeState& node = nodes_[n];
  const bool first = node.ddl_redo != node.redo;
  node.ddl_redo = node.redo;
  node.flow.add(work.bytes, work.records);
  if (mesh_.nodes[n].settings.full_page_writes)
    node.flow.add_images(first ? work.first_images : work.later_images, catalog_image);
}

}  // namespace models
