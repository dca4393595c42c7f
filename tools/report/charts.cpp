#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "tools/plan/outcomes.hpp"
#include "tools/plan/selection.hpp"
#include "tools/plan/words.hpp"
#include "tools/report/chart.hpp"
#include "tools/report/moments.hpp"

namespace report {
namespace {

constexpr std::size_t most_subjects = 6, most_owners = 6, table_rows = 25, curve_points = 200,
                      replicate_points = 360;
constexpr double table_worth_showing = 0.01;  // of the largest table
constexpr float worth_showing = 0.02F;  // of the largest owner; smaller ones are added together

const plan::Band* band(const plan::Results& r, const std::string& quantity,
                       const std::string& subject, const std::string& owner = "") {
  for (const plan::Band& b : r.bands)
    if (b.key.quantity == quantity && b.key.subject == subject && b.key.owner == owner) return &b;
  return nullptr;
}

float highest(const std::vector<float>& values) {
  return values.empty() ? 0.0F : *std::max_element(values.begin(), values.end());
}

/// Subjects of a metric, the worst first.
std::vector<std::string> worst_subjects(const plan::Results& r, const std::string& metric) {
  std::vector<const plan::Outcome*> all;
  for (const plan::Outcome& o : r.outcomes)
    if (o.key.metric == metric) all.push_back(&o);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto* a, const auto* b) { return a->p95.value > b->p95.value; });
  all.resize(std::min(all.size(), most_subjects));
  std::vector<std::string> subjects;
  for (const plan::Outcome* o : all) subjects.push_back(o->key.subject);
  return subjects;
}

/// Evenly spread indexes of a grid, both ends included: the rows of the table behind a chart.
std::vector<std::size_t> sampled(std::size_t points) {
  std::vector<std::size_t> rows;
  const std::size_t n = std::min(points, table_rows);
  for (std::size_t i = 0; i < n; ++i) rows.push_back(n == 1 ? 0 : i * (points - 1) / (n - 1));
  return rows;
}

class Charts {
 public:
  explicit Charts(const plan::Results& results) : r_{results} {
    for (const plan::PlannedIncident& i : r_.incidents)
      if (i.at) planned_.push_back(mark(i));
  }

  /// A fan over time of one or more bands; none when there is no such band or it stays at zero.
  std::optional<Chart> fan(const std::string& id, const std::string& title,
                           const std::vector<std::tuple<std::string, Color, const plan::Band*>>& of,
                           const std::string& quantity, const std::string& subject) const {
    Chart chart;
    chart.id = id;
    chart.title = title;
    chart.header = {"When"};
    float top = 0;
    for (const auto& [name, color, b] : of) {
      if (b == nullptr) continue;
      chart.unit = b->key.unit;
      chart.series.push_back({name, color, false, b->p5, b->p50, b->p95, {}, {}, 0, 0, "", ""});
      for (const char* p : {"P5", "P50", "P95"})
        chart.header.push_back(of.size() > 1 ? name + " " + p : p);
      top = std::max(top, highest(b->p95));
    }
    if (chart.series.empty() || top <= 0) return std::nullopt;
    lines(chart, quantity, subject);
    chart.marks = planned_;
    chart.alt = alt_of(chart);
    fan_table(chart);
    return chart;
  }

  /// The same with one recorded replicate as a dashed line.
  void add_replicate(Chart& chart, const std::string& quantity, const std::string& subject) const {
    const plan::Trace* bad = nullptr;
    for (const plan::Trace& trace : r_.traces)
      if (trace.label == "bad") bad = &trace;
    if (bad == nullptr) return;
    for (const plan::Trace::Series& s : bad->series) {
      const models::SeriesKey& key = r_.series[s.series];
      if (key.quantity != quantity || key.subject != subject || !key.owner.empty()) continue;
      Chart::Series line;
      line.name = "the bad replicate";
      line.color = Color::ink;
      line.dashed = true;
      line.points = corners(s.pieces);
      chart.series.push_back(std::move(line));
    }
  }

