#include "models/wal_flow.hpp"

#include <algorithm>

#include "models/wal_record.hpp"
#include "sim/math.hpp"

namespace models {
namespace {

double total(const std::vector<Contribution>& contributions, const std::vector<double>& drivers) {
  double sum = 0;
  for (const Contribution& c : contributions)
    sum += c.amount * drivers[static_cast<std::size_t>(c.driver)];
  return sum;
}

}  // namespace

double compression_ratio(WalCompression method) {
  switch (method) {
    case WalCompression::off:
      return 1;
    case WalCompression::pglz:
      return 4655.0 / 8113;
    case WalCompression::lz4:
      return 4654.0 / 8113;
    case WalCompression::zstd:
      return 3022.0 / 8113;
  }
  return 1;
}

WalFlow::WalFlow(const Load& load, int node, const Settings& settings, Bytes wal_segment_size)
    : wal_rates_{load.nodes[static_cast<std::size_t>(node)].wal},
      record_rates_{load.nodes[static_cast<std::size_t>(node)].records},
      images_on_{settings.full_page_writes},
      longest_cycle_{seconds(settings.checkpoint_timeout)},
      compresses_{settings.wal_compression != WalCompression::off},
      compression_{compression_ratio(settings.wal_compression)} {
  const auto segment = static_cast<double>(wal_segment_size.count);
  framing_ = lsn_distance(1000 * segment, segment) / (1000 * segment);
  for (std::size_t r = 0; r < load.relations.size(); ++r) {
    const RelationLoad& relation = load.relations[r];
    if (relation.node != node) continue;
    for (const ImagedPages& imaged : relation.imaged) {
      const bool ordinary = imaged.pages == 0;
      classes_.push_back({static_cast<int>(r), ordinary ? imaged.share : 0.0, imaged.pages,
                          relation.kind == RelationLoad::Kind::index ? 1.0 : 0.0,
                          imaged.image > 0 ? imaged.image : relation.image, relation.replaced,
                          ordinary ? relation.fill : -1, imaged.touches, imaged.swept,
                          imaged.passes});
    }
  }
}

void WalFlow::compress_images(double ratio) {
  if (compresses_) compression_ = std::min(1.0, ratio);
}

void WalFlow::settle(Instant now) {
  if (fresh_ || now > base_) {
    for (Class& c : classes_) {
      const Unimaged left = unimaged(c, now);
      c.unimaged = left.all;
      c.ahead = left.ahead;
    }
    fresh_ = false;
  }
  move_base(now);
}

void WalFlow::move_base(Instant now) {
  const double elapsed = seconds(now - base_);
  records_ = records(now);
  const double position = lsn(now).bytes, images = images_(elapsed), bytes = image_bytes_(elapsed);
  base_ = now;
  curve_.reset(position, curve_.slope());
  images_.reset(images, 0);
  image_bytes_.reset(bytes, 0);
  hint_records_.reset(0, 0);
}

void WalFlow::start_cycle(Instant now, const std::vector<double>& relation_pages) {
  move_base(now);
  fresh_ = true;
  for (Class& c : classes_) {
    const double pages =
        std::max(0.0, relation_pages[static_cast<std::size_t>(c.relation)] - c.metapage);
    c.pages = c.absolute > 0 ? std::min(c.absolute, pages) : c.share * pages;
  }
  cached_at_ = never;
}

void WalFlow::repeat_cycle(Instant now) {
  move_base(now);
  fresh_ = true;
  terms_ = fresh_terms_;
  add_terms();
}

void WalFlow::set_rates(Instant now, const std::vector<double>& drivers,
                        const std::vector<PageFill>& fills) {
  const bool fresh = fresh_ && base_ == now;
  settle(now);
  fresh_ = fresh;
  const double record_bytes = total(wal_rates_, drivers);
  records_rate_ = total(record_rates_, drivers);
  idle_ = record_bytes <= 0;
  curve_.reset(curve_.value(), framing_ * record_bytes);
  terms_.clear();
  for (Class& c : classes_) {
    set_class_rates(c, drivers);
    if (!images_on_ || c.rate + c.cursor <= 0 || c.pages <= 0 || c.unimaged < 1e-12) continue;
    double plain = c.image, own = 0;
    if (c.fill >= 0) {
      const PageFill& fill = fills[static_cast<std::size_t>(c.fill)];
      plain = page_image(fill.content) - c.replaced * fill.replaced_share;
      if (log_hints_) own = 1 - fill.replaced_share;
    }
    constexpr double own_record = record_header + block_reference + 4;  // and padding
    const double bytes = plain * compression_ + own * own_record;
    const auto add_term = [&](double rate, double pages) {
      if (pages > 0) terms_.push_back({rate, pages, pages * bytes, pages * own});
    };
    if (c.rate > 0) add_term(c.rate / c.pages, c.pages * c.unimaged);
    // What a cursor logs falls as touches at random log pages ahead of it: next to a straight line.
    constexpr double straight = 1e-4;
    const double falls = std::max(c.rate / c.pages, straight / longest_cycle_);
    add_term(falls, c.cursor * c.pages * c.ahead / falls);
  }
  merge_similar_terms();
  if (fresh) fresh_terms_ = terms_;
  add_terms();
}

/// Touches at random, and how fast statements go through the pages: where they come to a new one
/// they have not imaged any of those ahead.
void WalFlow::set_class_rates(Class& c, const std::vector<double>& drivers) {
  c.rate = total(c.touches, drivers);
  const double swept = total(c.swept, drivers), passes = total(c.passes, drivers);
  const bool began = c.cursor <= 0;
  c.cursor = swept > 0 && passes > 0 && c.pages > 0
                 ? passes * sim::one_minus_exp(swept / (passes * c.pages))
                 : 0;
  if (began) c.ahead = c.unimaged;
}

void WalFlow::add_terms() {
  for (const Term& term : terms_) {
    curve_.add(framing_ * term.bytes, term.rate);
    images_.add(term.pages, term.rate);
    image_bytes_.add(term.bytes, term.rate);
    if (term.records > 0) hint_records_.add(term.records, term.rate);
  }
  cached_at_ = never;
}

/// Keeps at most 24 terms. Joining two keeps their sum's slope at the start and its end; between,
/// the sum errs by less than min(bytes) times a function of the ratio of the rates.
void WalFlow::merge_similar_terms() {
  constexpr std::size_t enough = 24;
  if (terms_.size() <= enough) return;
  std::sort(terms_.begin(), terms_.end(),
            [](const Term& a, const Term& b) { return a.rate < b.rate; });
  join_straight_terms();
  while (terms_.size() > enough) join_nearest_terms(terms_.size() - enough);
}

void WalFlow::join(Term& into, const Term& term) {
  const double bytes = into.bytes + term.bytes;
  if (bytes > 0) into.rate = (into.rate * into.bytes + term.rate * term.bytes) / bytes;
  into.bytes = bytes;
  into.pages += term.pages;
  into.records += term.records;
}

/// Terms that stay straight lines over a whole checkpoint cycle are one line.
void WalFlow::join_straight_terms() {
  constexpr double straight = 0.02;  // of the pages are imaged within the longest cycle: 1 % off
  std::size_t end = 0;
  while (end < terms_.size() && terms_[end].rate * longest_cycle_ < straight) ++end;
  if (end < 2) return;
  for (std::size_t i = 1; i < end; ++i) join(terms_[0], terms_[i]);
  terms_.erase(terms_.begin() + 1, terms_.begin() + static_cast<std::ptrdiff_t>(end));
}

/// Joins neighbours, those first that lose least, `most` pairs at most and one at least.
void WalFlow::join_nearest_terms(std::size_t most) {
  costs_.clear();
  for (std::size_t i = 0; i + 1 < terms_.size(); ++i) {
    const Term &a = terms_[i], &b = terms_[i + 1];
    const double apart = sim::log(b.rate / a.rate);
    costs_.push_back(std::min(a.bytes, b.bytes) * apart * apart);
  }
  const std::size_t last = std::min(most, costs_.size()) - 1;
  ranked_ = costs_;
  std::nth_element(ranked_.begin(), ranked_.begin() + static_cast<std::ptrdiff_t>(last),
                   ranked_.end());
  const double limit = ranked_[last];
  std::size_t kept = 0, joined = 0;
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    terms_[kept] = terms_[i];
    if (i < costs_.size() && costs_[i] <= limit && joined < most) {
      join(terms_[kept], terms_[++i]);
      ++joined;
    }
    ++kept;
  }
  terms_.resize(kept);
}

