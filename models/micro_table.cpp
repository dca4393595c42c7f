#include "models/micro_table.hpp"

#include <algorithm>
#include <cmath>

namespace models {
namespace {

constexpr int line_pointer = 4;
constexpr double prune_below = 819;  // BLCKSZ / 10
constexpr double noted_step = 32;    // free space map: 256 categories of a page
constexpr int most_pointers = 291;   // MaxHeapTuplesPerPage

}  // namespace

double MicroTable::Page::room() const {
  return pointers >= most_pointers && reusable_pointers == 0 ? 0 : free - line_pointer;
}

MicroTable::MicroTable(const UpdateCurve::Shape& shape, int pages)
    : shape_{shape},
      body_{static_cast<double>((shape.t_len + 7) / 8 * 8)},
      reserve_{static_cast<double>(8192 * (100 - shape.fillfactor) / 100)} {
  pages_.resize(static_cast<std::size_t>(pages));
  for (Page& page : pages_) {
    page.free = shape.page_free;
    page.pointers = shape.rows_per_page;
  }
  for (std::uint32_t p = 0; p < static_cast<std::uint32_t>(pages); ++p)
    for (int i = 0; i < shape.rows_per_page; ++i) rows_.push_back({p});
  target_ = static_cast<std::uint32_t>(pages) - 1;
  living_ = rows_.size();
}

std::uint32_t MicroTable::living_row() {
  for (;;) {
    const auto id = static_cast<std::uint32_t>(dice_.below(rows_.size()));
    if (!rows_[id].deleted) return id;
  }
}

/// The look-up prunes what is due; the row's own body goes with a later prune and leaves a stub.
/// Source: heap_delete(), heapam.c
void MicroTable::delete_random_row() {
  if (10 * living_ < rows_.size()) return;  // the curve ends before the table is empty
  const std::uint32_t id = living_row();
  Row& row = rows_[id];
  Page& page = pages_[row.page];
  prune_if_due(page, row.page);
  page.changed = true;
  end_chain(row, page);
  row.deleted = true;
  --living_;
}

/// Source: heapam_index_fetch_tuple(), heapam_handler.c: an index scan prunes as it comes to a page
void MicroTable::read_random_row() {
  const std::uint32_t number = rows_[living_row()].page;
  prune_if_due(pages_[number], number);
}

void MicroTable::update_random_row() {
  for (reads_due_ += shape_.reads; reads_due_ >= 1; reads_due_ -= 1) read_random_row();
  for (deletes_due_ += shape_.deletes; deletes_due_ >= 1; deletes_due_ -= 1) delete_random_row();
  const std::uint32_t id = living_row();
  const std::uint32_t number = rows_[id].page;
  Page& page = pages_[number];
  const double after_prune = prune_if_due(page, number) ? page.free : -1;
  change(id, shape_.hot_share);
  counts_.page_free += after_prune >= 0 ? after_prune : pages_[number].free;
}

/// The new version of a row, on its page or elsewhere. Source: heap_update(), heapam.c
void MicroTable::change(std::uint32_t id, double hot_share) {
  Page& page = pages_[rows_[id].page];
  page.changed = true;
  if (body_ <= page.room())
    update_on_page(id, page, hot_share);
  else
    move_away(id);
  ++updates_;
}

void MicroTable::begin_sweep(double share) {
  sweep_ = {true, {}, 0, static_cast<std::uint32_t>(pages_.size())};
  for (std::uint32_t id = 0; id < rows_.size(); ++id)
    if (!rows_[id].deleted && (share >= 1 || dice_.uniform() < share)) sweep_.rows.push_back(id);
  std::stable_sort(
      sweep_.rows.begin(), sweep_.rows.end(),
      [this](std::uint32_t a, std::uint32_t b) { return rows_[a].page < rows_[b].page; });
}

/// The scan prunes a page once, before it reads the rows on it. Source: heapgetpage(), heapam.c
void MicroTable::sweep_until(double x) {
  const double rows = x * places();
  while (sweep_.next < sweep_.rows.size() && static_cast<double>(sweep_.next) < rows) {
    const std::uint32_t id = sweep_.rows[sweep_.next++];
    const std::uint32_t number = rows_[id].page;
    if (number != sweep_.page) prune_if_due(pages_[number], number);
    sweep_.page = number;
    change(id, shape_.sweep_hot_share);
    counts_.page_free += pages_[number].free;
  }
}

void MicroTable::end_sweep() {
  sweep_ = {};
  if (!held_) make_removable();
}

void MicroTable::sweep(double share) {
  begin_sweep(share);
  sweep_until(1);
  end_sweep();
}

UpdateCurve::Point MicroTable::take(double x) {
  UpdateCurve::Point point = counts_;
  const double n = places();
  point.x = x;
  look_for_work(point);
  for (double* count :
       {&point.hot, &point.same_page, &point.other_page, &point.new_pages, &point.prunes,
        &point.redirected, &point.dead, &point.unused, &point.removed, &point.changed_pages,
        &point.prune_pages, &point.to_redirect, &point.to_dead, &point.to_unused, &point.stub_pages,
        &point.stubs})
    *count /= n;
  const double since = updates_ - taken_;
  point.page_free = since > 0 ? counts_.page_free / since : shape_.page_free;
  counts_.page_free = 0;
  taken_ = updates_;
  return point;
}

void MicroTable::forget_counts() {
  counts_ = {};
  taken_ = updates_;
}

void MicroTable::look_for_work(UpdateCurve::Point& point) const {
  for (const Page& page : pages_) {
    point.changed_pages += page.changed ? 1 : 0;
    const Dead& d = page.removable;
    const double stubs = page.stubs + d.roots + d.bare_roots;
    point.stub_pages += stubs > 0 ? 1 : 0;
    point.stubs += stubs;
    if (!d.any()) continue;
    point.prune_pages += 1;
    point.to_redirect += static_cast<double>(d.pending.size());
    point.to_dead += d.roots + d.bare_roots;
    point.to_unused += d.heap_only;
  }
}

MicroTable::Pruned MicroTable::prune(Page& page, std::uint32_t number) {
  Dead& d = page.removable;
  Pruned pruned;
  for (const std::uint32_t id : d.pending) {
    Row& row = rows_[id];
    if (row.page != number || row.deleted) continue;  // its root is among the dead ones
    if (row.chain == Chain::root_pending || row.chain == Chain::redirected_pending) {
      row.chain = Chain::redirected;
      ++pruned.redirected;
    }
  }
  pruned.dead = d.roots + d.bare_roots;
  pruned.unused = d.heap_only;
  pruned.removed = d.bodies - pruned.dead;  // pgstat: ndeleted - nnewlpdead
  page.free += body_ * d.bodies;
  page.reusable_pointers += d.heap_only;
  page.stubs += pruned.dead;
  page.full = false;
  d.bodies = d.roots = d.heap_only = d.bare_roots = 0;
  d.pending.clear();
  return pruned;
}

bool MicroTable::prune_if_due(Page& page, std::uint32_t number) {
  if (!shape_.prunable || !page.removable.any()) return false;
  if (!page.full && page.free >= std::max(reserve_, prune_below)) return false;
  const Pruned pruned = prune(page, number);
  counts_.prunes += 1;
  counts_.redirected += pruned.redirected;
  counts_.dead += pruned.dead;
  counts_.unused += pruned.unused;
  counts_.removed += pruned.removed;
  return true;
}

void MicroTable::vacuum() {
  constexpr double few_pages = 0.02;
  double stub_pages = 0;
  for (std::uint32_t p = 0; p < pages_.size(); ++p) {
    if (pages_[p].removable.any()) prune(pages_[p], p);
    stub_pages += pages_[p].stubs > 0 ? 1 : 0;
  }
  const bool bypass = stub_pages < few_pages * static_cast<double>(pages_.size());
  noted_pages_ = 0;
  for (Page& page : pages_) {
    if (!bypass) {
      page.reusable_pointers += page.stubs;
      page.stubs = 0;
    }
    page.changed = false;
    page.noted_free = std::max(0.0, page.room());
    noted_pages_ += fits_moved(page) ? 1 : 0;
  }
}

void MicroTable::release() {
  held_ = false;
  make_removable();
}

void MicroTable::make_removable() {
  for (Page& page : pages_) {
    Dead &to = page.removable, &from = page.kept;
    to.bodies += from.bodies;
    to.roots += from.roots;
    to.heap_only += from.heap_only;
    to.bare_roots += from.bare_roots;
    to.pending.insert(to.pending.end(), from.pending.begin(), from.pending.end());
    from = {};
  }
}

void MicroTable::take_pointer(Page& page) {
  if (page.reusable_pointers > 0) {
    --page.reusable_pointers;
  } else {
    page.free -= line_pointer;
    ++page.pointers;
  }
}

void MicroTable::update_on_page(std::uint32_t id, Page& page, double hot_share) {
  Row& row = rows_[id];
  page.free -= body_;
  take_pointer(page);
  if (dice_.uniform() >= hot_share) {
    counts_.same_page += 1;
    end_chain(row, page);
    row.chain = Chain::direct;
    return;
  }
  counts_.hot += 1;
  Dead& dead = dying(page);
  ++dead.bodies;
  switch (row.chain) {
    case Chain::direct:
      row.chain = Chain::root_pending;
      dead.pending.push_back(id);
      break;
    case Chain::redirected:
      ++dead.heap_only;
      row.chain = Chain::redirected_pending;
      dead.pending.push_back(id);
      break;
    case Chain::root_pending:
    case Chain::redirected_pending:
      ++dead.heap_only;
      break;
  }
}

/// The row's whole chain on this page is dead from now on.
void MicroTable::end_chain(const Row& row, Page& page) {
  Dead& dead = dying(page);
  ++dead.bodies;
  switch (row.chain) {
    case Chain::direct:
      ++dead.roots;
      break;
    case Chain::root_pending:  // the root's body counted already; this one is heap-only
      ++dead.roots;
      ++dead.heap_only;
      break;
    case Chain::redirected:
    case Chain::redirected_pending:
      ++dead.bare_roots;
      ++dead.heap_only;
      break;
  }
}

void MicroTable::move_away(std::uint32_t id) {
  Row& row = rows_[id];
  Page& old_page = pages_[row.page];
  old_page.full = true;
  end_chain(row, old_page);
  if (pages_[target_].room() < body_ + reserve_) find_target();
  Page& target = pages_[target_];
  target.free -= body_;
  target.changed = true;
  take_pointer(target);
  row = {target_, Chain::direct};
  counts_.other_page += 1;
}

bool MicroTable::fits_moved(const Page& page) const {
  return std::floor(page.noted_free / noted_step) * noted_step >= body_ + reserve_;
}

/// The next page whose noted free space holds a version, or else a new one. A page whose note is
/// out of date gets it corrected.
void MicroTable::find_target() {
  if (fits_moved(pages_[target_])) --noted_pages_;
  pages_[target_].noted_free = 0;
  while (noted_pages_ > 0) {
    const auto count = static_cast<std::uint32_t>(pages_.size());
    while (!fits_moved(pages_[next_noted_])) next_noted_ = (next_noted_ + 1) % count;
    Page& found = pages_[next_noted_];
    const bool holds = found.room() >= body_ + reserve_;
    found.noted_free = 0;
    --noted_pages_;
    if (!holds) continue;
    target_ = next_noted_;
    return;
  }
  pages_.emplace_back().free = 8168;
  target_ = static_cast<std::uint32_t>(pages_.size()) - 1;
  counts_.new_pages += 1;
}

}  // namespace models