  std::optional<Chart> owners(const std::string& id, const std::string& volume) const {
    std::vector<const plan::Band*> all;
    for (const plan::Band& b : r_.bands)
      if (b.key.quantity == "volume_used" && b.key.subject == volume && !b.key.owner.empty())
        all.push_back(&b);
    if (all.empty()) return std::nullopt;
    Chart chart;
    chart.id = id;
    chart.kind = Chart::Kind::stack;
    chart.unit = "bytes";
    chart.title = "Whose bytes";
    chart.note = "Mean over the replicates; owners add up to the mean of the volume.";
    std::vector<std::pair<std::string, std::vector<float>>> stack;
    for (const plan::Band* b : all) stack.emplace_back(b->key.owner, b->mean);
    stack_up(chart, std::move(stack));
    lines(chart, "volume_used", volume);
    chart.lines.resize(std::min<std::size_t>(chart.lines.size(), 1));  // the end of the disk
    chart.marks = planned_;
    chart.alt = alt_of(chart);
    stack_table(chart, all.front()->t);
    return chart;
  }

  /// Share of replicates in which a time is reached (or, surviving, is not) against that time.
  std::optional<Chart> share(const std::string& id, const std::string& title,
                             const std::string& note, const plan::Outcome* o,
                             bool surviving) const {
    if (o == nullptr || o->probability <= 0 || o->values.empty()) return std::nullopt;
    std::vector<double> reached;
    for (const double v : o->values)
      if (!std::isnan(v)) reached.push_back(v);
    if (reached.empty()) return std::nullopt;
    std::sort(reached.begin(), reached.end());
    Chart chart;
    chart.id = id;
    chart.kind = Chart::Kind::steps;
    chart.title = title;
    chart.note = note;
    chart.unit = "ratio";
    chart.over_time = !surviving;
    if (surviving) chart.range = std::min(reached.back() * 1.05, r_.horizon);
    Chart::Series series;
    series.name =
        surviving ? "share of replicates that survive" : "share of replicates that are full";
    series.color = surviving ? Color::blue : Color::vermillion;
    series.points = steps(reached, o->values.size(), surviving, chart.over_time);
    chart.series.push_back(std::move(series));
    if (chart.over_time) chart.marks = planned_;
    chart.header = {surviving ? "Outage" : "When", "Share"};
    const auto& points = chart.series.front().points;
    for (const std::size_t i : sampled(points.size()))
      chart.rows.push_back({chart.over_time ? moment_in_words(r_.start, points[i].first, r_.horizon)
                                            : plan::duration_in_words(points[i].first),
                            plan::share_in_words(points[i].second)});
    chart.alt = fmt::format("{}: {} at the end", title,
                            plan::share_in_words(series_end(chart.series.front())));
    return chart;
  }

  Chart replicate(const plan::Trace& trace, const std::string& volume,
                  std::vector<Mark> marks) const {
    Chart chart;
    chart.id = "replicate-" + slug(trace.label) + "-owners";
    chart.kind = Chart::Kind::stack;
    chart.unit = "bytes";
    chart.title = fmt::format("Whose bytes on {}", volume);
    chart.marks = std::move(marks);
    chart.t = instants(chart.marks);
    std::vector<std::pair<std::string, std::vector<float>>> stack;
    for (const plan::Trace::Series& s : trace.series) {
      const models::SeriesKey& key = r_.series[s.series];
      if (key.quantity == "volume_used" && key.subject == volume && !key.owner.empty())
        stack.emplace_back(key.owner, evaluated(s.pieces, chart.t));
    }
    stack_up(chart, std::move(stack));
    lines(chart, "volume_used", volume);
    chart.lines.resize(std::min<std::size_t>(chart.lines.size(), 1));
    chart.alt = alt_of(chart);
    stack_table(chart, chart.t);
    return chart;
  }

 private:
  static Mark mark(const plan::PlannedIncident& incident) {
    Mark mark;
    mark.name = incident.name;
    mark.from = *incident.at;
    if (incident.duration_p50 > 0) mark.to = mark.from + incident.duration_p50;
    if (incident.duration_p95 > incident.duration_p50)
      mark.late = mark.from + incident.duration_p95;
    return mark;
  }

  void lines(Chart& chart, const std::string& quantity, const std::string& subject) const {
    for (const plan::Threshold& t : r_.thresholds)
      if (t.quantity == quantity && t.subject == subject) chart.lines.push_back({t.name, t.value});
  }