WalFlow::Unimaged WalFlow::unimaged(const Class& c, Instant now) const {
  const double elapsed = seconds(now - base_);
  const double left =
      elapsed > 0 && c.pages > 0 && c.rate > 0 ? sim::exp(-c.rate / c.pages * elapsed) : 1.0;
  const Unimaged before = fresh_ ? Unimaged{} : Unimaged{c.unimaged, c.ahead};
  const double passed = c.cursor * elapsed * before.ahead;
  return {left * std::max(0.0, before.all - passed), left * before.ahead};
}

/// Touches per page and second over the ordinary pages of a relation.
double WalFlow::mean_density(int relation) const {
  double rate = 0, pages = 0;
  for (const Class& c : classes_) {
    if (c.relation != relation || c.absolute > 0) continue;
    rate += c.rate;
    pages += c.pages;
  }
  return pages > 0 ? rate / pages : 0;
}

/// Pages changed since the last VACUUM but not since the redo point: whichever of the two came
/// later covers the other's changes.
double WalFlow::swept_share(const Class& c, double mean, double changes, bool apart,
                            Instant now) const {
  const double density = mean > 0 ? c.rate / c.pages / mean : 1;
  const double changed = sim::one_minus_exp(changes * density);
  const double left = unimaged(c, now).all;
  return apart ? changed * left : std::max(0.0, changed - (1 - left));
}

