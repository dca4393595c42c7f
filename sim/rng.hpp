#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sim {

/// FNV-1a, 64 bit: the same number for a name in every build and on every machine.
constexpr std::uint64_t stable_hash(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

/// A lognormal-like spread through three quantiles: lognormal below and above the median, each side
/// with its own width. All three above 0, in ascending order.
struct TwoPieceLognormal {
  double p10, p50, p90;
};

/// A random stream: Philox4x64-10 (Random123) with key (seed, replicate) and counter (draw, entity,
/// purpose), so that streams never overlap and no draw depends on any other stream. Every draw
/// takes exactly one number of the stream and turns it by inversion, so that two variants of a
/// model stay aligned (common random numbers) and a larger number never gives a smaller value.
/// Bit-identical on every x86-64 machine. Source    Salmon et al., "Parallel random numbers: as
/// easy as 1, 2, 3", SC 2011
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : Rng{seed, 0, 0, 0} {}
  Rng(std::uint64_t seed, std::uint64_t replicate, std::uint64_t entity, std::uint64_t purpose)
      : seed_{seed}, replicate_{replicate}, entity_{entity}, purpose_{purpose} {}

  /// The next 64 random bits.
  std::uint64_t bits() {
    const auto lane = static_cast<unsigned>(drawn_ & 3U);
    if (lane == 0) refill();
    ++drawn_;
    return block_[lane];
  }

  /// In [0, 1), all multiples of 2^-53.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// A whole number from low to high, both included.
  std::int64_t between(std::int64_t low, std::int64_t high);

  double exponential(double mean);
  double normal();
  double lognormal(const TwoPieceLognormal& spread);

 private:
  void refill();

  std::uint64_t seed_, replicate_, entity_, purpose_;
  std::uint64_t drawn_ = 0;
  std::array<std::uint64_t, 4> block_{};
};

/// The streams of one replicate, by name: streams.named("media-prod/checkpoint_phase"). `purpose`
/// tells apart several streams of one entity.
struct Streams {
  std::uint64_t seed = 0, replicate = 0;

  Rng named(std::string_view entity, std::uint64_t purpose = 0) const {
    return Rng{seed, replicate, stable_hash(entity), purpose};
  }
};

/// Value at z standard deviations of the normal variable behind the spread; z = 0 gives the median.
double two_piece_lognormal(const TwoPieceLognormal& spread, double z);

}  // namespace sim
