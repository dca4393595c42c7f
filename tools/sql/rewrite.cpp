#include "tools/sql/rewrite.hpp"

#include <algorithm>
#include <utility>

#include "sim/check.hpp"

namespace sql {

void Rewrite::replace(std::size_t begin, std::size_t end, std::string with) {
  sim::check(begin <= end && end <= original_.size(), "rewrite: inside the text");
  edits_.push_back({begin, end, std::move(with)});
}

std::string Rewrite::apply() {
  std::stable_sort(edits_.begin(), edits_.end(),
                   [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string text;
  text.reserve(original_.size() + 64);
  std::size_t at = 0;
  std::vector<Edit> applied;
  for (Edit& edit : edits_) {
    if (edit.begin < at) continue;
    text += original_.substr(at, edit.begin - at);
    edit.written = text.size();
    text += edit.with;
    at = edit.end;
    applied.push_back(std::move(edit));
  }
  text += original_.substr(at);
  edits_ = std::move(applied);
  return text;
}

std::size_t Rewrite::original_offset(std::size_t offset) const {
  const auto after =
      std::upper_bound(edits_.begin(), edits_.end(), offset,
                       [](std::size_t wanted, const Edit& edit) { return wanted < edit.written; });
  if (after == edits_.begin()) return std::min(offset, original_.size());
  const Edit& edit = *std::prev(after);
  const std::size_t into = offset - edit.written;
  if (into < edit.with.size()) return edit.begin;
  return std::min(edit.end + (into - edit.with.size()), original_.size());
}

}  // namespace sql
