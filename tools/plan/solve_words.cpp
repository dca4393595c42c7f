#include "tools/plan/solve_words.hpp"

#include <fmt/format.h>

#include <limits>

#include "tools/plan/words.hpp"

namespace plan {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

class Writer {
 public:
  Writer(const Axis& axis, const Solution& solution, Study& study)
      : axis_{axis}, s_{solution}, study_{study} {}

  void write() {
    study_.arguments =
        fmt::format("--vary {}={}..{}", axis_.path, axis_.text(0), axis_.text(axis_.steps - 1));
    study_.ok =
        s_.outcome == Solution::Outcome::solved || s_.outcome == Solution::Outcome::anywhere;
    study_.interrupted = s_.outcome == Solution::Outcome::interrupted;
    study_.headline = headline();
    study_.cause = cause();
    study_.next_step = next_step();
    add_figures();
    add_points();
    study_.points_wanted = static_cast<std::int64_t>(study_.points.size());
  }

 private:
  /// 94832MB, with the value in words where that reads differently: 166380s (46.2 h).
  std::string value(std::int64_t step) const {
    const std::string text = axis_.text(step);
    if (axis_.unit != "bytes" && axis_.unit != "s") return text;
    return fmt::format("{} ({})", text, in_words(axis_.value(step), axis_.unit, 0));
  }

  static std::string objective(const Edge& edge) {
    return edge.asked.objective.text.empty() ? edge.asked.objective.metric
                                             : edge.asked.objective.text;
  }

  const Edge* missed_everywhere() const {
    for (const Edge& edge : s_.edges)
      if (!edge.met_somewhere) return &edge;
    return nullptr;
  }

  std::string range() const {
    return fmt::format("from {} to {}", value(0), value(axis_.steps - 1));
  }

  std::string both() const { return s_.edges.size() > 1 ? "every objective" : "the objective"; }

  std::string headline() const {
    switch (s_.outcome) {
      case Solution::Outcome::solved:
        if (s_.smallest && s_.largest)
          return fmt::format("{} meets {} between {} and {}.", axis_.path, both(),
                             value(*s_.smallest), value(*s_.largest));
        if (s_.largest)
          return fmt::format("{} meets {} up to {}.", axis_.path, both(), value(*s_.largest));
        return fmt::format("{} meets {} from {} on.", axis_.path, both(), value(*s_.smallest));
      case Solution::Outcome::anywhere:
        return fmt::format("Every value of {} {} meets {}.", axis_.path, range(), both());
      case Solution::Outcome::nowhere: {
        const Edge* edge = missed_everywhere();
        return fmt::format("Unreachable: no value of {} {} meets {}.", axis_.path, range(),
                           edge == nullptr ? both() : objective(*edge));
      }
      case Solution::Outcome::contradiction:
        return fmt::format("Unreachable: no value of {} {} meets every objective at once.",
                           axis_.path, range());
      case Solution::Outcome::not_monotone:
        return fmt::format(
            "{} does not have one limit: along {} the objectives are met, missed and met again.",
            axis_.path, range());
      case Solution::Outcome::interrupted:
        break;
    }
    return "Interrupted before the answer was found.";
  }

  /// "at most 94832MB (95 % interval 91000MB to 99000MB)".
  std::string limit(const Edge& edge) const {
    if (edge.worse == 0) return edge.met_somewhere ? "met by every value" : "missed by every value";
    if (!edge.last) return "missed by every value";
    std::string text =
        fmt::format("{} {}", edge.worse > 0 ? "at most" : "at least", value(*edge.last));
    const std::string sure = edge.sure ? axis_.text(*edge.sure) : "beyond the range";
    const std::string poor = edge.poor ? axis_.text(*edge.poor) : "beyond the range";
    text += fmt::format(" (95 % Monte Carlo interval {} to {})", edge.worse > 0 ? sure : poor,
                        edge.worse > 0 ? poor : sure);
    return text;
  }

