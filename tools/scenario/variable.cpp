#include "tools/scenario/variable.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "tools/scenario/keys.hpp"
#include "tools/scenario/overrides.hpp"
#include "tools/scenario/yaml_document.hpp"

namespace scenario {
namespace {

struct Probe {
  Unit unit;
  bool whole;
  const char* text;
};

/// A spelling of each unit that no other unit reads. Thirty seconds and 64 MB lie within the range
/// of nearly every setting; what is narrower is tried with its own value first.
constexpr std::array probes{
    Probe{Unit::bytes, false, "64MB"},     Probe{Unit::seconds, false, "60s"},
    Probe{Unit::per_second, false, "5/s"}, Probe{Unit::bytes_per_second, false, "1Mbit/s"},
    Probe{Unit::share, false, "5%"},       Probe{Unit::count, false, "0.5"},
    Probe{Unit::count, false, "1.5"},      Probe{Unit::count, true, "1"},
    Probe{Unit::count, true, "100"},       Probe{Unit::count, true, "1000000"}};

/// Whether the scenario loads with a value at the path; keeps the first refusal.
bool loads(const std::string& text, const std::string& file, Options options,
           const std::string& setting, std::optional<ScenarioError>& refusal) {
  options.overrides.push_back(setting);
  try {
    load_text(text, file, options);
    return true;
  } catch (const ScenarioError& error) {
    if (!refusal) refusal = error;
    return false;
  }
}

/// The value that stands at a path of the tree now, as text; empty when there is none.
std::string text_at(const std::string& text, const std::string& file, const Options& options,
                    const std::string& path) {
  Problems problems;
  Node tree = parse_yaml(problems.add_source(file, text), problems);
  Overrides given{options.overrides, problems};
  given.apply(tree, root_object(), problems, false);
  const Node* node = find(tree, path);
  if (node != nullptr && node->is_map()) node = node->find("p50");
  return node != nullptr && node->is_scalar() ? node->text : std::string{};
}

/// Four significant digits at least, without an exponent.
std::string digits(double value) {
  const double size = std::abs(value);
  if (size >= 1000) return fmt::format("{:.0f}", value);
  std::string text =
      fmt::format("{:.{}f}", value,
                  size >= 1 || size == 0 ? 3 : 3 - static_cast<int>(std::floor(std::log10(size))));
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string spelled_bytes(double bytes) {
  constexpr double mb = 1 << 20, kb = 1 << 10;
  if (bytes >= 1000 * mb || std::fmod(bytes, mb) == 0) return fmt::format("{:.0f}MB", bytes / mb);
  if (bytes >= 1000 * kb) return fmt::format("{:.0f}kB", bytes / kb);
  return fmt::format("{:.0f}B", bytes);
}

std::string spelled_seconds(double seconds) {
  if (seconds >= 1000 || std::fmod(seconds, 1) == 0) return fmt::format("{:.0f}s", seconds);
  return fmt::format("{:.0f}ms", seconds * 1e3);
}

}  // namespace

std::string Variable::spelled(double value) const {
  switch (unit) {
    case Unit::bytes:
      return spelled_bytes(value);
    case Unit::seconds:
      return spelled_seconds(value);
    case Unit::per_second:
      return digits(value) + "/s";
    case Unit::bytes_per_second:
      return digits(value * 8 / 1e6) + "Mbit/s";
    case Unit::share:
      return digits(value * 100) + "%";
    case Unit::count:
    case Unit::factor:
      return whole ? fmt::format("{:.0f}", value) : digits(value);
  }
  return digits(value);
}

std::optional<double> Variable::read(std::string_view text) const {
  if (const Reading<double> one = read_number(text, unit); one.value) return one.value;
  const Reading<models::Distribution> spread = read_distribution(text, unit);
  return spread.value ? std::optional{median(*spread.value)} : std::nullopt;
}

Variable variable(const std::string& file, const Options& options, const std::string& path) {
  return variable_of(read_bounded(file), file, options, path);
}

Variable variable_of(const std::string& text, const std::string& file, const Options& options,
                     const std::string& path) {
  load_text(text, file, options);  // what is wrong with the scenario itself comes first
  Variable result{path, Unit::count, false, std::nullopt};
  std::optional<ScenarioError> refusal;
  const std::string now = text_at(text, file, options, path);
  for (const Probe& probe : probes) {
    result.unit = probe.unit;
    result.whole = probe.whole;
    const std::optional<double> current = result.read(now);
    const bool by_itself = current && now.find_first_not_of("0123456789.-") != std::string::npos;
    if (!by_itself && !loads(text, file, options, path + "=" + probe.text, refusal)) continue;
    result.current = current;
    return result;
  }
  throw ScenarioError{*refusal};
}

}  // namespace scenario
