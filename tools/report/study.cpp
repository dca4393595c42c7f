#include "tools/report/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/plan/words.hpp"
#include "tools/report/headline.hpp"
#include "tools/report/table.hpp"

namespace report {
namespace {

using Json = nlohmann::ordered_json;

/// "solve of media-mesh: 1000 replicates of each variant over 30 d, seed 1".
std::string title(const plan::Study& study) {
  std::string text = fmt::format("{} of {}: {} replicates of each variant over {}, seed {}",
                                 study.kind, study.scenario_name, study.replicates,
                                 plan::duration_in_words(study.horizon), study.seed);
  if (static_cast<std::int64_t>(study.points.size()) < study.points_wanted)
    text += fmt::format("; {} of {} points", study.points.size(), study.points_wanted);
  return text;
}

std::string settings(const plan::StudyPoint& point) {
  std::string text;
  for (const plan::Setting& s : point.settings)
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", s.path, s.text);
  return text;
}

/// What an objective came to: "84.9 %"; a probability too.
std::string found(const plan::ObjectiveResult& o, double horizon) {
  return plan::in_words(o.value, o.unit, horizon);
}

/// Outcomes to show where there are no objectives: what fails, and the fullest volume.
std::vector<const plan::Outcome*> telling(const plan::StudyPoint& point) {
  std::vector<const plan::Outcome*> chosen;
  for (const char* metric : {"volume_used", "disk_full", "slot_lost"})
    for (const plan::Outcome& o : point.outcomes)
      if (o.key.metric == metric) chosen.push_back(&o);
  return chosen;
}

class Page {
 public:
  Page(const plan::Study& study, const TextOptions& options)
      : s_{study}, options_{options}, width_{std::max<std::size_t>(options.width, 40)} {}

  std::string write() {
    for (const std::string& part : wrap(title(s_), width_)) line(part);
    line("");
    for (const std::string& part : wrap(fmt::format("{}{}", mark(s_.ok), s_.headline), width_))
      line(tone("1", part));
    line("");
    paragraph("Because", s_.cause);
    paragraph("Next step", s_.next_step);
    if (!s_.cause.empty() || !s_.next_step.empty()) line("");
    points();
    response();
    return std::move(out_);
  }

 private:
  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }
  std::string tone(const char* code, const std::string& text) const {
    return options_.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }
  std::string mark(bool good) const {
    if (options_.utf8) return good ? "✓ " : "✗ ";
    return good ? "ok   " : "FAIL ";
  }
  void paragraph(const std::string& name, const std::string& text) {
    constexpr std::size_t indent = 13;
    bool first = true;
    for (const std::string& part : wrap(text, width_ - indent)) {
      line((first ? tone("1", name) + std::string(indent - name.size(), ' ')
                  : std::string(indent, ' ')) +
           part);
      first = false;
    }
  }

  /// Every variant, and what each objective (or, without any, each telling outcome) comes to.
  void points() {
    for (const plan::StudyPoint& point : s_.points) {
      std::string heading = settings(point);
      if (!point.label.empty()) heading += fmt::format("   ({})", point.label);
      line(tone("1", heading));
      for (const plan::ObjectiveResult& o : point.objectives)
        for (const std::string& part :
             wrap(fmt::format("  {}{}: {}", mark(o.met), in_words(o, s_.horizon).asked,
                              in_words(o, s_.horizon).found),
                  width_))
          line("  " + part);
      if (point.objectives.empty())
        for (const plan::Outcome* o : telling(point))
          line(fmt::format("  {} {}: {}", o->key.metric, o->key.subject, figure(*o)));
    }
    if (!s_.points.empty()) line("");
  }

  std::string figure(const plan::Outcome& o) const {
    if (o.key.unit == "0/1") return plan::share_in_words(o.probability);
    return fmt::format("{} (P50), {} (P99)", plan::in_words(o.p50.value, o.key.unit, s_.horizon),
                       plan::in_words(o.p99.value, o.key.unit, s_.horizon));
  }

