#include "tools/sql/source.hpp"

#include <algorithm>
#include <utility>

namespace sql {
namespace {

constexpr std::size_t longest_line = 1'000;  // of a minified dump no line is worth printing

int characters(std::string_view text) {  // UTF-8 code points
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

Position position(const Source& source, std::size_t offset) {
  const std::string_view before =
      std::string_view{source.text}.substr(0, std::min(offset, source.text.size()));
  const std::size_t line = before.rfind('\n');
  if (line == std::string_view::npos) return {source.line, source.column + characters(before)};
  return {source.line + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
          1 + source.indent + characters(before.substr(line + 1))};
}

Problem problem_at(const Source& source, std::size_t offset, Problem::Severity severity,
                   std::string message, std::string hint) {
  const Position at = position(source, offset);
  const std::string_view text{source.text};
  offset = std::min(offset, text.size());
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::size_t end = std::min(text.find('\n', offset), text.size());
  if (end > begin && text[end - 1] == '\r') --end;
  std::string line;
  if (end - begin <= longest_line) {
    line.assign(static_cast<std::size_t>(begin == 0 ? source.column - 1 : source.indent), ' ');
    line += text.substr(begin, end - begin);
  }
  return {severity,           source.file,     at.line,        at.column,
          std::move(message), std::move(hint), std::move(line)};
}

}  // namespace sql
