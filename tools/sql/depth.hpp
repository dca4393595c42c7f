#pragma once

#include <cstddef>
#include <functional>

#include "tools/sql/lexer.hpp"

namespace sql {

/// PostgreSQL's parser and every reader of its tree recurse per nested or chained operator;
/// libpg_query has no stack check of its own. So a statement is measured by its tokens first and
/// refused beyond this.
inline constexpr std::size_t deepest = 10'000;

struct Depth {
  std::size_t levels = 0;  // no parse of the statement is deeper
  std::size_t token = 0;   // the first one beyond `deepest`, when there is one
};

/// Upper bound of the height of the statement's parse tree: nested brackets and CASE, plus the
/// operators chained at each level of nesting. Siblings do not add up: list elements are divided by
/// commas, and the terms of AND, OR, set operations and joins count with the tallest of them plus
/// one for every link.
Depth depth(const Lexed& lexed);

/// Runs the work here when `levels` are few, else on a thread whose stack holds `deepest` of them
/// (256 MiB of address space; measured: under 1 kB a level). Exceptions pass through. Returns false
/// when there was no memory for the thread.
bool with_stack_for(std::size_t levels, const std::function<void()>& work);

}  // namespace sql