double WalFlow::unswept(Instant now, int relation, double changes, bool apart) const {
  double pages = 0;
  const double mean = mean_density(relation);
  for (const Class& c : classes_)
    if (c.relation == relation && c.absolute == 0 && c.pages > 0)
      pages += c.pages * swept_share(c, mean, changes, apart, now);
  return pages;
}

void WalFlow::sweep(Instant now, int relation, double changes, bool apart, double portion,
                    const std::vector<PageFill>& fills) {
  if (!images_on_) return;
  const double mean = mean_density(relation);
  std::vector<double> shares;
  for (const Class& c : classes_)
    shares.push_back(c.relation == relation && c.absolute == 0 && c.pages > 0
                         ? portion * swept_share(c, mean, changes, apart, now)
                         : 0);
  settle(now);
  double pages = 0, bytes = 0;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (shares[i] <= 0) continue;
    Class& c = classes_[i];
    const double rest = std::max(0.0, 1 - shares[i] / std::max(1e-12, c.unimaged));
    c.unimaged *= rest;
    c.ahead *= rest;
    const double content =
        c.fill >= 0 ? page_image(fills[static_cast<std::size_t>(c.fill)].content) : c.image;
    pages += c.pages * shares[i];
    bytes += c.pages * shares[i] * content * compression_;
  }
  curve_.reset(curve_.value() + framing_ * bytes, curve_.slope());
  images_.reset(images_.value() + pages, 0);
  image_bytes_.reset(image_bytes_.value() + bytes, 0);
  cached_at_ = never;
}

void WalFlow::renew(Instant now, int relation, double pages) {
  settle(now);
  for (Class& c : classes_) {
    if (c.relation != relation) continue;
    const double ordinary = std::max(0.0, pages - c.metapage);
    c.pages = c.absolute > 0 ? std::min(c.absolute, ordinary) : c.share * ordinary;
    c.unimaged = c.ahead = 0;
  }
  cached_at_ = never;
}

void WalFlow::add(double aligned_bytes, double records) {
  // The curve's shape stays; only its value moves, so the unimaged shares need no settling.
  sim::Mixture moved{curve_.value() + framing_ * aligned_bytes, curve_.slope()};
  for (const Term& term : terms_) moved.add(framing_ * term.bytes, term.rate);
  curve_ = std::move(moved);
  cached_at_ = never;
  records_ += records;
}

void WalFlow::add_images(double images, double bytes) {
  add(images * bytes * compression_, 0);
  const auto raise = [&](sim::Mixture& curve, double by) {
    sim::Mixture raised{curve.value() + by, 0};
    for (const Term& term : terms_)
      raised.add(&curve == &images_ ? term.pages : term.bytes, term.rate);
    curve = std::move(raised);
  };
  raise(images_, images);
  raise(image_bytes_, images * bytes * compression_);
}

Instant WalFlow::reaches(Lsn lsn, Instant limit) const {
  if (limit <= base_) return never;
  const auto when = curve_.crossing(lsn.bytes, limit - base_);
  return when ? base_ + *when : never;
}

}  // namespace models
