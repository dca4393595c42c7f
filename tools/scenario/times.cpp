#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "tools/scenario/problems.hpp"
#include "tools/scenario/values.hpp"

namespace scenario {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view clock_hint = "write a time of day as \"02:00\" (hours 00 to 23)";

/// Exactly `digits` decimal digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::seconds> clock_of(std::string_view text) {
  const std::size_t hour_digits = text.size() > 1 && text[1] == ':' ? 1 : 2;
  const auto hours = take_digits(text, hour_digits);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  std::optional<int> seconds = 0;
  if (minutes && take(text, ':')) seconds = take_digits(text, 2);
  if (!minutes || !seconds || !text.empty() || *hours > 23 || *minutes > 59 || *seconds > 59)
    return std::nullopt;
  return std::chrono::hours{*hours} + std::chrono::minutes{*minutes} +
         std::chrono::seconds{*seconds};
}

std::string without_zeros(double value) {
  std::string text = fmt::format("{:.6g}", value);
  return text;
}

/// The largest unit in which the value is at least 1.
template <std::size_t n>
std::string in_units(double value,
                     const std::array<std::pair<std::string_view, double>, n>& units) {
  for (const auto& [suffix, factor] : units)
    if (std::abs(value) >= factor) return without_zeros(value / factor) + std::string{suffix};
  return without_zeros(value / units.back().second) + std::string{units.back().first};
}

std::string written_duration(double value) {
  if (value < 0) return "-" + written_duration(-value);
  if (value < 1 || std::floor(value) != value)
    return in_units<3>(value, {{{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}}});
  std::string out;
  double rest = value;
  for (const auto& [suffix, size] : {std::pair{"d", 86400.0}, std::pair{"h", 3600.0},
                                     std::pair{"min", 60.0}, std::pair{"s", 1.0}}) {
    const double whole = std::floor(rest / size);
    if (whole > 0) out += fmt::format("{:.0f}{}", whole, suffix);
    rest -= whole * size;
  }
  return out;
}

}  // namespace

Reading<sim::Duration> read_clock(std::string_view text) {
  if (const auto clock = clock_of(text)) return {sim::Duration{*clock}, {}, {}};
  return {std::nullopt, fmt::format("{} is not a time of day", in_quotes(text)),
          std::string{clock_hint}};
}

Reading<sim::Duration> read_week_clock(std::string_view text) {
  constexpr std::array<std::string_view, 7> days{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  for (std::size_t day = 0; day < days.size(); ++day) {
    if (!text.starts_with(days[day])) continue;
    std::string_view rest = text.substr(3);
    const bool separated = take(rest, ' ');
    if (rest.empty() && !separated) rest = "00:00";
    if (const auto clock = clock_of(rest))
      return {sim::Duration{*clock + 24h * static_cast<int>(day)}, {}, {}};
  }
  return {std::nullopt, fmt::format("{} is not a time of the week", in_quotes(text)),
          "write a day (mon tue wed thu fri sat sun) and a time of day: \"sat 08:00\""};
}

Reading<std::int64_t> read_timestamp(std::string_view text) {
  const auto wrong = [&] {
    return Reading<std::int64_t>{std::nullopt,
                                 fmt::format("{} is not a date and time", in_quotes(text)),
                                 "write 2026-01-05 or 2026-01-05 08:00"};
  };
  std::string_view rest = text;
  const auto year = take_digits(rest, 4);
  const bool dash = take(rest, '-');
  const auto month = take_digits(rest, 2);
  const bool second_dash = take(rest, '-');
  const auto day = take_digits(rest, 2);
  if (!year || !dash || !month || !second_dash || !day) return wrong();
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1970) return wrong();
  std::chrono::seconds clock{0};
  if (!rest.empty()) {
    if (!take(rest, ' ') && !take(rest, 'T')) return wrong();
    const auto time = clock_of(rest);
    if (!time) return wrong();
    clock = *time;
  }
  const std::chrono::seconds since = std::chrono::sys_days{date}.time_since_epoch() + clock;
  return {since.count(), {}, {}};
}

Reading<bool> read_boolean(std::string_view text) {
  for (const std::string_view word : {"on", "true", "yes"})
    if (text == word) return {true, {}, {}};
  for (const std::string_view word : {"off", "false", "no"})
    if (text == word) return {false, {}, {}};
  return {std::nullopt, fmt::format("{} is neither on nor off", in_quotes(text)),
          "write on or off"};
}

std::string written(double value, Unit unit) {
  switch (unit) {
    case Unit::bytes:
      return in_units<5>(
          value, {{{"TB", 0x1p40}, {"GB", 0x1p30}, {"MB", 0x1p20}, {"kB", 0x1p10}, {"B", 1}}});
    case Unit::seconds:
      return value == 0 ? "0s" : written_duration(value);
    case Unit::per_second:
      return value >= 1 || value == 0 ? without_zeros(value) + "/s"
             : value * 3600 >= 1      ? without_zeros(value * 3600) + "/h"
                                      : without_zeros(value * 86400) + "/d";
    case Unit::bytes_per_second:
      return written(value, Unit::bytes) + "/s";
    case Unit::share:
      return without_zeros(value * 100) + "%";
    case Unit::count:
    case Unit::factor:
      break;
  }
  return without_zeros(value);
}

}  // namespace scenario
