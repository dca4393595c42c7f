#pragma once

#include <vector>

#include "models/btree.hpp"
#include "models/dice.hpp"

namespace models {

/// What random inserts do to the leaves of a B-tree, as cumulative counts per leaf at the start
/// against x = inserted entries per `unit`.
///
/// A freshly built leaf is 90 % full, so all leaves run full at about the same x and the number of
/// leaves doubles within a short time; a leaf grown by random inserts is anywhere between half full
/// and full; an index that starts empty doubles again and again in step. None of this is a density,
/// so single leaves are played until the waves have spread:
///
///   - an entry goes to the leaf that its key falls on; leaves with equally many entries cover
///   ranges that differ
///     by 1 / sqrt(entries), and a split in the middle of the entries halves the range as inexactly
///   - a full leaf first merges duplicates into posting tuples (when the index deduplicates), and
///   splits when that
///     does not make room: between two keys, near the middle; the rightmost leaf leaves the
///     fillfactor behind, a leaf of one key 96 %
///                      nbtinsert.c, _bt_findinsertloc(); nbtdedup.c, _bt_dedup_pass();
///                      nbtsplitloc.c
///
/// Holds     while nothing is deleted
class LeafCurve {
 public:
  enum class Start { built, grown };
  struct Shape {
    double capacity = 0;  // bytes for entries on a leaf, high key deducted
    double entry = 0;     // bytes of an entry with its line pointer
    double key = 0;     // bytes of the tuple that a posting list starts with; 0 = nothing is merged
    double keys = 0;    // distinct keys per leaf at the start, when entries can be merged
    double rows = 0;    // entries per leaf at the start
    double unit = 1;    // entries per leaf that x counts by
    double leaves = 1;  // of the index at the start; more than `enough` behave alike
    double to_come = 1e300;   // entries worth playing
    double fillfactor = 0.9;  // what a split of the rightmost leaf leaves behind
    Start start = Start::built;
  };
  static constexpr double enough = 80;

  /// Takes     the entries and leaves of the index at the start, 0 and 1 when it is empty
  static Shape shape(const IndexLayout& index, double entries, double leaves, Start start);

  struct Point {
    double x = 0;
    double splits = 0;     // pages added, per leaf at the start
    double merges = 0;     // deduplication passes that wrote a record, likewise
    double intervals = 0;  // keys merged in them
    double fill = 0;       // share of the capacity in use, mean over inserts; not cumulative
  };

  explicit LeafCurve(const Shape& shape);

  struct Slopes {
    double splits = 0, merges = 0, intervals = 0;  // per inserted entry
    double fill = 0.7;
  };
  Slopes at(double x) const;
  double next_change(double x) const;
  /// From 0 on average up to x, at which the slopes change next: for entries that come in one go.
  Slopes mean_until(double x) const;
  double unit() const { return unit_; }
  /// The x up to which no leaf has split.
  double first_split() const { return first_split_; }

 private:
  void play(const Shape& shape, int trees, double end, Dice& dice);

  std::vector<Point> points_;
  double unit_ = 1, first_split_ = 0;
};

}  // namespace models
