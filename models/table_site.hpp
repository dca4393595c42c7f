#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/btree.hpp"
#include "models/mesh.hpp"
#include "models/page_access.hpp"
#include "models/tuple.hpp"
#include "models/update_curve.hpp"

namespace models {

/// A table on a node: where it was declared, or its copy at a subscriber.
struct Site {
  int table = -1;
  int node = -1;
  int subscription = -1;  // the subscription that fills it; -1 = the original
  std::string label;      // schema.table, or schema.table@node for a copy

  bool operator==(const Site&) const = default;
};

/// The tables of a mesh and the copies its subscriptions fill. A copy that the subscriber's own DDL
/// declares is that table; otherwise it has the definition of the published one.
std::vector<Site> table_sites(const Mesh& mesh);

struct IndexGeometry {
  IndexLayout layout;
  KeyOrder order = KeyOrder::random;  // of new entries
  double pages = 0;                   // at the start
  double leaves = 0, internal = 0;
  double fill = 0.9;  // of a leaf at the start
  bool built = true;  // by CREATE INDEX: leaves packed
};

/// A table's sizes with the widths of one replicate.
struct TableGeometry {
  RowWidths widths;
  RowLayout layout;
  Length t_len;
  double rows = 0;
  double per_page = 1;   // rows that inserts put on a page
  double pages = 0;      // heap at the start
  double page_free = 0;  // of a loaded page, between line pointers and tuples
  std::vector<IndexGeometry> indexes;
};

TableGeometry table_geometry(const Table& table, const RowWidths& widths, double rows);

template <class Draw>
TableGeometry table_geometry(const Table& table, const Draw& draw) {
  return table_geometry(table, row_widths(table, draw), draw(table.rows));
}

/// The update curve of one table under a mix of access patterns: sums over page classes, each at
/// its own x.
class PopulationCurve {
 public:
  struct Class {
    PageClass pages;  // share of rows, share of updates
    std::shared_ptr<const UpdateCurve> curve;
  };
  /// How finely the slopes follow the curve.
  struct Steps {
    double sliding = 0;  // > 0: rows are updated only while they are among the newest, each so
                         // often on average before it leaves the window
    double cycle = 0;    // > 0: x where the next VACUUM is expected
    bool mean = false;   // the mean over that cycle is enough
  };
  /// Takes  cycle_updates: updates per page and checkpoint cycle, which tells how images spread
  ///        over the classes
  PopulationCurve(std::vector<Class> classes, Steps steps, double cycle_updates);

  /// Per update at x updates per row so far: averages over [x, next_change(x)).
  struct Slopes {
    double fits = 1, moves = 0, prunes = 0, new_pages = 0, removed = 0;
    double redirected = 0, dead = 0, unused = 0;
    double page_free = 0;  // of pages that get an image
    double image_by_update =
        1;  // share of the images that the update's own record carries, not PRUNE
  };
  Slopes at(double x) const;
  /// The x where the slopes change next; infinity when they never do.
  double next_change(double x) const;

  /// What a VACUUM finds at x, per row of the table: only the members of UpdateCurve::Point that
  /// are not cumulative.
  UpdateCurve::Point found(double x) const { return sum(x); }

 private:
  UpdateCurve::Point sum(double x) const;
  void add_images(Slopes& slopes, double from, double to) const;

  std::vector<Class> classes_;
  double sliding_ = 0, cycle_updates_ = 0;
  std::vector<double> grid_;
  std::vector<Slopes> slopes_;
};

}  // namespace models
