#pragma once

#include <string>
#include <vector>

namespace report {

/// How far predictions were off on workloads that nobody had looked at, by docs/accuracy.md as it
/// was when the program was built.
struct KnownError {
  struct Row {
    std::string quantity, lines, within_target, median, straight_line, spreadsheet;
  };
  std::string summary;  // "24 scenarios, 315 quantities, 85 % within target, median error 0.6 %."
  std::vector<Row> rows;
};

/// Empty where the page has no such table.
KnownError known_error();

/// The same of any text: the first table whose header begins with Quantity, and the line above it.
KnownError read_known_error(const std::string& page);

}  // namespace report
