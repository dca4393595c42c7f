#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/planning.hpp"

namespace cli {

/// `compare FILE --mechanisms A,B`: what it takes beside Planning.
struct Mechanisms {
  std::vector<std::string> names, products;
  std::string hardware = "keep", prices, statement_cpu;
};

/// Throws UsageError: of that command, when there is no such mechanism.
models::Mechanism read_mechanism(std::string_view command, const std::string& word);

void add_mechanisms(Parser& parser, Mechanisms& wanted);

/// The run of the scenario as it is, with the matrix as its comparisons.
plan::Results compare_mechanisms(const Planning& planning, const Mechanisms& wanted);

}  // namespace cli
