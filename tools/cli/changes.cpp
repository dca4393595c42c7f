#include "tools/cli/changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "tools/cli/vary.hpp"
#include "tools/plan/words.hpp"
#include "tools/scenario/variable.hpp"

namespace cli {
namespace {

constexpr double one_percent = 1.01, furthest = 16;

/// Words of a command line as emit::shell_word quotes them.
std::vector<std::string> shell_words(const std::string& text) {
  std::vector<std::string> words;
  bool quoted = false, open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' && !quoted) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    if (c == '\'')
      quoted = !quoted;
    else if (c == '\\' && !quoted && i + 1 < text.size())
      words.back() += text[++i];
    else
      words.back() += c;
  }
  return words;
}

/// A number or its spread, every percentile times a factor, as the scenario spells it.
std::string scaled(const scenario::Variable& v, const models::Distribution& d, double factor) {
  using Kind = models::Distribution::Kind;
  const auto spelled = [&](double value) { return v.spelled(value * factor); };
  switch (d.kind) {
    case Kind::fixed:
      break;
    case Kind::uniform:
      return spelled(d.a) + ".." + spelled(d.b);
    case Kind::lognormal:
      return fmt::format("{{p10: {}, p50: {}, p90: {}}}", spelled(d.a), spelled(d.b), spelled(d.c));
    case Kind::exponential:
      return "~" + spelled(d.a);
  }
  return spelled(d.a);
}

class Maker {
 public:
  Maker(const plan::Results& results, const models::Mesh& mesh)
      : text_{results.scenario_text},
        file_{results.scenario_file},
        options_{options_of(results)},
        mesh_{mesh} {}

  std::optional<plan::Change> make(const plan::Candidate& candidate) const {
    for (const std::string& path : {candidate.path, candidate.otherwise}) {
      if (path.empty()) continue;
      try {
        const scenario::Variable v = scenario::variable_of(text_, file_, options_, path);
        plan::Change change = is_slot_cap(path) ? cap(v, candidate) : number(v, candidate);
        keep_what_loads(change.axis);
        if (change.axis.steps > 1 && change.from > 0) return change;
      } catch (const scenario::ScenarioError&) {
        // no such path: the entry goes by its number, or the mesh has it from elsewhere
      }
    }
    return std::nullopt;
  }

 private:
  plan::Axis axis(const scenario::Variable& v,
                  std::function<std::string(std::int64_t)> text) const {
    plan::Axis axis;
    axis.path = v.path;
    axis.unit = scenario::symbol(v.unit);
    axis.text = std::move(text);
    axis.mesh = [text = text_, file = file_, options = options_, path = v.path,
                 text_at = axis.text](std::int64_t k) {
      scenario::Options changed = options;
      if (k > 0) changed.overrides.push_back(path + "=" + text_at(k));
      return scenario::load_text(text, file, changed).mesh;
    };
    return axis;
  }

  plan::Change number(const scenario::Variable& v, const plan::Candidate& candidate) const {
    const int index = candidate.now.parameter;
    const models::Distribution now =
        index >= 0 ? mesh_.parameters[static_cast<std::size_t>(index)].distribution
                   : models::Distribution{models::Distribution::Kind::fixed, candidate.now.value};
    const auto factor = [towards = candidate.towards](std::int64_t k) {
      return std::pow(one_percent, static_cast<double>(towards * k));
    };
    plan::Change change;
    change.axis = axis(v, [v, now, factor](std::int64_t k) { return scaled(v, now, factor(k)); });
    change.axis.steps =
        1 + static_cast<std::int64_t>(std::ceil(std::log(furthest) / std::log(one_percent)));
    change.axis.resolution = "1 %";
    change.axis.value = [median = candidate.now.value, factor](std::int64_t k) {
      return median * factor(k);
    };
    change.from = candidate.now.value;
    return change;
  }

  plan::Change cap(const scenario::Variable& v, const plan::Candidate& candidate) const {
    const models::Node* node = node_of(v.path, mesh_);
    plan::Change change;
    if (node == nullptr) return change;
    const double volume = (node->wal ? *node->wal : node->data).size.value;
    const auto segment = static_cast<double>(node->wal_segment_size.count);
    const bool unlimited = !(candidate.now.value > 0);
    change.from = unlimited ? volume : candidate.now.value;
    const auto value = [from = change.from, segment, towards = candidate.towards](std::int64_t k) {
      const double whole = (towards > 0 ? std::floor(from / segment) : std::ceil(from / segment));
      return (whole + static_cast<double>(towards * k)) * segment;
    };
    change.axis = axis(v, [v, value, unlimited](std::int64_t k) {
      return unlimited && k == 0 ? std::string{"-1"} : v.spelled(value(k));
    });
    change.axis.value = value;
    change.axis.resolution = "a WAL segment";
    const double last = candidate.towards > 0 ? volume : segment;
    change.axis.steps = 1 + static_cast<std::int64_t>(
                                std::max(0.0, std::floor(std::abs(last - change.from) / segment)));
    return change;
  }

  /// Cuts off what the scenario does not take: settings have bounds.
  static void keep_what_loads(plan::Axis& axis) {
    while (axis.steps > 1) {
      try {
        axis.mesh(axis.steps - 1);
        return;
      } catch (const scenario::ScenarioError&) {
        axis.steps = axis.steps * 3 / 4;
      }
    }
  }

  const std::string& text_;
  const std::string& file_;
  const scenario::Options options_;
  const models::Mesh& mesh_;
};

}  // namespace

scenario::Options options_of(const plan::Results& results) {
  scenario::Options options;
  const std::vector<std::string> words = shell_words(results.arguments);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "--set") options.overrides.push_back(words[++i]);
    if (words[i] == "--horizon") options.overrides.push_back("horizon=" + words[++i]);
  }
  return options;
}

std::vector<plan::Change> make_changes(const std::vector<plan::Candidate>& candidates,
                                       const plan::Results& results, const models::Mesh& mesh) {
  std::vector<plan::Change> all;
  const Maker maker{results, mesh};
  for (const plan::Candidate& candidate : candidates)
    if (auto change = maker.make(candidate)) all.push_back(std::move(*change));
  return all;
}

}  // namespace cli
