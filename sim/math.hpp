#pragma once

#include <array>
#include <bit>
#include <cstdint>

/// Elementary functions that give the same bits on every x86-64 machine, because they are made of +
/// - * / sqrt and integer operations only; libm's last digit differs between systems. Errors stay
/// near 1 ulp (tests/sim/math_test.cpp). Special values follow C: NaN in, NaN out; overflow gives
/// infinity, underflow 0.
namespace sim {

namespace detail {

/// 2^(i/128) as an exact-to-the-bit leading part and a relative correction: value * (1 +
/// correction).
struct PowerOfTwo {
  double value = 1, correction = 0;
};

/// Exact product a * b as a sum of two doubles (Dekker), for compile-time tables and pow.
struct TwoDoubles {
  double high = 0, low = 0;
};
constexpr TwoDoubles exact_product(double a, double b) {
  constexpr double split = 134217729.0;  // 2^27 + 1
  const double a1 = split * a - (split * a - a), a2 = a - a1;
  const double b1 = split * b - (split * b - b), b2 = b - b1;
  const double product = a * b;
  return {product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}
constexpr TwoDoubles exact_sum(double a, double b) {
  const double sum = a + b, b_part = sum - a;
  return {sum, (a - (sum - b_part)) + (b - b_part)};
}

constexpr std::array<PowerOfTwo, 128> powers_of_two() {
  // 2^(1/2), 2^(1/4) … 2^(1/128), each as the sum of two doubles.
  constexpr TwoDoubles root[7] = {{0x1.6a09e667f3bcdp+0, -0x1.bdd3413b26456p-54},
                                  {0x1.306fe0a31b715p+0, 0x1.6f46ad23182e4p-55},
                                  {0x1.172b83c7d517bp+0, -0x1.19041b9d78a76p-55},
                                  {0x1.0b5586cf9890fp+0, 0x1.8a62e4adc610bp-54},
                                  {0x1.059b0d3158574p+0, 0x1.d73e2a475b465p-55},
                                  {0x1.02c9a3e778061p+0, -0x1.19083535b085dp-56},
                                  {0x1.0163da9fb3335p+0, 0x1.b61299ab8cdb7p-54}};
  std::array<PowerOfTwo, 128> table{};
  for (unsigned i = 0; i < 128; ++i) {
    TwoDoubles power{1, 0};
    for (unsigned bit = 0; bit < 7; ++bit) {
      if ((i >> (6 - bit) & 1U) == 0) continue;
      const TwoDoubles exact = exact_product(power.high, root[bit].high);
      power = exact_sum(exact.high,
                        exact.low + (power.high * root[bit].low + power.low * root[bit].high));
    }
    table[i] = {power.high, power.low / power.high};
  }
  return table;
}
inline constexpr std::array<PowerOfTwo, 128> power_of_two = powers_of_two();

/// e^x = 2^shrink * scale * (1 + rest), |rest| < 0.003; the scale must be a normal number.
struct ScaledExp {
  double scale, rest;
};
inline ScaledExp scaled_exp(double x, std::int64_t shrink = 0) {
  // x = n ln2/128 + r with |r| <= ln2/256; adding 1.5 * 2^52 rounds to an integer and leaves it in
  // the low bits.
  constexpr double shift = 0x1.8p52;
  const double shifted = x * 0x1.71547652b82fep+7 + shift;
  const auto n = std::bit_cast<std::int64_t>(shifted);
  const double whole = shifted - shift;
  const double r = (x - whole * 0x1.62e42fef00000p-8) - whole * 0x1.473de6af278edp-41;
  const PowerOfTwo& power = power_of_two[static_cast<std::size_t>(n & 127)];
  const auto exponent = static_cast<std::uint64_t>((n >> 7) - shrink);
  const double scale =
      std::bit_cast<double>(std::bit_cast<std::uint64_t>(power.value) + (exponent << 52));
  const double r2 = r * r;
  const double taylor = r + r2 * (1.0 / 2 + r * (1.0 / 6)) + r2 * r2 * (1.0 / 24 + r * (1.0 / 120));
  return {scale, power.correction + taylor};
}

double exp_at_the_edge(double x);  // |x| >= 708 or NaN

}  // namespace detail

/// e^x.
inline double exp(double x) {
  if (!(x > -708 && x < 708)) [[unlikely]]
    return detail::exp_at_the_edge(x);
  const detail::ScaledExp e = detail::scaled_exp(x);
  return e.scale + e.scale * e.rest;
}

/// e^x - 1, accurate near 0 too.
inline double expm1(double x) {
  if (!(x > -708 && x < 708)) [[unlikely]]
    return detail::exp_at_the_edge(x) - 1;
  const detail::ScaledExp e = detail::scaled_exp(x);
  return (e.scale - 1) + e.scale * e.rest;
}

/// 1 - e^(-x), accurate near 0 too: the share of something that decays at rate k which is gone when
/// x = k t.
inline double one_minus_exp(double x) { return -expm1(-x); }

/// Natural logarithm; log(0) = -infinity, NaN below 0.
double log(double x);

/// log(1 + x), accurate near 0 too.
double log1p(double x);

/// x^y for x >= 0; a negative x gives NaN. pow(x, 0) = 1.
double pow(double x, double y);

/// Share of a standard normal variable below x, relatively accurate (40 ulp) deep into the lower
/// tail too.
double normal_cdf(double x);

/// Standard normal quantile of p in (0, 1); +-infinity at the ends, NaN outside.
/// Source    Wichura, "Algorithm AS 241: The percentage points of the normal distribution", PPND16
double normal_quantile(double p);

}  // namespace sim
