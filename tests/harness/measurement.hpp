#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/harness/driver.hpp"
#include "tests/harness/timeline.hpp"

namespace harness {

/// A quantity of a subject, named as models::metrics() and models::SeriesKey name them.
struct Quantity {
  std::string name;     // metric or series: wal_bytes, retained_wal, heap_size …
  std::string subject;  // node, node/volume, slot, schema.table, schema.index

  friend auto operator<=>(const Quantity&, const Quantity&) = default;
};

/// Samples of one quantity: seconds since the start, value; ascending in time.
using Series = std::vector<std::pair<double, double>>;

/// What a run on real servers showed.
///   series    sampled: pg_wal, wal_bytes, volume_used, volume_bytes, retained_wal, slot_lag,
///             safe_wal_size, wal_status (0 reserved … 3 lost), slot_active, heap, index,
///             n_live_tup, n_dead_tup
///   outcomes  one number per metric, comparable with models::Model::Replicate::outcomes
///   timeline  what the harness did and what servers and clients reported, in order
struct Measurement {
  std::map<Quantity, Series> series;
  std::map<Quantity, double> outcomes;
  std::vector<Happening> timeline;
  std::vector<StreamResult> streams;

  std::optional<double> outcome(const std::string& metric, const std::string& subject) const;
  double maximum(const std::string& series_name, const std::string& subject) const;
  double last(const std::string& series_name, const std::string& subject) const;
  /// The first happening of a kind; any subject when it is empty.
  std::optional<double> first(const std::string& kind, const std::string& subject = {}) const;
};

/// For a terminal: outcomes, streams, timeline.
std::string describe(const Measurement& measurement);

}  // namespace harness
