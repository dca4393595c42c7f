#include "tools/plan/remedy.hpp"

#include <cmath>

#include "models/checkpoint.hpp"
#include "tools/plan/moment.hpp"
#include "tools/plan/situation.hpp"

namespace plan {

std::optional<Remedy> endangered_slot(const models::Mesh& mesh, const Results& results) {
  const Situation situation{mesh, results};
  const auto disks = situation.failures("time_to_disk_full");
  const auto lost = situation.failures("time_to_slot_lost");
  Remedy remedy;
  if (!disks.empty()) {
    const auto moment = decisive_moment(results, disks.front()->key.subject);
    if (!moment || moment->owners.empty()) return std::nullopt;
    remedy.slot = slot_of(moment->owners.front().owner);
  } else if (!lost.empty()) {
    remedy.slot = lost.front()->key.subject;
  } else if (const Outcome* shortest = situation.shortest_tolerance(); shortest != nullptr) {
    remedy.slot = shortest->key.subject;
  }
  const int node = situation.node_of_slot(remedy.slot);
  if (node < 0) return std::nullopt;
  remedy.node = static_cast<std::size_t>(node);
  return remedy;
}

std::int64_t safe_slot_cap(double usable, double without_wal, const models::Settings& settings,
                           sim::Bytes wal_segment_size) {
  const auto segment = static_cast<double>(wal_segment_size.count);
  const double segments = std::floor((usable - without_wal) / segment) -
                          models::checkpoint_segments(settings, wal_segment_size) - 2;
  return static_cast<std::int64_t>(segments) * wal_segment_size.count;
}

std::optional<std::int64_t> safe_slot_cap(const models::Node& node, const Outcome& database_size) {
  const models::Volume& volume = node.wal ? *node.wal : node.data;
  if (volume.size.value <= 0) return std::nullopt;
  const double usable = volume.size.value * (1 - volume.reserved.value);
  const auto cap = [&](const Estimate& relations) {
    return safe_slot_cap(usable, node.wal ? volume.other.value : relations.value, node.settings,
                         node.wal_segment_size);
  };
  for (const Estimate* relations : {&database_size.p99, &database_size.p95})
    if (const std::int64_t fits = cap(*relations); fits > 0) return fits;
  return cap(database_size.p50);
}

models::Mesh with(const models::Mesh& mesh, const Remedy& remedy) {
  models::Mesh variant = mesh;
  variant.nodes[remedy.node].settings.max_slot_wal_keep_size = sim::Bytes{remedy.slot_cap};
  return variant;
}

}  // namespace plan
