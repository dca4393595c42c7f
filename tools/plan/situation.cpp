#include "tools/plan/situation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace plan {

std::vector<const Outcome*> Situation::failures(const char* metric) const {
  std::vector<const Outcome*> found;
  for (const Outcome& o : results.outcomes)
    if (o.key.metric == metric && o.probability > 0) found.push_back(&o);
  std::stable_sort(found.begin(), found.end(), [](const Outcome* a, const Outcome* b) {
    return std::pair{-a->probability, a->minimum} < std::pair{-b->probability, b->minimum};
  });
  return found;
}

const Outcome* Situation::fullest_volume() const {
  const Outcome* fullest = nullptr;
  for (const Outcome& o : results.outcomes)
    if (o.key.metric == "volume_used" && (fullest == nullptr || o.p99.value > fullest->p99.value))
      fullest = &o;
  return fullest;
}

const Outcome* Situation::shortest_tolerance() const {
  const Outcome* shortest = nullptr;
  for (const Outcome* o : failures("outage_tolerance"))
    if (shortest == nullptr || o->p50.value < shortest->p50.value ||
        std::isnan(shortest->p50.value))
      shortest = o;
  return shortest;
}

int Situation::node_of_volume(const std::string& subject) const {
  const std::string name = subject.substr(0, subject.rfind('/'));
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i)
    if (mesh.nodes[i].name == name) return static_cast<int>(i);
  return -1;
}

int Situation::node_of_slot(const std::string& slot) const {
  for (const models::Subscription& s : mesh.subscriptions)
    if (s.slot == slot) return s.publisher;
  for (const models::Standby& s : mesh.standbys)
    if (s.slot == slot) return s.node;
  return -1;
}

}  // namespace plan
