#include "tests/harness/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

#include "sim/rng.hpp"
#include "tests/harness/process.hpp"

namespace harness {
namespace {

using models::Access;
using models::Column;
using models::KeyOrder;

/// SplitMix64's finisher: a bijection that looks random.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

double share_of(std::uint64_t hash) { return static_cast<double>(hash >> 11) * 0x1p-53; }

/// Random lower-case letters and digits; a different text for every seed.
std::string random_text(std::uint64_t seed, std::size_t width) {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz012345";
  std::string text;
  text.reserve(width);
  for (std::uint64_t word = seed; text.size() < width;) {
    word = mixed(word);
    for (std::uint64_t rest = word, i = 0; i < 12 && text.size() < width; ++i, rest >>= 5)
      text += alphabet[rest & 31];
  }
  return text;
}

/// Whole bytes whose mean over the rows is the average width.
std::size_t whole_width(double average, std::uint64_t hash) {
  const double whole = std::floor(average);
  return static_cast<std::size_t>(whole) +
         (share_of(mixed(hash ^ 0x5EED)) < average - whole ? 1 : 0);
}

struct Cell {
  const Column& column;
  std::uint64_t number;  // what makes the value: row, or class of equal values
  std::uint64_t hash;    // of column and number
  bool ascending;
};

std::string integer(const Cell& cell, int bits) {
  if (cell.ascending || cell.column.distinct > 0) return std::to_string(cell.number);
  const std::uint64_t range = std::uint64_t{1} << (bits - 1);
  return std::to_string(permuted(cell.number % range, range, sim::stable_hash(cell.column.name)));
}

std::string uuid(const Cell& cell) {
  std::uint64_t high = mixed(cell.hash), low = mixed(high);
  if (cell.ascending) high = cell.number << 16;
  high = (high & ~std::uint64_t{0xF000}) | (cell.ascending ? 0x7000 : 0x4000);
  low = (low & ~(std::uint64_t{3} << 62)) | (std::uint64_t{2} << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF);
}

/// Payload of numeric: 2 bytes and 2 per group of four decimal digits, groups aligned to the point.
std::string numeric(const Cell& cell) {
  const int typmod = cell.column.typmod;
  const int precision = typmod < 0 ? 8 : typmod >> 16, scale = typmod < 0 ? 2 : typmod & 0xFFFF;
  const int fraction_groups = (scale + 3) / 4;
  int groups = (precision - scale + 3) / 4;
  if (cell.column.width.value > 0)
    groups = static_cast<int>(std::lround((cell.column.width.value - 2) / 2)) - fraction_groups;
  const int digits = std::clamp(groups * 4 - 3, 1, std::max(1, precision - scale));
  std::string text(1, static_cast<char>('1' + cell.hash % 9));  // leading digit: never a zero group
  std::uint64_t rest = mixed(cell.hash);
  for (int i = 1; i < digits; ++i, rest /= 10) text += static_cast<char>('0' + rest % 10);
  if (scale > 0) text += '.';
  rest = mixed(rest + cell.hash);
  for (int i = 0; i < scale; ++i, rest = mixed(rest))
    text += static_cast<char>(i + 1 == scale ? '1' + rest % 9 : '0' + rest % 10);
  return text;
}

std::string text(const Cell& cell) {
  const double average = cell.column.width.value;
  if (average <= 0)
    throw HarnessError(fmt::format("column {}: a lab run needs its width", cell.column.name));
  const std::size_t width = whole_width(average, cell.hash);
  if (!cell.ascending) return random_text(cell.hash, width);
  const std::string number = std::to_string(cell.number);
  return std::string(width > number.size() ? width - number.size() : 0, '0') + number;
}

/// {"k":"text"}: 4 + 8 + 1 bytes around the text (MODEL_FACTS A.1).
std::string jsonb(const Cell& cell) {
  const double average = std::max(14.0, cell.column.width.value);
  return fmt::format(R"({{"k":"{}"}})",
                     random_text(cell.hash, whole_width(average - 13, cell.hash)));
}

/// One millisecond per row from 2026-01-05 on, or anywhere in the thirty years before.
std::string timestamp(const Cell& cell, bool date) {
  constexpr std::int64_t first_day = 20458;  // 2026-01-05 in days since 1970
  const std::uint64_t spread = 30ULL * 365 * 86'400'000;
  const std::int64_t milliseconds = cell.ascending || cell.column.distinct > 0
                                        ? static_cast<std::int64_t>(cell.number)
                                        : -static_cast<std::int64_t>(cell.hash % spread);
  const std::int64_t at = first_day * 86'400'000 + milliseconds;
  const std::int64_t days = at / 86'400'000, rest = at % 86'400'000;
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{days}}};
  const std::string text =
      fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  if (date) return text;
  return fmt::format("{} {:02}:{:02}:{:02}.{:03}", text, rest / 3'600'000, rest / 60'000 % 60,
                     rest / 1000 % 60, rest % 1000);
}

