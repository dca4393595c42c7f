#pragma once

#include <cstdint>
#include <string_view>

#include "sim/units.hpp"
#include "tools/scenario/values.hpp"

namespace scenario {

/// Local time minus UTC at a local time (seconds since 1970 as if UTC).
///   UTC, Z, GMT       0
///   +02:00, -0530     as written
///   Europe/Berlin     from the system's time zone database (TZif files, RFC 8536)
Reading<sim::Duration> read_time_zone(std::string_view name, std::int64_t local_time);

}  // namespace scenario
