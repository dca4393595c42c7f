#pragma once

#include <string>
#include <vector>

#include "tools/scenario/keys.hpp"
#include "tools/scenario/problems.hpp"
#include "tools/scenario/yaml_document.hpp"

namespace scenario {

/// Overrides, `path=value`, applied to the tree of a scenario. A path is the keys joined by dots; a
/// key with other characters is quoted, `tables["core.fct"].rows`; a list entry goes by number,
/// `incidents[0]`, or by its `name:`, `incidents.outage` or `incidents["my outage"]`. Keys the
/// scenario leaves out are added; entries of lists and names of nodes, domains and so on must
/// exist. The value is YAML: `8GB`, `{p50: 1h, p95: 9h}`.
class Overrides {
 public:
  /// Splits and parses them; reports what is no path or no value.
  Overrides(const std::vector<std::string>& texts, Problems& problems);

  /// Applies those that find their place. Called twice: before `like:` and `count:` are expanded,
  /// and after, for paths that lead into what these make; the second call reports what is still
  /// left.
  void apply(Node& root, const Object& object, Problems& problems, bool last);

 private:
  struct Step {
    std::string key;
    int index = -1;  // [0]; -1: by key
    Mark mark;
  };
  struct Override {
    std::vector<Step> path;
    Node value;
    bool done = false;
  };
  struct Place;
  static bool parse_path(std::string_view text, int source, Override& into, Problems& problems);
  static void apply_one(Override& override_, Node& root, const Object& object, Problems& problems,
                        bool last);

  std::vector<Override> overrides_;

  friend const Node* find(const Node& root, const std::string& path);
};

/// What stands at a path of a tree; null when nothing does.
const Node* find(const Node& root, const std::string& path);

}  // namespace scenario
