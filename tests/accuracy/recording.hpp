#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/mesh.hpp"
#include "tests/harness/measurement.hpp"

namespace accuracy {

/// One run of a scenario on real servers, kept in a file beside it so that a changed model can be
/// compared again without playing again.
struct Recording {
  std::map<harness::Quantity, double> outcomes;
  std::map<harness::Quantity, harness::Series> series;
  std::string wal_statistics;  // records by type: count, bytes, bytes of images (pg_walinspect)
  std::string description;     // streams and timeline

  const harness::Series* find(const std::string& name, const std::string& subject) const;
  std::optional<double> outcome(const harness::Quantity& quantity) const;
};

/// Plays a mesh; up to three times when the machine, not the server, could not keep up.
/// Throws HarnessError for what the lab cannot play.
Recording record(const models::Mesh& mesh);

/// Recordings of a scenario: scenario.yaml has them in scenario.runs.json. Reading returns none
/// when the file is missing or belongs to another text of the scenario.
std::filesystem::path recordings_of(std::filesystem::path name);
std::vector<Recording> read_recordings(const std::filesystem::path& file, const std::string& hash);
void write_recordings(const std::filesystem::path& file, const std::string& hash,
                      const std::vector<Recording>& recordings);

}  // namespace accuracy
