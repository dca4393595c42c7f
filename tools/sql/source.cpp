#include "tools/sql/source.hpp"

#include <algorithm>
#include <utility>

#include "tools/sql/lexer.hpp"

namespace sql {
namespace {

constexpr std::size_t longest_line = 1'000;  // of a minified dump no line is worth printing

int characters(std::string_view text) {  // UTF-8 code points
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

/// The line around an offset, as far as the source has it; empty when it is too long to print.
std::string line_around(const Source& source, std::size_t offset) {
  const std::string_view text{source.text};
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::size_t end = std::min(text.find('\n', offset), text.size());
  if (end > begin && text[end - 1] == '\r') --end;
  if (end - begin > longest_line) return {};
  const int indent = begin == 0 ? source.column - 1 : source.indent;
  return std::string(static_cast<std::size_t>(indent), ' ').append(text.substr(begin, end - begin));
}

Problem make_problem(const Source& source, Position at, std::size_t offset,
                     Problem::Severity severity, std::string message, std::string hint) {
  return {severity,
          source.file,
          at.line,
          at.column,
          std::move(message),
          std::move(hint),
          line_around(source, std::min(offset, source.text.size()))};
}

}  // namespace

Position advance(Position at, std::string_view text, int indent) {
  const std::size_t line = text.rfind('\n');
  if (line == std::string_view::npos) return {at.line, at.column + characters(text)};
  return {at.line + static_cast<int>(std::count(text.begin(), text.end(), '\n')),
          1 + indent + characters(text.substr(line + 1))};
}

Position position(const Source& source, std::size_t offset) {
  const std::string_view before = std::string_view{source.text}.substr(0, offset);
  return advance({source.line, source.column}, before, source.indent);
}

Problem problem_at(const Source& source, std::size_t offset, Problem::Severity severity,
                   std::string message, std::string hint) {
  return make_problem(source, position(source, offset), offset, severity, std::move(message),
                      std::move(hint));
}

Problem problem_in(const Source& source, const Piece& piece, std::size_t offset,
                   Problem::Severity severity, std::string message, std::string hint) {
  const Position at = advance(piece.at, piece.text.substr(0, offset), source.indent);
  return make_problem(source, at, piece.offset + offset, severity, std::move(message),
                      std::move(hint));
}

}  // namespace sql
