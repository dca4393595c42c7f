#pragma once

#include <string>
#include <vector>

#include "tools/plan/results.hpp"
#include "tools/report/chart.hpp"

namespace report {

/// The causal timeline of one recorded replicate: what happened, without the routine, and how the
/// bytes stood at each moment.
struct Story {
  struct Entry {
    int number = 0;
    double t = 0;  // seconds since the start
    std::string text;
    bool bad = false;
    std::vector<std::string> figures;  // under `columns`
  };
  std::vector<std::string> columns;
  std::vector<Entry> entries;
  std::vector<Mark> marks;  // the entries on a chart, incidents as stretches of time
  std::string routine;      // what was left out, counted
};

Story story(const plan::Results& results, const plan::Trace& trace);

/// An event as a sentence for people.
std::string in_words(const models::Event& event);

/// The value of a recorded series at t; NaN when the replicate has no such series.
double value_at(const plan::Results& results, const plan::Trace& trace, const std::string& quantity,
                const std::string& subject, double t);

}  // namespace report
