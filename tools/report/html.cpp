#include "tools/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <kainjow/mustache.hpp>
#include <map>
#include <tuple>

#include "tools/plan/mechanisms.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/words.hpp"
#include "tools/report/chart.hpp"
#include "tools/report/headline.hpp"
#include "tools/report/known_error.hpp"
#include "tools/report/matrix.hpp"
#include "tools/report/moments.hpp"
#include "tools/report/resources.hpp"
#include "tools/report/story.hpp"

namespace report {
namespace {

using kainjow::mustache::data;

/// Empty text is set as false: a template's section is left out, and no outer text shines through.
void set(data& d, const char* key, const std::string& text) {
  if (text.empty())
    d.set(key, false);
  else
    d.set(key, text);
}

data list_of(const std::vector<std::string>& texts) {
  data list{data::type::list};
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

/// As HTML; a number stays on one line with its unit.
std::string escaped(std::string_view text) {
  constexpr std::string_view units = "%BKMGTdhmsy";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' && i > 0 && i + 1 < text.size() && text[i - 1] >= '0' && text[i - 1] <= '9' &&
        units.find(text[i + 1]) != std::string_view::npos)
      out += "\u00a0";
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

/// Where each volume, slot and table is shown, by name.
using Anchors = std::map<std::string, std::string>;

/// Text as HTML, in which the first mention of each subject leads to its charts.
std::string linked(const std::string& text, const Anchors& anchors) {
  std::vector<std::pair<std::string, std::string>> names{anchors.begin(), anchors.end()};
  std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return a.first.size() > b.first.size();  // a longer name before one that it contains
  });
  std::string out, plain;
  for (std::size_t at = 0; at < text.size();) {
    const auto name = std::find_if(names.begin(), names.end(), [&](const auto& n) {
      return !n.first.empty() && text.compare(at, n.first.size(), n.first) == 0;
    });
    if (name == names.end()) {
      plain += text[at++];
      continue;
    }
    out +=
        escaped(plain) + fmt::format("<a href=\"#{}\">{}</a>", name->second, escaped(name->first));
    plain.clear();
    at += name->first.size();
    names.erase(name);
  }
  return out + escaped(plain);
}

/// As HTML; a dotted name may be broken where its parts end.
std::string breakable(std::string_view text) {
  std::string out;
  std::string part;
  for (const char c : text) {
    part += c;
    if (c != '.' && c != '_' && c != '/' && c != '@') continue;
    out += escaped(part) + "<wbr>";
    part.clear();
  }
  return out + escaped(part);
}

constexpr const char* zoom_hint =
    "Drag, or press + and the arrow keys, to zoom into all charts at once.";

bool mentions(const plan::Verdict& verdict, const std::string& name) {
  for (const std::string* text : {&verdict.headline, &verdict.cause, &verdict.next_step})
    if (text->find(name) != std::string::npos) return true;
  return false;
}

class Page {
 public:
  Page(const plan::Results& results, const HtmlOptions& options) : r_{results}, options_{options} {
    groups_ = {{"volumes", "Disks", how_to_read(), volume_charts(r_)},
               {"slots", "Replication slots", "", slot_charts(r_)},
               {"tables", "Tables", "", table_charts(r_)}};
    for (const Group& group : groups_)
      for (const Subject& subject : group.subjects) anchors_[subject.title] = subject.id;
    add_replicates();
    tornadoes_ = tornado_charts(r_);
  }

  std::string write() {
    page_.set("chart_partial", partial(resource("chart.mustache")));
    page_.set("story_partial", partial(resource("story.mustache")));
    head();
    objectives();
    groups();
    matrix();
    tornado();
    push_downs();
    figures();
    accuracy();
    assumptions();
    page_.set("sections", sections_);
    reproduce();
    page_.set("css", std::string{resource("report.css")});
    page_.set("js", std::string{resource("report.js")});
    page_.set("chart_js", std::string{resource("chart.min.js")});
    page_.set("data", chart_data(r_, all_charts()));
    kainjow::mustache::mustache page{std::string{resource("page.mustache")}};
    return page.render(page_);
  }

