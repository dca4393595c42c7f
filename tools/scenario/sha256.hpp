#pragma once

#include <string>
#include <string_view>

namespace scenario {

/// SHA-256 of bytes as 64 hexadecimal digits (FIPS 180-4). OpenSSL would cost more at start-up than
/// the rest of the program; this runs once per scenario.
std::string sha256(std::string_view bytes);

}  // namespace scenario
