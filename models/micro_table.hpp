#pragma once

#include <cstdint>
#include <vector>

#include "models/dice.hpp"
#include "models/update_curve.hpp"

namespace models {

/// A small heap whose pages are played row by row; the rules are UpdateCurve's.
class MicroTable {
 public:
  MicroTable(const UpdateCurve::Shape& shape, int pages);

  /// Places for rows, which x counts by.
  double places() const { return static_cast<double>(rows_.size()) * shape_.places_per_row; }

  void update_random_row();
  void vacuum();
  /// From now on versions that die stay, until release().
  void hold() { held_ = true; }
  void release();

  /// A statement that changes so many of the rows, page after page, from here to end_sweep(). What
  /// it replaces is dead for nobody before its end.
  void begin_sweep(double share);
  /// Goes on until the statement has changed so many rows per row of the table.
  void sweep_until(double x);
  void end_sweep();
  /// All of it at once.
  void sweep(double share);

  /// Counts so far, per row; page_free averaged over the updates since the last call.
  UpdateCurve::Point take(double x);
  /// The same for what happens from now on.
  void forget_counts();

 private:
  /// How the newest version of a row is reached from its root line pointer.
  enum class Chain : std::uint8_t {
    direct,              // the version is its own root
    root_pending,        // heap-only; the root's body is dead but not pruned yet
    redirected,          // heap-only behind a redirect
    redirected_pending,  // the same, with dead members not pruned yet
  };
  struct Row {
    std::uint32_t page;
    Chain chain = Chain::direct;
    bool deleted = false;
  };
  /// Versions on a page that no snapshot sees any more.
  struct Dead {
    int bodies = 0;
    int roots = 0;       // of them: roots of chains without a live member, stubs after pruning
    int heap_only = 0;   // of them: members whose pointers become reusable
    int bare_roots = 0;  // redirects whose chain died: stubs after pruning, no body left
    std::vector<std::uint32_t> pending;  // rows whose chain has dead members here
    bool any() const { return bodies + bare_roots > 0; }
  };
  struct Page {
    double free = 0;
    double noted_free = 0;      // in the free space map
    bool full = false;          // PD_PAGE_FULL
    bool changed = false;       // since the last VACUUM
    int pointers = 0;           // of any kind
    int reusable_pointers = 0;  // LP_UNUSED
    int stubs = 0;              // LP_DEAD
    Dead removable, kept;
    /// For the body of another version: none when the page has all line pointers it may have.
    double room() const;
  };
  struct Pruned {
    int redirected = 0, dead = 0, unused = 0, removed = 0;
  };

  /// A statement on its way through the pages.
  struct Sweep {
    bool on = false;
    std::vector<std::uint32_t> rows;  // those that it changes, in the order of their pages
    std::size_t next = 0;
    std::uint32_t page = 0;  // of the row before
  };

  void change(std::uint32_t id, double hot_share);
  std::uint32_t living_row();
  void delete_random_row();
  void read_random_row();
  void make_removable();
  Pruned prune(Page& page, std::uint32_t number);
  bool prune_if_due(Page& page, std::uint32_t number);
  void take_pointer(Page& page);
  void update_on_page(std::uint32_t id, Page& page, double hot_share);
  void end_chain(const Row& row, Page& page);
  void move_away(std::uint32_t id);
  bool fits_moved(const Page& page) const;
  void find_target();
  Dead& dying(Page& page) const { return held_ || sweep_.on ? page.kept : page.removable; }
  void look_for_work(UpdateCurve::Point& point) const;

  UpdateCurve::Shape shape_;
  double body_, reserve_;
  std::vector<Page> pages_;
  std::vector<Row> rows_;
  std::uint32_t target_ = 0, next_noted_ = 0;
  int noted_pages_ = 0;  // whose noted free space may hold a version
  bool held_ = false;
  Sweep sweep_;
  Dice dice_;
  UpdateCurve::Point counts_;
  double updates_ = 0, taken_ = 0, deletes_due_ = 0, reads_due_ = 0;
  std::size_t living_ = 0;
};

}  // namespace models
