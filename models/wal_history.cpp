#include "models/wal_history.hpp"

#include <algorithm>
#include <utility>

#include "sim/check.hpp"

namespace models {

void WalHistory::open(Instant now, const sim::Mixture& wal, std::vector<double> clocks) {
  if (!stretches_.empty() && stretches_.back().from == now) stretches_.pop_back();
  stretches_.push_back({now, wal, std::move(clocks)});
}

void WalHistory::forget_before(Instant needed) {
  while (stretches_.size() > 1 && stretches_[1].from <= needed) stretches_.pop_front();
  while (snapshots_.size() > 1 && snapshots_[1] <= needed) snapshots_.pop_front();
}

std::size_t WalHistory::index(Instant t) const {
  sim::check(!stretches_.empty(), "the WAL history is empty");
  const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), t,
                                      [](Instant x, const Stretch& s) { return x < s.from; });
  return after == stretches_.begin() ? 0 : static_cast<std::size_t>(after - stretches_.begin() - 1);
}

const WalHistory::Stretch& WalHistory::at(Instant t) const { return stretches_[index(t)]; }

Lsn WalHistory::lsn(Instant t) const {
  const Stretch& s = at(t);
  return {s.wal(std::max(0.0, seconds(t - s.from)))};
}

Instant WalHistory::end_of(Instant t) const {
  const std::size_t i = index(t);
  return i + 1 < stretches_.size() ? stretches_[i + 1].from : never;
}

Instant WalHistory::snapshot_before(Instant t) const {
  const auto after = std::upper_bound(snapshots_.begin(), snapshots_.end(), t);
  return after == snapshots_.begin() ? stretches_.front().from : *(after - 1);
}

}  // namespace models
