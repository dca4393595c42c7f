#pragma once

#include <string>
#include <vector>

#include "models/mesh.hpp"
#include "models/provisioning.hpp"
#include "tools/scenario/problems.hpp"
#include "tools/scenario/scenario.hpp"
#include "tools/scenario/yaml_document.hpp"

namespace scenario {

/// Rewrites a scenario, whose copies and overrides are applied, so that its products are shared by
/// one mechanism. What is not rewritten keeps its path, so that its draws stay the same.
///
///   event      consumers subscribe to the tables that their queries read
///   federated  the same tables are foreign, queries run on the consumer
///   databases  the consumer's database moves to the producer's node, foreign tables over loopback
///   logical    its schemas move into the producer's database
///
/// A node that is left empty vanishes with its links and standbys, and with the incidents of these;
/// its cores and memory are added to the host's, volumes are the host's. Incidents of a domain
/// follow the domain. Objectives are left out: the caller judges the variant by the original's.
///
/// Takes     what the scenario means as it is, for the places that names resolve to
/// Returns   what was done, one sentence each
std::vector<std::string> translate(Node& tree, const models::Mesh& as_it_is,
                                   const models::Provisioning& provisioning,
                                   const Translation& wanted, Problems& problems);

}  // namespace scenario
