#include "models/table_site.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/math.hpp"

namespace models {

std::vector<Site> table_sites(const Mesh& mesh) {
  std::vector<Site> sites;
  for (std::size_t t = 0; t < mesh.tables.size(); ++t) {
    const Table& table = mesh.tables[t];
    const int node =
        table.database < 0 ? -1 : mesh.databases[static_cast<std::size_t>(table.database)].node;
    sites.push_back({static_cast<int>(t), node, -1, table.qualified_name()});
  }
  const auto declared = [&](const std::string& name, int node) {
    return std::find_if(sites.begin(), sites.end(), [&](const Site& site) {
      return site.node == node && site.subscription < 0 && site.label == name;
    });
  };
  for (std::size_t s = 0; s < mesh.subscriptions.size(); ++s) {
    const Subscription& subscription = mesh.subscriptions[s];
    for (const int t : subscription.tables) {
      const std::string name = mesh.tables[static_cast<std::size_t>(t)].qualified_name();
      const auto own = declared(name, subscription.subscriber);
      if (own != sites.end() && subscription.subscriber != subscription.publisher) {
        own->subscription = static_cast<int>(s);
        continue;
      }
      const std::string& node = mesh.nodes[static_cast<std::size_t>(subscription.subscriber)].name;
      // Two subscriptions of one table on one server: a copy each, told apart by the subscription.
      std::string label = name + "@" + node;
      if (std::any_of(sites.begin(), sites.end(),
                      [&](const Site& site) { return site.label == label; }))
        label += " (" + subscription.name + ")";
      sites.push_back({t, subscription.subscriber, static_cast<int>(s), std::move(label)});
    }
  }
  return sites;
}

namespace {

IndexGeometry index_geometry(const Table& table, const Index& index, const RowLayout& layout,
                             double rows) {
  IndexGeometry geometry;
  geometry.layout = index_layout(table, index, layout, rows);
  const KeyOrder order = geometry.layout.order;
  geometry.order = order == KeyOrder::unknown ? KeyOrder::random : order;
  BtreePages pages;
  if (table.indexes_built_after_load) {
    pages = btree_pages_built(geometry.layout, rows);
    geometry.fill = 0.01 * geometry.layout.fillfactor;
  } else if (geometry.order == KeyOrder::ascending) {
    pages = btree_pages_ascending(geometry.layout, rows);
    geometry.fill = 0.01 * geometry.layout.fillfactor;
  } else {
    pages = btree_pages_random(geometry.layout, rows);
    geometry.fill = btree_density_random;
    geometry.built = false;
  }
  geometry.leaves = std::max(1.0, pages.leaves);
  geometry.internal = pages.internal;
  geometry.pages = pages.total();
  return geometry;
}

}  // namespace

TableGeometry table_geometry(const Table& table, const RowWidths& widths, double rows) {
  TableGeometry geometry;
  geometry.widths = widths;
  geometry.layout = row_layout(table, widths);
  geometry.t_len = heap_tuple(geometry.layout);
  geometry.rows = rows;
  geometry.per_page = rows_per_page(geometry.t_len, table.fillfactor);
  geometry.pages = table.heap_bytes ? std::ceil(*table.heap_bytes / page_size)
                                    : heap_pages(rows, geometry.per_page);
  geometry.page_free = heap_page_usable - geometry.per_page * tuple_space(geometry.t_len).mean;
  for (const Index& index : table.indexes)
    geometry.indexes.push_back(index_geometry(table, index, geometry.layout, rows));
  return geometry;
}

PopulationCurve::PopulationCurve(std::vector<Class> classes, Steps steps, double cycle_updates)
    : classes_{std::move(classes)}, sliding_{steps.sliding}, cycle_updates_{cycle_updates} {
  const auto slopes_between = [&](double from, double to) {
    const UpdateCurve::Point a = sum(from), b = sum(to);
    const double updates = to - from;
    Slopes slopes;
    slopes.fits = (b.hot + b.same_page - a.hot - a.same_page) / updates;
    slopes.moves = 1 - slopes.fits;
    slopes.prunes = (b.prunes - a.prunes) / updates;
    slopes.new_pages = (b.new_pages - a.new_pages) / updates;
    slopes.removed = (b.removed - a.removed) / updates;
    slopes.redirected = (b.redirected - a.redirected) / updates;
    slopes.dead = (b.dead - a.dead) / updates;
    slopes.unused = (b.unused - a.unused) / updates;
    add_images(slopes, from, to);
    return slopes;
  };
  const double whole = steps.sliding > 0 ? steps.sliding : steps.mean ? steps.cycle : 0;
  if (whole >
      0) {  // rows enter the window at x = 0 and leave it at its end: the mean never changes
    grid_ = {0};
    slopes_ = {slopes_between(0, whole)};
    return;
  }
  // Points of the mean x at which the hottest class, then the coldest, walks along the curve; a
  // table that is vacuumed often needs few.
  grid_ = {0};
  const double first = steps.cycle > 0 ? steps.cycle / 6 : 0.0005;
  const double ratio = steps.cycle > 0 ? 1.6 : 1.3;
  for (double x = first; x < 24; x *= ratio) grid_.push_back(x);
  for (std::size_t i = 0; i < grid_.size(); ++i)
    slopes_.push_back(slopes_between(grid_[i], i + 1 < grid_.size() ? grid_[i + 1] : grid_[i] * 2));
}

UpdateCurve::Point PopulationCurve::sum(double x) const {
  using Point = UpdateCurve::Point;
  Point total;
  for (const auto& [c, curve] : classes_) {
    if (c.pages <= 0) continue;
    if (c.touches <= 0 && sliding_ > 0) continue;
    const double density = sliding_ > 0 ? 1.0 : c.touches / c.pages;
    const double rows = sliding_ > 0 ? c.touches : c.pages;
    const Point p = curve->at(x * density);
    for (double Point::*part :
         {&Point::hot, &Point::same_page, &Point::other_page, &Point::prunes, &Point::new_pages,
          &Point::removed, &Point::redirected, &Point::dead, &Point::unused, &Point::changed_pages,
          &Point::prune_pages, &Point::to_redirect, &Point::to_dead, &Point::to_unused,
          &Point::stub_pages, &Point::stubs})
      total.*part += rows * p.*part;
  }
  return total;
}

void PopulationCurve::add_images(Slopes& slopes, double from, double to) const {
  double weights = 0, prunes = 0;
  for (const auto& [c, curve] : classes_) {
    if (c.touches <= 0) continue;
    const double density = sliding_ > 0 ? 1.0 : c.touches / c.pages;
    const double weight = c.pages * sim::one_minus_exp(cycle_updates_ * density);
    const UpdateCurve::Point a = curve->at(from * density), b = curve->at(to * density);
    weights += weight;
    slopes.page_free += weight * b.page_free;
    prunes += weight * (b.prunes - a.prunes) / ((to - from) * density);
  }
  if (weights <= 0) return;
  slopes.page_free /= weights;
  slopes.image_by_update = 1 - prunes / weights;
}

PopulationCurve::Slopes PopulationCurve::at(double x) const {
  const auto right = std::upper_bound(grid_.begin(), grid_.end(), x);
  return slopes_[static_cast<std::size_t>(right - grid_.begin() - 1)];
}

double PopulationCurve::next_change(double x) const {
  const auto right = std::upper_bound(grid_.begin(), grid_.end(), x);
  return right == grid_.end() ? std::numeric_limits<double>::infinity() : *right;
}

}  // namespace models
