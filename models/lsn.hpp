#pragma once

#include <cmath>
#include <compare>

#include "sim/units.hpp"

namespace models {
using namespace sim::units;

/// A position in the WAL, in bytes. A double: exact to the byte up to 2^53 (8 PiB), and the fluid
/// moves in fractions.
struct Lsn {
  double bytes = 0;

  friend constexpr auto operator<=>(Lsn, Lsn) = default;
  friend constexpr double operator-(Lsn a, Lsn b) { return a.bytes - b.bytes; }  // bytes between
  friend constexpr Lsn operator+(Lsn a, double distance) { return {a.bytes + distance}; }
};

/// Number of the segment that holds a position; segment n covers [n, n + 1) * wal_segment_size.
inline double segment_of(Lsn lsn, double segment_size) {
  return std::floor(lsn.bytes / segment_size);
}

}  // namespace models
