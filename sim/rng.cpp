#include "sim/rng.hpp"

#include <Random123/philox.h>

#include "sim/check.hpp"
#include "sim/math.hpp"

namespace sim {

void Rng::refill() {
  const r123::Philox4x64 philox;
  const auto block = philox({{drawn_ >> 2, entity_, purpose_, 0}}, {{seed_, replicate_}});
  block_ = {block[0], block[1], block[2], block[3]};
}

std::int64_t Rng::between(std::int64_t low, std::int64_t high) {
  check(low <= high, "between() needs low <= high");
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  // Upper half of bits * (span + 1): monotone in the bits, uneven by less than span / 2^64.
  std::uint64_t offset = bits();
  if (span != UINT64_MAX) {
    std::uint64_t upper = 0;
    mulhilo64(offset, span + 1, &upper);
    offset = upper;
  }
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

double Rng::exponential(double mean) { return -mean * log(1 - uniform()); }

double Rng::normal() {
  // The middle of one of 2^52 equal intervals: never 0 or 1, and symmetric.
  return normal_quantile((static_cast<double>(bits() >> 12) + 0.5) * 0x1p-52);
}

double Rng::lognormal(const TwoPieceLognormal& spread) {
  return two_piece_lognormal(spread, normal());
}

double two_piece_lognormal(const TwoPieceLognormal& spread, double z) {
  check(spread.p10 > 0 && spread.p10 <= spread.p50 && spread.p50 <= spread.p90,
        "a lognormal needs 0 < p10 <= p50 <= p90");
  constexpr double z90 = 1.2815515655446004;  // normal quantile of 0.9
  const double ratio = z < 0 ? spread.p50 / spread.p10 : spread.p90 / spread.p50;
  return spread.p50 * exp(log(ratio) * (z / z90));
}

}  // namespace sim
