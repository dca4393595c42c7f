#include <algorithm>
#include <cmath>

#include "models/simulation.hpp"
#include "models/wal_record.hpp"
#include "sim/math.hpp"

/// GIN indexes: their pending lists fill and are flushed.
namespace models {

void Simulation::add_gins() {
  for (std::size_t g = 0; g < load_.gins.size(); ++g) {
    const GinLoad& load = load_.gins[g];
    GinState& state = gins_.emplace_back();
    state.rows = load.rows;
    state.built = gin_pages_built(load.layout, load.rows);
    state.bytes = state.built.bytes;
    state.pages = state.built.entries;
    state.step = timer(Kind::gin_step, g);
    gins_of_node_[static_cast<std::size_t>(gin_relation(g).node)].push_back(g);
  }
}

const RelationLoad& Simulation::gin_relation(std::size_t gin) const {
  return load_.relations[static_cast<std::size_t>(load_.gins[gin].relation)];
}

void Simulation::settle_gin(std::size_t index) {
  GinState& state = gins_[index];
  const double rows = state.rate * seconds(now_ - state.settled);
  (load_.gins[index].layout.fastupdate ? state.pending : state.direct) += rows;
  state.settled = now_;
}

/// The list grows into new pages beyond its longest so far, else into pages that the last flush
/// freed.
bool Simulation::gin_list_grows(std::size_t index) const {
  return gins_[index].pending >= gins_[index].longest * (1 - 1e-9);
}

void Simulation::set_gin_rates(std::size_t index, double rate) {
  settle_gin(index);
  GinState& state = gins_[index];
  const GinLayout& layout = load_.gins[index].layout;
  state.rate = rate;
  if (rate <= 0) return timers_.cancel(state.step);
  const double limit = layout.rows_at_flush();
  // Without a list the tree is brought up to date as often as a list would.
  double until = limit - (layout.fastupdate ? state.pending : state.direct);
  if (layout.fastupdate && !gin_list_grows(index))
    until = std::min(until, state.longest - state.pending);
  timers_.set(state.step, after(now_, std::max(0.0, until) / rate));
}

void Simulation::on_gin_step(std::size_t index) {
  const auto node = static_cast<std::size_t>(gin_relation(index).node);
  settle(node);
  settle_node_sites(node);
  for (const std::size_t slot : slots_of_node_[node]) settle_slot(slot);
  settle_relations(node);
  settle_gin(index);
  const GinLayout& layout = load_.gins[index].layout;
  GinState& state = gins_[index];
  const double limit = layout.rows_at_flush();
  if (state.pending >= limit * (1 - 1e-9) || state.direct >= limit * (1 - 1e-9))
    flush_gin(index);
  else
    state.pending = std::max(state.pending, state.longest);
  refresh_drivers();
  set_rates(node);
}

/// Moves the waiting entries into the tree: within the insert that makes the list too long, or by
/// (auto)vacuum and autoanalyze. Rates of the node have to be set afterwards.
void Simulation::flush_gin(std::size_t index) {
  const GinLayout& layout = load_.gins[index].layout;
  const RelationLoad& load = gin_relation(index);
  const auto n = static_cast<std::size_t>(load.node);
  NodeState& node = nodes_[n];
  GinState& state = gins_[index];
  const bool listed = layout.fastupdate;
  const double rows = listed ? state.pending : state.direct;
  if (rows <= 0) return;
  GinFlush flush = gin_flush(layout, state.rows, rows);
  if (!listed) flush.wal = {};  // logged row by row
  state.rows += rows;
  state.bytes += flush.bytes;
  state.new_keys += flush.keys;
  if (state.built.bytes <= 0 || state.built.keys <= 0) {
    // The first batch makes the tree as CREATE INDEX would.
    state.built = gin_pages_built(layout, state.rows);
    state.bytes = state.built.bytes;
    state.new_keys = 0;
  }
  const double entries = gin_entry_pages(state.built, state.bytes, state.new_keys);
  const double splits = std::max(0.0, entries - state.pages);
  const Table& table = mesh_.tables[static_cast<std::size_t>(
      layout_.sites[static_cast<std::size_t>(load.site)].table)];
  if (table.persistence == Persistence::permanent) {
    if (state.cycle != node.redo.bytes) state.unimaged = 1;
    state.cycle = node.redo.bytes;
    const double pages = std::max(1.0, state.pages);
    const double touched = pages * sim::one_minus_exp(flush.touched / pages);
    const bool images_on = mesh_.nodes[n].settings.full_page_writes;
    const double images = images_on ? touched * state.unimaged : 0;
    state.unimaged *= 1 - touched / pages;
    const double content = std::min(page_size, page_header + state.bytes / pages);
    node.flow.add(flush.wal.bytes + splits * gin_split_record, flush.wal.records + splits);
    node.flow.add_images(images, page_image(content));
  }
  RelationState& relation = relations_[static_cast<std::size_t>(load_.gins[index].relation)];
  relation.pages += splits + flush.data;
  node.pages += splits + flush.data;
  relation.largest = std::max(relation.largest, relation.pages);
  state.pages = std::max(state.pages, entries);
  state.longest = std::max(state.longest, state.pending);
  state.pending = state.direct = 0;
}

/// A tree as CREATE INDEX makes it of so many rows.
void Simulation::begin_gin(std::size_t index, double rows) {
  settle_gin(index);
  GinState& state = gins_[index];
  state.rows = rows;
  state.pending = state.direct = state.new_keys = 0;
  state.built = gin_pages_built(load_.gins[index].layout, rows);
  state.bytes = state.built.bytes;
  state.pages = state.built.entries;
}

}  // namespace models
