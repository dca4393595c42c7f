#pragma once

#include <string>
#include <vector>

#include "tests/accuracy/score.hpp"

namespace accuracy {

/// The accuracy table as a page for the repository: score, by quantity, what simple means would
/// have said, misses, and every line of the fixed scenarios and of the drawn ones.
///
/// Takes  fixed, drawn  cases of both kinds; drawn ones come from `seed`
///        notes         Markdown that explains the worst misses; may be empty
std::string page(const std::vector<Case>& fixed, const std::vector<Case>& drawn, std::uint64_t seed,
                 const std::string& notes);

}  // namespace accuracy
