#include "tools/sql/rewrite.hpp"

#include <algorithm>
#include <utility>

#include "sim/check.hpp"

namespace sql {

void Rewrite::replace(std::size_t begin, std::size_t end, std::string with) {
  sim::check(begin <= end && end <= original_.size(), "rewrite: inside the text");
  const auto after = std::find_if(edits_.begin(), edits_.end(),
                                  [begin](const Edit& edit) { return edit.begin >= begin; });
  edits_.insert(after, {begin, end, std::move(with)});
}

std::string Rewrite::text() const {
  std::string text;
  text.reserve(original_.size() + 64);
  std::size_t at = 0;
  for (const Edit& edit : edits_) {
    if (edit.begin < at) continue;  // inside one that was taken
    text += original_.substr(at, edit.begin - at);
    text += edit.with;
    at = edit.end;
  }
  text += original_.substr(at);
  return text;
}

std::size_t Rewrite::original_offset(std::size_t offset) const {
  std::size_t at = 0;       // in the original
  std::size_t written = 0;  // in the text
  for (const Edit& edit : edits_) {
    if (edit.begin < at) continue;
    const std::size_t kept = edit.begin - at;
    if (offset < written + kept) break;
    written += kept;
    if (offset < written + edit.with.size()) return edit.begin;
    written += edit.with.size();
    at = edit.end;
  }
  return std::min(at + (offset - written), original_.size());
}

}  // namespace sql
