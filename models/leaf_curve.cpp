#include "models/leaf_curve.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/math.hpp"

namespace models {
namespace {

constexpr double most_keys =
    2e6;  // of all leaves played; beyond, duplicates are too rare to matter
constexpr double left_behind = 0.96;  // BTREE_SINGLEVAL_FILLFACTOR

/// Fill of a leaf in a tree grown by random inserts, relative to the mean: between one half and
/// full, uniform in the logarithm (fuller leaves are rarer, because they are about to split).
double fill_of_grown_leaf(double u) {
  constexpr double ln2 = 0.6931471805599453;
  const double of_full = 0.5 * sim::exp(u * ln2);
  return of_full / (0.5 / ln2);
}

/// A leaf or, after its split, the two it became: it covers the positions low..high, in keys when
/// entries can be merged.
struct Leaf {
  double low = 0, high = 1;
  double merged = 0;   // bytes of posting tuples and of what cannot be merged further
  double single = 0;   // entries inserted since the last merge
  double foreign = 0;  // bytes of the next key, which the first split moves away
  int left = -1, right = -1;
};

/// Entries under one key.
struct Key {
  std::uint32_t merged = 0, single = 0;
};

class Forest {
 public:
  Forest(const LeafCurve::Shape& shape, int trees, Dice& dice)
      : shape_{shape}, trees_{trees}, dice_{dice} {
    for (int i = 0; i < trees; ++i) plant();
  }

