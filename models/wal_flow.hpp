#pragma once

#include <vector>

#include "models/load.hpp"
#include "models/lsn.hpp"
#include "models/settings.hpp"
#include "sim/crossing.hpp"

namespace models {

/// The WAL of one node as a curve: record bytes at a constant rate plus the images of pages that
/// are touched for the first time since the redo point, whose number saturates exponentially in
/// every class of pages.
///
///   lsn(t) = lsn0 + c (W t + sum over classes of u N image (1 - exp(-t rate / N))),
///
/// u the share of the class's N pages not imaged yet at the base time, c = 8192/8168 for the page
/// headers of WAL. Source    xloginsert.c, XLogRecordAssemble(): an image when page LSN <=
/// RedoRecPtr
///
/// A statement that goes through a relation from page to page is a cursor: it logs what is still
/// un-imaged ahead of it, once, and leaves it imaged behind. At p passes per second and touches at
/// random of l per page and second, with a the share not imaged ahead of the cursor,
///
///   u(t) = exp(-l t) (u - p h a t),  a(t) = a exp(-l t),
///
/// h = 1 - exp(-touches per page and pass): pages that the statement changes at all.
class WalFlow {
 public:
  WalFlow(const Load& load, int node, const Settings& settings, Bytes wal_segment_size);

  /// Where the WAL starts; before anything else.
  void start_at(Lsn lsn) {
    curve_.reset(lsn.bytes, 0);
    cached_at_ = never;
  }

  /// A redo point: every page counts as not imaged again, and relations have their sizes of now.
  /// set_rates() follows.
  void start_cycle(Instant now, const std::vector<double>& relation_pages);

  /// A redo point under the rates and, near enough, the sizes of the one before: a small part of
  /// the work.
  void repeat_cycle(Instant now);

  /// Rates for the time from `now` on. `drivers` by Load::drivers; `fills` by RelationLoad::fill.
  void set_rates(Instant now, const std::vector<double>& drivers,
                 const std::vector<PageFill>& fills);

  /// More or less WAL than the records say: the model's known error.
  void scale(double factor) { framing_ *= factor; }

  /// Size of an image under wal_compression relative to the plain one, other than the method's
  /// median; at most 1, for what does not become smaller is logged as it is. Nothing changes while
  /// wal_compression is off.
  /// Source  xloginsert.c, XLogCompressBackupBlock()
  void compress_images(double ratio);

  /// Data checksums or wal_log_hints: hint bits log images. Pruning sets the hint bits of a page's
  /// rows first, so an image that its PRUNE would carry is a record of its own, FPI_FOR_HINT.
  /// Source    bufmgr.c, MarkBufferDirtyHint(); xloginsert.c, XLogSaveBufferForHint()
  void log_hints(bool on) { log_hints_ = on; }

  /// Pages of a relation that VACUUM is about to change and that have no image yet since the redo
  /// point.
  /// Takes  changes: rows per page since the last VACUUM, spread like the touches; apart: the
  ///        changes did not touch the page themselves (index entries of rows that died elsewhere)
  double unswept(Instant now, int relation, double changes, bool apart) const;
  /// Logs the images of a portion (0..1) of these pages. set_rates() follows.
  void sweep(Instant now, int relation, double changes, bool apart, double portion,
             const std::vector<PageFill>& fills);

  /// A relation has new files of so many pages: none of them wants an image before the next redo
  /// point. set_rates() follows.
  void renew(Instant now, int relation, double pages);

  /// Adds WAL at once: checkpoint records.
  void add(double aligned_bytes, double records);

  /// Images at once, of `bytes` each, the record that carries them not counted.
  void add_images(double images, double bytes);

  /// Positions and rates from the last event on. The position at one instant is asked for again and
  /// again.
  Lsn lsn(Instant t) const {
    if (t != cached_at_) {
      cached_ = curve_(seconds(t - base_));
      cached_at_ = t;
    }
    return {cached_};
  }
  double rate(Instant t) const { return curve_.derivative(seconds(t - base_)); }
  double images(Instant t) const { return images_(seconds(t - base_)); }
  double image_bytes(Instant t) const { return image_bytes_(seconds(t - base_)); }
  double records(Instant t) const {
    return records_ + records_rate_ * seconds(t - base_) + hint_records_(seconds(t - base_));
  }
  /// When the insert position reaches `lsn`, if that happens before `limit` and while rates stay as
  /// they are.
  Instant reaches(Lsn lsn, Instant limit) const;
  bool idle() const { return idle_; }

  const sim::Mixture& curve() const { return curve_; }
  Instant base() const { return base_; }

 private:
  struct Class {
    int relation;
    double share;     // of the relation's pages
    double absolute;  // pages beyond the share
    double metapage;  // pages that are never touched: 1 of an index
    double image;
    double replaced;
    int fill;  // image follows this page fill; -1 = constant
    std::vector<Contribution> touches, swept, passes;
    double pages = 0;     // at the redo point
    double unimaged = 1;  // share of them
    double ahead = 1;     // the same of those that a cursor has not come to
    double rate = 0;      // touches per second
    double cursor = 0;    // share of the pages that a cursor changes per second
  };
  struct Term {
    double rate, pages, bytes;
    double records = 0;  // of their own
  };

  void settle(Instant now);
  static void set_class_rates(Class& c, const std::vector<double>& drivers);
  /// Shares not imaged yet: of a class's pages, and of those that a cursor has not come to.
  struct Unimaged {
    double all = 1, ahead = 1;
  };
  Unimaged unimaged(const Class& c, Instant now) const;
  double mean_density(int relation) const;
  double swept_share(const Class& c, double mean, double changes, bool apart, Instant now) const;
  void move_base(Instant now);
  void merge_similar_terms();
  static void join(Term& into, const Term& term);
  void join_straight_terms();
  void join_nearest_terms(std::size_t most);
  void add_terms();

  std::vector<Class> classes_;
  std::vector<Contribution> wal_rates_, record_rates_;
  double framing_ = 1;  // LSN distance per aligned record byte
  bool images_on_ = true, log_hints_ = false;
  double longest_cycle_ = 300;  // seconds: checkpoint_timeout
  bool compresses_ = false;
  double compression_ = 1;
  Instant base_;
  sim::Mixture curve_, images_, image_bytes_, hint_records_;
  double records_ = 0, records_rate_ = 0;
  bool idle_ = true;
  std::vector<Term> terms_, fresh_terms_;  // of now; of a cycle's start under the present rates
  std::vector<double> costs_, ranked_;     // of joining neighbours, as they stand and in order
  bool fresh_ = false;                     // no page has been imaged at base_: shares are all 1
  mutable Instant cached_at_ = never;
  mutable double cached_ = 0;
};

/// Size of a compressed image relative to the plain one. Source: mixed business rows on PostgreSQL
/// 15, whole images: pglz 4655, lz4 4654, zstd 3022 of 8113 bytes.
double compression_ratio(WalCompression method);

}  // namespace models