 private:
  struct Group {
    std::string id, title, text;
    std::vector<Subject> subjects;
  };

  /// Said once, above the first charts.
  std::string how_to_read() const {
    std::string text = fmt::format("Line: the median of {} replicates. Shaded: from P5 to P95. ",
                                   r_.band_replicates);
    for (const plan::Trace& trace : r_.traces)
      if (trace.label == "bad") text += "Dashed: the bad replicate; 95 % fare better. ";
    for (const plan::PlannedIncident& i : r_.incidents)
      if (i.at) {
        text += "Grey: incidents, dark up to their median length, light up to their P95. ";
        break;
      }
    return text;
  }

  static data partial(std::string_view text) {
    return data{kainjow::mustache::partial{[text] { return std::string{text}; }}};
  }

  void section(const char* id, const char* title) {
    data s;
    s.set("id", id);
    s.set("title", title);
    sections_.push_back(s);
  }

  std::string anchor(const std::string& subject) const {
    const auto found = anchors_.find(subject);
    return found == anchors_.end() ? "" : found->second;
  }

  // ---- top of the page

  void head() {
    section("verdict", "Verdict");
    set(page_, "version", options_.version);
    set(page_, "scenario", r_.scenario_name);
    set(page_, "status", r_.verdict.ok ? "OK" : "FAIL");
    set(page_, "tone", r_.verdict.ok ? "good" : "bad");
    set(page_, "horizon", plan::duration_in_words(r_.horizon));
    set(page_, "start", date_in_words(r_.start));
    set(page_, "replicates", std::to_string(r_.replicates));
    page_.set("interrupted", r_.interrupted);
    set(page_, "headline", linked(r_.verdict.headline, anchors_));
    set(page_, "cause", linked(r_.verdict.cause, anchors_));
    set(page_, "cause_title", r_.verdict.ok ? "Owner" : "Cause");
    set(page_, "next_step", linked(r_.verdict.next_step, anchors_));
    set(page_, "how_sure", escaped(how_sure(r_)));
  }

  void objectives() {
    data list{data::type::list};
    for (const plan::ObjectiveResult& o : r_.objectives) {
      const auto [asked, found] = in_words(o, r_.horizon);
      data row;
      set(row, "asked", asked);
      set(row, "found", escaped(found));
      set(row, "chart", anchor(o.subject));
      set(row, "status", o.met ? "met" : "missed");
      set(row, "tone", o.met ? "good" : "bad");
      list.push_back(row);
    }
    page_.set("objectives?", !r_.objectives.empty());
    page_.set("objectives", list);
  }

  // ---- charts

  void add_replicates() {
    Group group{"replicates",
                "What happened",
                "Single replicates, simulated once more with everything recorded.",
                {}};
    for (const plan::Trace& trace : r_.traces) {
      if (trace.label != "median" && trace.label != "bad") continue;
      stories_.push_back(story(r_, trace));
      Subject subject{
          "replicate-" + slug(trace.label),
          fmt::format("The {} replicate", trace.label),
          trace.label == "bad"
              ? fmt::format("Number {}: 95 % of the replicates fare better.", trace.replicate)
              : fmt::format("Number {}: half of the replicates fare better.", trace.replicate),
          {}};
      if (!decisive_volume(r_).empty())
        subject.charts.push_back(replicate_chart(r_, trace, stories_.back().marks));
      group.subjects.push_back(std::move(subject));
    }
    groups_.push_back(std::move(group));
  }

  std::vector<const Chart*> all_charts() const {
    std::vector<const Chart*> all;
    for (const Group& group : groups_)
      for (const Subject& subject : group.subjects)
        for (const Chart& chart : subject.charts) all.push_back(&chart);
    for (const Chart& chart : tornadoes_) all.push_back(&chart);
    return all;
  }

