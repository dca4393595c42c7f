#pragma once

#include <vector>

#include "models/btree.hpp"

namespace models {

/// What random inserts do to the leaves of a B-tree, as cumulative counts per leaf at the start
/// against x = inserted entries per entry at the start.
///
/// A freshly built leaf is 90 % full, so all leaves run full at about the same x and the number of
/// leaves doubles within a short time; a leaf grown by random inserts is anywhere between half full
/// and full. Neither is a density, so single leaves are played until the wave has spread:
///
///   - an entry goes to the leaf that its key falls on; key ranges halve with every split
///   - a full leaf first merges duplicates into posting tuples (when the index deduplicates), and
///   splits in the
///     middle when that does not make room          nbtinsert.c, _bt_findinsertloc(); nbtdedup.c,
///     _bt_dedup_pass()
///
/// Holds     while nothing is deleted
class LeafCurve {
 public:
  enum class Start { built, grown };
  struct Shape {
    double capacity = 0;  // bytes for entries on a leaf, high key deducted
    double entry = 0;     // bytes of an entry with its line pointer
    double merged = 0;  // bytes a row takes after deduplication; = entry when nothing can be merged
    double rows = 0;    // per leaf at the start
    double start_bytes = 0;  // used by them
    Start start = Start::built;
  };
  static Shape shape(const IndexLayout& index, double rows_per_leaf, Start start);

  struct Point {
    double x = 0;
    double splits = 0;  // per leaf at the start
    double merges = 0;  // deduplication passes that wrote a record, likewise
    double fill = 0;    // share of the capacity in use, mean over inserts; not cumulative
  };

  explicit LeafCurve(const Shape& shape);

  struct Slopes {
    double splits = 0, merges = 0;  // per inserted entry
    double fill = 0.7;
  };
  Slopes at(double x) const;
  double next_change(double x) const;
  bool merges_duplicates() const { return merges_duplicates_; }

 private:
  std::vector<Point> points_;
  double rows_ = 1;
  bool merges_duplicates_ = false;
};

}  // namespace models
