#pragma once

#include <cstdint>
#include <string>

/// Moments of a run as people read them, in UTC.
namespace report {

/// "Thu 8 Jan 12:00"; of a run of two hours or less the time since its start, "45 s".
std::string moment_in_words(std::int64_t start, double t, double horizon);
std::string date_in_words(std::int64_t epoch_seconds);  // 2026-01-05 00:00 UTC
std::string iso(std::int64_t epoch_seconds);            // 2026-01-05T00:00:00Z

}  // namespace report
