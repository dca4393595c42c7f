#include "sim/math.hpp"

#include <cmath>  // only sqrt, which IEEE rounds correctly everywhere
#include <limits>

namespace sim {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double ln2_high = 0x1.62e42fef00000p-1;  // 33 bits: exact times any exponent
constexpr double ln2_low = 0x1.473de6af278edp-34;

/// x = 2^exponent * (1 + fraction), 1 + fraction in [sqrt(1/2), sqrt(2)).
struct Decomposed {
  double exponent, fraction;
};
Decomposed decompose(double x) {
  double extra = 0;
  if (x < 0x1p-1022) {  // subnormal
    x *= 0x1p54;
    extra = -54;
  }
  constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcdU;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto exponent = static_cast<std::int64_t>(bits - sqrt_half) >> 52;
  const double mantissa =
      std::bit_cast<double>(bits - (static_cast<std::uint64_t>(exponent) << 52));
  return {static_cast<double>(exponent) + extra, mantissa - 1};
}

/// f - log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)): with s = f / (2 + f), log(1 + f) = 2 atanh(s)
/// and 2 s = f - s f.
double log_deficit(double f) {
  const double s = f / (2 + f), z = s * s;
  double series = 2.0 / 23;
  for (const double coefficient : {2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11,
                                   2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3})
    series = series * z + coefficient;
  return s * (f - z * series);
}

}  // namespace

namespace detail {

double exp_at_the_edge(double x) {
  if (x != x) return x;
  if (x > 710) return infinity;
  if (x < -746) return 0;
  // Computed 2^256 further inside; the last multiplication over- or underflows as it should.
  const ScaledExp e = scaled_exp(x, x > 0 ? 256 : -256);
  return (e.scale + e.scale * e.rest) * (x > 0 ? 0x1p256 : 0x1p-256);
}

}  // namespace detail

double log(double x) {
  if (!(x > 0)) return x == 0 ? -infinity : nan;
  if (x == infinity) return x;
  const Decomposed d = decompose(x);
  return d.exponent * ln2_high + (d.fraction - (log_deficit(d.fraction) - d.exponent * ln2_low));
}

double log1p(double x) {
  if (!(x > -1)) return x == -1 ? -infinity : nan;
  if (x == infinity) return x;
  if (x > -0.29 && x < 0.41) return x - log_deficit(x);
  const double sum = 1 + x;
  const double lost = x > 1 ? 1 - (sum - x) : x - (sum - 1);  // what rounding 1 + x dropped
  return log(sum) + lost / sum;
}

double pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y || x < 0) return nan;
  if (x == 0 || x == infinity) return (x == 0) == (y > 0) ? 0 : infinity;
  // log(x) as two doubles: an error of one ulp there would be multiplied by y.
  const Decomposed d = decompose(x);
  const detail::TwoDoubles leading = detail::exact_sum(d.exponent * ln2_high, d.fraction);
  const double trailing = (d.exponent * ln2_low - log_deficit(d.fraction)) + leading.low;
  const detail::TwoDoubles logarithm = detail::exact_sum(leading.high, trailing);
  if (!(y * logarithm.high > -800)) return 0;
  if (!(y * logarithm.high < 800)) return infinity;
  const detail::TwoDoubles product = detail::exact_product(y, logarithm.high);
  const double result = exp(product.high);
  if (result == infinity) return result;
  return result + result * (product.low + y * logarithm.low);
}

namespace {

/// exp(-x^2 / 2) / sqrt(2 pi); x is split so that its square loses nothing.
double normal_density(double x) {
  const detail::TwoDoubles square = detail::exact_product(x, x);
  constexpr double one_over_sqrt_two_pi = 0x1.9884533d43651p-2;
  const double density = one_over_sqrt_two_pi * exp(-square.high / 2);
  return density - density * square.low / 2;
}

/// Share above x for x >= 1.25: the continued fraction 1/(x + 1/(x + 2/(x + 3/…))) of Mills' ratio.
double normal_upper_tail(double x) {
  double denominator = x;
  for (int term = 200; term >= 1; --term) denominator = x + term / denominator;
  return normal_density(x) / denominator;
}

/// Coefficients of AS 241, highest power first: quantile = numerator(r) / (denominator(r) * r + 1).
struct Rational {
  double numerator[8], denominator[7];
  double operator()(double r) const {
    double above = numerator[0], below = denominator[0];
    for (int i = 1; i < 8; ++i) above = above * r + numerator[i];
    for (int i = 1; i < 7; ++i) below = below * r + denominator[i];
    return above / (below * r + 1);
  }
};
constexpr Rational central{
    {2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
     4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
     1.3314166789178437745e+2, 3.3871328727963666080e+0},
    {5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4,
     2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2,
     4.2313330701600911252e+1}};
constexpr Rational tail{
    {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
     1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
     4.63033784615654529590e+0, 1.42343711074968357734e+0},
    {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
     1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
     2.05319162663775882187e+0}};
constexpr Rational far_tail{
    {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
     2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
     5.46378491116411436990e+0, 6.65790464350110377720e+0},
    {2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
     7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
     5.99832206555887937690e-1}};

}  // namespace

double normal_cdf(double x) {
  if (x != x) return x;
  if (x < -39) return 0;
  if (x > 9) return 1;
  if (x <= -1.25) return normal_upper_tail(-x);
  if (x >= 1.25) return 1 - normal_upper_tail(x);
  // 1/2 + density (x + x^3/3 + x^5/(3*5) + …)
  double term = x, sum = x;
  for (int odd = 3; odd < 81; odd += 2) {
    term *= x * x / odd;
    sum += term;
  }
  return 0.5 + normal_density(x) * sum;
}

double normal_quantile(double p) {
  if (!(p > 0 && p < 1)) return p == 0 ? -infinity : p == 1 ? infinity : nan;
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) return q * central(0.180625 - q * q);
  const double r = std::sqrt(-log(q < 0 ? p : 1 - p));
  const double quantile = r <= 5 ? tail(r - 1.6) : far_tail(r - 5);
  return q < 0 ? -quantile : quantile;
}

}  // namespace sim
