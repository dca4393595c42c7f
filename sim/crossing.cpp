#include "sim/crossing.hpp"

#include <algorithm>
#include <cmath>  // only sqrt, which IEEE rounds correctly everywhere
#include <limits>

#include "sim/check.hpp"
#include "sim/math.hpp"

namespace sim {
namespace {

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
  terms_.clear();
}

void Mixture::add(double amount, double rate) {
  check(amount >= 0 && rate > 0, "a mixture's terms have amount >= 0 and rate > 0");
  if (amount == 0) return;
  slowest_rate_ = terms_.empty() ? rate : std::min(slowest_rate_, rate);
  total_ += amount;
  terms_.push_back({amount, rate});
}

double Mixture::operator()(double t) const {
  double sum = value_ + slope_ * t;
  for (const Term& term : terms_) sum += term.amount * one_minus_exp(term.rate * t);
  return sum;
}

double Mixture::derivative(double t) const {
  double sum = slope_;
  for (const Term& term : terms_) sum += term.amount * term.rate * exp(-term.rate * t);
  return sum;
}

double Mixture::curvature(double t) const {
  double sum = 0;
  for (const Term& term : terms_) sum += term.amount * term.rate * term.rate * exp(-term.rate * t);
  return sum;
}

std::optional<Duration> Mixture::crossing(double threshold, Duration limit) const {
  const double rise = threshold - value_;
  if (rise <= 0) return Duration{0};
  const double end = std::min(seconds(limit), 9.2e9);  // the clock ends after 292 years
  double high = upper_bound(threshold);
  if (end < high) {
    high = end;
    if ((*this)(high) < threshold) return std::nullopt;
  }
  // Every term gives at most its amount, and the tangent at 0 lies above the curve: it crosses no
  // earlier than that.
  double low = rise / derivative(0);
  if (slope_ > 0) low = std::max(low, (rise - total_) / slope_);
  return std::min(from_seconds(solve(threshold, {std::min(low, high), high})), limit);
}

/// A time by which the threshold is reached; infinity when it never is.
double Mixture::upper_bound(double threshold) const {
  const double rise = threshold - value_;
  double bound = slope_ > 0 ? rise / slope_ : std::numeric_limits<double>::infinity();
  // Were every term as slow as the slowest: total (1 - e^(-rate t)) = rise.
  if (rise < total_) bound = std::min(bound, -log1p(-rise / total_) / slowest_rate_);
  return bound;
}

/// Newton from below never overshoots on a concave curve, and the chord from below never falls
/// short: both ends close in. Where terms of very different rates make Newton crawl, the bracket is
/// halved instead.
double Mixture::solve(double threshold, Bracket bracket) const {
  auto [low, high] = bracket;
  double at_low = (*this)(low), at_high = (*this)(high);
  for (int i = 0; i < 200; ++i) {
    if (at_low >= threshold) return low;
    const double width = high - low;
    if (width <= 0.25e-9 || width <= 4e-16 * high) break;
    const double newton = low + (threshold - at_low) / derivative(low);
    const double chord = low + (threshold - at_low) * width / (at_high - at_low);
    if (newton > low && newton < high) {
      low = newton;
      at_low = (*this)(low);
    }
    if (chord > low && chord < high) {
      const double at_chord = (*this)(chord);
      if (at_chord >= threshold) {
        high = chord;
        at_high = at_chord;
      }
    }
    if (high - low < width / 2) continue;
    const double middle =
        low > 0 && high > 4 * low ? std::sqrt(low * high) : low + (high - low) / 2;
    const double at_middle = (*this)(middle);
    (at_middle >= threshold ? high : low) = middle;
    (at_middle >= threshold ? at_high : at_low) = at_middle;
  }
  return high;
}

Duration straight_until(const Mixture& curve, Duration from, Duration length, double tolerance) {
  // A chord of width w strays from the curve by at most w^2 / 8 of the largest curvature, which is
  // at its start.
  const double curvature = curve.curvature(seconds(from));
  const double square = 8 * tolerance / curvature;
  const double left = seconds(length - from);
  if (!(square < left * left)) return length;
  return std::min(length, from + std::max(Duration{1}, from_seconds(std::sqrt(square))));
}

}  // namespace sim
