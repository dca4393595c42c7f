#include "tools/scenario/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "sim/math.hpp"
#include "tools/scenario/problems.hpp"

namespace scenario {
namespace {

/// What a unit multiplies with and divides by, both exact: 9ms is 9 / 1000, which rounds once.
struct Scale {
  double times = 1, over = 1;
  double operator()(double number) const { return number * times / over; }
};

struct Suffix {
  std::string_view text;
  double times, over = 1;
};

constexpr double kib = 1024;
constexpr std::array memory_units{Suffix{"B", 1}, Suffix{"kB", kib}, Suffix{"MB", kib* kib},
                                  Suffix{"GB", kib* kib* kib}, Suffix{"TB", kib* kib* kib* kib}};
constexpr std::array time_units{Suffix{"us", 1, 1e6}, Suffix{"ms", 1, 1e3}, Suffix{"s", 1},
                                Suffix{"min", 60},    Suffix{"h", 3600},    Suffix{"d", 86400}};
constexpr std::array bit_units{Suffix{"bit/s", 1, 8}, Suffix{"kbit/s", 125},
                               Suffix{"Mbit/s", 125e3}, Suffix{"Gbit/s", 125e6},
                               Suffix{"Tbit/s", 125e9}};
constexpr std::array count_units{Suffix{"", 1}, Suffix{"k", 1e3}, Suffix{"M", 1e6},
                                 Suffix{"G", 1e9}};

template <std::size_t n>
std::optional<Scale> scale_of(const std::array<Suffix, n>& units, std::string_view text) {
  for (const Suffix& unit : units)
    if (unit.text == text) return Scale{unit.times, unit.over};
  return std::nullopt;
}

std::string_view noun(Unit unit) {
  switch (unit) {
    case Unit::count:
      return "a number of things";
    case Unit::bytes:
      return "an amount of memory";
    case Unit::seconds:
      return "a duration";
    case Unit::per_second:
      return "a rate";
    case Unit::bytes_per_second:
      return "a bandwidth";
    case Unit::share:
      return "a percentage";
    case Unit::factor:
      return "a number";
  }
  return "";
}

std::string_view how_to_write(Unit unit) {
  switch (unit) {
    case Unit::count:
      return "write a number, for example 40M, 2k or 1_000_000";
    case Unit::bytes:
      return "PostgreSQL writes memory as B, kB, MB, GB or TB (multiples of 1024), for example "
             "64MB";
    case Unit::seconds:
      return "PostgreSQL writes time as us, ms, s, min, h or d, for example 5min or 3d12h";
    case Unit::per_second:
      return "write a rate per s, min, h or d, for example 600/s or 200/h";
    case Unit::bytes_per_second:
      return "write bits as 1Gbit/s (multiples of 1000) or bytes as 100MB/s (multiples of 1024)";
    case Unit::share:
      return "write a percentage, for example 5%";
    case Unit::factor:
      return "write a plain number, for example 1.5";
  }
  return "";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes a decimal number off the front of `text`: digits may be grouped by `_`; no hex, no inf, no
/// nan.
std::optional<double> take_number(std::string_view& text) {
  std::string digits;
  std::size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) {
    if (text[i] == '-') digits += '-';
    ++i;
  }
  const auto take_digits = [&] {
    const std::size_t before = digits.size();
    while (i < text.size() &&
           (is_digit(text[i]) || (text[i] == '_' && i + 1 < text.size() && is_digit(text[i + 1]) &&
                                  i > 0 && is_digit(text[i - 1])))) {
      if (text[i] != '_') digits += text[i];
      ++i;
    }
    return digits.size() > before;
  };
  bool any = take_digits();
  if (i + 1 < text.size() && text[i] == '.' && is_digit(text[i + 1])) {
    digits += '.';
    ++i;
    any = take_digits() || any;
  }
  if (!any) return std::nullopt;
  const std::size_t sign =
      i + 1 < text.size() && (text[i + 1] == '+' || text[i + 1] == '-') ? 1 : 0;
  if (i + 1 + sign < text.size() && (text[i] == 'e' || text[i] == 'E') &&
      is_digit(text[i + 1 + sign])) {
    digits += 'e';
    if (sign != 0 && text[i + 1] == '-') digits += '-';
    i += 1 + sign;
    take_digits();
  }
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value))
    return std::nullopt;
  text.remove_prefix(i);
  return value;
}

