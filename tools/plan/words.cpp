#include "tools/plan/words.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace plan {
namespace {

/// Three significant digits, without trailing zeros after the point.
std::string three_digits(double value) {
  const double size = std::abs(value);
  std::string text = fmt::format("{:.{}f}", value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string bytes_in_words(double bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (std::abs(bytes) >= 1023.5 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : three_digits(bytes) + " " + units.at(unit);
}

std::string duration_in_words(double seconds) {
  struct Unit {
    double seconds, below;  // used below so many seconds
    const char* name;
  };
  constexpr double minute = 60, hour = 3'600, day = 86'400, year = 365.25 * day;
  constexpr std::array units{Unit{1, 2 * minute, "s"}, Unit{minute, 2 * hour, "min"},
                             Unit{hour, 2 * day, "h"}, Unit{day, 3 * year, "d"}};
  if (std::abs(seconds) < 1 && seconds != 0) return three_digits(seconds * 1e3) + " ms";
  for (const Unit& unit : units)
    if (std::abs(seconds) < unit.below)
      return three_digits(seconds / unit.seconds) + " " + unit.name;
  return three_digits(seconds / year) + " y";
}

std::string share_in_words(double share) {
  if (share > 0 && share < 0.0005) return "< 0.1 %";
  if (share < 1 && share >= 0.9995) return "> 99.9 %";
  return three_digits(std::round(share * 1'000) / 10) + " %";
}

std::string count_in_words(double count) {
  if (std::abs(count) < 99'999.5) return fmt::format("{:.0f}", count);
  if (std::abs(count) < 999'500) return three_digits(count / 1e3) + " k";
  if (std::abs(count) < 999.5e6) return three_digits(count / 1e6) + " M";
  return three_digits(count / 1e9) + " G";
}

std::string in_words(double value, std::string_view unit, double horizon_seconds) {
  if (std::isnan(value)) return "> " + duration_in_words(horizon_seconds);
  if (unit == "bytes") return bytes_in_words(value);
  if (unit == "s") return duration_in_words(value);
  if (unit == "ratio" || unit == "0/1") return share_in_words(value);
  return count_in_words(value);
}

std::string as_setting(std::int64_t bytes) {
  struct Unit {
    std::int64_t bytes;
    const char* name;
  };
  for (const Unit unit : {Unit{std::int64_t{1} << 40, "TB"}, Unit{1 << 30, "GB"},
                          Unit{1 << 20, "MB"}, Unit{1 << 10, "kB"}})
    if (bytes != 0 && bytes % unit.bytes == 0)
      return fmt::format("{}{}", bytes / unit.bytes, unit.name);
  return fmt::format("{}B", bytes);
}

}  // namespace plan