  static data in_template(const Chart& chart) {
    constexpr const char* kinds[] = {"fan", "stack", "steps", "tornado"};
    data d, legend{data::type::list}, rows{data::type::list};
    set(d, "id", chart.id);
    set(d, "kind", kinds[static_cast<int>(chart.kind)]);
    set(d, "title", chart.title);
    set(d, "note", chart.note);
    set(d, "alt", chart.alt);
    if (chart.kind != Chart::Kind::tornado && chart.kind != Chart::Kind::steps)
      for (std::size_t i = chart.series.size(); i-- > 0;) {  // from the top of a stack down
        const Chart::Series& s = chart.series[i];
        data entry;
        set(entry, "index", std::to_string(i));
        set(entry, "name", s.name);
        set(entry, "color", std::to_string(static_cast<int>(s.color)));
        set(entry, "swatch", s.dashed ? "dash" : chart.kind == Chart::Kind::stack ? "area" : "fan");
        legend.push_back(entry);
      }
    if (chart.kind == Chart::Kind::tornado)
      for (const auto& [index, name, color] :
           {std::tuple{"0", "input in its lowest part", Color::blue},
            std::tuple{"1", "input in its highest part", Color::orange}}) {
        data entry;
        set(entry, "index", index);
        set(entry, "name", name);
        set(entry, "color", std::to_string(static_cast<int>(color)));
        set(entry, "swatch", "area");
        legend.push_back(entry);
      }
    d.set("legend", legend);
    d.set("header", list_of(chart.header));
    for (const auto& cells : chart.rows) {
      data row;
      row.set("cells", list_of(cells));
      rows.push_back(row);
    }
    d.set("rows", rows);
    return d;
  }

  data in_template(const Story& story) const {
    data list{data::type::list};
    for (const Story::Entry& e : story.entries) {
      data row;
      set(row, "number", std::to_string(e.number));
      set(row, "iso", iso(r_.start + std::llround(e.t)));
      set(row, "when", moment_in_words(r_.start, e.t, r_.horizon));
      set(row, "elapsed", "after " + plan::duration_in_words(e.t));
      set(row, "text", e.text);
      set(row, "tone", e.bad ? "bad" : "plain");
      row.set("figures", list_of(e.figures));
      list.push_back(row);
    }
    return list;
  }

  void groups() {
    data list{data::type::list};
    for (const Group& group : groups_) {
      if (group.subjects.empty()) continue;
      data g, subjects{data::type::list};
      set(g, "id", group.id);
      set(g, "title", group.title);
      set(g, "text", group.text);
      set(g, "hint", list.is_empty_list() ? zoom_hint : "");
      for (std::size_t i = 0; i < group.subjects.size(); ++i) {
        const Subject& subject = group.subjects[i];
        data s, charts{data::type::list};
        set(s, "id", subject.id);
        set(s, "title", subject.title);
        set(s, "title_html", breakable(subject.title));
        set(s, "text", subject.text);
        s.set("verdict?", mentions(r_.verdict, subject.title));
        for (const Chart& chart : subject.charts) charts.push_back(in_template(chart));
        s.set("charts", charts);
        const bool tells = group.id == "replicates";
        s.set("story?", tells);
        if (tells) {
          s.set("story_columns", list_of(stories_[i].columns));
          s.set("story", in_template(stories_[i]));
          set(s, "routine", stories_[i].routine);
        }
        subjects.push_back(s);
      }
      g.set("subjects", subjects);
      list.push_back(g);
      section(group.id.c_str(), group.title.c_str());
    }
    page_.set("groups", list);
  }

  // ---- what other commands found

