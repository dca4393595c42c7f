#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/mesh.hpp"
#include "tests/harness/cluster.hpp"
#include "tests/harness/table_rows.hpp"
#include "tests/harness/timeline.hpp"

namespace harness {

/// What became of one stream.
struct StreamResult {
  std::string name;
  double wanted = 0;  // transactions due within the run, or until the stream stopped
  std::int64_t committed = 0;
  std::int64_t failed = 0;           // refused by the server
  double behind_max = 0;             // seconds the driver was late at most
  std::optional<double> stopped_at;  // every session lost its server
  /// Committed or refused, as a share of what was wanted.
  double achieved() const;
};

/// Plays every stream of a mesh from one thread: sessions in pipeline mode with prepared
/// statements, a transaction per pipeline sync, sent when it is due and never earlier. Late
/// transactions are caught up (open loop); closed streams keep one transaction per client under
/// way.
class Driver {
 public:
  /// Connects and prepares. Clusters are indexed like Mesh::nodes.
  Driver(const models::Mesh& mesh, const std::vector<std::unique_ptr<Cluster>>& clusters,
         Timeline& timeline, std::uint64_t seed);
  ~Driver();

  /// Plays from the timeline's start to the mesh's horizon, then waits for what is under way.
  void play();
  std::vector<StreamResult> results() const;

 private:
  struct Session;
  struct PlayedStream;
  void wait() const;

  const models::Mesh& mesh_;
  Timeline& timeline_;
  std::vector<TableRows> rows_;  // by table
  std::vector<std::unique_ptr<PlayedStream>> streams_;
};

}  // namespace harness
