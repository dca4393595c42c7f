#include "sim/crossing.hpp"

#include <algorithm>
#include <cmath>  // only sqrt, which IEEE rounds correctly everywhere
#include <limits>

#include "sim/check.hpp"
#include "sim/math.hpp"

namespace sim {
namespace {

constexpr double saturated = 38;  // 1 - e^-38 is 1 in a double

/// `rise` at `slope` per second from `at` on.
std::optional<Instant> reaches(Instant at, double rise, double slope) {
  if (rise <= 0) return at;
  if (!(slope > 0)) return std::nullopt;
  const Instant t = after(at, rise / slope);
  if (t == never) return std::nullopt;
  return t;
}

}  // namespace

std::optional<Instant> rises_to(const Piece& piece, double threshold) {
  return reaches(piece.at, threshold - piece.value, piece.slope);
}

std::optional<Instant> falls_to(const Piece& piece, double threshold) {
  return reaches(piece.at, piece.value - threshold, -piece.slope);
}

void Mixture::reset(double value, double slope) {
  check(slope >= 0, "a mixture never falls");
  value_ = value;
  slope_ = slope;
  total_ = slowest_rate_ = 0;
  start_ = {value, slope, 0};
  terms_.clear();
}

void Mixture::add(double amount, double rate) {
  check(amount >= 0 && rate > 0, "a mixture's terms have amount >= 0 and rate > 0");
  if (amount == 0) return;
  slowest_rate_ = terms_.empty() ? rate : std::min(slowest_rate_, rate);
  total_ += amount;
  start_.derivative += amount * rate;
  start_.curvature += amount * rate * rate;
  terms_.push_back({amount, rate});
}

double Mixture::operator()(double t) const {
  double sum = value_ + slope_ * t;
  for (const Term& term : terms_) {
    const double x = term.rate * t;
    sum += x > saturated ? term.amount : term.amount * one_minus_exp(x);
  }
  return sum;
}

Mixture::Local Mixture::local(double t) const {
  Local at{value_ + slope_ * t, slope_, 0};
  for (const Term& term : terms_) {
    const double x = term.rate * t;
    if (x > saturated) {
      at.value += term.amount;
      continue;
    }
    const double gone = one_minus_exp(x), rising = term.amount * term.rate * (1 - gone);
    at.value += term.amount * gone;
    at.derivative += rising;
    at.curvature += rising * term.rate;
  }
  return at;
}

std::optional<Duration> Mixture::crossing(double threshold, Duration limit) const {
  const double rise = threshold - value_;
  if (rise <= 0) return Duration{0};
  const double end = std::min(seconds(limit), 9.2e9);  // the clock ends after 292 years
  // The tangent at 0 lies above the curve, and every term gives at most its amount: no earlier than
  // that.
  double low = rise / start_.derivative;
  if (slope_ > 0) low = std::max(low, (rise - total_) / slope_);
  if (low > end * (1 + 1e-9)) return std::nullopt;
  double high = upper_bound(threshold);
  if (end < high) {
    high = end;
    if ((*this)(high) < threshold) return std::nullopt;
  }
  return std::min(from_seconds(solve(threshold, {std::min(low, high), high})), limit);
}

/// A time by which the threshold is reached; infinity when it never is.
double Mixture::upper_bound(double threshold) const {
  const double rise = threshold - value_;
  double bound = slope_ > 0 ? rise / slope_ : std::numeric_limits<double>::infinity();
  // Were every term as slow as the slowest: total (1 - e^(-rate t)) = rise.
  if (rise < total_) bound = std::min(bound, -log1p(-rise / total_) / slowest_rate_);
  return std::min(bound, saturating_step(start_, rise));
}

/// Time to rise by `need` from a point of the curve, were its derivative to fall at the same rate
/// for ever. The derivative is a sum of exponentials, whose own rate of fall only slows down, so
/// that this is never earlier than the curve's own time ahead and never later behind; infinity
/// where such a curve would not get there.
double Mixture::saturating_step(const Local& at, double need) {
  const double newton = need / at.derivative;
  const double bend = newton * (at.curvature / at.derivative);
  if (!(bend < 1)) return std::numeric_limits<double>::infinity();
  return bend == 0 ? newton : newton * (-log1p(-bend) / bend);
}

/// Both ends close in: the tangent from any point meets the threshold no later than the curve,
/// saturating_step ahead no earlier. It converges in a few steps near the threshold; where terms of
/// very different rates keep it from getting there, the bracket is halved, on a logarithmic scale
/// while it spans more than one factor of four.
double Mixture::solve(double threshold, Bracket bracket) const {
  auto [low, high] = bracket;
  double t = high;
  for (int i = 0; i < 200; ++i) {
    if (high - low <= 0.25e-9 || high - low <= 4e-16 * high) return high;
    const Local at = local(t);
    const double need = threshold - at.value;
    // As close as a quarter of a nanosecond (the tangent gives the rest), or as the sum can tell.
    if (std::abs(need) <= 0.25e-9 * at.derivative) return t + std::max(0.0, need / at.derivative);
    if (std::abs(need) <= 4e-16 * std::abs(at.value)) return t;
    (need > 0 ? low : high) = t;
    double next = high;
    if (at.derivative > 0) {
      low = std::max(low, std::min(t + need / at.derivative, high));
      next = t + saturating_step(at, need);
      if (need > 0) high = std::min(high, next);
      if (need < 0) low = std::max(low, std::min(next, high));
    }
    if (high > 4 * low)
      next = std::sqrt(low * high);
    else if (!(next >= low && next <= high && next != t))
      next = low + (high - low) / 2;
    t = next;
  }
  return high;
}

Duration straight_until(const Mixture& curve, Duration from, Duration length, double tolerance) {
  // A chord of width w strays from the curve by at most w^2 / 8 of the largest curvature, which is
  // at its start.
  const double curvature = curve.local(seconds(from)).curvature;
  const double square = 8 * tolerance / curvature;
  const double left = seconds(length - from);
  if (!(square < left * left)) return length;
  return std::min(length, from + std::max(Duration{1}, from_seconds(std::sqrt(square))));
}

}  // namespace sim
