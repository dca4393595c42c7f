#include "models/curve_cache.hpp"

#include <algorithm>
#include <cmath>

#include "sim/math.hpp"

namespace models {
namespace {

double rounded_2_percent(double x) {
  if (x <= 0) return x;
  constexpr double log_step = 0.019802627296179712;  // ln 1.02
  return sim::exp(std::round(sim::log(x) / log_step) * log_step);
}

double rounded_eighth_octave(double x) {
  constexpr double least = 0.01, log_step = 0.08664339756999316;  // ln 2 / 8
  return x < least ? 0 : sim::exp(std::round(sim::log(x) / log_step) * log_step);
}

double power_of_2_above(double x) {
  double power = 1;
  while (power < x) power *= 2;
  return power;
}

double rounded_64th(double x) { return std::round(x * 64) / 64; }

}  // namespace

std::shared_ptr<const UpdateCurve> CurveCache::updates(UpdateCurve::Shape shape) {
  shape.page_free = std::round(shape.page_free);
  shape.hot_share = rounded_64th(shape.hot_share);
  shape.sweep_hot_share = rounded_64th(shape.sweep_hot_share);
  shape.deletes = rounded_eighth_octave(shape.deletes);
  // Pages that are read far more often than changed are pruned at once.
  constexpr double at_once = 8;
  shape.reads = rounded_eighth_octave(std::min(shape.reads, at_once));
  shape.past = shape.past.rounded();
  const UpdateKey key{shape.t_len,           shape.rows_per_page, shape.places_per_row,
                      shape.fillfactor,      shape.page_free,     shape.hot_share,
                      shape.sweep_hot_share, shape.deletes,       shape.reads,
                      shape.prunable,        shape.past};
  const std::lock_guard lock{mutex_};
  auto& curve = updates_[key];
  if (!curve) curve = std::make_shared<UpdateCurve>(shape);
  return curve;
}

std::shared_ptr<const LeafCurve> CurveCache::leaves(LeafCurve::Shape shape) {
  shape.key = rounded_64th(shape.key);
  shape.keys = rounded_2_percent(shape.keys);
  shape.leaves = std::round(rounded_2_percent(std::min(shape.leaves, LeafCurve::enough)));
  shape.unit = std::round(shape.unit);
  shape.to_come = power_of_2_above(std::clamp(shape.to_come, 1000.0, 1e6));
  shape.entry = rounded_64th(shape.entry);
  shape.rows = std::round(shape.rows);
  shape.capacity = std::round(shape.capacity);
  const LeafKey key{
      shape.capacity, shape.entry,  shape.key,        shape.keys,    shape.rows,
      shape.unit,     shape.leaves, shape.fillfactor, shape.to_come, static_cast<int>(shape.start)};
  const std::lock_guard lock{mutex_};
  auto& curve = leaves_[key];
  if (!curve) curve = std::make_shared<LeafCurve>(shape);
  return curve;
}

std::vector<PageClass> CurveCache::classes(const DrawnAccess& access, double rows, double pages) {
  if (access.kind == Access::Kind::uniform) return {{1, 1}};
  DrawnAccess rough = access;
  rough.share = rounded_2_percent(access.share);
  rough.exponent = std::round(access.exponent * 1024) / 1024;
  const double about_rows = rounded_2_percent(rows), about_pages = rounded_2_percent(pages);
  const ClassKey key{static_cast<int>(access.kind),
                     static_cast<int>(access.keys),
                     rough.share,
                     rough.exponent,
                     about_rows,
                     about_pages};
  const std::lock_guard lock{mutex_};
  auto& classes = classes_[key];
  if (classes.empty()) classes = page_classes(rough, about_rows, about_pages);
  return classes;
}

}  // namespace models
