#pragma once

#include <array>

namespace models {

/// The length of something that differs from row to row, in bytes: its mean, its variance, its
/// extremes and the share of values in each residue class modulo 8. Alignment depends on the
/// residue only, so means of padded lengths are exact as long as the parts are independent of each
/// other.
struct Length {
  double mean = 0;
  double variance = 0;  // bytes²; padding enters as if independent
  double least = 0, most = 0;
  std::array<double, 8> residue{1, 0, 0, 0, 0, 0, 0, 0};  // adds up to 1

  constexpr Length() = default;
  /// Always `bytes` when that is whole; otherwise one of its two whole neighbours (bytes >= 0).
  Length(double bytes);  // NOLINT(google-explicit-constructor)

  /// Rounded up to a multiple of `alignment` (1, 2, 4 or 8).
  Length padded(int alignment) const;
  /// Mean of the length rounded up to 8 (MAXALIGN).
  double aligned8() const;
  /// Whether every value is the same.
  bool fixed() const { return least == most; }
};

/// Any whole number from low to high, both included, with the same probability.
Length uniform_length(double low, double high);

/// The sum of two independent lengths.
Length operator+(const Length& a, const Length& b);

/// `a` with probability 1 - share, `b` with probability share.
Length mixture(const Length& a, const Length& b, double share);

/// How many items go on an average page: items are appended until the next one does not fit.
///
///   fixed slot     floor(space / slot)
///   varying slot   sum over n of P(n slots <= space), the sum of n slots normal around n mu
///
/// Takes     space > 0 [bytes]; slot: an item rounded up to 8 and its line pointer of 4 [bytes]
/// Returns   items per page, at least 1
double items_per_page(double space, const Length& slot);

}  // namespace models
