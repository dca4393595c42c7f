#include <algorithm>
#include <cmath>

#include "models/simulation.hpp"

/// What an observer sees: straight pieces of every series between two events.
namespace models {

void Simulation::emit(int series, Instant at, double value, double slope) {
  if (series < 0) return;
  observer_->on_piece(static_cast<std::size_t>(series), {at, value, slope});
}

void Simulation::event(const char* kind, const std::string& subject, std::string text) {
  if (recording()) observer_->on_event({now_, kind, subject, std::move(text)});
}

void Simulation::observe_site(std::size_t index, Instant from) {
  const Layout::SitePlaces& place = layout_.places[index];
  double heap = 0, heap_growth = 0, indexes = 0, indexes_growth = 0;
  for (const std::size_t r : relations_of_site_[index]) {
    const RelationState& relation = relations_[r];
    const bool is_index = load_.relations[r].kind == RelationLoad::Kind::index;
    const double pages =
        relation.pages + relation.extra + relation.growth * seconds(from - relation.settled);
    (is_index ? indexes : heap) += pages * page_size;
    (is_index ? indexes_growth : heap_growth) += relation.growth * page_size;
  }
  if (place.kept_owner >= 0) {
    const SiteState& state = sites_[index];
    const double row = page_size / load_.sites[index].rows_per_page;
    const double rows = kept_rows(index) + state.death_rate * seconds(from - state.settled);
    const double kept = state.holders > 0 ? std::clamp(rows * row, 0.0, heap) : 0;
    const double growth = kept > 0 && kept < heap ? state.death_rate * row : 0;
    emit(place.kept_owner, from, kept, growth);
    heap -= kept;
    heap_growth -= growth;
  }
  emit(place.heap_owner, from, heap, heap_growth);
  emit(place.indexes_owner, from, indexes, indexes_growth);
}

void Simulation::observe_node(std::size_t index, Instant from, Instant to) {
  const NodeState& node = nodes_[index];
  const Layout::NodePlaces& places = layout_.nodes[index];
  const double segment = node.pg_wal.segment_size();
  const double elapsed = seconds(to - from);

  // On the data volume beside WAL
  const double relations = node.pages * page_size + node.temp,
               growth = node.growth * page_size + node.temp_growth;
  for (const std::size_t s : sites_of_node_[index]) observe_site(s, from);
  emit(places.owner_other, from, node.data.other, 0);
  emit(places.owner_temp, from, node.temp, node.temp_growth);
  if (places.horizon_age >= 0) {
    const Holder* oldest = oldest_holder_on(index);
    emit(places.horizon_age, from, oldest == nullptr ? 0 : node.xids - oldest->xids,
         oldest == nullptr ? 0 : node.xid_rate);
  }

  // pg_wal grows in whole segments once the files kept for reuse are used up; between two pieces
  // the line through its ends stands for the steps.
  double held = node.redo.bytes;  // oldest byte that something other than crash recovery keeps
  for (const std::size_t s : slots_of_node_[index]) {
    const SlotState& slot = slots_[s];
    double kept = 0;
    if (slot.state != Replay::lost) {
      const double restart = segment_of(restart_lsn(slot), segment) * segment;
      if (restart < held) {
        kept = held - restart;
        held = restart;
      }
    }
    emit(layout_.slots[s].owner, from, kept, 0);
  }
  const auto piece = [&](const sim::Piece& wal) {
    const double lsn = wal.value;
    emit(places.wal_written, wal.at, lsn - node.start.bytes, wal.slope);
    const double exhausted = node.pg_wal.exhausted_at().bytes;
    const double beyond = std::max(0.0, std::ceil((lsn - exhausted) / segment)) * segment;
    const double size =
        (node.pg_wal.last_segment() - node.pg_wal.first_segment() + 1) * segment + beyond;
    const double slope = lsn >= exhausted ? wal.slope : 0;
    emit(places.pg_wal, wal.at, size, slope);
    const double base = node.data.other + relations + growth * seconds(wal.at - from);
    emit(places.data_used, wal.at, base + (node.shared_volume ? size : 0),
         growth + (node.shared_volume ? slope : 0));
    if (!node.shared_volume) emit(places.wal_used, wal.at, node.wal.other + size, slope);
    const double recovery = lsn - segment_of(node.redo, segment) * segment;
    emit(places.owner_recovery, wal.at, recovery, wal.slope);
    emit(places.owner_recycled, wal.at, std::max(0.0, size - recovery - (node.redo.bytes - held)),
         slope - wal.slope);
  };
  // The curve is in terms of its base; only the part between the two events is told.
  const double begin = seconds(from - node.flow.base());
  const sim::Mixture& curve = node.flow.curve();
  if (elapsed <= 0) return;
  const Duration resolution = observer_->resolution();
  const double tolerance =
      resolution < to - from ? 1e-3 * (curve(begin + elapsed) - curve(begin)) : 0;
  Duration at = from - node.flow.base();
  const Duration end = to - node.flow.base();
  double value = curve(at);
  while (at < end) {
    const Duration until =
        resolution >= end - at
            ? end
            : std::max(at + resolution, sim::straight_until(curve, at, end, tolerance));
    const double next = curve(until);
    piece({node.flow.base() + at, value, (next - value) / seconds(until - at)});
    at = until;
    value = next;
  }
}

void Simulation::observe_slot(std::size_t index, Instant from, Instant to) {
  const SlotState& slot = slots_[index];
  const Layout::SlotPlaces& places = layout_.slots[index];
  const NodeState& node = nodes_[static_cast<std::size_t>(slot.publisher)];
  if (slot.state == Replay::lost) {
    emit(places.retained, from, 0, 0);
    emit(places.lag, from, 0, 0);
    return;
  }
  const double elapsed = seconds(to - from);
  const Lsn start = node.history.lsn(from), end = node.history.lsn(to);
  const double slope = (end - start) / elapsed;
  if (slot.state == Replay::streaming) {
    // A sawtooth that falls to 0 at every snapshot: its mean over long stretches.
    if (elapsed >= 15 && !copying(slot))
      emit(places.retained, from, slope * (7.5 + slot.confirms), 0);
    else
      emit(places.retained, from, start - restart_lsn(slot), slope);
    emit(places.lag, from, slope * slot.confirms, 0);
    emit(places.replay_lag, from, 0, 0);
    return;
  }
  const double speed = slot.state == Replay::catching_up ? slot.speed : 0;
  const Instant moved = std::min(to, after(slot.position, speed * elapsed));
  const double replayed = (node.history.lsn(moved) - node.history.lsn(slot.position)) / elapsed;
  emit(places.retained, from, start - restart_lsn(slot), slope - replayed);
  emit(places.lag, from, start - confirmed_lsn(slot), slope - replayed);
  emit(places.replay_lag, from, seconds(from - slot.position), 1 - speed);
}

}  // namespace models