  void matrix() {
    page_.set("matrix?", !r_.comparisons.empty());
    if (r_.comparisons.empty()) return;
    section("mechanisms", "Compared");
    std::vector<std::string> variants, rows;
    std::map<std::string, std::map<std::string, const plan::Comparison*>> cells;
    const auto note = [](std::vector<std::string>& all, const std::string& one) {
      if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
    };
    set(page_, "recommended", plan::recommendations_in_words(r_.comparisons));
    for (const plan::Comparison& c : r_.comparisons) {
      if (c.key.metric == "recommendation") continue;  // told above the table
      std::string name = c.key.metric + " " + c.key.subject;
      if (!c.statistic.empty()) name += ", " + c.statistic;
      note(variants, c.variant);
      note(rows, name);
      cells[name][c.variant] = &c;
    }
    data list{data::type::list};
    for (const std::string& name : rows) {
      data row, columns{data::type::list};
      set(row, "name", name);
      for (const std::string& variant : variants) columns.push_back(cell(cells[name][variant]));
      row.set("cells", columns);
      list.push_back(row);
    }
    page_.set("rows", list);
    page_.set("variants", list_of(variants));
    set(page_, "baseline", variants.front());
  }

  data cell(const plan::Comparison* c) const {
    data d;
    set(d, "text", c == nullptr ? "" : figure(*c, c->value));
    d.set("best", c != nullptr && c->best);
    std::string difference;
    if (c != nullptr && !std::isnan(c->difference.value))
      difference = fmt::format("{}{} ({} to {})", c->difference.value < 0 ? "" : "+",
                               figure(*c, c->difference.value), figure(*c, c->difference.low),
                               figure(*c, c->difference.high));
    set(d, "difference", difference);
    return d;
  }

  std::string figure(const plan::Comparison& c, double value) const {
    plan::Comparison shown = c;
    shown.value = value;
    return matrix_figure(shown, r_.horizon);
  }

  void tornado() {
    data list{data::type::list};
    for (const Chart& chart : tornadoes_) list.push_back(in_template(chart));
    page_.set("tornado?", !tornadoes_.empty());
    page_.set("tornadoes", list);
    if (!tornadoes_.empty()) section("influences", "What moves the answer");
  }

  void push_downs() {
    data list{data::type::list};
    for (const plan::PushDown& p : r_.push_downs) {
      data row;
      set(row, "consumer", p.consumer);
      set(row, "query", p.query);
      set(row, "part", p.part);
      set(row, "where", p.shipped ? "remote" : "local");
      set(row, "tone", p.shipped ? "good" : "bad");
      set(row, "reason", p.reason);
      set(row, "rows", plan::count_in_words(p.rows));
      set(row, "bytes", plan::bytes_in_words(p.bytes));
      list.push_back(row);
    }
    page_.set("push_downs?", !r_.push_downs.empty());
    page_.set("push_downs", list);
    if (!r_.push_downs.empty()) section("queries", "Foreign queries");
  }

  // ---- tables

  void figures() {
    data groups{data::type::list};
    const auto all = headline_outcomes(r_);
    for (std::size_t i = 0; i < all.size();) {
      const std::string& metric = all[i]->key.metric;
      data group, rows{data::type::list};
      for (; i < all.size() && all[i]->key.metric == metric; ++i) {
        data row;
        set(row, "subject", all[i]->key.subject);
        set(row, "subject_html", breakable(all[i]->key.subject));
        set(row, "chart", anchor(all[i]->key.subject));
        row.set("cells", list_of(report::figures(*all[i], r_.horizon)));
        rows.push_back(row);
      }
      const models::Metric* described = plan::metric(metric);
      set(group, "metric", metric);
      set(group, "meaning", described == nullptr ? "" : described->description);
      group.set("rows", rows);
      groups.push_back(group);
    }
    const bool any = r_.replicates > 0 && !all.empty();
    page_.set("figures?", any);
    page_.set("figures", groups);
    page_.set("figure_names", list_of(figure_names()));
    if (any) section("figures", "Figures");
  }

