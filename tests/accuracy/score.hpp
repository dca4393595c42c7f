#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/accuracy/comparison.hpp"

namespace accuracy {

/// One scenario's comparison.
struct Case {
  std::string name;
  std::string file;
  int postgres = 0;
  std::size_t runs = 0;
  std::vector<Line> lines;
  std::string refused;  // why it was not played; then no lines
};

struct Score {
  std::size_t lines = 0, met = 0;
  double median_error = 0;  // of the absolute errors, share
};
Score score(const std::vector<Case>& cases);

/// A case for a terminal: quantity, predicted, measured, error, what simple means say; misses
/// marked.
std::string format(const Case& compared);

/// Score, lines per metric, and the worst misses.
std::string format(const std::vector<Case>& cases);

/// The same as a page for the repository.
std::string markdown(const std::vector<Case>& cases, const std::string& about);

}  // namespace accuracy