  std::string cause() const {
    std::string text;
    for (const Edge& edge : s_.edges)
      text += fmt::format("{}{} wants {}", text.empty() ? "" : "; ", objective(edge), limit(edge));
    return text.empty() ? text : text + ".";
  }

  std::string next_step() const {
    const auto rerun = [&](std::int64_t step) {
      return fmt::format("meshplan run {} --set '{}={}'", study_.scenario_file, axis_.path,
                         axis_.text(step));
    };
    switch (s_.outcome) {
      case Solution::Outcome::solved:
        return fmt::format(
            "See it: {} meets the objectives; one step ({}) beyond misses, tried with all {} "
            "replicates.",
            rerun(s_.largest ? *s_.largest : *s_.smallest), axis_.resolution, study_.replicates);
      case Solution::Outcome::anywhere:
        return "This number is not what decides; vary another one, or a wider range.";
      case Solution::Outcome::nowhere:
        return "Vary another number, a wider range, or ask for less.";
      case Solution::Outcome::contradiction:
        return "Ask for less of one objective, or change another number too: a larger disk, a "
               "shorter outage, fewer writes.";
      case Solution::Outcome::not_monotone:
        return "Solve within one of the stretches below: --vary PATH=lo..hi.";
      case Solution::Outcome::interrupted:
        break;
    }
    return "Run it again.";
  }

  Estimate at(std::optional<std::int64_t> step, std::optional<std::int64_t> low,
              std::optional<std::int64_t> high) const {
    const auto v = [&](std::optional<std::int64_t> k) { return k ? axis_.value(*k) : none; };
    return {v(step), v(low), v(high)};
  }

  void add_figures() {
    const auto add = [&](const char* name, std::string subject, const Estimate& e,
                         std::string text) {
      study_.figures.push_back({name, std::move(subject), axis_.unit, e, std::move(text)});
    };
    if (s_.smallest)
      add("solved_smallest", axis_.path, at(s_.smallest, s_.smallest, s_.smallest),
          value(*s_.smallest));
    if (s_.largest)
      add("solved_largest", axis_.path, at(s_.largest, s_.largest, s_.largest), value(*s_.largest));
    for (const Edge& edge : s_.edges) {
      Estimate e = at(edge.last, edge.sure, edge.poor);
      if (edge.worse < 0) std::swap(e.low, e.high);
      add("edge", objective(edge), e, limit(edge));
    }
    for (const Solution::Scan& scan : s_.scan)
      for (std::size_t g = 0; g < scan.bad.size(); ++g)
        study_.figures.push_back(
            {"response",
             g < s_.edges.size() ? objective(s_.edges[g]) : fmt::format("{}", g),
             "ratio",
             {scan.bad[g], scan.bad[g], scan.bad[g]},
             axis_.text(scan.step)});
    const auto simulated = static_cast<double>(s_.simulated);
    study_.figures.push_back({"replicates_simulated",
                              axis_.path,
                              "count",
                              {simulated, simulated, simulated},
                              count_in_words(simulated)});
  }

  void add_points() {
    for (const Solution::Probe& probe : s_.probes) {
      StudyPoint& point = study_.points.emplace_back();
      point.number = static_cast<std::int64_t>(study_.points.size()) - 1;
      point.label = probe.label;
      point.settings = {{axis_.path, axis_.text(probe.step), axis_.value(probe.step)}};
      point.replicates = probe.variant.replicates;
      point.outcomes = probe.variant.outcomes;
      for (Outcome& outcome : point.outcomes) outcome.values.clear();
      point.objectives = probe.variant.objectives;
    }
  }

  const Axis& axis_;
  const Solution& s_;
  Study& study_;
};

}  // namespace

void describe(const Axis& axis, const Solution& solution, Study& study) {
  Writer{axis, solution, study}.write();
}

}  // namespace plan