  /// The share of replicates that miss an objective, along the range.
  void response() {
    std::string subject;
    for (const plan::Figure& f : s_.figures) {
      if (f.name != "response") continue;
      if (subject.empty()) line(tone("1", "Replicates that miss, along the range"));
      subject = f.subject;
    }
    if (subject.empty()) return;
    std::vector<std::string> subjects;
    for (const plan::Figure& f : s_.figures)
      if (f.name == "response" &&
          std::find(subjects.begin(), subjects.end(), f.subject) == subjects.end())
        subjects.push_back(f.subject);
    for (const std::string& one : subjects) {
      line("  " + one);
      std::string row = "   ";
      for (const plan::Figure& f : s_.figures)
        if (f.name == "response" && f.subject == one) {
          const std::string cell =
              fmt::format(" {}: {};", f.text, plan::share_in_words(f.estimate.value));
          if (columns_of(row) + columns_of(cell) > width_) {
            line(row);
            row = "   ";
          }
          row += cell;
        }
      if (!row.empty() && row.back() == ';') row.pop_back();
      line(row);
    }
  }

  const plan::Study& s_;
  const TextOptions& options_;
  std::size_t width_;
  std::string out_;
};

Json estimate(const plan::Estimate& e) { return {e.low, e.high}; }

Json point(const plan::StudyPoint& p) {
  Json j{{"number", p.number}, {"label", p.label}, {"replicates", p.replicates}};
  j["settings"] = Json::array();
  for (const plan::Setting& s : p.settings)
    j["settings"].push_back({{"path", s.path}, {"text", s.text}, {"value", s.number}});
  j["objectives"] = Json::array();
  for (const plan::ObjectiveResult& o : p.objectives)
    j["objectives"].push_back({{"objective", o.objective.text},
                               {"subject", o.subject},
                               {"unit", o.unit},
                               {"value", o.value},
                               {"monte_carlo_95", estimate(o.estimate)},
                               {"threshold", o.threshold},
                               {"met", o.met}});
  j["outcomes"] = Json::array();
  for (const plan::Outcome& o : p.outcomes)
    j["outcomes"].push_back({{"metric", o.key.metric},
                             {"subject", o.key.subject},
                             {"unit", o.key.unit},
                             {"p5", o.p5.value},
                             {"p50", o.p50.value},
                             {"p95", o.p95.value},
                             {"p99", o.p99.value},
                             {"mean", o.mean},
                             {"probability", o.probability}});
  return j;
}

}  // namespace

std::string text(const plan::Study& study, const TextOptions& options) {
  return Page{study, options}.write();
}

std::string markdown(const plan::Study& s) {
  std::string page = fmt::format("## {} {}\n\n{}\n\n", s.ok ? "✅" : "❌", s.headline, title(s));
  if (!s.cause.empty()) page += fmt::format("**Because** {}\n\n", s.cause);
  if (!s.next_step.empty()) page += fmt::format("**Next step** {}\n\n", s.next_step);
  if (s.points.empty()) return page;
  page += "| Variant | Objective | Found | |\n|:--|:--|--:|:--|\n";
  for (const plan::StudyPoint& p : s.points) {
    const std::string name =
        fmt::format("`{}`{}", settings(p), p.label.empty() ? "" : " " + p.label);
    for (const plan::ObjectiveResult& o : p.objectives)
      page += fmt::format("| {} | {} | {} | {} |\n", name, in_words(o, s.horizon).asked,
                          found(o, s.horizon), o.met ? "✅" : "❌");
    if (p.objectives.empty())
      for (const plan::Outcome* o : telling(p))
        page += fmt::format("| {} | {} {} | {} | |\n", name, o->key.metric, o->key.subject,
                            o->key.unit == "0/1"
                                ? plan::share_in_words(o->probability)
                                : plan::in_words(o->p99.value, o->key.unit, s.horizon));
  }
  return page;
}

std::string json(const plan::Study& s, const std::string& version) {
  Json j{{"format_version", 1},
         {"meshplan", version},
         {"kind", s.kind},
         {"scenario", s.scenario_name},
         {"scenario_file", s.scenario_file},
         {"scenario_hash", s.scenario_hash},
         {"arguments", s.arguments},
         {"seed", s.seed},
         {"replicates", s.replicates},
         {"horizon", s.horizon},
         {"points_wanted", s.points_wanted},
         {"interrupted", s.interrupted},
         {"ok", s.ok},
         {"headline", s.headline},
         {"cause", s.cause},
         {"next_step", s.next_step}};
  j["figures"] = Json::array();
  for (const plan::Figure& f : s.figures)
    j["figures"].push_back({{"name", f.name},
                            {"subject", f.subject},
                            {"unit", f.unit},
                            {"value", f.estimate.value},
                            {"interval_95", estimate(f.estimate)},
                            {"text", f.text}});
  j["points"] = Json::array();
  for (const plan::StudyPoint& p : s.points) j["points"].push_back(point(p));
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace report
