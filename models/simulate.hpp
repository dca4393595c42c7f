#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/mesh.hpp"
#include "sim/rng.hpp"
#include "sim/trajectory.hpp"

namespace models {

/// A value drawn for every parameter of the mesh: what one replicate sees.
struct Draws {
  std::vector<double> values;  // by parameter index
  double operator()(const Quantity& q) const {
    return q.parameter < 0 ? q.value : values[static_cast<std::size_t>(q.parameter)];
  }
};

/// Draws every parameter for a replicate; a parameter's draw depends on (seed, replicate, its name)
/// alone.
Draws draw(const Mesh& mesh, std::uint64_t seed, std::uint64_t replicate);

/// One draw, by inversion: takes a single uniform number.
double draw_value(const Distribution& distribution, sim::Rng& rng);

/// One metric of one subject. An outcome is one number per replicate: by default its maximum over
/// the horizon.
struct OutcomeKey {
  std::string metric;   // see metrics()
  std::string subject;  // media-prod, media-prod/data, slot or table name
  std::string unit;     // bytes, s, ratio, count, 0/1
};

/// What `meshplan schema` lists.
struct Metric {
  const char* name;
  const char* unit;
  const char* subject;  // node, volume, slot, table, index, link
  bool time_to;         // NaN in a replicate = not reached within the horizon (censored)
  const char* description;
};
const std::vector<Metric>& metrics();

/// One time series of the run.
struct SeriesKey {
  std::string quantity;  // volume_used, pg_wal, retained_wal, slot_lag, replay_lag, heap, index,
                         // dead_rows …
  std::string subject;   // media-prod/data, slot, schema.table
  std::string owner;     // of volume_used by cause: "heap core.fct", "wal kept for slot s", "wal
                         // recycled"; else empty
  std::string unit;
};

struct Event {
  Instant at;
  std::string kind;  // checkpoint, link_down, link_up, slot_extended, slot_unreserved, slot_lost,
                     // disk_full …
  std::string subject;
  std::string text;  // a sentence for people
};

/// Receives what a simulation does, in time order per series. Called only when one is passed in.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_piece(std::size_t series, const sim::Piece& piece) = 0;
  virtual void on_event(const Event& event) = 0;
  /// Whether frequent events (checkpoints) are wanted too; the sampler of percentile bands wants
  /// none.
  virtual bool wants_events() const = 0;
  /// How finely curves are to be cut into lines: pieces need not be shorter than this. Zero: as short
  /// as it takes to follow a curve within 0.1 % of its rise between two events.
  virtual Duration resolution() const { return Duration{0}; }
};

/// Everything about a mesh that does not change between replicates: compiled once, shared by all
/// threads.
class Model {
 public:
  explicit Model(const Mesh& mesh);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const Mesh& mesh() const;
  const std::vector<OutcomeKey>& outcomes() const;  // the layout of Replicate::outcomes
  const std::vector<SeriesKey>& series() const;     // the series an observer sees, by index

  /// One replicate; outcomes in the order of outcomes(), NaN where a time was not reached.
  /// Companion runs (outages that never end) are made inside, where a metric needs them.
  struct Replicate {
    std::vector<double> outcomes;
    std::uint64_t events = 0;  // of the main run, for benchmarks
  };
  Replicate simulate(std::uint64_t seed, std::uint64_t replicate,
                     Observer* observer = nullptr) const;

  struct Implementation;

 private:
  const Implementation* implementation_;
};

}  // namespace models
