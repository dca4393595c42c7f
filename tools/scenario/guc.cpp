#include "tools/scenario/guc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "tools/scenario/problems.hpp"

namespace scenario {
namespace {

constexpr Guc table[] = {
#include "tools/scenario/guc_table.inc"
};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool holds_for(const Guc& guc, int major) {
  return guc.first_major <= major && major <= guc.last_major;
}

double parsed(std::string_view number) {
  double value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return value;
}

bool is_memory(const Guc& guc) { return guc.unit.ends_with("B"); }

std::string list_of(std::string_view comma_separated) {
  std::vector<std::string_view> words;
  while (!comma_separated.empty()) {
    const std::size_t comma = std::min(comma_separated.find(','), comma_separated.size());
    words.push_back(comma_separated.substr(0, comma));
    comma_separated.remove_prefix(std::min(comma + 1, comma_separated.size()));
  }
  return listed(words);
}

bool has_word(std::string_view comma_separated, std::string_view word) {
  return ("," + std::string{comma_separated} + ",").find("," + std::string{word} + ",") !=
         std::string::npos;
}

std::string shown(const Guc& guc, double base_units) {
  if (guc.unit.empty()) return fmt::format("{:.15g}", base_units);
  if (base_units <= 0) return fmt::format("{:.15g}", base_units);
  return written(base_units * guc_unit_factor(guc), is_memory(guc) ? Unit::bytes : Unit::seconds);
}

Reading<GucValue> wrong(std::string message, std::string hint) {
  return {std::nullopt, std::move(message), std::move(hint)};
}

Reading<GucValue> read_guc_number(const Guc& guc, std::string_view text) {
  double value = 0;
  const bool special = text == "-1" || text == "0";
  if (special || guc.unit.empty()) {
    const Reading<double> plain = read_number(text, Unit::factor);
    if (!plain.value)
      return wrong(fmt::format("{} is not a number", in_quotes(text)),
                   fmt::format("{} takes a plain number between {} and {}", guc.name, guc.minimum,
                               guc.maximum));
    value = *plain.value;
  } else {
    const Unit unit = is_memory(guc) ? Unit::bytes : Unit::seconds;
    const Reading<double> number = read_number(text, unit);
    if (!number.value) {
      const Reading<double> bare = read_number(text, Unit::factor);
      if (bare.value && *bare.value > 0)
        return wrong(number.wrong, fmt::format("PostgreSQL would read {} as {}: write the unit",
                                               text, shown(guc, *bare.value)));
      return wrong(number.wrong, number.hint);
    }
    value = *number.value / guc_unit_factor(guc);
  }
  if (guc.type == GucType::integer_) {
    if (guc.unit.empty() && value != std::floor(value))
      return wrong(fmt::format("{} is not a whole number", in_quotes(text)), {});
    value = std::nearbyint(value);
  }
  if (value < parsed(guc.minimum) || value > parsed(guc.maximum))
    return wrong(fmt::format("{} is outside the range of this setting", in_quotes(text)),
                 fmt::format("{} to {} in PostgreSQL", shown(guc, parsed(guc.minimum)),
                             shown(guc, parsed(guc.maximum))));
  return {GucValue{value, {}}, {}, {}};
}

Reading<GucValue> read_guc_enum(const Guc& guc, std::string_view text) {
  std::string folded{text};
  std::transform(folded.begin(), folded.end(), folded.begin(), lower);
  for (const auto& [spelling, canonical] :
       {std::pair{"true", "on"}, std::pair{"yes", "on"}, std::pair{"1", "on"},
        std::pair{"false", "off"}, std::pair{"no", "off"}, std::pair{"0", "off"}})
    if (folded == spelling && has_word(guc.enum_values, canonical)) folded = canonical;
  std::string_view rest = guc.enum_values;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (same_name(rest.substr(0, comma), folded))
      return {GucValue{0, std::string{rest.substr(0, comma)}}, {}, {}};
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return wrong(fmt::format("{} is not a value of this setting", in_quotes(text)),
               "one of " + list_of(guc.enum_values));
}

}  // namespace

const Guc* find_guc(std::string_view name, int major) {
  for (const Guc& guc : table)
    if (holds_for(guc, major) && same_name(guc.name, name)) return &guc;
  return nullptr;
}

std::vector<std::string_view> guc_names(int major) {
  std::vector<std::string_view> names;
  for (const Guc& guc : table)
    if (holds_for(guc, major)) names.push_back(guc.name);
  return names;
}

std::vector<std::string_view> guc_names() {
  std::vector<std::string_view> names;
  for (const Guc& guc : table)
    if (names.empty() || names.back() != guc.name) names.push_back(guc.name);
  return names;
}

double guc_unit_factor(const Guc& guc) {
  if (guc.unit.empty()) return 1;
  if (guc.unit == "8kB") return 8192;
  const Reading<double> one =
      read_number("1" + std::string{guc.unit}, is_memory(guc) ? Unit::bytes : Unit::seconds);
  return one.value.value_or(1);
}

Reading<GucValue> read_guc(const Guc& guc, std::string_view text) {
  if (guc.context == "internal") {
    const bool elsewhere = guc.name == "wal_segment_size" || guc.name == "data_checksums";
    return wrong("this setting reports a property of the server and cannot be set",
                 elsewhere
                     ? fmt::format("initdb decides it: write `{}:` beside `settings:`", guc.name)
                     : std::string{});
  }
  switch (guc.type) {
    case GucType::integer_:
    case GucType::real_:
      return read_guc_number(guc, text);
    case GucType::enum_:
      return read_guc_enum(guc, text);
    case GucType::string_:
      return {GucValue{0, std::string{text}}, {}, {}};
    case GucType::bool_:
      break;
  }
  std::string folded{text};
  std::transform(folded.begin(), folded.end(), folded.begin(), lower);
  if (folded == "1" || folded == "0") return {GucValue{folded == "1" ? 1.0 : 0.0, {}}, {}, {}};
  const Reading<bool> flag = read_boolean(folded);
  if (!flag.value) return wrong(flag.wrong, flag.hint);
  return {GucValue{*flag.value ? 1.0 : 0.0, {}}, {}, {}};
}

Reading<GucValue> unknown_guc(std::string_view name, int major) {
  for (int other = oldest_major; other <= newest_major; ++other) {
    if (find_guc(name, other) == nullptr) continue;
    int last = other;
    while (last < newest_major && find_guc(name, last + 1) != nullptr) ++last;
    return wrong(fmt::format("PostgreSQL {} has no setting {}", major, in_quotes(name)),
                 major < other ? fmt::format("{} exists from PostgreSQL {}", name, other)
                               : fmt::format("{} exists up to PostgreSQL {}", name, last));
  }
  return wrong(fmt::format("PostgreSQL {} has no setting {}", major, in_quotes(name)),
               did_you_mean(name, guc_names(major)));
}

}  // namespace scenario