template <typename T>
Reading<T> misread(std::string_view text, std::string_view what, std::string_view hint) {
  return {std::nullopt, fmt::format("{} is not {}", in_quotes(text), what), std::string{hint}};
}

Reading<double> misread_number(std::string_view text, Unit unit) {
  return misread<double>(text, noun(unit), how_to_write(unit));
}

Reading<double> without_unit(std::string_view text, Unit unit) {
  return {std::nullopt, fmt::format("{} has no unit", in_quotes(text)),
          std::string{how_to_write(unit)}};
}

/// `3d12h`: the sum of its parts, each with a unit.
Reading<double> read_duration(std::string_view whole) {
  std::string_view rest = whole;
  double sum = 0, sign = 1;
  if (!rest.empty() && rest.front() == '-') {
    sign = -1;
    rest.remove_prefix(1);
  }
  do {
    const bool digit_first = !rest.empty() && (is_digit(rest.front()) || rest.front() == '.');
    const std::optional<double> number = digit_first ? take_number(rest) : std::nullopt;
    if (!number) return misread_number(whole, Unit::seconds);
    rest = trimmed(rest);
    if (rest.empty() && *number == 0) break;
    if (rest.empty()) return without_unit(whole, Unit::seconds);
    std::size_t letters = 0;
    while (letters < rest.size() && rest[letters] >= 'A' && rest[letters] <= 'z') ++letters;
    const std::optional<Scale> scale = scale_of(time_units, rest.substr(0, letters));
    if (!scale) return misread_number(whole, Unit::seconds);
    sum += (*scale)(*number);
    rest = trimmed(rest.substr(letters));
  } while (!rest.empty());
  return {sign * sum, {}, {}};
}

std::optional<Scale> scale_of_suffix(Unit unit, std::string_view suffix) {
  switch (unit) {
    case Unit::count:
      return scale_of(count_units, suffix);
    case Unit::bytes:
      return scale_of(memory_units, suffix);
    case Unit::share:
      return suffix == "%" ? std::optional{Scale{1, 100}} : std::nullopt;
    case Unit::factor:
      return suffix.empty() ? std::optional{Scale{}} : std::nullopt;
    case Unit::bytes_per_second:
      if (const auto bits = scale_of(bit_units, suffix)) return bits;
      if (suffix.ends_with("/s"))
        return scale_of(memory_units, suffix.substr(0, suffix.size() - 2));
      return std::nullopt;
    case Unit::per_second: {
      const std::size_t slash = suffix.find('/');
      if (slash == std::string_view::npos) return std::nullopt;
      const auto count = scale_of(count_units, trimmed(suffix.substr(0, slash)));
      const auto period = scale_of(time_units, trimmed(suffix.substr(slash + 1)));
      if (!count || !period) return std::nullopt;
      return Scale{count->times * period->over, period->times};
    }
    case Unit::seconds:
      break;  // read_duration
  }
  return std::nullopt;
}

/// The unit that `text` ends with, for a range that writes it once: "1..4GB".
std::string_view unit_part(std::string_view text) {
  std::string_view rest = text;
  if (!take_number(rest)) return {};
  return trimmed(rest);
}

}  // namespace

std::string_view symbol(Unit unit) {
  switch (unit) {
    case Unit::bytes:
      return "bytes";
    case Unit::seconds:
      return "s";
    case Unit::per_second:
      return "1/s";
    case Unit::bytes_per_second:
      return "bytes/s";
    case Unit::share:
      return "ratio";
    case Unit::count:
    case Unit::factor:
      break;
  }
  return "";
}

Reading<double> read_number(std::string_view written_text, Unit unit) {
  const std::string_view text = trimmed(written_text);
  if (unit == Unit::seconds) return read_duration(text);
  std::string_view rest = text;
  const std::optional<double> number = take_number(rest);
  if (!number) return misread_number(text, unit);
  rest = trimmed(rest);
  if (rest.empty() && *number == 0) return {0.0, {}, {}};
  const std::optional<Scale> scale = scale_of_suffix(unit, rest);
  if (!scale) return rest.empty() ? without_unit(text, unit) : misread_number(text, unit);
  const double value = (*scale)(*number);
  if (!std::isfinite(value)) return misread_number(text, unit);
  return {value, {}, {}};
}

