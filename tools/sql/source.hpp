#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sql/problem.hpp"

namespace sql {

/// SQL text with the place in the user's file where it starts, so that SQL inside YAML reports the
/// file's own lines. Of a block scalar pass the content as it stands in the file less its indent,
/// `>` blocks too (line breaks are white space to SQL): line = its first line, column = indent + 1,
/// indent = the columns taken off every line.
struct Source {
  std::string text;
  std::string file;
  int line = 1;
  int column = 1;  // of the first character, from 1, in characters
  int indent = 0;  // columns to add on every line after the first
};

/// A place in the user's file, from 1.
struct Position {
  int line = 1, column = 1;
};
Position position(const Source& source, std::size_t offset);
/// The position behind the text, when its first character is at `at`.
Position advance(Position at, std::string_view text, int indent);

/// A problem at a byte offset of the source, with its line of text.
Problem problem_at(const Source& source, std::size_t offset, Problem::Severity severity,
                   std::string message, std::string hint = {});

/// The statements of a script, each a Source of its own without its semicolon. Quotes, dollar
/// quotes, nested comments, E'' strings and BEGIN ATOMIC bodies are understood; comments, psql
/// meta-commands and COPY data are left out. An unterminated quote or comment and bytes that are
/// not text are problems.
std::vector<Source> split(const Source& source, std::vector<Problem>& problems);

}  // namespace sql
