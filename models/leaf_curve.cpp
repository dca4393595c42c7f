#include "models/leaf_curve.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "models/dice.hpp"
#include "sim/math.hpp"

namespace models {
namespace {

/// Fill of a leaf in a tree grown by random inserts, relative to the mean: between one half and
/// full, uniform in the logarithm (fuller leaves are rarer, because a leaf gains entries at a rate
/// that its key range sets).
double fill_of_grown_leaf(double u) {
  constexpr double ln2 = 0.6931471805599453;
  const double of_full = 0.5 * sim::exp(u * ln2);
  return of_full / (0.5 / ln2);
}

/// A leaf or, after its split, the two it became. Key ranges halve, so a key's next bit says which
/// one it falls on.
struct Leaf {
  double merged = 0;  // bytes of posting tuples and of what cannot be merged further
  double single = 0;  // entries inserted since the last merge
  int left = -1, right = -1;
};

class Forest {
 public:
  Forest(const LeafCurve::Shape& shape, int trees) : shape_{shape}, trees_{trees} {
    for (int i = 0; i < trees; ++i) {
      Leaf leaf;
      // Random inserts leave fills between one half and full, fuller ones rarer: uniform in the
      // logarithm.
      const double fill =
          shape.start == LeafCurve::Start::built ? 1.0 : fill_of_grown_leaf(dice_.uniform());
      leaf.merged = std::min(shape.start_bytes * fill, shape.capacity);
      leaves_.push_back(leaf);
    }
  }

  void insert() {
    std::size_t at = dice_.below(static_cast<std::size_t>(trees_));
    while (leaves_[at].left >= 0)
      at = static_cast<std::size_t>((dice_.next() >> 63) != 0 ? leaves_[at].left
                                                              : leaves_[at].right);
    if (used(leaves_[at]) + shape_.entry > shape_.capacity) at = make_room(at);
    leaves_[at].single += 1;
    fill_ += used(leaves_[at]) / shape_.capacity;
    ++inserts_;
  }

  LeafCurve::Point take(double x) {
    const double n = trees_;
    LeafCurve::Point point{x, splits_ / n, merges_ / n, inserts_ > 0 ? fill_ / inserts_ : 0};
    fill_ = inserts_ = 0;
    return point;
  }

 private:
  double used(const Leaf& leaf) const { return leaf.merged + leaf.single * shape_.entry; }

  std::size_t make_room(std::size_t at) {
    if (shape_.merged < shape_.entry && leaves_[at].single > 0) {
      merges_ += 1;
      leaves_[at].merged += leaves_[at].single * shape_.merged;
      leaves_[at].single = 0;
      if (used(leaves_[at]) + shape_.entry <= shape_.capacity) return at;
    }
    splits_ += 1;
    Leaf half;
    half.merged = leaves_[at].merged / 2;
    half.single = leaves_[at].single / 2;
    leaves_[at].left = static_cast<int>(leaves_.size());
    leaves_.push_back(half);
    leaves_[at].right = static_cast<int>(leaves_.size());
    leaves_.push_back(half);
    return static_cast<std::size_t>((dice_.next() >> 63) != 0 ? leaves_[at].left
                                                              : leaves_[at].right);
  }

  LeafCurve::Shape shape_;
  int trees_;
  std::vector<Leaf> leaves_;
  Dice dice_;
  double splits_ = 0, merges_ = 0, fill_ = 0, inserts_ = 0;
};

}  // namespace

LeafCurve::Shape LeafCurve::shape(const IndexLayout& index, double rows_per_leaf, Start start) {
  Shape s;
  s.entry = index.tuple.mean + line_pointer;
  s.capacity = btree_page_usable - s.entry;  // the high key
  s.rows = std::max(1.0, rows_per_leaf);
  s.merged = s.entry;
  double bytes_per_row = s.entry;
  if (index.deduplicates && index.duplicates > 1) {
    // A tenth more rows under the same keys: posting lists grow by 6 bytes a row, whatever the key
    // takes.
    IndexLayout more = index;
    more.duplicates *= 1.1;
    const double before = leaf_bytes_per_row(index, btree_posting_limit_run_time);
    const double after = leaf_bytes_per_row(more, btree_posting_limit_run_time);
    s.merged = std::clamp((1.1 * after - before) / 0.1, 6.0, s.entry);
    bytes_per_row = leaf_bytes_per_row(index, btree_posting_limit_build);
  }
  s.start_bytes = s.rows * bytes_per_row;
  s.start = start;
  return s;
}

LeafCurve::LeafCurve(const Shape& shape)
    : rows_{shape.rows}, merges_duplicates_{shape.merged < shape.entry} {
  constexpr double longest = 6;  // x; beyond, the wave has died out and the last slope holds
  constexpr double budget = 120'000;
  const int trees = static_cast<int>(std::clamp(budget / (longest * shape.rows), 40.0, 400.0));
  Forest forest{shape, trees};
  points_.push_back(forest.take(0));
  double done = 0;
  for (double x = 0.02; x <= longest; x += x < 0.4 ? 0.02 : 0.2 * x) {
    for (; done < x * shape.rows * trees; done += 1) forest.insert();
    points_.push_back(forest.take(x));
  }
}

LeafCurve::Slopes LeafCurve::at(double x) const {
  auto right = std::upper_bound(points_.begin(), points_.end(), x,
                                [](double value, const Point& p) { return value < p.x; });
  if (right == points_.end()) --right;
  // Far out the mean over the last doubling, so that the position within a wave does not matter.
  const Point& b = *right;
  const Point& a = x > points_.back().x ? points_[points_.size() / 2] : *(right - 1);
  const double entries = (b.x - a.x) * rows_;
  return {(b.splits - a.splits) / entries, (b.merges - a.merges) / entries, b.fill};
}

double LeafCurve::next_change(double x) const {
  const auto right = std::upper_bound(points_.begin(), points_.end(), x,
                                      [](double value, const Point& p) { return value < p.x; });
  return right == points_.end() ? std::numeric_limits<double>::infinity() : right->x;
}

}  // namespace models
