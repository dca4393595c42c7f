#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/trajectory.hpp"
#include "sim/units.hpp"

/// When a trajectory reaches a threshold: solved, never polled. Times round up to the next
/// nanosecond; whoever schedules one sets the quantity to its threshold there, so that no event
/// repeats at zero distance.
namespace sim {

/// First instant from piece.at on at which a line is at or above the threshold; nullopt when it
/// never is.
std::optional<Instant> rises_to(const Piece& piece, double threshold);

/// First instant from piece.at on at which a line is at or below the threshold; nullopt when it
/// never is.
std::optional<Instant> falls_to(const Piece& piece, double threshold);

/// A curve that rises ever more slowly:
///
///   f(t) = value + slope t + sum of amount_i (1 - e^(-rate_i t)),   t in seconds from its start
///
/// with slope >= 0, amount_i >= 0 and rate_i > 0 [1/s]: concave and never falling, which the
/// solvers rely on. Reuse an object (reset() keeps the memory) where it is built often.
class Mixture {
 public:
  explicit Mixture(double value = 0, double slope = 0) { reset(value, slope); }

  void reset(double value, double slope);

  /// Adds amount * (1 - e^(-rate t)); amount 0 is left out.
  void add(double amount, double rate);

  double value() const { return value_; }
  double slope() const { return slope_; }
  std::size_t terms() const { return terms_.size(); }

  double operator()(double t) const;
  double operator()(Duration d) const { return (*this)(seconds(d)); }

  /// Value, first derivative and minus the second, which is 0 or more and falls with t; costs as
  /// one evaluation.
  struct Local {
    double value = 0, derivative = 0, curvature = 0;
  };
  Local local(double t) const;
  double derivative(double t) const { return local(t).derivative; }

  /// Where the curve tends to when the slope is 0.
  double asymptote() const { return value_ + total_; }

  /// Time at which the curve first reaches the threshold (0 when it starts there), or nullopt when
  /// that does not happen within `limit`. A close limit is cheap: one evaluation tells that nothing
  /// happens before it.
  std::optional<Duration> crossing(double threshold, Duration limit = Duration::max()) const;

 private:
  struct Term {
    double amount, rate;
  };
  struct Bracket {
    double low, high;
  };
  double upper_bound(double threshold) const;
  static double saturating_step(const Local& at, double need);
  double solve(double threshold, Bracket bracket) const;

  double value_ = 0, slope_ = 0;
  Local start_;              // at t = 0
  double total_ = 0;         // sum of the amounts
  double slowest_rate_ = 0;  // smallest rate; 0 without terms
  std::vector<Term> terms_;
};

/// Chops a curve over [0, length] into straight pieces for observers: `emit(Piece)` once per piece,
/// in time order, the first at `at`. Pieces start on the curve and join; between them the line is
/// below the curve by less than 0.1 % of the curve's rise over the whole length. About 25 pieces
/// for one saturating term.
template <class Emit>
void split_linear(Instant at, const Mixture& curve, Duration length, Emit&& emit);

/// End of the longest straight piece from `from` on that stays within `tolerance` of the curve; at
/// most `length`.
Duration straight_until(const Mixture& curve, Duration from, Duration length, double tolerance);

template <class Emit>
void split_linear(Instant at, const Mixture& curve, Duration length, Emit&& emit) {
  if (length <= Duration::zero()) return;
  Duration from{0};
  double start = curve(from);
  const double tolerance = 0.9e-3 * (curve(length) - start);
  while (from < length) {
    const Duration to = straight_until(curve, from, length, tolerance);
    const double end = curve(to);
    emit(Piece{at + from, start, (end - start) / seconds(to - from)});
    from = to;
    start = end;
  }
}

}  // namespace sim
