#pragma once

#include <cstdint>
#include <vector>

namespace models {

/// What single-row updates at random do to freshly loaded heap pages, as cumulative counts per row
/// against x = updates per row so far. HOT or not, same page or not, and when pruning happens
/// follow from the bytes left on each page, so they are played on a small table of the same
/// geometry, row by row, with PostgreSQL's own rules:
///
///   - look-up     prunes the page when it holds prunable versions and is marked full or has less
///   free space than
///                 max(fillfactor reserve, 819 bytes)                  heap_page_prune_opt(),
///                 pruneheap.c
///   - same page   when A8(t_len) <= free - 4; HOT when no indexed column changed   heap_update(),
///   heapam.c
///   - else        the page is marked full and the version goes to the tail page, filled in order
///   up to the
///                 fillfactor RelationGetBufferForTuple(), hio.c
///   - prune       a dead chain member's body is freed; roots of live chains become redirects,
///   roots of dead chains
///                 4-byte LP_DEAD stubs, pointers of heap-only members become reusable
///
/// Holds     while no VACUUM runs, with snapshots much shorter than the time between updates of one
/// page
class UpdateCurve {
 public:
  struct Shape {
    int t_len = 0;          // bytes of the new version, before alignment
    int rows_per_page = 0;  // at the start
    int fillfactor = 100;
    double page_free = 0;  // bytes between pd_lower and pd_upper of a loaded page
    double hot_share = 1;  // share of the updates that change no indexed column, 0..1
    bool prunable = true;  // false: a snapshot held elsewhere keeps every version
    bool operator==(const Shape&) const = default;
  };

  /// Cumulative, per row of the table, at x updates per row.
  struct Point {
    double x = 0;
    double hot = 0;                               // HOT updates
    double same_page = 0;                         // not HOT, but on the same page
    double other_page = 0;                        // moved to another page
    double new_pages = 0;                         // pages added at the tail
    double prunes = 0;                            // PRUNE records
    double redirected = 0, dead = 0, unused = 0;  // line pointers in them
    double removed = 0;                           // what pruning took off n_dead_tup
    double page_free =
        0;  // not cumulative: mean free bytes of the old version's page in its first record of the
            // visit, which carries an image: after pruning, or else after the update
  };

  explicit UpdateCurve(const Shape& shape);

  /// Linear between the recorded points, extended with the last slope.
  Point at(double x) const;
  /// The x of the recorded points: where the slopes change.
  const std::vector<Point>& points() const { return points_; }

 private:
  void play(const Shape& shape, double from, double to, int pages, int samples);

  std::vector<Point> points_;
};

}  // namespace models
