#pragma once

#include <cstdint>
#include <limits>
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

/// A line that a series is read against: the end of a disk, a setting, an objective.
struct Threshold {
  std::string quantity, subject;  // of the series: volume_used media-prod/data
  std::string name;               // "full", "max_slot_wal_keep_size", proposed_cap, "objective p99"
  double value = 0;               // in the unit of the series
};

/// Name of the threshold on retained_wal that a run proposes and has tried out.
inline constexpr const char* proposed_cap = "max_slot_wal_keep_size to set";

/// What the scenario wants to go wrong, before any draw.
struct PlannedIncident {
  std::string name, kind;
  std::optional<double> at;  // seconds since the start; unset: drawn in each replicate
  double every = 0;          // mean gap in seconds; 0: once
  double duration_p50 = 0, duration_p95 = 0;  // seconds; 0: until the horizon
};

/// One figure of one variant that the run was compared with, under the same draws. Filled by
/// `compare`; the matrix of the report has a column per variant and a row per key.
struct Comparison {
  std::string variant;  // event, federated, max_wal_size=8GB; the baseline is a variant too
  models::OutcomeKey key;
  std::string statistic;  // p5 p50 p95 p99 mean probability
  double value = 0;       // NaN: not reached, or the variant has no such figure
  Estimate difference;    // to the baseline, with its 95 % interval; NaN when it is the baseline
  std::string text;       // in place of a figure: "until the disk is full"
  bool best = false;      // of its row
};

/// How far one uncertain input moves one outcome. Filled by `sensitivity`; the report's tornado.
struct Influence {
  std::string parameter;  // models::Parameter::name
  models::OutcomeKey key;
  std::string statistic;  // of the outcome: p50, probability …
  double baseline = 0;
  double at_low = 0, at_high = 0;  // with the input in its lowest, in its highest part
  std::string low, high;           // these parts in words: "below 80/s"
  double rank_correlation = 0;     // -1..1
};

/// One part of a foreign query and where it runs.
struct PushDown {
  std::string consumer, query;  // query: its SQL
  std::string part;             // scan core.fct, where, join, aggregate, sort, limit
  bool shipped = false;
  std::string reason;          // why, in postgres_fdw's terms
  double rows = 0, bytes = 0;  // that cross the wire per execution
};

/// An alert rule of the emitted bundle, evaluated on some replicates of the run.
struct Alert {
  std::string rule, subject;  // SlotInactive of a slot, VolumeNearlyFull of a volume …
  std::string condition;      // in words, with its thresholds
  double probability = 0;     // share of the watched replicates in which it fires
  double first = 0;           // seconds since the start at the median; NaN: never fires
  double caught = 0;  // share of the failing replicates at whose failure it fires; NaN: none fails
  double lead_time = 0;      // seconds from there to the failure, at the median; NaN: none caught
  double false_a_month = 0;  // alarms in 30 d of replicates that do not fail; NaN: all fail
  std::uint64_t replicates = 0;  // that were watched
};

/// A change of one number of the scenario that was tried so that every objective passes. Filled by
/// `explain`, the smallest that passes first.
struct ChangeTried {
  std::string path, unit;
  double from = 0, to = 0;         // medians, where the number is uncertain
  std::string from_text, to_text;  // as the scenario spells them, for --set
  double factor = 1;               // how many times larger or smaller, 1 at least
  bool passes = false;             // false: not even `to`, the furthest tried, does
  std::uint64_t replicates = 0;    // that say so
};

struct Results {
  std::string scenario_name;
  std::string scenario_file;
  std::string scenario_text;
  std::string scenario_hash;  // SHA-256 of text, included files and overrides, hex
  std::string arguments;      // of the command behind the file, as a shell takes them: " --set a=b"
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
  std::vector<Threshold> thresholds;
  std::vector<PlannedIncident> incidents;
  std::vector<Comparison> comparisons;  // empty unless compared; the same for the next two
  std::vector<Influence> influences;
  std::vector<PushDown> push_downs;
  std::vector<Alert> alerts;
  std::vector<ChangeTried> changes;
  double simulate_seconds = 0;  // wall clock; belongs to the `timing` object only
  unsigned threads = 1;
};

/// One prediction beside its measurement on a real server, and beside what simpler means would have
/// said. Belongs to no run: tools/accuracy stores them.
struct Accuracy {
  std::string workload;  // file of the measured scenario
  int postgres = 0;      // major version
  std::string quantity, subject, unit;
  double predicted = 0, measured = 0;
  double straight_line = std::numeric_limits<double>::quiet_NaN();  // through the first quarter
  double spreadsheet = std::numeric_limits<double>::quiet_NaN();    // rows times width
  double target = std::numeric_limits<double>::quiet_NaN();         // allowed error, share
};

}  // namespace plan
