#pragma once

#include "tools/scenario/keys.hpp"
#include "tools/scenario/problems.hpp"
#include "tools/scenario/yaml_document.hpp"

namespace scenario {

/// Replaces `like:` and `count:` by what they stand for, before anything else looks at the tree:
///   like: NAME   the sibling of that name, with the keys given here put over it (maps key by key)
///   count: N     N entries, `{n}` in name and texts replaced by 1 to N
/// In `tables`, `like:` may also name a table of the DDL: it stays in the entry for the table
/// loader.
void expand(Node& root, const Object& object, Problems& problems, const YamlLimits& limits = {});

}  // namespace scenario
