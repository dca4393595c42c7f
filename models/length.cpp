#include "models/length.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "sim/check.hpp"
#include "sim/math.hpp"

namespace models {
namespace {

std::size_t modulo8(double whole) {
  return static_cast<std::size_t>(whole - 8 * std::floor(whole / 8));
}

int padding(std::size_t residue, int alignment) {
  return (alignment - static_cast<int>(residue) % alignment) % alignment;
}

}  // namespace

Length::Length(double bytes) : mean{bytes} {
  sim::check(bytes >= 0 && bytes < 1e15, "a length in bytes");
  const double below = std::floor(bytes), share = bytes - below;
  least = below;
  most = share > 0 ? below + 1 : below;
  variance = share * (1 - share);
  residue = {};
  residue[modulo8(below)] += 1 - share;
  if (share > 0) residue[modulo8(below + 1)] += share;
}

Length uniform_length(double low, double high) {
  const double count = high - low + 1;
  Length length(low);
  length.mean = (low + high) / 2;
  length.variance = (count * count - 1) / 12;
  length.most = high;
  const double whole = std::floor(count / 8), rest = count - 8 * whole;
  for (std::size_t r = 0; r < 8; ++r) {
    const auto place = static_cast<double>((r + 8 - modulo8(low)) % 8);  // 0: the residue of low
    length.residue[r] = (whole + (place < rest ? 1 : 0)) / count;
  }
  return length;
}

Length Length::padded(int alignment) const {
  Length result;
  result.residue = {};
  double pad_mean = 0, pad_square = 0;
  for (std::size_t r = 0; r < 8; ++r) {
    const int pad = padding(r, alignment);
    pad_mean += residue[r] * pad;
    pad_square += residue[r] * pad * pad;
    result.residue[(r + static_cast<std::size_t>(pad)) % 8] += residue[r];
  }
  const auto up = [&](double bytes) { return alignment * std::ceil(bytes / alignment); };
  result.least = up(least);
  result.most = up(most);
  result.mean = result.fixed() ? result.least : mean + pad_mean;
  result.variance = result.fixed() ? 0 : variance + std::max(0.0, pad_square - pad_mean * pad_mean);
  return result;
}

double Length::aligned8() const { return padded(8).mean; }

Length operator+(const Length& a, const Length& b) {
  Length sum;
  sum.mean = a.mean + b.mean;
  sum.variance = a.variance + b.variance;
  sum.least = a.least + b.least;
  sum.most = a.most + b.most;
  sum.residue = {};
  for (std::size_t i = 0; i < 8; ++i) {
    if (a.residue[i] == 0) continue;
    for (std::size_t j = 0; j < 8; ++j) sum.residue[(i + j) % 8] += a.residue[i] * b.residue[j];
  }
  return sum;
}

Length mixture(const Length& a, const Length& b, double share) {
  if (share <= 0) return a;
  if (share >= 1 || (a.fixed() && b.fixed() && a.least == b.least)) return b;
  Length mixed;
  mixed.mean = (1 - share) * a.mean + share * b.mean;
  mixed.least = std::min(a.least, b.least);
  mixed.most = std::max(a.most, b.most);
  const double apart = b.mean - a.mean;
  mixed.variance =
      (1 - share) * a.variance + share * b.variance + share * (1 - share) * apart * apart;
  for (std::size_t i = 0; i < 8; ++i)
    mixed.residue[i] = (1 - share) * a.residue[i] + share * b.residue[i];
  return mixed;
}

double items_per_page(double space, const Length& slot) {
  const double mu = slot.mean, whole = std::floor(space / mu);
  if (slot.fixed()) return std::max(1.0, whole);
  constexpr double lattice = 4, certain = 6;
  const double sigma = std::sqrt(slot.variance);
  const auto deviations = [&](double n) {
    return (space + lattice / 2 - n * mu) / (sigma * std::sqrt(n));
  };
  double items = std::max(0.0, whole);
  for (double n = whole; n >= 1 && deviations(n) < certain; --n)
    items -= 1 - sim::normal_cdf(deviations(n));
  for (double n = std::max(1.0, whole + 1); deviations(n) > -certain; ++n)
    items += sim::normal_cdf(deviations(n));
  return std::max(1.0, items);
}

}  // namespace models
