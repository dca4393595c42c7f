#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/check.hpp"
#include "sim/units.hpp"

namespace sim {

/// Names a timer of one Timers object; `index` counts up from 0 and suits arrays beside the timers.
struct TimerId {
  std::uint32_t index = 0;

  friend constexpr bool operator==(TimerId, TimerId) = default;
};

/// The pending events of one simulation. A timer is registered once per event source and then
/// moved:
///
///   while (timers.next().at <= horizon) handle(timers.next());   // handle() sets or cancels the
///   timer that fired
///
/// Ties fire in order of priority (0 first), then of index, whatever the order in which they were
/// set.
///
/// A winner tree: every inner node holds the earlier of its two children, so that moving a timer
/// replays one path from its leaf to the root, without a branch that depends on the times and
/// without allocating. The key is the time and the priority in one word; among equal keys the left
/// child wins, which is the order of the indexes.
class Timers {
 public:
  static constexpr std::uint32_t priorities = 8;
  /// 73 years; a later instant counts as never.
  static constexpr Instant latest{Duration{(std::int64_t{1} << 61) - 2}};

  struct Next {
    TimerId id;
    Instant at = never;  // never: no timer is set
  };

  /// A new timer, not set; takes the index that was removed last, else the next higher one.
  TimerId add(std::uint32_t priority = 0);
  /// Gives up a timer of a transient source; its index is used again by a later add().
  void remove(TimerId id);

  /// Moves the timer to `at`, from wherever it was.
  void set(TimerId id, Instant at) {
    check(id.index < rank_.size(), "unknown timer");
    check(at.since_start >= Duration::zero(), "a timer is set before the start");
    replay(id.index, at > latest ? not_set : key(at, rank_[id.index]));
  }
  void cancel(TimerId id) {
    check(id.index < rank_.size(), "unknown timer");
    replay(id.index, not_set);
  }

  /// The earliest timer; stays so until it is moved or cancelled.
  Next next() const { return {TimerId{ids_[root]}, instant(keys_[root])}; }

  /// When the timer fires; never when it is not set.
  Instant at(TimerId id) const { return instant(keys_[leaves_ + id.index]); }
  bool is_set(TimerId id) const { return keys_[leaves_ + id.index] != not_set; }

  std::size_t size() const { return rank_.size() - free_.size(); }

 private:
  using Key = std::uint64_t;
  static constexpr Key not_set = ~Key{0};
  static constexpr std::size_t root = 1;

  // rank = priority + 1: a key is never 0, so that one less than a key is still comparable.
  static Key key(Instant at, std::uint32_t rank) {
    return static_cast<Key>(at.since_start.count()) * priorities + rank;
  }
  static Instant instant(Key key) {
    if (key == not_set) return never;
    return Instant{Duration{static_cast<std::int64_t>((key - 1) / priorities)}};
  }

  void replay(std::uint32_t id, Key key);
  void grow();

  // Node 1 is the root, 2n and 2n + 1 are the children of n, the leaves start at leaves_.
  std::size_t leaves_ = 2;
  std::vector<Key> keys_ = std::vector<Key>(4, not_set);  // earliest key below each node
  std::vector<std::uint32_t> ids_ = {0, 0, 0, 1};         // and whose it is
  std::vector<std::uint8_t> rank_;                        // priority + 1 by index
  std::vector<std::uint32_t> free_;
};

inline void Timers::replay(std::uint32_t id, Key key) {
  std::size_t node = leaves_ + id;
  Key* const keys = keys_.data();
  std::uint32_t* const ids = ids_.data();
  keys[node] = key;
  while (node != root) {
    const Key sibling = keys[node ^ 1];
    const std::uint32_t sibling_id = ids[node ^ 1];
    const Key bar = sibling - (node & 1);  // a left sibling (node is odd) wins ties
#if defined(__x86_64__)
    // g++ 12 makes a branch of the plain form below, mispredicted every other time: 50 ns instead
    // of 10 at 1 000 timers (bench/hold_model.cpp).
    asm("cmp %[key], %[bar]\n\t"
        "cmovb %[sibling], %[key]\n\t"
        "cmovb %[sibling_id], %[id]"
        : [key] "+r"(key), [id] "+r"(id)
        : [bar] "r"(bar), [sibling] "r"(sibling), [sibling_id] "r"(sibling_id)
        : "cc");
#else
    if (bar < key) {
      key = sibling;
      id = sibling_id;
    }
#endif
    node /= 2;
    keys[node] = key;
    ids[node] = id;
  }
}

inline TimerId Timers::add(std::uint32_t priority) {
  check(priority < priorities, "a timer's priority is 0 to 7");
  const auto rank = static_cast<std::uint8_t>(priority + 1);
  if (!free_.empty()) {
    const TimerId id{free_.back()};
    free_.pop_back();
    rank_[id.index] = rank;
    return id;
  }
  if (rank_.size() == leaves_) grow();
  rank_.push_back(rank);
  return TimerId{static_cast<std::uint32_t>(rank_.size() - 1)};
}

inline void Timers::remove(TimerId id) {
  cancel(id);
  free_.push_back(id.index);
}

inline void Timers::grow() {
  const std::vector<Key> before(keys_.begin() + static_cast<std::ptrdiff_t>(leaves_), keys_.end());
  leaves_ *= 2;
  keys_.assign(2 * leaves_, not_set);
  ids_.assign(2 * leaves_, 0);
  for (std::uint32_t i = 0; i < leaves_; ++i) ids_[leaves_ + i] = i;
  for (std::uint32_t i = 0; i < before.size(); ++i) replay(i, before[i]);
}

}  // namespace sim
