#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "models/mesh.hpp"
#include "tests/harness/cluster.hpp"
#include "tests/harness/measurement.hpp"
#include "tests/harness/stage.hpp"
#include "tests/harness/timeline.hpp"

namespace harness {

/// Watches one node: asks the server every interval and looks at its files, which goes on when the
/// server is gone.
class Sampler {
 public:
  Sampler(const models::Mesh& mesh, int node, Cluster& cluster, Timeline& timeline,
          std::chrono::milliseconds interval);
  ~Sampler();

  /// Ends sampling with one last sample.
  void stop();
  /// After stop(): adds series and final outcomes of this node, with counters since the start.
  void report(Measurement& measurement) const;

 private:
  using Counters = std::map<Quantity, double>;
  void loop(std::chrono::milliseconds interval);
  void sample();
  void sample_files(double t);
  void sample_server(double t);
  void sample_slots(double t);
  void sample_tables(double t, const PlacedDatabase& placed);
  void note(double t, const std::string& name, const std::string& subject, double value);
  void count(const std::string& name, const std::string& subject, double value);
  void watch_wal_status(const std::string& slot, const std::string& status);

  const models::Mesh& mesh_;
  Cluster& cluster_;
  Timeline& timeline_;
  std::vector<PlacedDatabase> databases_;
  std::map<std::string, Connection> connections_;  // by database name
  std::map<Quantity, Series> series_;
  Counters first_, last_;                          // of counters that only grow
  std::map<std::string, std::string> wal_status_;  // by slot
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace harness
