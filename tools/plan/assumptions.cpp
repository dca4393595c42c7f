#include "tools/plan/assumptions.hpp"

#include <fmt/format.h>

#include <set>

#include "models/rules.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

std::string in_unit(double value, const std::string& unit) {
  if (unit == "bytes" || unit == "s" || unit == "ratio") return in_words(value, unit, 0);
  return fmt::format("{}{}{}", value, unit.empty() ? "" : " ", unit);
}

std::string in_words(const models::Parameter& parameter) {
  const auto& [kind, a, b, c] = parameter.distribution;
  const auto say = [&](double value) { return in_unit(value, parameter.unit); };
  using Kind = models::Distribution::Kind;
  switch (kind) {
    case Kind::fixed:
      return say(a);
    case Kind::uniform:
      return fmt::format("{} to {}, uniform", say(a), say(b));
    case Kind::lognormal:
      return fmt::format("P10 {}, P50 {}, P90 {}", say(a), say(b), say(c));
    case Kind::exponential:
      return fmt::format("{} on average, exponential", say(a));
  }
  return {};
}

/// The loader writes "name: value (source)".
Assumption parse(const std::string& text) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string::npos) return {text, "", "scenario default"};
  Assumption assumption{text.substr(0, colon), text.substr(colon + 2), "scenario default"};
  const std::size_t open = assumption.value.rfind(" (");
  if (open != std::string::npos && assumption.value.back() == ')') {
    assumption.source = assumption.value.substr(open + 2, assumption.value.size() - open - 3);
    assumption.value.erase(open);
  }
  return assumption;
}

}  // namespace

std::vector<Assumption> assumptions(const models::Mesh& mesh) {
  std::vector<Assumption> all;
  for (const models::Parameter& parameter : mesh.parameters)
    all.push_back({parameter.name, in_words(parameter), parameter.source});
  for (const std::string& text : mesh.assumptions) all.push_back(parse(text));
  std::set<int> majors;
  for (const models::Node& node : mesh.nodes) majors.insert(node.postgres);
  for (const int major : majors)
    for (const models::RuleNote& note : models::rules(major).notes)
      all.push_back({fmt::format("PostgreSQL {}: {}", major, note.name), note.text, note.source});
  return all;
}

}  // namespace plan