  /// Corners of a piecewise line; a jump has two.
  std::vector<std::pair<double, double>> corners(const std::vector<sim::Piece>& pieces) const {
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const double end = i + 1 < pieces.size() ? sim::seconds(pieces[i + 1].at) : r_.horizon;
      points.emplace_back(sim::seconds(pieces[i].at), pieces[i].value);
      points.emplace_back(end, pieces[i](sim::after({}, end)));
    }
    if (points.size() <= 4 * replicate_points) return points;
    points.clear();
    const std::vector<double> t = instants({});
    const std::vector<float> values = evaluated(pieces, t);
    for (std::size_t i = 0; i < t.size(); ++i) points.emplace_back(t[i], double{values[i]});
    return points;
  }

  /// An even grid, and the moments just before and at every mark, so that no jump is smeared.
  std::vector<double> instants(const std::vector<Mark>& marks) const {
    std::set<double> all;
    for (std::size_t i = 0; i < replicate_points; ++i)
      all.insert(r_.horizon * static_cast<double>(i) / (replicate_points - 1));
    const double before = r_.horizon * 1e-5;
    for (const Mark& m : marks)
      for (const double t : {m.from - before, m.from, m.to.value_or(m.from)})
        if (t >= 0 && t <= r_.horizon) all.insert(t);
    return {all.begin(), all.end()};
  }

  static std::vector<float> evaluated(const std::vector<sim::Piece>& pieces,
                                      const std::vector<double>& t) {
    std::vector<float> values;
    std::size_t piece = 0;
    for (const double at : t) {
      while (piece + 1 < pieces.size() && sim::seconds(pieces[piece + 1].at) <= at) ++piece;
      const bool begun = !pieces.empty() && sim::seconds(pieces[piece].at) <= at;
      values.push_back(begun ? static_cast<float>(pieces[piece](sim::after({}, at))) : 0.0F);
    }
    return values;
  }

  /// The share after each of the sorted times; thinned, the ends kept.
  std::vector<std::pair<double, double>> steps(const std::vector<double>& reached, std::size_t of,
                                               bool surviving, bool over_time) const {
    const auto share = [&](std::size_t n) {
      const double s = static_cast<double>(n) / static_cast<double>(of);
      return surviving ? 1 - s : s;
    };
    std::vector<std::pair<double, double>> points{{0, share(0)}};
    const std::size_t every = std::max<std::size_t>(1, reached.size() / curve_points);
    for (std::size_t i = 0; i < reached.size(); ++i)
      if (i % every == 0 || i + 1 == reached.size()) points.emplace_back(reached[i], share(i + 1));
    if (over_time) points.emplace_back(r_.horizon, points.back().second);
    return points;
  }
  static double series_end(const Chart::Series& s) { return s.points.back().second; }

  static std::vector<Color> colors_for(const std::string& owner) {
    if (owner.starts_with("WAL kept")) return {Color::vermillion, Color::purple};
    if (owner.starts_with("WAL for")) return {Color::orange};
    if (owner.starts_with("WAL files")) return {Color::yellow};
    if (owner.starts_with("heap")) return {Color::blue, Color::green, Color::purple};
    if (owner.starts_with("indexes")) return {Color::sky, Color::green, Color::purple};
    if (owner.starts_with("catalogs")) return {Color::grey};
    return {Color::purple, Color::green, Color::orange, Color::yellow, Color::sky};
  }

  /// The steadiest owner lowest, what grows on top, small ones together as "others".
  static void stack_up(Chart& chart, std::vector<std::pair<std::string, std::vector<float>>> all) {
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return highest(a.second) > highest(b.second);
    });
    const float top = all.empty() ? 0.0F : highest(all.front().second);
    std::vector<float> others;
    std::vector<std::pair<std::string, std::vector<float>>> shown;
    for (auto& owner : all) {
      if (shown.size() < most_owners && highest(owner.second) > top * worth_showing) {
        shown.push_back(std::move(owner));
        continue;
      }
      others.resize(owner.second.size());
      for (std::size_t i = 0; i < others.size(); ++i) others[i] += owner.second[i];
    }
    const auto growth = [](const std::vector<float>& v) { return highest(v) - v.front(); };
    std::stable_sort(shown.begin(), shown.end(), [&](const auto& a, const auto& b) {
      return growth(a.second) < growth(b.second);
    });
    std::set<Color> used;
    if (highest(others) > 0) add(chart, "others", Color::pale, std::move(others));
    for (auto& [name, values] : shown) {
      const std::vector<Color> wanted = colors_for(name);
      const auto free =
          std::find_if(wanted.begin(), wanted.end(), [&](Color c) { return used.count(c) == 0; });
      const Color color = free == wanted.end() ? Color::grey : *free;
      used.insert(color);
      add(chart, name, color, std::move(values));
    }
  }
  static void add(Chart& chart, const std::string& name, Color color, std::vector<float> mean) {
    Chart::Series series;
    series.name = name;
    series.color = color;
    series.mean = std::move(mean);
    chart.series.push_back(std::move(series));
  }

  std::string say(double value, const std::string& unit) const {
    return std::isnan(value) ? "" : plan::in_words(value, unit, r_.horizon);
  }

  void fan_table(Chart& chart) const {
    const std::vector<double>& t = r_.bands.front().t;
    for (const std::size_t i : sampled(t.size())) {
      std::vector<std::string> row{moment_in_words(r_.start, t[i], r_.horizon)};
      for (const Chart::Series& s : chart.series)
        for (const auto* values : {&s.p5, &s.p50, &s.p95})
          row.push_back(say(double{(*values)[i]}, chart.unit));
      chart.rows.push_back(std::move(row));
    }
  }

  void stack_table(Chart& chart, const std::vector<double>& t) const {
    chart.header = {"When"};
    for (auto s = chart.series.rbegin(); s != chart.series.rend(); ++s)
      chart.header.push_back(s->name);
    for (const std::size_t i : sampled(t.size())) {
      std::vector<std::string> row{moment_in_words(r_.start, t[i], r_.horizon)};
      for (auto s = chart.series.rbegin(); s != chart.series.rend(); ++s)
        row.push_back(say(double{s->mean[i]}, chart.unit));
      chart.rows.push_back(std::move(row));
    }
  }

  /// What a screen reader says instead of the picture.
  std::string alt_of(const Chart& chart) const {
    std::string text = chart.title + " over time.";
    for (const Chart::Series& s : chart.series) {
      const auto& values = s.p95.empty() ? s.mean : s.p95;
      text += fmt::format(" {}: {} {}.", s.name, s.p95.empty() ? "at most" : "P95 at most",
                          say(double{highest(values)}, chart.unit));
    }
    for (const Chart::Line& line : chart.lines)
      text += fmt::format(" {}: {}.", line.name, say(line.value, chart.unit));
    return text + " The table below has the figures.";
  }

  const plan::Results& r_;
  std::vector<Mark> planned_;
};

