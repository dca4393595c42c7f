#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/simulate.hpp"

/// What a run found: the one structure that the store writes and the reports read.
namespace plan {

/// A percentile with the 95 % confidence interval of its Monte Carlo error (binomial order
/// statistics). NaN = beyond the horizon (censored).
struct Estimate {
  double value = 0, low = 0, high = 0;
};

struct Outcome {
  models::OutcomeKey key;
  bool time_to = false;  // a time that may not be reached
  double mean = 0;       // over the replicates that reached it
  Estimate p5, p50, p95,
      p99;  // of times: small = early; NaN when that share of replicates did not reach it
  double minimum = 0, maximum = 0;
  double probability = 1;  // times: share of replicates that reached it; 0/1 outcomes: their mean
  double probability_low = 1, probability_high = 1;  // 95 % Wilson interval
  std::vector<double> values;                        // one per replicate, NaN = not reached
};

/// Percentiles over the replicates of one series on a common time grid.
struct Band {
  models::SeriesKey key;
  std::vector<double> t;  // seconds since the start, ascending
  std::vector<float> p5, p50, p95, mean;
};

/// One replicate simulated again with everything recorded.
struct Trace {
  std::string label;  // median, bad, worst
  std::uint64_t replicate = 0;
  struct Series {
    std::size_t series;  // index into Results::series
    std::vector<sim::Piece> pieces;
  };
  std::vector<Series> series;
  std::vector<models::Event> events;
};

struct ObjectiveResult {
  models::Objective objective;
  std::string subject;
  std::string unit;
  double value = 0;   // the gated percentile or probability; NaN = not reached within the horizon
  Estimate estimate;  // of the gated figure
  double threshold = 0;
  bool met = false;
};

/// The answer in words; every figure in it stands in outcomes too.
struct Verdict {
  bool ok = true;         // nothing fails and every objective is met
  std::string headline;   // one sentence: what happens, when, with which probability
  std::string cause;      // who owns the bytes at that moment
  std::string next_step;  // what to set, with the number
};

struct Assumption {
  std::string name;   // parameter, rule of the major version, or loader default
  std::string value;  // as a person reads it
  std::string source;
};

struct Results {
  std::string scenario_name;
  std::string scenario_file;
  std::string scenario_text;
  std::string scenario_hash;  // SHA-256 of text, included files and overrides, hex
  std::uint64_t seed = 0;
  std::uint64_t replicates_wanted = 0;
  std::uint64_t replicates = 0;  // finished; fewer when interrupted
  bool interrupted = false;
  std::int64_t start = 0;  // epoch seconds
  double horizon = 0;      // seconds
  std::vector<Outcome> outcomes;
  std::vector<models::SeriesKey> series;
  std::vector<Band> bands;            // of some series, in the order of `series`
  std::uint64_t band_replicates = 0;  // bands are percentiles over so many leading replicates
  std::vector<Trace> traces;
  std::vector<ObjectiveResult> objectives;
  Verdict verdict;
  std::vector<Assumption> assumptions;
  double simulate_seconds = 0;  // wall clock; belongs to the `timing` object only
  unsigned threads = 1;
};

}  // namespace plan
