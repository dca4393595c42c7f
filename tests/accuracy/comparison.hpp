#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/mesh.hpp"
#include "tests/accuracy/recording.hpp"
#include "tests/harness/compare.hpp"

namespace accuracy {

/// One quantity of one scenario: predicted, measured, and what simpler means would have said.
struct Line {
  harness::Quantity quantity;
  double predicted = 0;                 // NaN: predicted not to happen within the run
  std::optional<double> measured;       // median of the repeats; empty: did not happen
  double spread = 0;                    // (largest - smallest) / median of the repeats
  std::optional<double> straight_line;  // through the first quarter of the run
  std::optional<double> spreadsheet;    // rows times width
  harness::Tolerance target;
  bool met = false;

  double error() const;  // share of the measured value; infinite when one of the two never happened
};

/// Outcomes of a lab run that capacity depends on and that have a target: of the loaded nodes their
/// WAL and pg_wal, of their tables and indexes the sizes, HOT updates and autovacuum runs, dead
/// rows where a held horizon keeps them, of slots what they retain and send, of volumes when they
/// are full. Once a server stopped for want of space only the latter two mean anything.
std::vector<Line> compare(const models::Mesh& mesh,
                          const std::map<harness::Quantity, double>& predictions,
                          const std::vector<Recording>& runs);

}  // namespace accuracy
