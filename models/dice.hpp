#pragma once

#include <cstddef>
#include <cstdint>

namespace models {

/// Cheap random numbers for the small tables and indexes that are played once per shape:
/// xorshift64*, always the same ones, so that a curve depends on its shape only.
class Dice {
 public:
  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1DULL;
  }
  /// 0 … n - 1
  std::size_t below(std::size_t n) {
    return static_cast<std::size_t>((static_cast<Wide>(next()) * n) >> 64);
  }
  /// [0, 1)
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  __extension__ using Wide = unsigned __int128;
  std::uint64_t state_ = 0x9E3779B97F4A7C15ULL;
};

}  // namespace models
