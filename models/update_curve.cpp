#include "models/update_curve.hpp"

#include <algorithm>
#include <cmath>

#include "models/dice.hpp"
#include "sim/check.hpp"

namespace models {
namespace {

constexpr int line_pointer = 4;
constexpr double prune_below = 819;  // BLCKSZ / 10

/// How the newest version of a row is reached from its root line pointer.
enum class Chain : std::uint8_t {
  direct,              // the version is its own root
  root_pending,        // heap-only; the root's body is dead but not pruned yet
  redirected,          // heap-only behind a redirect
  redirected_pending,  // the same, with dead members not pruned yet
};

struct Row {
  std::uint32_t page;
  Chain chain = Chain::direct;
};

struct Page {
  double free = 0;
  bool full = false;          // PD_PAGE_FULL
  int reusable_pointers = 0;  // LP_UNUSED
  int dead_bodies = 0;        // prunable
  int dead_roots = 0;         // of them: roots of chains without a live member, stubs after pruning
  int dead_heap_only = 0;     // of them: members whose pointers become reusable
  int bare_roots = 0;         // redirects whose chain died: stubs after pruning, no body left
  std::vector<std::uint32_t> pending;  // rows whose chain has dead members here
};

class MicroTable {
 public:
  MicroTable(const UpdateCurve::Shape& shape, int pages)
      : shape_{shape},
        body_{static_cast<double>((shape.t_len + 7) / 8 * 8)},
        reserve_{static_cast<double>(8192 * (100 - shape.fillfactor) / 100)} {
    pages_.resize(static_cast<std::size_t>(pages));
    for (Page& page : pages_) page.free = shape.page_free;
    for (std::uint32_t p = 0; p < static_cast<std::uint32_t>(pages); ++p)
      for (int i = 0; i < shape.rows_per_page; ++i) rows_.push_back({p});
    tail_ = static_cast<std::uint32_t>(pages) - 1;
  }

  std::size_t row_count() const { return rows_.size(); }

  void update_random_row() {
    const auto id = static_cast<std::uint32_t>(dice_.below(rows_.size()));
    const std::uint32_t number = rows_[id].page;
    Page& page = pages_[number];
    const double after_prune = prune_if_due(page, number) ? page.free : -1;
    if (body_ <= page.free - line_pointer)
      update_on_page(id, page);
    else
      move_to_tail(id);
    counts_.page_free += after_prune >= 0 ? after_prune : pages_[number].free;
    ++updates_;
  }

  /// Counts so far, per row; page_free averaged over the updates since the last call.
  UpdateCurve::Point take(double x) {
    UpdateCurve::Point point = counts_;
    const auto n = static_cast<double>(rows_.size());
    point.x = x;
    for (double* count :
         {&point.hot, &point.same_page, &point.other_page, &point.new_pages, &point.prunes,
          &point.redirected, &point.dead, &point.unused, &point.removed})
      *count /= n;
    const double since = updates_ - taken_;
    point.page_free = since > 0 ? counts_.page_free / since : shape_.page_free;
    counts_.page_free = 0;
    taken_ = updates_;
    return point;
  }

 private:
  bool prune_if_due(Page& page, std::uint32_t number) {
    if (!shape_.prunable || page.dead_bodies + page.bare_roots == 0) return false;
    if (!page.full && page.free >= std::max(reserve_, prune_below)) return false;
    int redirects = 0;
    for (const std::uint32_t id : page.pending) {
      Row& row = rows_[id];
      if (row.page != number) continue;  // moved away: its root is among dead_roots
      if (row.chain == Chain::root_pending || row.chain == Chain::redirected_pending) {
        row.chain = Chain::redirected;
        ++redirects;
      }
    }
    counts_.prunes += 1;
    counts_.redirected += redirects;
    counts_.dead += page.dead_roots + page.bare_roots;
    counts_.unused += page.dead_heap_only;
    counts_.removed += page.dead_bodies - page.dead_roots;
    page.free += body_ * page.dead_bodies;
    page.reusable_pointers += page.dead_heap_only;
    page.dead_bodies = page.dead_roots = page.dead_heap_only = page.bare_roots = 0;
    page.pending.clear();
    page.full = false;
    return true;
  }

  void take_pointer(Page& page) {
    if (page.reusable_pointers > 0)
      --page.reusable_pointers;
    else
      page.free -= line_pointer;
  }

  void update_on_page(std::uint32_t id, Page& page) {
    Row& row = rows_[id];
    page.free -= body_;
    take_pointer(page);
    if (dice_.uniform() >= shape_.hot_share) {
      counts_.same_page += 1;
      end_chain(row, page);
      row.chain = Chain::direct;
      return;
    }
    counts_.hot += 1;
    ++page.dead_bodies;
    switch (row.chain) {
      case Chain::direct:
        row.chain = Chain::root_pending;
        page.pending.push_back(id);
        break;
      case Chain::redirected:
        ++page.dead_heap_only;
        row.chain = Chain::redirected_pending;
        page.pending.push_back(id);
        break;
      case Chain::root_pending:
      case Chain::redirected_pending:
        ++page.dead_heap_only;
        break;
    }
  }

