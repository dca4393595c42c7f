#pragma once

#include <cstdint>
#include <vector>

namespace models {

class MicroTable;

/// What single-row updates at random do to freshly loaded heap pages, as cumulative counts per row
/// against x = updates per row so far, or per place for a row on a page that holds few. HOT or not,
/// same page or not, and when pruning happens follow from the bytes left on each page, so they are
/// played on a small table of the same geometry, row by row, with PostgreSQL's own rules:
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
/// What came before (VACUUMs, a horizon that was held) is part of the shape; within one curve no
/// VACUUM runs and the horizon either follows at once or does not move:
///
///   - VACUUM      prunes every page, makes LP_DEAD stubs reusable and notes each page's free
///   space; without stubs
///                 on 2 % of the pages they stay                       vacuumlazy.c, lazy_vacuum()
///   - after it    a version that does not fit on its page goes to the next page whose noted free
///   space holds it,
///                 in steps of 32 bytes; the table grows when there is none      freespace.c
///   - held        versions that die from then on are not removable
///   - bulk UPDATE one statement goes through the pages in order: it prunes a page once, when it
///   comes to it, and what
///                 it replaces itself is dead for nobody before it commits; new versions that find
///                 no room on their page go where moved rows go     heapgetpage(), heapam.c
///   - pointers    a page has at most 291: without a reusable one it takes no more versions
///                                                               PageGetHeapFreeSpace(), bufpage.c
///
/// Holds     with snapshots that are either held or much shorter than the time between updates of
/// one page
class UpdateCurve {
 public:
  /// After so many VACUUMs the heap has found its size.
  static constexpr int settled_cycles = 5;
  /// So many bulk UPDATEs without a VACUUM stand for any number.
  static constexpr int most_sweeps = 4;
  /// The past of a table, in updates per row.
  struct Past {
    double held_before = 0;  // the horizon was held so long, then released, then VACUUM ran
    double cycle = 0;        // between two VACUUMs
    int vacuums = 0;         // of such cycles so far; settled_cycles stands for any number
    double before = 0;       // since the last VACUUM when the horizon began to be held
    double held = 0;         // the horizon is held: since so long when released, 0 = from x = 0 on
    enum class Horizon { moves, held, released } horizon = Horizon::moves;
    double sweep = 0;         // share of the rows that bulk UPDATEs change
    int swept_before = 0;     // bulk UPDATEs before the VACUUM that the cycles followed
    int sweeps = 0;           // since the last VACUUM; most_sweeps stands for any number
    int held_sweeps = 0;      // of them, while the horizon is held
    double before_sweep = 0;  // single updates between them
    bool sweeping = false;    // one more runs from x = 0 on

    auto operator<=>(const Past&) const = default;
    bool fresh() const { return *this == Past{}; }
    /// Whether the heap has found its size.
    bool settled() const {
      return horizon == Horizon::moves && vacuums >= settled_cycles && sweeps == 0 && !sweeping;
    }
    /// A bulk UPDATE of a share of the rows begins after x single updates per row, or ends.
    void begin_sweep(double x, double share);
    void end_sweep();
    /// A VACUUM has ended, x after what came last.
    void vacuum(double x);
    /// Rounded, so that few curves are played: lengths to steps of a fourth of an octave.
    Past rounded() const;
    /// The same for pages that see `density` times the mean share of the updates.
    Past on_pages(double density) const;
  };

  struct Shape {
    int t_len = 0;           // bytes of the new version, before alignment
    int rows_per_page = 0;   // at the start
    int places_per_row = 1;  // of a table on one page that its rows leave mostly empty
    int fillfactor = 100;
    double page_free = 0;        // bytes between pd_lower and pd_upper of a loaded page
    double hot_share = 1;        // share of the updates that change no indexed column, 0..1
    double sweep_hot_share = 1;  // of those of bulk UPDATEs
    double deletes = 0;          // rows deleted anywhere per update
    double reads = 0;            // look-ups of rows anywhere per update: they prune as well
    bool prunable = true;        // false: a snapshot held elsewhere keeps every version
    Past past = {};
    bool operator==(const Shape&) const = default;
  };

  /// Cumulative, per place for a row of the table, at x updates per place.
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
    // Not cumulative either: what a VACUUM would find, pages and line pointers per row.
    double changed_pages = 0;                            // changed since the last VACUUM
    double prune_pages = 0;                              // with removable versions …
    double to_redirect = 0, to_dead = 0, to_unused = 0;  // … which become these
    double stub_pages = 0, stubs = 0;                    // LP_DEAD, those of to_dead included
  };

  explicit UpdateCurve(const Shape& shape);

  /// Linear between the recorded points, extended with the last slope.
  Point at(double x) const;
  /// The x of the recorded points: where the slopes change.
  const std::vector<Point>& points() const { return points_; }

 private:
  void play(const Shape& shape, double from, double to, int pages, int samples);
  void play_after(const Shape& shape);
  void go_on_in_rounds(const Shape& shape);
  void play_sweep(MicroTable& table, double share);

  std::vector<Point> points_;
};

}  // namespace models
