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
  constexpr std::size_t gap = 2;
  std::vector<std::size_t> widths;
  for (const std::string& cell : header) widths.push_back(columns_of(cell));
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.figures.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row.figures[i]));
  const std::size_t figures = std::accumulate(widths.begin(), widths.end(), gap * widths.size());
  const std::size_t room = width - std::min(width, figures);
  std::size_t names = 0;  // the widest one that fits
  for (const Row& row : rows)
    if (const std::size_t n = columns_of(row.name); !row.figures.empty() && n <= room)
      names = std::max(names, n);

  std::vector<std::string> lines;
  const auto add = [&](const std::string& name, const std::vector<std::string>& cells) {
    std::string line = name;
    if (columns_of(name) > names || cells.empty()) {
      lines.push_back(name);
      line.clear();
    }
    if (cells.empty()) return;
    line += pad(line, names);
    for (std::size_t i = 0; i < cells.size(); ++i)
      line += std::string(gap, ' ') + pad(cells[i], widths[i]) + cells[i];
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
  };
  add("", header);
  for (const Row& row : rows) add(row.name, row.figures);
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