  void accuracy() {
    std::map<std::string, std::vector<const plan::Accuracy*>> by_quantity;
    for (const plan::Accuracy& a : options_.accuracy)
      if (a.measured != 0) by_quantity[a.quantity].push_back(&a);
    data list{data::type::list};
    for (const auto& [quantity, cases] : by_quantity) list.push_back(error_of(quantity, cases));
    const KnownError known = known_error();
    data known_list{data::type::list};
    for (const KnownError::Row& row : known.rows) {
      data one;
      set(one, "quantity", row.quantity);
      set(one, "lines", row.lines);
      set(one, "within", row.within_target);
      set(one, "median", row.median);
      set(one, "line", row.straight_line);
      set(one, "spreadsheet", row.spreadsheet);
      known_list.push_back(one);
    }
    page_.set("known", known_list);
    set(page_, "known_summary", known.summary);
    page_.set("error?", !known.rows.empty() || !by_quantity.empty());
    page_.set("known?", !known.rows.empty());
    page_.set("accuracy?", !by_quantity.empty());
    page_.set("accuracy", list);
    set(page_, "accuracy_cases", std::to_string(options_.accuracy.size()));
    if (!known.rows.empty() || !by_quantity.empty()) section("accuracy", "Model error");
  }

  static data error_of(const std::string& quantity,
                       const std::vector<const plan::Accuracy*>& cases) {
    std::vector<double> errors;
    double line = -1;
    int oldest = cases.front()->postgres, newest = oldest;
    for (const plan::Accuracy* a : cases) {
      errors.push_back(std::abs(a->predicted / a->measured - 1));
      if (!std::isnan(a->straight_line))
        line = std::max(line, std::abs(a->straight_line / a->measured - 1));
      oldest = std::min(oldest, a->postgres);
      newest = std::max(newest, a->postgres);
    }
    std::sort(errors.begin(), errors.end());
    data row;
    set(row, "quantity", quantity);
    set(row, "postgres",
        oldest == newest ? std::to_string(oldest) : fmt::format("{} to {}", oldest, newest));
    set(row, "cases", std::to_string(cases.size()));
    set(row, "median", plan::share_in_words(errors[(errors.size() - 1) / 2]));
    set(row, "worst", plan::share_in_words(errors.back()));
    set(row, "line", line < 0 ? "" : plan::share_in_words(line));
    return row;
  }

  void assumptions() {
    data list{data::type::list};
    for (const plan::Assumption& a : r_.assumptions) {
      data row;
      set(row, "name", breakable(a.name));
      set(row, "value", a.value);
      set(row, "source", breakable(a.source));
      list.push_back(row);
    }
    page_.set("assumptions?", !r_.assumptions.empty());
    page_.set("assumptions", list);
    if (!r_.assumptions.empty()) section("assumptions", "Assumptions");
    section("reproduce", "Reproduce");
  }

  /// The command whose findings hang on the run.
  const char* made_by() const {
    if (!r_.comparisons.empty()) return "compare";
    return r_.influences.empty() ? "run" : "sensitivity";
  }

  void reproduce() {
    set(page_, "command",
        fmt::format("meshplan {} {}{} --seed {} --replicates {}", made_by(), r_.scenario_file,
                    r_.arguments, r_.seed, r_.replicates_wanted));
    set(page_, "file", r_.scenario_file);
    set(page_, "hash", r_.scenario_hash);
    set(page_, "seed", std::to_string(r_.seed));
    set(page_, "band_replicates", std::to_string(r_.band_replicates));
    set(page_, "scenario_text", r_.scenario_text);
  }

  const plan::Results& r_;
  const HtmlOptions& options_;
  std::vector<Group> groups_;
  std::vector<Story> stories_;  // of the subjects of the group "replicates", in their order
  std::vector<Chart> tornadoes_;
  Anchors anchors_;
  data page_, sections_{data::type::list};
};

}  // namespace

std::string html(const plan::Results& results, const HtmlOptions& options) {
  return Page{results, options}.write();
}

}  // namespace report
