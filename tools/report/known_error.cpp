#include "tools/report/known_error.hpp"

#include <algorithm>
#include <sstream>

#include "tools/report/resources.hpp"

namespace report {
namespace {

/// Without Markdown's marks and blanks at the ends.
std::string plain(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '`' || c == '*'; }),
             text.end());
  const std::size_t from = text.find_first_not_of(' ');
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(' ') - from + 1);
}

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> all;
  std::istringstream in{line.substr(1)};
  for (std::string cell; std::getline(in, cell, '|');) all.push_back(plain(cell));
  return all;
}

}  // namespace

KnownError read_known_error(const std::string& page) {
  KnownError found;
  std::istringstream in{page};
  bool inside = false;
  std::string said;  // the last line of text
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("|")) {
      if (inside) break;
      if (!line.empty()) said = line;
      continue;
    }
    if (line.starts_with("| Quantity |")) {
      inside = true;
      found.summary = plain(said.substr(0, said.find(" For the simpler means")));
      continue;
    }
    if (!inside || line.starts_with("|:")) continue;
    if (const std::vector<std::string> c = cells(line); c.size() >= 6)
      found.rows.push_back({c[0], c[1], c[2], c[3], c[4], c[5]});
  }
  return found;
}

KnownError known_error() { return read_known_error(std::string{resource("accuracy.md")}); }

}  // namespace report
