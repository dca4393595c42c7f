#pragma once

#include <string>
#include <vector>

#include "tools/cli/planning.hpp"

namespace cli {

/// `compare FILE --mechanisms A,B`: what it takes beside Planning.
struct Mechanisms {
  std::vector<std::string> names, products;
  std::string hardware = "keep", prices;
};

void add_mechanisms(Parser& parser, Mechanisms& wanted);

/// The run of the scenario as it is, with the matrix as its comparisons.
plan::Results compare_mechanisms(const Planning& planning, const Mechanisms& wanted);

}  // namespace cli