  void insert() {
    const double position = dice_.uniform() * ends_.back();
    auto at = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), position) -
                                       ends_.begin());
    at = std::min(at, ends_.size() - 1);
    at = descend(at, position);
    if (used(leaves_[at]) + shape_.entry > shape_.capacity) at = make_room(at, position);
    leaves_[at].single += 1;
    if (merging()) keys_[static_cast<std::size_t>(position)].single += 1;
    fill_ += used(leaves_[at]) / shape_.capacity;
    ++inserts_;
  }

  LeafCurve::Point take(double x) {
    const double n = trees_;
    LeafCurve::Point point{x, splits_ / n, merges_ / n, intervals_ / n,
                           inserts_ > 0 ? fill_ / inserts_ : 0};
    fill_ = inserts_ = 0;
    return point;
  }

 private:
  bool merging() const { return shape_.key > 0; }

  double used(const Leaf& leaf) const {
    return leaf.merged + leaf.foreign + leaf.single * shape_.entry;
  }

  /// Two uniform numbers make a deviate of variance 1, near enough to a normal one.
  double deviate() { return (dice_.uniform() + dice_.uniform() - 1) * 2.4494897427831781; }

  void plant() {
    const double fill =
        shape_.start == LeafCurve::Start::built ? 1.0 : fill_of_grown_leaf(dice_.uniform());
    const double rows = shape_.rows * fill;
    const double spread = trees_ > 1 && rows > 0 ? deviate() / std::sqrt(rows) : 0;
    Leaf leaf;
    leaf.low = ends_.empty() ? 0 : ends_.back();
    constexpr double several = 8;  // keys: fewer do not fill a leaf to the byte
    if (merging() && shape_.start == LeafCurve::Start::built && shape_.keys >= several &&
        shape_.rows >= 1) {
      pack(leaf);
    } else if (merging()) {
      leaf.high = leaf.low + std::max(1.0, std::round(shape_.keys * fill * (1 + spread)));
      keys_.resize(static_cast<std::size_t>(leaf.high));
      const double range = leaf.high - leaf.low;
      for (double i = 0; i + 0.5 < rows; i += 1)
        ++keys_[static_cast<std::size_t>(leaf.low + std::floor(dice_.uniform() * range))].merged;
      leaf.merged = merged_bytes(leaf.low, leaf.high);
    } else {
      // An index that starts empty or small has one range, whatever its entries.
      leaf.high = leaf.low + std::max(1.0, rows) * (1 + spread);
      leaf.merged = rows * shape_.entry;
    }
    leaf.merged = std::min(leaf.merged, shape_.capacity);
    if (merging() && shape_.keys < 1.5 && shape_.start == LeafCurve::Start::built &&
        shape_.rows >= 1)
      share_with_next_key(leaf);
    leaves_.push_back(leaf);
    ends_.push_back(leaf.high);
  }

  /// Rows under one key, whose mean is that of the index: Poisson, by inversion while that is
  /// short.
  std::uint32_t rows_of_key() {
    constexpr double many = 40;
    const double mean = shape_.rows / shape_.keys;
    if (mean > many)
      return static_cast<std::uint32_t>(
          std::lround(std::max(1.0, mean + deviate() * std::sqrt(mean))));
    double left = dice_.uniform() - sim::exp(-mean), probability = sim::exp(-mean);
    std::uint32_t n = 0;
    while (left > 0 && n < 4 * many) {
      probability *= mean / ++n;
      left -= probability;
    }
    return n;
  }

  /// CREATE INDEX fills every leaf up to its fillfactor, so leaves differ in their number of keys,
  /// not in their bytes. Source    nbtsort.c, _bt_buildadd()
  void pack(Leaf& leaf) {
    if (bytes_per_key_ <= 0) {
      constexpr int samples = 1024;
      for (int i = 0; i < samples; ++i) bytes_per_key_ += bytes_of(rows_of_key()) / samples;
    }
    const double target = bytes_per_key_ * shape_.keys;
    leaf.high = leaf.low;
    while (leaf.merged < target && leaf.merged < shape_.capacity) {
      const std::uint32_t rows = rows_of_key();
      const double bytes = bytes_of(rows);
      if (leaf.merged > 0 && leaf.merged + bytes / 2 > target) break;
      leaf.merged += bytes;
      leaf.high += 1;
      keys_.push_back({rows, 0});
    }
  }

  /// CREATE INDEX lets the next key begin on the leaf where this one ends.
  void share_with_next_key(Leaf& leaf) {
    const double own = dice_.uniform();
    leaf.foreign = (1 - own) * leaf.merged;
    leaf.merged *= own;
    Key& key = keys_[static_cast<std::size_t>(leaf.low)];
    key.merged = static_cast<std::uint32_t>(own * key.merged);
  }

  std::size_t descend(std::size_t at, double position) const {
    while (leaves_[at].left >= 0) {
      const auto left = static_cast<std::size_t>(leaves_[at].left);
      at = position < leaves_[left].high ? left : static_cast<std::size_t>(leaves_[at].right);
    }
    return at;
  }

  /// Posting tuples of up to the run-time limit; nbtdedup.c, _bt_dedup_save_htid().
  double bytes_of(double rows) const {
    constexpr double tid = 6;
    const auto posting = [&](double n) {
      return n <= 1 ? n * shape_.entry : 8 * std::ceil((shape_.key + tid * n) / 8) + line_pointer;
    };
    const double most =
        std::max(2.0, std::floor((btree_posting_limit_run_time - shape_.key) / tid));
    const double full = std::floor(rows / most);
    return full * posting(most) + posting(rows - full * most);
  }

  double merged_bytes(double low, double high) const {
    double bytes = 0;
    for (double k = low; k < high; k += 1)
      bytes += bytes_of(keys_[static_cast<std::size_t>(k)].merged);
    return bytes;
  }

  void merge(Leaf& leaf) {
    double intervals = 0;
    for (double k = leaf.low; k < leaf.high; k += 1) {
      Key& key = keys_[static_cast<std::size_t>(k)];
      if (key.single > 0 && key.merged + key.single > 1) intervals += 1;
      key.merged += key.single;
      key.single = 0;
    }
    leaf.merged = merged_bytes(leaf.low, leaf.high);
    leaf.single = 0;
    intervals_ += intervals;
    merges_ += intervals > 0 ? 1 : 0;
  }

  std::size_t make_room(std::size_t at, double position) {
    if (merging()) {
      merge(leaves_[at]);
      if (used(leaves_[at]) + shape_.entry <= shape_.capacity) return at;
    }
    // The first split of a tree of one leaf makes a root, too.
    splits_ += trees_ == 1 && leaves_.size() == 1 ? 2 : 1;
    if (merging() && leaves_[at].high - leaves_[at].low <= 1) {
      if (leaves_[at].foreign > 0) {  // between the two keys
        leaves_[at].foreign = 0;
        return at;
      }
      leaves_[at].merged *= 1 - left_behind;  // what stays behind is never touched again
      keys_[static_cast<std::size_t>(leaves_[at].low)].merged = static_cast<std::uint32_t>(
          (1 - left_behind) * keys_[static_cast<std::size_t>(leaves_[at].low)].merged);
      return at;
    }
    const auto [left, right] = halves(leaves_[at]);
    leaves_[at].left = static_cast<int>(leaves_.size());
    leaves_.push_back(left);
    leaves_[at].right = static_cast<int>(leaves_.size());
    leaves_.push_back(right);
    return descend(at, position);
  }

  /// Share of the entries that a split leaves on the left.
  double left_share(const Leaf& leaf) const {
    const bool all_played = shape_.leaves <= trees_;
    return all_played && leaf.high >= ends_.back() ? shape_.fillfactor : 0.5;
  }

  std::pair<Leaf, Leaf> halves(const Leaf& whole) {
    Leaf left = whole, right = whole;
    const double target = left_share(whole);
    if (!merging()) {
      const double entries = used(whole) / shape_.entry;
      const double range = target + deviate() * std::sqrt(target * (1 - target) / entries);
      left.high = right.low = whole.low + (whole.high - whole.low) * range;
      left.merged *= target;
      left.single *= target;
      right.merged -= left.merged;
      right.single -= left.single;
      return {left, right};
    }
    left.merged = 0;
    for (double k = whole.low; k < whole.high - 1; k += 1) {
      const double key = bytes_of(keys_[static_cast<std::size_t>(k)].merged);
      const bool first = k == whole.low;
      if (!first && left.merged + key / 2 > whole.merged * target) break;
      left.merged += key;
      left.high = k + 1;
    }
    right.low = left.high;
    right.merged = whole.merged - left.merged;
    return {left, right};
  }

  LeafCurve::Shape shape_;
  int trees_;
  std::vector<double> ends_;  // of the trees' ranges
  std::vector<Leaf> leaves_;  // the trees first, then what they split into
  std::vector<Key> keys_;
  Dice& dice_;
  double bytes_per_key_ = 0;  // of a packed leaf
  double splits_ = 0, merges_ = 0, intervals_ = 0, fill_ = 0, inserts_ = 0;
};

}  // namespace

