#include "tools/report/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace report {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string pad(std::string_view text, std::size_t columns) {
  return std::string(columns - std::min(columns, columns_of(text)), ' ');
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > width) {
      lines.push_back(line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

std::vector<std::string> Table::lines(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (const std::string& cell : header) widths.push_back(columns_of(cell));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i]));
  constexpr std::size_t gap = 2;
  const std::size_t figures =
      std::accumulate(widths.begin() + 1, widths.end(), gap * (widths.size() - 1));
  const bool fits = widths[0] + figures <= width;
  const std::size_t name_width = fits ? widths[0] : std::min(columns_of(header[0]), widths[0]);
  std::vector<std::string> lines;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    if (columns_of(row[0]) > name_width)
      lines.push_back(row[0]);
    else
      line = row[0];
    line += pad(line, name_width);
    for (std::size_t i = 1; i < row.size(); ++i)
      line += std::string(gap, ' ') + pad(row[i], widths[i]) + row[i];
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
  };
  add(header);
  for (const auto& row : rows) add(row);
  return lines;
}

std::string sparkline(const std::vector<double>& values, double top) {
  constexpr std::array blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  for (const double value : values) {
    const double share = top > 0 && value > 0 ? std::min(value / top, 1.0) : 0.0;
    const auto level = static_cast<std::size_t>(std::floor(share * 7.999));
    line += std::isnan(value) ? " " : blocks.at(level);
  }
  return line;
}

}  // namespace report
