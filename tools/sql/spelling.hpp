#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sql {

/// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other; the case
/// of ASCII is free. From `give_up` edits on the answer is just that.
inline std::size_t edit_distance(std::string_view a, std::string_view b,
                                 std::size_t give_up = std::string_view::npos) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> rows(3 * width);  // of the letters before the last, the last and this
  std::size_t *before = rows.data(), *above = before + width, *row = above + width;
  for (std::size_t j = 0; j < width; ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    if (*std::min_element(row, row + width) >= give_up) return give_up;
    std::swap(before, above);
    std::swap(above, row);
  }
  return std::min(above[b.size()], give_up);
}

/// The candidate spelled most like the word, the first of several; empty when none is near (a third
/// of the letters or more would have to change).
template <typename Words>
std::string nearest(std::string_view word, const Words& candidates) {
  if (word.size() > 200) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto& candidate : candidates) {
    const std::string_view other{candidate};
    const std::size_t longer = std::max(word.size(), other.size());
    if (longer - std::min(word.size(), other.size()) >= best_distance) continue;
    const std::size_t distance = edit_distance(word, other, best_distance);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = other;
  }
  return best;
}

}  // namespace sql