void add(std::vector<Chart>& charts, std::optional<Chart> chart) {
  if (chart) charts.push_back(std::move(*chart));
}

}  // namespace

std::string slug(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    const bool upper = c >= 'A' && c <= 'Z';
    out += plain ? c : upper ? static_cast<char>(c - 'A' + 'a') : '-';
  }
  return out;
}

std::vector<Subject> volume_charts(const plan::Results& r) {
  const Charts charts{r};
  std::vector<Subject> all;
  for (const std::string& volume : worst_subjects(r, "volume_used")) {
    Subject subject{"volume-" + slug(volume), volume, "", {}};
    auto used = charts.fan(subject.id + "-used", "Bytes used",
                           {{"all replicates", Color::blue, band(r, "volume_used", volume)}},
                           "volume_used", volume);
    if (!used) continue;
    charts.add_replicate(*used, "volume_used", volume);
    subject.charts.push_back(std::move(*used));
    add(subject.charts, charts.owners(subject.id + "-owners", volume));
    add(subject.charts, charts.share(subject.id + "-full", "Full by then", "Share of replicates.",
                                     plan::find(r.outcomes, "time_to_disk_full", volume), false));
    all.push_back(std::move(subject));
  }
  return all;
}

std::vector<Subject> slot_charts(const plan::Results& r) {
  const Charts charts{r};
  std::vector<Subject> all;
  for (const std::string& slot : worst_subjects(r, "retained_wal")) {
    Subject subject{"slot-" + slug(slot), slot, "", {}};
    for (const auto& [quantity, title, color] :
         {std::tuple{"retained_wal", "WAL kept for it", Color::vermillion},
          std::tuple{"replay_lag", "How old the subscriber's data is", Color::purple},
          std::tuple{"slot_lag", "WAL it has not confirmed", Color::orange}}) {
      auto chart = charts.fan(subject.id + "-" + slug(quantity), title,
                              {{"all replicates", color, band(r, quantity, slot)}}, quantity, slot);
      if (!chart) continue;
      charts.add_replicate(*chart, quantity, slot);
      subject.charts.push_back(std::move(*chart));
    }
    add(subject.charts,
        charts.share(subject.id + "-tolerance", "Outages it survives",
                     "Share of replicates in which an outage of this length neither fills the disk "
                     "nor loses the slot.",
                     plan::find(r.outcomes, "outage_tolerance", slot), true));
    if (!subject.charts.empty()) all.push_back(std::move(subject));
  }
  return all;
}

