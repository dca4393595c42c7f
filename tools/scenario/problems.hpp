#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/scenario/scenario.hpp"

namespace scenario {

/// Where something stands: in the scenario file (source 0), in an override or in an included file.
struct Mark {
  int source = 0;
  int line = 0;    // 1-based; 0 = the source as a whole
  int column = 0;  // 1-based, in bytes
};

/// Collects what is wrong, so that one run of the loader reports everything.
/// Gives up (throws what it has) at 100 problems: nobody reads more, and a hostile file may hold
/// millions.
class Problems {
 public:
  /// Registers a text that marks may point into; returns its Mark::source.
  int add_source(std::string name, std::string text);
  const std::string& source_name(int source) const;
  const std::string& source_text(int source) const;
  /// Between places and byte offsets of a source's text; past the end is its end.
  std::size_t offset(Mark mark) const;
  Mark mark(int source, std::size_t offset) const;
  /// A mark as users read it.
  models::Place place(Mark mark) const;

  void add(Mark mark, std::string message, std::string hint = {});
  bool empty() const { return found_.empty(); }
  std::size_t size() const { return found_.size(); }

  /// Throws ScenarioError when there is any, in the order of their places.
  void throw_if_any() const;

 private:
  struct Source {
    std::string name, text;
    std::vector<std::size_t> line_starts;
  };
  struct Entry {
    Mark mark;
    std::string message, hint;
  };
  Problem shown(const Entry& entry) const;
  [[noreturn]] void give_up(bool more) const;

  std::vector<Source> sources_;
  std::vector<Entry> found_;
};

/// As a terminal shows it: place, message, source line, caret, hint.
std::string format(const Problem& problem);

/// "did you mean 'x'?" with the known word nearest in spelling; empty when none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known);

/// "a, b and c" (at most `limit` of them, then "…").
std::string listed(const std::vector<std::string_view>& words, std::size_t limit = 12);

/// Text of a user inside a message: control characters replaced, cut when long.
std::string in_quotes(std::string_view text);

}  // namespace scenario
