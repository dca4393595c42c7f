#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/quantity.hpp"
#include "sim/units.hpp"

/// Numbers with units, as PostgreSQL and its users write them.
namespace scenario {

/// What a number counts, and so which units it may carry.
enum class Unit {
  count,             // 40M, 2k, 1_000_000, 1e6 (multiples of 1000)
  bytes,             // 64MB: B kB MB GB TB, multiples of 1024 as in PostgreSQL
  seconds,           // 90s, 250ms, 3d12h: us ms s min h d
  per_second,        // 600/s, 10/min, 200/h, 5/d; the number as a count
  bytes_per_second,  // 1Gbit/s (multiples of 1000 bits), 100MB/s (multiples of 1024 bytes)
  share,             // 5%
  factor,            // 1.5
};

/// The unit as models::Parameter and results name it: bytes, s, 1/s, bytes/s, ratio; empty for
/// counts and factors.
std::string_view symbol(Unit unit);

/// What was read, or why not: `wrong` completes "KEY: …".
template <typename T>
struct Reading {
  std::optional<T> value;
  std::string wrong;
  std::string hint;
};

/// One number in the unit's base (bytes, seconds, 1/s, bytes/s, 0..1). A missing unit is wrong,
/// except on 0.
Reading<double> read_number(std::string_view text, Unit unit);

/// A number that may be uncertain: `5GB`, `1GB..4GB` or `1..4GB` (uniform), `~5d` (exponential,
/// mean).
Reading<models::Distribution> read_distribution(std::string_view text, Unit unit);

/// A two-piece lognormal through given percentiles, stored as p10, p50 and p90 of its pieces.
///
/// Takes     percentile (1, 5, 10, 50, 90, 95, 99) and value; two or three of them, ascending,
/// values > 0 Returns   with a side missing, the symmetric one (on the logarithm); with p50
/// missing, the point between
Reading<models::Distribution> read_percentiles(const std::vector<std::pair<int, double>>& given);

double median(const models::Distribution& distribution);
double least(
    const models::Distribution& distribution);  // lower bound or p10; just above 0 for exponential
double greatest(
    const models::Distribution& distribution);  // upper bound or p90; infinity for exponential

/// A time of day, `02:00` or `02:00:30`, as the time since midnight.
Reading<sim::Duration> read_clock(std::string_view text);

/// A time of the week, `mon 08:00`, as the time since Monday 00:00.
Reading<sim::Duration> read_week_clock(std::string_view text);

/// `2026-01-05`, `2026-01-05 08:00` or with seconds, `T` allowed between; seconds since 1970-01-01
/// 00:00 as if UTC.
Reading<std::int64_t> read_timestamp(std::string_view text);

/// on, off, true, false, yes, no.
Reading<bool> read_boolean(std::string_view text);

/// A number as a person writes it in the unit: 64MB, 1h30min, 600/s, 5%. Exact when short, else
/// rounded.
std::string written(double value, Unit unit);

}  // namespace scenario
