#include "models/update_curve.hpp"

#include <algorithm>
#include <cmath>

#include "models/micro_table.hpp"
#include "sim/check.hpp"
#include "sim/math.hpp"

namespace models {
namespace {

constexpr int line_pointer = 4;

int places_per_page(const UpdateCurve::Shape& shape) {
  return shape.rows_per_page * shape.places_per_row;
}

/// Pages so that a run of `updates_per_row` costs about a fixed number of updates.
int micro_pages(const UpdateCurve::Shape& shape, double updates_per_row) {
  constexpr double budget = 40'000;
  return static_cast<int>(
      std::clamp(budget / (updates_per_row * places_per_page(shape)), 48.0, 6000.0));
}

}  // namespace

UpdateCurve::Past UpdateCurve::Past::rounded() const {
  const auto step = [](double x) {
    constexpr double log_step = 0.17328679513998632;  // ln 2 / 4
    if (x <= 0.005) return 0.0;
    return sim::exp(std::round(sim::log(std::min(x, 8.0)) / log_step) * log_step);
  };
  Past r = *this;
  r.held_before = step(held_before);
  r.cycle = vacuums > 0 ? step(std::clamp(cycle, 0.01, 4.0)) : 0;
  r.vacuums = std::min(vacuums, settled_cycles);
  r.before = horizon == Horizon::moves ? 0 : step(std::min(before, 4.0));
  r.held = horizon == Horizon::moves ? 0 : step(held);
  r.before_sweep = step(before_sweep);
  r.sweep = std::ceil(std::min(sweep, 1.0) * 16) / 16;
  return r;
}

void UpdateCurve::Past::begin_sweep(double x, double share) {
  if (horizon == Horizon::moves)
    before_sweep = (before_sweep * sweeps + x) / (sweeps + 1);
  else
    held += x;
  sweep = std::max(sweep, share);
  sweeping = true;
}

void UpdateCurve::Past::end_sweep() {
  sweeping = false;
  sweeps = std::min(sweeps + 1, most_sweeps);
  if (horizon == Horizon::held) held_sweeps = std::min(held_sweeps + 1, sweeps);
}

void UpdateCurve::Past::vacuum(double x) {
  if (horizon == Horizon::released || sweeps > 0) {
    if (horizon == Horizon::released) held_before = std::max(held_before, held);
    swept_before = std::max(swept_before, sweeps);
    horizon = Horizon::moves;
    held = before = cycle = before_sweep = 0;
    vacuums = sweeps = held_sweeps = 0;
    return;
  }
  cycle = x;
  vacuums += 1;
}

UpdateCurve::Past UpdateCurve::Past::on_pages(double density) const {
  Past p = *this;
  for (double* length : {&p.held_before, &p.cycle, &p.before, &p.held, &p.before_sweep})
    *length *= density;
  return p.rounded();
}

UpdateCurve::UpdateCurve(const Shape& shape) {
  sim::check(shape.t_len > 0 && shape.rows_per_page > 0, "a heap page holds at least one row");
  const double body = (shape.t_len + 7) / 8 * 8;
  const bool fits = body <= shape.page_free - line_pointer;
  if (!shape.past.fresh()) {
    play_after(shape);
    return;
  }
  points_.emplace_back().page_free = shape.page_free - (fits ? body + line_pointer : 0);
  // Early updates decide a lab run and need many pages; late ones decide the long run and need few.
  play(shape, 0.0, 0.02, micro_pages(shape, 0.02), 8);
  play(shape, 0.02, 0.1, micro_pages(shape, 0.1), 10);
  play(shape, 0.1, 0.8, micro_pages(shape, 0.8), 14);
  play(shape, 0.8, 6.0, micro_pages(shape, 6.0), 20);
  // A heap without updates of indexed columns has found its size by then; line pointers go on.
  if (shape.hot_share < 1) play(shape, 6.0, 24.0, 48, 12);
  go_on_in_rounds(shape);
}

/// Few rows fill and prune their page in rounds, all of them alike: what goes on for ever is the
/// mean over the later half, and every version that dies is removed or leaves a stub, as many by
/// each prune as so far.
void UpdateCurve::go_on_in_rounds(const Shape& shape) {
  if (shape.places_per_row == 1 || shape.past.horizon == Past::Horizon::held) return;
  const Point last = points_.back(), middle = at(last.x / 2);
  Point later = last;
  later.x += last.x - middle.x;
  for (double Point::*count :
       {&Point::hot, &Point::same_page, &Point::other_page, &Point::new_pages, &Point::dead})
    later.*count += last.*count - middle.*count;
  const double removed = (later.x - last.x) - (later.dead - last.dead);
  later.removed += removed;
  if (last.removed > 0)
    for (double Point::*count : {&Point::prunes, &Point::redirected, &Point::unused})
      later.*count += last.*count * removed / last.removed;
  points_.push_back(later);
}

void UpdateCurve::play(const Shape& shape, double from, double to, int pages, int samples) {
  MicroTable table{shape, pages};
  const double rows = table.places();
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

/// The curve after what the past says; plain updates lead from one of its events to the next.
void UpdateCurve::play_after(const Shape& shape) {
  constexpr double before = 0.1;  // an earlier hold began some time after a VACUUM
  constexpr double budget = 80'000;
  const Past& past = shape.past;
  const double longest =
      past.sweeping
          ? past.sweep
          : std::max({1.0, 3 * past.cycle, past.horizon == Past::Horizon::held ? 6.0 : 0.0});
  const int sweeps = past.swept_before + past.sweeps;
  const double whole = past.vacuums * past.cycle + past.held_before + past.held + longest +
                       sweeps * (past.sweep + past.before_sweep);
  MicroTable table{
      shape, static_cast<int>(std::clamp(budget / (whole * places_per_page(shape)), 48.0, 3000.0))};
  const double rows = table.places();
  const auto update = [&](double x) {
    for (double done = 0; done < x * rows; done += 1) table.update_random_row();
  };
  if (past.held_before > 0) {
    update(before);
    table.hold();
    update(past.held_before);
    table.release();
    update(before);
    table.vacuum();
  }
  if (past.swept_before > 0) {
    update(before);
    for (int i = 0; i < past.swept_before; ++i) table.sweep(past.sweep);
    table.vacuum();
  }
  for (int i = 0; i < past.vacuums; ++i) {
    update(past.cycle);
    table.vacuum();
  }
  for (int i = past.held_sweeps; i < past.sweeps; ++i) {
    update(past.before_sweep);
    table.sweep(past.sweep);
  }
  if (past.horizon != Past::Horizon::moves) {
    update(past.before);
    table.hold();
    update(past.held);
    for (int i = 0; i < past.held_sweeps; ++i) table.sweep(past.sweep);
  } else if (past.sweeping) {
    update(past.before_sweep);
  }
  if (past.horizon == Past::Horizon::released) table.release();
  table.take(0);
  table.forget_counts();
  points_.push_back(table.take(0));
  if (past.sweeping) return play_sweep(table, past.sweep / shape.places_per_row);
  double done = 0;
  for (double x = 0.005; x < longest; x *= 1.25) {
    for (; done < x * rows; done += 1) table.update_random_row();
    points_.push_back(table.take(x));
  }
  if (points_.size() > 1) points_.front().page_free = points_[1].page_free;
  go_on_in_rounds(shape);
}

void UpdateCurve::play_sweep(MicroTable& table, double share) {
  constexpr int samples = 16;
  table.begin_sweep(share);
  for (int i = 1; i <= samples; ++i) {
    const double x = share * i / samples;
    table.sweep_until(x);
    points_.push_back(table.take(x));
  }
  points_.front().page_free = points_[1].page_free;
}

UpdateCurve::Point UpdateCurve::at(double x) const {
  auto right = std::upper_bound(points_.begin(), points_.end(), x,
                                [](double value, const Point& p) { return value < p.x; });
  if (right == points_.end()) --right;
  const Point& b = *right;
  const Point& a = *(right - 1);
  const double f = (x - a.x) / (b.x - a.x);
  const auto mix = [f](double from, double to) { return from + f * (to - from); };
  const double capped = std::min(1.0, f);  // of what does not add up
  Point point;
  point.x = x;
  for (double Point::*count :
       {&Point::hot, &Point::same_page, &Point::other_page, &Point::new_pages, &Point::prunes,
        &Point::redirected, &Point::dead, &Point::unused, &Point::removed})
    point.*count = mix(a.*count, b.*count);
  for (double Point::*state :
       {&Point::page_free, &Point::changed_pages, &Point::prune_pages, &Point::to_redirect,
        &Point::to_dead, &Point::to_unused, &Point::stub_pages, &Point::stubs})
    point.*state = a.*state + capped * (b.*state - a.*state);
  return point;
}

}  // namespace models
