#include "tools/scenario/time_zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "tools/scenario/problems.hpp"

namespace scenario {
namespace {

std::optional<sim::Duration> fixed_offset(std::string_view text) {
  if (text == "UTC" || text == "Z" || text == "GMT") return sim::Duration{0};
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::string digits{text.substr(1)};
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if (digits.size() == 2) digits += "00";
  if (digits.size() != 4 ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  const int hours = (digits[0] - '0') * 10 + digits[1] - '0',
            minutes = (digits[2] - '0') * 10 + digits[3] - '0';
  if (hours > 14 || minutes > 59) return std::nullopt;
  const sim::Duration offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  return text[0] == '-' ? -offset : offset;
}

/// Big-endian integers of a TZif file, never past its end.
class TzifReader {
 public:
  explicit TzifReader(std::string bytes) : bytes_{std::move(bytes)} {}

  std::int64_t integer(std::size_t at, std::size_t width) const {
    if (at > bytes_.size() || width > bytes_.size() - at) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
      value = value << 8 | static_cast<unsigned char>(bytes_[at + i]);
    if (width == 4) return static_cast<std::int32_t>(value);
    return static_cast<std::int64_t>(value);
  }
  bool is_tzif(std::size_t at) const { return bytes_.compare(at, 4, "TZif") == 0; }
  std::size_t size() const { return bytes_.size(); }

  /// Six counts of the header at `at`: isutcnt isstdcnt leapcnt timecnt typecnt charcnt.
  std::size_t count(std::size_t at, std::size_t which) const {
    const std::int64_t value = integer(at + 20 + 4 * which, 4);
    return value < 0 || value > 100'000 ? 0 : static_cast<std::size_t>(value);
  }
  std::size_t block_size(std::size_t at, std::size_t time_size) const {
    return count(at, 3) * (time_size + 1) + count(at, 4) * 6 + count(at, 5) +
           count(at, 2) * (time_size + 4) + count(at, 1) + count(at, 0);
  }

 private:
  std::string bytes_;
};

constexpr std::size_t header_size = 44;

/// The offset that holds at a local time; after the file's last transition (2037 in Debian's files)
/// its last one.
std::optional<sim::Duration> offset_in_file(const TzifReader& file, std::int64_t local_time) {
  if (file.size() < header_size || !file.is_tzif(0)) return std::nullopt;
  std::size_t header = 0, time_size = 4;
  if (file.integer(4, 1) >= '2') {  // a second block with 64-bit times follows
    header = header_size + file.block_size(0, 4);
    time_size = 8;
    if (header + header_size > file.size() || !file.is_tzif(header)) return std::nullopt;
  }
  const std::size_t times = file.count(header, 3), types = file.count(header, 4);
  if (types == 0) return std::nullopt;
  const std::size_t times_at = header + header_size, indexes_at = times_at + times * time_size,
                    types_at = indexes_at + times;
  const auto offset_of_type = [&](std::int64_t type) {
    return file.integer(types_at + 6 * static_cast<std::size_t>(std::max<std::int64_t>(type, 0)),
                        4);
  };
  std::int64_t offset = offset_of_type(0);
  for (std::size_t i = 0; i < times; ++i) {
    if (file.integer(times_at + i * time_size, time_size) + offset > local_time) break;
    offset = offset_of_type(file.integer(indexes_at + i, 1));
  }
  return std::chrono::seconds{offset};
}

}  // namespace

Reading<sim::Duration> read_time_zone(std::string_view name, std::int64_t local_time) {
  if (const auto offset = fixed_offset(name)) return {*offset, {}, {}};
  const auto wrong = [&] {
    return Reading<sim::Duration>{
        std::nullopt, fmt::format("{} is not a time zone known here", in_quotes(name)),
        "write UTC, an offset such as +02:00, or a zone such as Europe/Berlin"};
  };
  const bool plain = !name.empty() && name.size() < 64 && name.front() != '/' &&
                     name.find("..") == std::string_view::npos &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' ||
                              c == '+';
                     });
  if (!plain) return wrong();
  std::ifstream file{"/usr/share/zoneinfo/" + std::string{name}, std::ios::binary};
  if (!file) return wrong();
  std::string bytes(std::size_t{1} << 20, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  const auto offset = offset_in_file(TzifReader{std::move(bytes)}, local_time);
  if (!offset) return wrong();
  return {*offset, {}, {}};
}

}  // namespace scenario
