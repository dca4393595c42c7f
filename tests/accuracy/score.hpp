#pragma once

#include <cstddef>
#include <map>
#include <optional>
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
Score score(const std::vector<const Line*>& lines);
Score score(const std::vector<Case>& cases);

std::map<std::string, std::vector<const Line*>> by_metric(const std::vector<Case>& cases);
double median(std::vector<double> values);  // 0 when there are none

struct Miss {
  const Case* where;
  const Line* line;
};
/// Lines outside their target, the largest error first.
std::vector<Miss> misses(const std::vector<Case>& cases);

/// Figures as people read them: a dash for none, "never" for an error without end.
std::string figure(std::optional<double> value);
std::string percent(double share);
/// Error of a simple means of prediction.
std::string error_of(const Line& line, std::optional<double> value);

/// A case for a terminal: quantity, predicted, measured, error, what simple means say; misses
/// marked.
std::string format(const Case& compared);
/// Score, lines per metric, and the misses.
std::string format(const std::vector<Case>& cases);

}  // namespace accuracy