  /// The row's whole chain on this page is dead from now on.
  static void end_chain(const Row& row, Page& page) {
    ++page.dead_bodies;
    switch (row.chain) {
      case Chain::direct:
        ++page.dead_roots;
        break;
      case Chain::root_pending:  // the root's body counted already; this one is heap-only
        ++page.dead_roots;
        ++page.dead_heap_only;
        break;
      case Chain::redirected:
      case Chain::redirected_pending:
        ++page.bare_roots;
        ++page.dead_heap_only;
        break;
    }
  }

  void move_to_tail(std::uint32_t id) {
    Row& row = rows_[id];
    Page& old_page = pages_[row.page];
    old_page.full = true;
    end_chain(row, old_page);
    if (pages_[tail_].free - line_pointer < body_ + reserve_) {
      pages_.emplace_back().free = 8168;
      tail_ = static_cast<std::uint32_t>(pages_.size()) - 1;
      counts_.new_pages += 1;
    }
    Page& tail = pages_[tail_];
    tail.free -= body_;
    take_pointer(tail);
    row = {tail_, Chain::direct};
    counts_.other_page += 1;
  }

  UpdateCurve::Shape shape_;
  double body_, reserve_;
  std::vector<Page> pages_;
  std::vector<Row> rows_;
  std::uint32_t tail_ = 0;
  Dice dice_;
  UpdateCurve::Point counts_;
  double updates_ = 0, taken_ = 0;
};

/// Pages so that a run of `updates_per_row` costs about a fixed number of updates.
int micro_pages(const UpdateCurve::Shape& shape, double updates_per_row) {
  constexpr double budget = 40'000;
  return static_cast<int>(
      std::clamp(budget / (updates_per_row * shape.rows_per_page), 48.0, 6000.0));
}

}  // namespace

UpdateCurve::UpdateCurve(const Shape& shape) {
  sim::check(shape.t_len > 0 && shape.rows_per_page > 0, "a heap page holds at least one row");
  const double body = (shape.t_len + 7) / 8 * 8;
  const bool fits = body <= shape.page_free - line_pointer;
  points_.emplace_back().page_free = shape.page_free - (fits ? body + line_pointer : 0);
  // Early updates decide a lab run and need many pages; late ones decide the long run and need few.
  play(shape, 0.0, 0.02, micro_pages(shape, 0.02), 8);
  play(shape, 0.02, 0.1, micro_pages(shape, 0.1), 10);
  play(shape, 0.1, 0.8, micro_pages(shape, 0.8), 14);
  play(shape, 0.8, 6.0, micro_pages(shape, 6.0), 20);
}

void UpdateCurve::play(const Shape& shape, double from, double to, int pages, int samples) {
  MicroTable table{shape, pages};
  const auto rows = static_cast<double>(table.row_count());
  const Point base = points_.back();
  Point reached;  // counts of this micro-table at x = from
  double done = 0;
  for (int sample = 0; sample <= samples; ++sample) {
    const double x = from + (to - from) * sample / samples;
    for (; done < x * rows; done += 1) table.update_random_row();
    Point point = table.take(x);
    if (sample == 0) {
      reached = point;
      continue;
    }
    point.hot += base.hot - reached.hot;
    point.same_page += base.same_page - reached.same_page;
    point.other_page += base.other_page - reached.other_page;
    point.new_pages += base.new_pages - reached.new_pages;
    point.prunes += base.prunes - reached.prunes;
    point.redirected += base.redirected - reached.redirected;
    point.dead += base.dead - reached.dead;
    point.unused += base.unused - reached.unused;
    point.removed += base.removed - reached.removed;
    points_.push_back(point);
  }
}

UpdateCurve::Point UpdateCurve::at(double x) const {
  auto right = std::upper_bound(points_.begin(), points_.end(), x,
                                [](double value, const Point& p) { return value < p.x; });
  if (right == points_.end()) --right;
  const Point& b = *right;
  const Point& a = *(right - 1);
  const double f = (x - a.x) / (b.x - a.x);
  const auto mix = [f](double from, double to) { return from + f * (to - from); };
  return {x,
          mix(a.hot, b.hot),
          mix(a.same_page, b.same_page),
          mix(a.other_page, b.other_page),
          mix(a.new_pages, b.new_pages),
          mix(a.prunes, b.prunes),
          mix(a.redirected, b.redirected),
          mix(a.dead, b.dead),
          mix(a.unused, b.unused),
          mix(a.removed, b.removed),
          x > points_.back().x ? b.page_free : mix(a.page_free, b.page_free)};
}

}  // namespace models
