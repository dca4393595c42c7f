#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

/// Time, bytes and byte rates as types, so that a formula that mixes them up does not compile.
namespace sim {
namespace units {

using namespace std::chrono_literals;

using Duration = std::chrono::nanoseconds;  // int64: exact sums, exact ties, 292 years

/// Simulated time: nanoseconds since the start of the run.
struct Instant {
  Duration since_start{0};

  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant t, Duration d) { return {t.since_start + d}; }
  friend constexpr Instant operator-(Instant t, Duration d) { return {t.since_start - d}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return a.since_start - b.since_start; }
};
inline constexpr Instant never{Duration::max()};

/// A size in bytes; signed, because differences of sizes are sizes.
struct Bytes {
  std::int64_t count = 0;

  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return {a.count + b.count}; }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return {a.count - b.count}; }
  friend constexpr Bytes operator*(Bytes a, std::int64_t n) { return {a.count * n}; }
  friend constexpr Bytes operator*(std::int64_t n, Bytes a) { return {a.count * n}; }
  friend constexpr std::int64_t operator/(Bytes a, Bytes b) { return a.count / b.count; }
};

/// Bytes per second.
struct ByteRate {
  double per_second = 0;

  friend constexpr auto operator<=>(ByteRate, ByteRate) = default;
  friend constexpr ByteRate operator+(ByteRate a, ByteRate b) { return {a.per_second + b.per_second}; }
  friend constexpr ByteRate operator-(ByteRate a, ByteRate b) { return {a.per_second - b.per_second}; }
};

constexpr double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
constexpr double seconds(Instant t) { return seconds(t.since_start); }

/// Rounds up to the next nanosecond, so that a threshold is reached, not nearly reached; saturates at `never`.
constexpr Duration from_seconds(double s) {
  const double ns = s * 1e9;
  if (!(ns < 9.2e18)) return Duration::max();
  const auto whole = static_cast<std::int64_t>(ns);
  return Duration{static_cast<double>(whole) < ns ? whole + 1 : whole};
}
constexpr Instant after(Instant t, double s) {
  const Duration d = from_seconds(s);
  return d >= Duration::max() - t.since_start ? never : t + d;
}

constexpr ByteRate operator/(Bytes b, Duration d) {
  return {static_cast<double>(b.count) / seconds(d)};
}
constexpr Duration operator/(Bytes b, ByteRate r) {
  return from_seconds(static_cast<double>(b.count) / r.per_second);
}
constexpr Bytes operator*(ByteRate r, Duration d) {
  return {static_cast<std::int64_t>(r.per_second * seconds(d))};
}

constexpr Bytes operator""_B(unsigned long long n) { return {static_cast<std::int64_t>(n)}; }
constexpr Bytes operator""_KiB(unsigned long long n) { return {static_cast<std::int64_t>(n) << 10}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return {static_cast<std::int64_t>(n) << 20}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return {static_cast<std::int64_t>(n) << 30}; }

}  // namespace units
using namespace units;
}  // namespace sim