std::vector<Subject> table_charts(const plan::Results& r) {
  const Charts charts{r};
  std::vector<Subject> all;
  double largest = 0;
  for (const std::string& table : worst_subjects(r, "table_size")) {
    const double size = plan::find(r.outcomes, "table_size", table)->p95.value;
    largest = std::max(largest, size);
    if (size < largest * table_worth_showing) break;  // the figures below have them all
    const plan::Band *heap = nullptr, *indexes = nullptr;
    for (const plan::Band& b : r.bands) {
      if (b.key.owner == "heap of " + table) heap = &b;
      if (b.key.owner == "indexes of " + table) indexes = &b;
    }
    Subject subject{"table-" + slug(table), table, "", {}};
    add(subject.charts,
        charts.fan(subject.id + "-size", "Size",
                   {{"heap", Color::blue, heap}, {"indexes", Color::green, indexes}}, "", ""));
    auto dead = charts.fan(subject.id + "-dead", "Dead rows",
                           {{"all replicates", Color::purple, band(r, "dead_rows", table)}},
                           "dead_rows", table);
    add(subject.charts, std::move(dead));
    if (!subject.charts.empty()) all.push_back(std::move(subject));
  }
  return all;
}

std::vector<Chart> tornado_charts(const plan::Results& r) {
  std::map<std::string, Chart> by_outcome;
  for (const plan::Influence& i : r.influences) {
    const std::string name = fmt::format("{} {} of {}", i.key.metric, i.statistic, i.key.subject);
    Chart& chart = by_outcome[name];
    chart.kind = Chart::Kind::tornado;
    chart.over_time = false;
    chart.id = "influence-" + slug(name);
    chart.title = name;
    chart.unit = i.statistic == "probability" ? "ratio" : i.key.unit;
    chart.baseline = i.baseline;
    chart.note = "Over all replicates: " + plan::in_words(i.baseline, chart.unit, r.horizon) + ".";
    chart.header = {"Input", "Lowest part", "Figure", "Highest part", "Figure", "Rank correlation"};
    Chart::Series bar;
    bar.name = i.parameter;
    bar.low = i.at_low;
    bar.high = i.at_high;
    bar.low_words = i.low;
    bar.high_words = i.high;
    chart.series.push_back(bar);
    chart.rows.push_back({i.parameter, i.low, plan::in_words(i.at_low, chart.unit, r.horizon),
                          i.high, plan::in_words(i.at_high, chart.unit, r.horizon),
                          fmt::format("{:+.2f}", i.rank_correlation)});
  }
  std::vector<Chart> all;
  for (auto& [name, chart] : by_outcome) {
    chart.alt = fmt::format("{}: {} inputs by how far they move it. The table has the figures.",
                            name, chart.series.size());
    all.push_back(std::move(chart));
  }
  return all;
}

std::string decisive_volume(const plan::Results& r) {
  if (const auto danger = plan::most_dangerous(r.outcomes);
      danger && (r.outcomes[*danger].key.metric == "time_to_disk_full" ||
                 r.outcomes[*danger].key.metric == "volume_used"))
    return r.outcomes[*danger].key.subject;
  const auto volumes = worst_subjects(r, "volume_used");
  return volumes.empty() ? std::string{} : volumes.front();
}

Chart replicate_chart(const plan::Results& r, const plan::Trace& trace, std::vector<Mark> marks) {
  return Charts{r}.replicate(trace, decisive_volume(r), std::move(marks));
}

}  // namespace report
