#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// The outcome to fear most: the disk that fills most often, else the slot that is lost most often,
/// else the fullest volume (by P95), else the first outcome there is.
///
/// Returns   index into outcomes; none when there are no outcomes or no replicates
std::optional<std::size_t> most_dangerous(const std::vector<Outcome>& outcomes);

struct Selected {
  std::string label;  // median, bad (P95), worst
  std::uint64_t replicate;
};

/// Three replicates that stand for the run, by how bad that outcome is in them: an early time, a
/// large size. Those that are alike (a time that neither reached) are told apart by `then`, if
/// given. One that would be shown twice is left out.
std::vector<Selected> select_replicates(const Outcome& outcome, const Outcome* then = nullptr);

}  // namespace plan
