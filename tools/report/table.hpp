#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace report {

/// Columns a terminal needs for UTF-8 text; every character counts as one.
std::size_t columns_of(std::string_view text);

/// Breaks text at blanks to lines of at most `width` columns; a longer word gets a line of its own.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// A table of text: the first column to the left, the others to the right. Where it is wider than
/// `width`, the first column is cut in the middle, because names differ at their ends.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> lines(std::size_t width) const;  // header first
};

/// A line of eighth blocks; `values` from 0 to `top`, one character each.
std::string sparkline(const std::vector<double>& values, double top);

}  // namespace report
