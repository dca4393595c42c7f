#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/plan/results.hpp"

/// The charts of the HTML report, as data: what is drawn, what it is read against, and the table
/// behind it.
namespace report {

/// Palette of html/report.css by what a colour stands for; told apart by colour-blind readers.
enum class Color : int { ink, blue, sky, green, vermillion, orange, purple, yellow, grey, pale };

/// A moment, or a stretch of time, marked across a chart.
struct Mark {
  std::string name;
  std::string number;              // in the timeline below the chart; empty without one
  double from = 0;                 // seconds since the start
  std::optional<double> to, late;  // its end; its P95 end where it is uncertain
  bool bad = false;                // something fails here
};

struct Chart {
  enum class Kind { fan, stack, steps, tornado };
  struct Line {  // across the chart
    std::string name;
    double value = 0;
  };
  struct Series {
    std::string name;
    Color color = Color::blue;
    bool dashed = false;
    std::vector<float> p5, p50, p95;                // fan, on the common grid
    std::vector<float> mean;                        // stack, on the common grid or on `t`
    std::vector<std::pair<double, double>> points;  // anything else: x, y
    double low = 0, high = 0;                       // tornado
    std::string low_words, high_words;
  };
  std::string id, title, note, alt, unit;
  Kind kind = Kind::fan;
  bool over_time = true;  // else x is a duration
  double range = 0;       // of x; 0: the horizon
  double baseline = 0;    // tornado
  std::vector<double> t;
  std::vector<Series> series;
  std::vector<Line> lines;
  std::vector<Mark> marks;
  std::vector<std::string> header;  // of the table behind it
  std::vector<std::vector<std::string>> rows;
};

/// What one heading of the report shows: a volume, a slot, a table, a replicate.
struct Subject {
  std::string id, title, text;
  std::vector<Chart> charts;
};

/// "media-prod/data" becomes "media-prod-data": safe in an id and in a link.
std::string slug(std::string_view text);

/// The fullest volumes, the slots that keep most WAL, the largest tables: at most six of each.
std::vector<Subject> volume_charts(const plan::Results& results);
std::vector<Subject> slot_charts(const plan::Results& results);
std::vector<Subject> table_charts(const plan::Results& results);
/// One tornado per outcome that `sensitivity` looked at.
std::vector<Chart> tornado_charts(const plan::Results& results);

/// The owners of the volume that the run is about, in one recorded replicate.
Chart replicate_chart(const plan::Results& results, const plan::Trace& trace,
                      std::vector<Mark> marks);
/// That volume: the one in danger, else the fullest; empty without volumes.
std::string decisive_volume(const plan::Results& results);

/// The charts as the JSON that html/report.js reads.
std::string chart_data(const plan::Results& results, const std::vector<const Chart*>& charts);

}  // namespace report
