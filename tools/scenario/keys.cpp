#include "tools/scenario/keys.hpp"

#include <algorithm>

#include "tools/scenario/key_objects.hpp"

namespace scenario {
namespace {

constexpr Key root_keys[] = {
    within(1, 1, {"meshplan", Form::whole, "required", "version of this format: 1"}),
    {"name", Form::text, "required", "name of the scenario"},
    {"description", Form::text, "-", "for people"},
    {"start", Form::timestamp, "2026-01-05 00:00",
     "local time of the first instant; the default is a Monday"},
    {"timezone", Form::text, "UTC",
     "UTC, an offset (+02:00) or a zone (Europe/Berlin); the offset of the start day holds "
     "throughout"},
    within(above_zero, unbounded,
           {"horizon", Form::number, "30d", "length of the run", Unit::seconds}),
    within(0, 9007199254740992.0, {"seed", Form::whole, "1", "seed of the draws"}),
    within(1, 10'000'000,
           {"replicates", Form::whole, "1000", "how often the run is repeated with new draws"}),
    {"model_error", Form::flag, "on",
     "the model's known error (docs/accuracy.md) is one of the uncertain inputs"},
    made_of(node_object, {"nodes", Form::object_map, "required", "the servers"}),
    made_of(link_object, {"links", Form::object_list, "none", "the network between them"}),
    made_of(profile_object, {"profiles", Form::object_map, "built-ins", "load over time"}),
    made_of(domain_object, {"domains", Form::object_map, "none", "tables and workloads"}),
    made_of(product_object,
            {"products", Form::object_map, "none", "what domains share, and with whom"}),
    made_of(standby_object, {"standbys", Form::object_map, "none", "physical standbys"}),
    made_of(incident_object, {"incidents", Form::object_list, "none", "what goes wrong"}),
    made_of(governance_object,
            {"governance", Form::object, "none", "what the platform does on its own"}),
    made_of(objective_object, {"objectives", Form::object_list, "none", "what must hold"}),
};
constexpr Object root{"scenario", "The file as a whole.", root_keys};

void collect(const Object& object, std::vector<const Object*>& found) {
  for (const Object* seen : found)
    if (seen == &object) return;
  found.push_back(&object);
  for (const Key& key : object.keys)
    if (key.object != nullptr) collect(*key.object, found);
}

}  // namespace

const Key* Object::find(std::string_view key) const {
  for (const Key& candidate : keys)
    if (candidate.name == key) return &candidate;
  return nullptr;
}

std::vector<std::string_view> Object::key_names() const {
  std::vector<std::string_view> names;
  for (const Key& key : keys) names.push_back(key.name);
  return names;
}

const Object& root_object() { return root; }

std::vector<const Object*> all_objects() {
  std::vector<const Object*> found;
  collect(root, found);
  return found;
}

std::vector<std::string_view> choices_of(const Key& key) {
  std::vector<std::string_view> words;
  std::string_view rest = key.choices;
  while (!rest.empty()) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    words.push_back(rest.substr(0, bar));
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return words;
}

}  // namespace scenario