Reading<models::Distribution> read_distribution(std::string_view written_text, Unit unit) {
  using Kind = models::Distribution::Kind;
  const std::string_view text = trimmed(written_text);
  if (text.starts_with('~')) {
    const Reading<double> mean = read_number(text.substr(1), unit);
    if (!mean.value) return {std::nullopt, mean.wrong, mean.hint};
    return {models::Distribution{Kind::exponential, *mean.value, 0, 0}, {}, {}};
  }
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const Reading<double> number = read_number(text, unit);
    if (!number.value) return {std::nullopt, number.wrong, number.hint};
    return {models::Distribution{Kind::fixed, *number.value, 0, 0}, {}, {}};
  }
  const std::string_view high_text = trimmed(text.substr(dots + 2));
  std::string low_text{trimmed(text.substr(0, dots))};
  if (unit_part(low_text).empty()) low_text += unit_part(high_text);
  const Reading<double> low = read_number(low_text, unit), high = read_number(high_text, unit);
  for (const Reading<double>& end : {low, high})
    if (!end.value) return {std::nullopt, end.wrong, end.hint};
  if (*low.value > *high.value)
    return {std::nullopt, fmt::format("the range {} runs backwards", in_quotes(text)),
            "write the smaller end first"};
  if (*low.value == *high.value)
    return {models::Distribution{Kind::fixed, *low.value, 0, 0}, {}, {}};
  return {models::Distribution{Kind::uniform, *low.value, *high.value, 0}, {}, {}};
}

Reading<models::Distribution> read_percentiles(const std::vector<std::pair<int, double>>& given) {
  const auto wrong = [](std::string message) {
    return Reading<models::Distribution>{std::nullopt, std::move(message),
                                         "give p10, p50 and p90, or p50 and one more"};
  };
  std::optional<std::pair<int, double>> low, middle, high;
  for (const auto& [percentile, value] : given) {
    if (!(value > 0)) return wrong("percentiles of a lognormal are above 0");
    auto& place = percentile < 50 ? low : percentile == 50 ? middle : high;
    if (place) return wrong("two percentiles on the same side of the median");
    place = {percentile, value};
  }
  if (given.size() < 2) return wrong("one percentile does not make a distribution");
  // Distance from the median in standard deviations (quantiles of the normal distribution).
  const auto sigmas = [](int percentile) {
    switch (std::abs(percentile - 50)) {
      case 40:
        return 1.2815515655446004;
      case 45:
        return 1.6448536269514722;
      default:
        return 2.3263478740408408;
    }
  };
  const double z90 = sigmas(90);
  if (!middle) {
    const double zl = sigmas(low->first), zh = sigmas(high->first);
    middle = {50, sim::exp((sim::log(low->second) * zh + sim::log(high->second) * zl) / (zl + zh))};
  }
  const double p50 = middle->second;
  if ((low && low->second > p50) || (high && high->second < p50))
    return wrong("percentiles must ascend");
  const auto at_ten_percent = [&](const std::pair<int, double>& side) {
    if (std::abs(side.first - 50) == 40) return side.second;
    return p50 * sim::exp(sim::log(side.second / p50) * z90 / sigmas(side.first));
  };
  models::Distribution result{models::Distribution::Kind::lognormal, 0, p50, 0};
  if (low) result.a = at_ten_percent(*low);
  if (high) result.c = at_ten_percent(*high);
  if (!low) result.a = p50 * (p50 / result.c);
  if (!high) result.c = p50 * (p50 / result.a);
  if (!std::isfinite(result.a) || !std::isfinite(result.c) || !(result.a > 0))
    return wrong("percentiles too far apart");
  return {result, {}, {}};
}

double median(const models::Distribution& d) {
  using Kind = models::Distribution::Kind;
  switch (d.kind) {
    case Kind::fixed:
      return d.a;
    case Kind::uniform:
      return (d.a + d.b) / 2;
    case Kind::lognormal:
      return d.b;
    case Kind::exponential:
      return d.a * 0.6931471805599453;  // ln 2
  }
  return 0;
}

double least(const models::Distribution& d) {
  const bool from_zero = d.kind == models::Distribution::Kind::exponential && d.a > 0;
  return from_zero ? std::numeric_limits<double>::min() : d.a;
}

double greatest(const models::Distribution& d) {
  using Kind = models::Distribution::Kind;
  switch (d.kind) {
    case Kind::fixed:
      return d.a;
    case Kind::uniform:
      return d.b;
    case Kind::lognormal:
      return d.c;
    case Kind::exponential:
      return std::numeric_limits<double>::infinity();
  }
  return 0;
}

}  // namespace scenario