std::string formatted(const Cell& cell) {
  const std::string& type = cell.column.type;
  if (type == "smallint") return integer(cell, 16);
  if (type == "integer" || type == "oid") return integer(cell, 32);
  if (type == "bigint") return integer(cell, 62);
  if (type == "boolean") return cell.hash % 2 == 0 ? "t" : "f";
  if (type == "real" || type == "double precision")
    return fmt::format("{:.6f}", share_of(cell.hash));
  if (type == "numeric") return numeric(cell);
  if (type == "uuid") return uuid(cell);
  if (type == "date") return timestamp(cell, true);
  if (type.starts_with("timestamp")) return timestamp(cell, false);
  if (type == "text" || type == "character varying" || type == "character") return text(cell);
  if (type == "bytea") return text(cell);  // its letters need no escapes
  if (type == "jsonb" || type == "json") return jsonb(cell);
  throw HarnessError(fmt::format("column {}: no lab values for type {}", cell.column.name, type));
}

}  // namespace

Value column_value(const Column& column, std::int64_t row, std::int64_t version) {
  const std::uint64_t name = sim::stable_hash(column.name);
  const auto number = static_cast<std::uint64_t>(row);
  const std::uint64_t hash = mixed(mixed(number ^ name) + static_cast<std::uint64_t>(version) * 2);
  if (column.null_fraction > 0 && share_of(mixed(hash ^ 0xA11)) < column.null_fraction)
    return {"", true};
  const bool ascending = column.order == KeyOrder::ascending;
  std::uint64_t made_of = version == 0 ? number : hash >> 1;
  if (ascending)
    made_of = static_cast<std::uint64_t>(version == 0 ? row : version);
  else if (column.distinct > 0)
    made_of = hash % static_cast<std::uint64_t>(column.distinct);
  return {formatted({column, made_of, mixed(made_of ^ name), ascending}), false};
}

std::uint64_t permuted(std::uint64_t index, std::uint64_t count, std::uint64_t key) {
  if (count <= 1) return 0;
  unsigned half = 1;  // bits of each half
  while ((std::uint64_t{1} << (2 * half)) < count) ++half;
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  std::uint64_t x = index;
  do {  // walk the cycle until back in range: less than four rounds on average
    std::uint64_t left = x >> half, right = x & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t next = left ^ (mixed(right + (key ^ (round << 56))) & mask);
      left = right;
      right = next;
    }
    x = (left << half) | right;
  } while (x >= count);
  return x;
}

RowPicker::RowPicker(const Access& access, std::int64_t start_rows, std::uint64_t seed)
    : access_{access}, start_rows_{start_rows}, state_{seed} {}

std::uint64_t RowPicker::bits() { return mixed(state_++); }
double RowPicker::uniform() { return share_of(bits()); }

/// Rejection-inversion: H(x) = ∫ x^-s, one draw of H's range inverted and accepted with probability
/// near 1. Source: Hörmann and Derflinger, ACM TOMACS 6 (1996).
double RowPicker::zipf_rank(double rows) {
  const double s = access_.exponent.value;
  const auto integral = [s](double x) {
    return std::abs(1 - s) < 1e-9 ? std::log(x) : (std::pow(x, 1 - s) - 1) / (1 - s);
  };
  const auto inverse = [s](double y) {
    return std::abs(1 - s) < 1e-9 ? std::exp(y) : std::pow(1 + y * (1 - s), 1 / (1 - s));
  };
  if (rows != rows_) {
    rows_ = rows;
    top_ = integral(1.5) - 1;
    bottom_ = integral(rows + 0.5);
    cut_ = 2 - inverse(integral(2.5) - std::pow(2.0, -s));
  }
  for (;;) {
    const double y = bottom_ + uniform() * (top_ - bottom_);
    const double x = inverse(y);
    const double k = std::clamp(std::floor(x + 0.5), 1.0, rows);
    if (k - x <= cut_ || y >= integral(k + 0.5) - std::pow(k, -s)) return k - 1;
  }
}

/// A rank from 0; of `recent` 0 is the newest row.
double RowPicker::rank(double rows) {
  switch (access_.kind) {
    case Access::Kind::uniform:
      return uniform() * rows;
    case Access::Kind::recent:
      return uniform() * std::max(1.0, access_.share.value * rows);
    case Access::Kind::zipf:
      return zipf_rank(rows);
    case Access::Kind::gaussian:
      for (;;) {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        const double normal = radius * std::cos(2 * std::numbers::pi * uniform());
        const double at = rows * (0.5 + access_.share.value * normal);
        if (at >= 0 && at < rows) return at;
      }
  }
  return 0;
}

std::int64_t RowPicker::pick(std::int64_t rows) {
  const bool scattered = access_.keys == Access::Keys::scattered;
  const auto spread = static_cast<double>(scattered ? start_rows_ : rows);
  const auto at = static_cast<std::int64_t>(std::min(rank(spread), spread - 1));
  if (access_.kind == Access::Kind::uniform && scattered)
    return 1 + static_cast<std::int64_t>(uniform() * static_cast<double>(rows));
  if (scattered)
    return 1 + static_cast<std::int64_t>(permuted(static_cast<std::uint64_t>(at),
                                                  static_cast<std::uint64_t>(start_rows_), 42));
  return access_.kind == Access::Kind::recent ? rows - at : 1 + at;
}

}  // namespace harness
