#include "tests/accuracy/comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "tests/accuracy/simple_means.hpp"

namespace accuracy {
namespace {

using harness::Quantity;
using harness::Tolerance;
using models::Incident;
using models::Mesh;

/// The design's targets; what is so small that nobody sizes anything by it counts as met.
Tolerance target_of(const std::string& metric, double segment) {
  Tolerance tolerance = harness::tolerance_of(metric, segment);
  constexpr double page = 8192;
  if (metric == "wal_fpi") tolerance.absolute = 8;
  if (metric == "wal_records" || metric == "n_tup_hot_upd" || metric == "n_dead_tup")
    tolerance.absolute = 50;
  if (metric == "heap_size" || metric == "index_size") tolerance.absolute = 8 * page;
  if (metric == "wal_bytes" || metric == "link_bytes" || metric == "spill_bytes" ||
      metric == "stream_bytes" || metric.starts_with("retained_wal"))
    tolerance.absolute = 8 * page;
  return tolerance;
}

class Wanted {
 public:
  Wanted(const Mesh& mesh, bool stopped) : mesh_{mesh}, stopped_{stopped} {
    for (const models::Node& node : mesh.nodes) add_volumes(node);
    for (const models::Subscription& subscription : mesh.subscriptions) add_slot(subscription);
    if (stopped) return;
    for (const models::Database& database : mesh.databases)
      add_node(mesh.nodes[static_cast<std::size_t>(database.node)].name);
    for (const models::Table& table : mesh.tables)
      if (table.kind == models::Table::Kind::table ||
          table.kind == models::Table::Kind::materialized_view)
        add_table(table);
  }
  const std::vector<Quantity>& quantities() const { return quantities_; }

 private:
  void add(const char* metric, const std::string& subject) {
    const Quantity quantity{metric, subject};
    if (std::find(quantities_.begin(), quantities_.end(), quantity) == quantities_.end())
      quantities_.push_back(quantity);
  }
  void add_volumes(const models::Node& node) {
    const auto volume = [this](const std::string& name) {
      add("disk_full", name);
      add("time_to_disk_full", name);
    };
    if (node.data.size.value > 0) volume(node.name + "/data");
    if (node.wal && node.wal->size.value > 0) volume(node.name + "/wal");
  }
  void add_slot(const models::Subscription& subscription) {
    for (const char* metric :
         {"slot_lost", "time_to_slot_lost", "time_to_slot_unreserved", "retained_wal"})
      add(metric, subscription.slot);
    if (stopped_) return;
    add("retained_wal_end", subscription.slot);
    add("link_bytes", subscription.slot);
    add("spill_bytes", subscription.slot);
    add("stream_bytes", subscription.slot);
  }
  void add_node(const std::string& node) {
    for (const char* metric : {"wal_bytes", "wal_fpi", "wal_records", "pg_wal_size",
                               "pg_wal_size_end", "checkpoints_timed", "checkpoints_req"})
      add(metric, node);
  }
  void add_table(const models::Table& table) {
    for (const char* metric : {"heap_size", "n_tup_hot_upd", "autovacuum_runs", "n_dead_tup"})
      add(metric, table.qualified_name());
    for (const models::Index& index : table.indexes)
      add("index_size", table.schema + "." + index.name);
  }

  const Mesh& mesh_;
  bool stopped_;
  std::vector<Quantity> quantities_;
};

/// Median and spread of one quantity over the repeats; empty when most of them did not reach it.
void add_measured(Line& line, const std::vector<Recording>& runs) {
  std::vector<double> values;
  for (const Recording& run : runs)
    if (const auto value = run.outcome(line.quantity)) values.push_back(*value);
  if (2 * values.size() <= runs.size()) return;
  std::sort(values.begin(), values.end());
  line.measured = values[values.size() / 2];
  if (*line.measured != 0)
    line.spread = (values.back() - values.front()) / std::abs(*line.measured);
}

bool within_target(const Line& line) {
  if (std::isnan(line.predicted)) return !line.measured;
  if (!line.measured) return false;
  return std::abs(line.predicted - *line.measured) <=
         std::max(line.target.absolute, line.target.relative * std::abs(*line.measured));
}

/// Both sides say that it did not happen or is 0: right, but no achievement.
bool trivial(const Line& line) {
  static constexpr std::array<std::string_view, 8> counts{
      "n_tup_hot_upd", "autovacuum_runs", "checkpoints_timed", "checkpoints_req",
      "slot_lost",     "disk_full",       "spill_bytes",       "stream_bytes"};
  const bool nothing = std::isnan(line.predicted) || line.predicted == 0;
  const bool count = std::find(counts.begin(), counts.end(), line.quantity.name) != counts.end() ||
                     line.quantity.name.starts_with("time_to_");
  return count && nothing && line.measured.value_or(0) == 0;
}

}  // namespace

double Line::error() const {
  if (!measured || std::isnan(predicted)) return met ? 0 : std::numeric_limits<double>::infinity();
  if (*measured == 0) return predicted == 0 ? 0 : std::numeric_limits<double>::infinity();
  return (predicted - *measured) / std::abs(*measured);
}

std::vector<Line> compare(const Mesh& mesh, const std::map<Quantity, double>& predictions,
                          const std::vector<Recording>& runs) {
  const bool stopped = std::any_of(runs.begin(), runs.end(), [](const Recording& run) {
    return std::any_of(run.outcomes.begin(), run.outcomes.end(), [](const auto& outcome) {
      return outcome.first.name == "disk_full" && outcome.second > 0;
    });
  });
  const auto segment = static_cast<double>(mesh.nodes[0].wal_segment_size.count);
  std::vector<Line> lines;
  const Wanted wanted{mesh, stopped};
  for (const Quantity& quantity : wanted.quantities()) {
    const auto predicted = predictions.find(quantity);
    if (predicted == predictions.end()) continue;
    // A lost slot shows no restart_lsn: its last sample is older than the end.
    if (quantity.name == "retained_wal_end" &&
        runs.front().outcome({"slot_lost", quantity.subject}).value_or(0) > 0)
      continue;
    Line line;
    line.quantity = quantity;
    line.predicted = predicted->second;
    line.target = target_of(quantity.name, segment);
    add_measured(line, runs);
    line.straight_line = straight_line(mesh, runs.front(), quantity);
    line.spreadsheet = spreadsheet(mesh, quantity);
    line.met = within_target(line);
    if (!trivial(line)) lines.push_back(line);
  }
  return lines;
}

}  // namespace accuracy
