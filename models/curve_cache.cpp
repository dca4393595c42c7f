#include "models/curve_cache.hpp"

#include <cmath>

#include "sim/math.hpp"

namespace models {
namespace {

double rounded_2_percent(double x) {
  if (x <= 0) return x;
  constexpr double log_step = 0.019802627296179712;  // ln 1.02
  return sim::exp(std::round(sim::log(x) / log_step) * log_step);
}

double rounded_64th(double x) { return std::round(x * 64) / 64; }

}  // namespace

std::shared_ptr<const UpdateCurve> CurveCache::updates(UpdateCurve::Shape shape) {
  shape.page_free = std::round(shape.page_free);
  shape.hot_share = rounded_64th(shape.hot_share);
  const UpdateKey key{shape.t_len,     shape.rows_per_page, shape.fillfactor,
                      shape.page_free, shape.hot_share,     shape.prunable};
  const std::lock_guard lock{mutex_};
  auto& curve = updates_[key];
  if (!curve) curve = std::make_shared<UpdateCurve>(shape);
  return curve;
}

std::shared_ptr<const LeafCurve> CurveCache::leaves(LeafCurve::Shape shape) {
  shape.merged = rounded_64th(shape.merged);
  shape.entry = rounded_64th(shape.entry);
  shape.rows = std::round(shape.rows);
  shape.start_bytes = std::round(shape.start_bytes);
  shape.capacity = std::round(shape.capacity);
  const LeafKey key{shape.capacity, shape.entry,       shape.merged,
                    shape.rows,     shape.start_bytes, static_cast<int>(shape.start)};
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
