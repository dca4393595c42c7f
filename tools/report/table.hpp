#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace report {

/// Columns a terminal needs for UTF-8 text; every character counts as one.
std::size_t columns_of(std::string_view text);

/// Breaks text at blanks to lines of at most `width` columns; a longer word gets a line of its own.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// Rows of a name and its figures, under titles.
struct Table {
  struct Row {
    std::string name;
    std::vector<std::string> figures;  // none: a title
  };
  std::vector<std::string> header;  // of the figures
  std::vector<Row> rows;
  /// Names to the left, figures to the right; a name that leaves no room for its figures within
  /// `width` gets a line of its own above them.
  std::vector<std::string> lines(std::size_t width) const;  // header first
};

/// A line of eighth blocks; `values` from 0 to `top`, one character each.
std::string sparkline(const std::vector<double>& values, double top);

}  // namespace report
