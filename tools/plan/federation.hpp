#pragma once

#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// The parts of every federated query: what is sent, with rows and bytes per execution at the
/// median of all inputs, and what is not, with the reason and the fix.
std::vector<PushDown> push_downs(const models::Mesh& mesh);

/// The dearest federated query with its reason, and how often a day it may run before replication
/// moves less; empty without federated queries. All from results, so a stored run says the same.
std::string federation_in_words(const Results& results);

}  // namespace plan