LeafCurve::Shape LeafCurve::shape(const IndexLayout& index, double entries, double leaves,
                                  Start start) {
  Shape s;
  s.entry = index.tuple.mean + line_pointer;
  s.capacity = btree_page_usable - s.entry;  // the high key
  s.leaves = std::max(1.0, leaves);
  s.rows = entries / s.leaves;
  s.unit = std::max(s.rows, std::floor(s.capacity / s.entry));
  s.start = start;
  s.fillfactor = 0.01 * index.fillfactor;
  const double keys = index.distinct > 0 ? index.distinct : entries / index.duplicates;
  const bool merges = index.deduplicates && (index.distinct > 0 || index.duplicates > 1);
  if (merges && keys / s.leaves * std::min(s.leaves, enough) <= most_keys) {
    s.key = index.tuple.mean;
    s.keys = std::max(1.0, keys / s.leaves);
  }
  return s;
}

LeafCurve::LeafCurve(const Shape& shape) : unit_{shape.unit} {
  constexpr double longest = 6;  // x; beyond, the waves of many leaves have died out
  constexpr double budget = 150'000;
  const double wanted = std::min(shape.to_come, budget);
  const int trees = static_cast<int>(
      std::max(1.0, std::min({enough, shape.leaves, std::max(20.0, budget / (longest * unit_))})));
  // A small index is played whole, a few times over, for chance decides where its leaves split.
  const int copies = trees < 10 ? static_cast<int>(std::clamp(2 * budget / wanted, 1.0, 5.0)) : 1;
  const double end = std::max(longest, wanted / (unit_ * trees));
  Dice dice;
  for (int copy = 0; copy < copies; ++copy) play(shape, trees, end, dice);
  for (Point& point : points_)
    for (double* value : {&point.splits, &point.merges, &point.intervals, &point.fill})
      *value /= copies;
  const auto split = std::find_if(points_.begin(), points_.end(),
                                  [](const Point& point) { return point.splits > 0; });
  first_split_ = split == points_.begin() ? 0 : (split - 1)->x;
}

void LeafCurve::play(const Shape& shape, int trees, double end, Dice& dice) {
  Forest forest{shape, trees, dice};
  double done = 0;
  std::size_t at = 0;
  const auto take = [&](double x) {
    if (at == points_.size()) points_.push_back(Point{x, 0, 0, 0, 0});
    const Point point = forest.take(x);
    Point& sum = points_[at++];
    sum.splits += point.splits;
    sum.merges += point.merges;
    sum.intervals += point.intervals;
    sum.fill += point.fill;
  };
  take(0);
  for (double x = 0.02; x <= end; x += x < 0.4 ? 0.02 : 0.05 * x) {
    for (; done < x * unit_ * trees; done += 1) forest.insert();
    take(x);
  }
}

LeafCurve::Slopes LeafCurve::at(double x) const {
  auto right = std::upper_bound(points_.begin(), points_.end(), x,
                                [](double value, const Point& p) { return value < p.x; });
  if (right == points_.end()) --right;
  const Point& b = *right;
  // Far out the mean over the last doubling, so that the position within a wave does not matter.
  const auto half = std::lower_bound(points_.begin(), points_.end(), points_.back().x / 2,
                                     [](const Point& p, double value) { return p.x < value; });
  const Point& a = x > points_.back().x ? *half : *(right - 1);
  const double entries = (b.x - a.x) * unit_;
  return {(b.splits - a.splits) / entries, (b.merges - a.merges) / entries,
          (b.intervals - a.intervals) / entries, b.fill};
}

LeafCurve::Slopes LeafCurve::mean_until(double x) const {
  const auto right = std::lower_bound(points_.begin() + 1, points_.end() - 1, x,
                                      [](const Point& p, double value) { return p.x < value; });
  const Point& end = *right;
  const double entries = end.x * unit_;
  return {end.splits / entries, end.merges / entries, end.intervals / entries, end.fill};
}

double LeafCurve::next_change(double x) const {
  const auto right = std::upper_bound(points_.begin(), points_.end(), x,
                                      [](double value, const Point& p) { return value < p.x; });
  return right == points_.end() ? std::numeric_limits<double>::infinity() : right->x;
}

}  // namespace models
