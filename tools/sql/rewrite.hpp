#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sql {

/// A statement's text with some of it replaced, and the way back from its offsets to the
/// original's.
class Rewrite {
 public:
  explicit Rewrite(std::string_view original) : original_{original} {}

  /// Replaces bytes [begin, end) of the original; in any order. Of two that overlap the first one
  /// counts.
  void replace(std::size_t begin, std::size_t end, std::string with);

  /// The text after all replacements.
  std::string apply();
  /// Offset in the original of an offset in the applied text; inside a replacement: where the
  /// replaced bytes start.
  std::size_t original_offset(std::size_t offset) const;

 private:
  struct Edit {
    std::size_t begin, end;
    std::string with;
    std::size_t written = 0;  // where `with` starts in the applied text
  };

  std::string_view original_;
  std::vector<Edit> edits_;  // by begin
};

}  // namespace sql
