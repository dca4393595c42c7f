#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/prices.hpp"
#include "tools/plan/compare.hpp"
#include "tools/plan/results.hpp"
#include "tools/plan/run.hpp"

/// The same products shared by one mechanism after the other: the selection matrix, every cell
/// simulated under the same draws.
namespace plan {

/// The mesh with its products shared by one mechanism.
struct MechanismVariant {
  std::string name;  // event, federated, databases, logical
  models::Mechanism mechanism = models::Mechanism::event;
  std::optional<models::Mesh> mesh;  // none: it cannot be built so
  std::vector<std::string> rules;    // what was done to the scenario
  std::string refusal;               // why it cannot be built
};

struct SharedProduct {
  struct Reader {
    std::string domain;             // its own statements are none of the others'
    double runaway_seconds = 3600;  // until its statement_timeout ends a query
  };
  int index = 0;                // into Mesh::products
  std::vector<Reader> readers;  // as Product::consumers
};

struct MechanismQuestion {
  std::vector<MechanismVariant> variants;
  /// Where every query is federated: its plans say what a query reads, wherever it runs.
  std::optional<models::Mesh> reading;
  std::vector<models::Objective> objectives;  // of the scenario
  std::vector<SharedProduct> products;
  std::optional<models::Prices> prices;
  std::optional<double>
      statement_cpu;  // CPU seconds of one statement; none: statement_cpu()'s prior
};

/// Metrics of the matrix, beside those of models::metrics().
///
///   subject   of a product, of a node (node_bytes), or "mesh" (money, regret)
const std::vector<models::Metric>& matrix_metrics();

struct MechanismAnswer {
  std::vector<Comparison> comparisons;  // the first variant is the baseline
  std::vector<Assumption> assumptions;  // the rules, and what the cells take for granted
  bool interrupted = false;
};

/// The same bytes on any number of threads.
/// Takes     at least one variant with a mesh
MechanismAnswer compare_mechanisms(const MechanismQuestion& question, const RunOptions& options);

/// Replicates that it simulates, counted by RunOptions::done.
std::uint64_t matrix_replicates(const MechanismQuestion& question, std::uint64_t replicates);

/// The mechanism to take for each product, after the differences: "weekly_engagement: event. …".
/// Empty for a comparison of another kind.
std::string recommendations_in_words(const std::vector<Comparison>& comparisons);

}  // namespace plan
