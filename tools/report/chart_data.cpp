#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tools/report/chart.hpp"
#include "tools/report/headline.hpp"

namespace report {
namespace {

using Json = nlohmann::ordered_json;

/// Enough digits for a chart: a pixel is a thousandth of its height.
Json rounded(double value, const char* format = "{:.4g}") {
  if (!std::isfinite(value)) return {};
  const double number = std::strtod(fmt::format(fmt::runtime(format), value).c_str(), nullptr);
  if (number == std::floor(number) && std::abs(number) < 9e15)
    return static_cast<std::int64_t>(number);  // without a trailing .0
  return number;
}

template <typename Values>
Json array(const Values& values, const char* format = "{:.4g}") {
  Json all = Json::array();
  for (const auto value : values) all.push_back(rounded(static_cast<double>(value), format));
  return all;
}

constexpr const char* times = "{:.8g}";  // of a year, to the second

Json series(const Chart& chart, const Chart::Series& s) {
  Json j{{"name", s.name}, {"color", static_cast<int>(s.color)}};
  if (chart.kind == Chart::Kind::tornado) {
    j["low"] = s.low;
    j["high"] = s.high;
    j["low_words"] = s.low_words;
    j["high_words"] = s.high_words;
    return j;
  }
  if (s.dashed) j["dash"] = true;
  if (!s.p50.empty()) {
    j["p5"] = array(s.p5);
    j["p50"] = array(s.p50);
    j["p95"] = array(s.p95);
  }
  if (!s.mean.empty()) j["mean"] = array(s.mean);
  if (!s.points.empty()) {
    j["points"] = Json::array();
    for (const auto& [x, y] : s.points) j["points"].push_back({rounded(x, times), rounded(y)});
  }
  return j;
}

Json marks(const Chart& chart) {
  Json all = Json::array();
  for (const Mark& m : chart.marks) {
    Json j{{"name", m.number.empty() ? m.name : m.number + " " + m.name}, {"from", m.from}};
    if (!m.number.empty()) j["short"] = m.number;
    if (m.to) j["to"] = *m.to;
    if (m.late) j["late"] = *m.late;
    if (m.bad) j["tone"] = "bad";
    all.push_back(std::move(j));
  }
  return all;
}

Json describe(const Chart& chart) {
  constexpr const char* kinds[] = {"fan", "stack", "steps", "tornado"};
  Json j{{"kind", kinds[static_cast<int>(chart.kind)]}, {"unit", chart.unit}};
  if (chart.kind == Chart::Kind::tornado)
    j["baseline"] = chart.baseline;
  else
    j["x"] = chart.over_time ? "time" : "duration";
  if (chart.range > 0) j["range"] = {0, chart.range};
  if (!chart.t.empty()) j["t"] = array(chart.t, times);
  j["series"] = Json::array();
  for (const Chart::Series& s : chart.series) j["series"].push_back(series(chart, s));
  if (!chart.lines.empty()) {
    j["lines"] = Json::array();
    for (const Chart::Line& line : chart.lines)
      j["lines"].push_back({{"name", line.name}, {"value", line.value}});
  }
  if (!chart.marks.empty()) j["marks"] = marks(chart);
  return j;
}

/// The figures of the page, exactly as in the JSON of the run.
Json outcomes(const plan::Results& results) {
  Json all = Json::array();
  for (const plan::Outcome* o : headline_outcomes(results))
    all.push_back({{"metric", o->key.metric},
                   {"subject", o->key.subject},
                   {"unit", o->key.unit},
                   {"p5", o->p5.value},
                   {"p50", o->p50.value},
                   {"p95", o->p95.value},
                   {"p99", o->p99.value},
                   {"probability", o->probability}});
  return all;
}

}  // namespace

std::string chart_data(const plan::Results& results, const std::vector<const Chart*>& charts) {
  Json j{{"start", results.start}, {"horizon", results.horizon}};
  j["grid"] = results.bands.empty() ? Json::array() : array(results.bands.front().t, times);
  j["outcomes"] = outcomes(results);
  j["charts"] = Json::object();
  for (const Chart* chart : charts) j["charts"][chart->id] = describe(*chart);
  std::string text = j.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos; at += 6)
    text.replace(at, 1, "\\u003c");  // no </script> inside
  return text;
}

}  // namespace report
