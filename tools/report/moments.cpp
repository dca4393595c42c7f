#include "tools/report/moments.hpp"

#include <fmt/format.h>

#include <cmath>
#include <ctime>

#include "tools/plan/words.hpp"

namespace report {
namespace {

constexpr double short_run = 7'200;  // seconds; html/report.js draws the line at the same place

std::string formatted(std::int64_t epoch_seconds, const char* format) {
  const std::time_t t = epoch_seconds;
  std::tm parts{};
  gmtime_r(&t, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace

std::string moment_in_words(std::int64_t start, double t, double horizon) {
  if (horizon <= short_run) return plan::duration_in_words(t);
  return formatted(start + std::llround(t), "%a %-d %b %H:%M");
}

std::string date_in_words(std::int64_t epoch_seconds) {
  return formatted(epoch_seconds, "%Y-%m-%d %H:%M UTC");
}

std::string iso(std::int64_t epoch_seconds) {
  return formatted(epoch_seconds, "%Y-%m-%dT%H:%M:%SZ");
}

}  // namespace report
