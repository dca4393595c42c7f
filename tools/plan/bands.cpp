#include "tools/plan/bands.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "sim/replicate.hpp"

namespace plan {
namespace {

constexpr float no_value = std::numeric_limits<float>::quiet_NaN();
constexpr double owner_share_worth_a_band = 0.01;

bool describes_a_slot(const std::string& quantity) {
  return quantity == "retained_wal" || quantity == "slot_lag" || quantity == "replay_lag";
}

/// Smaller is more important.
int importance(const models::SeriesKey& key, double peak, double volume_peak) {
  if (key.quantity == "volume_used" && key.owner.empty()) return 0;
  if (key.quantity == "pg_wal" || describes_a_slot(key.quantity)) return 1;
  if (!key.owner.empty()) return peak > owner_share_worth_a_band * volume_peak ? 2 : 4;
  return 3;
}

/// Nearest rank, as in sim::Sample.
float nearest_rank(const std::vector<float>& sorted, double p) {
  const double rank = std::ceil(p * static_cast<double>(sorted.size()) - 1e-9);
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

PeakObserver::PeakObserver(std::size_t series, sim::Duration horizon)
    : end_{horizon}, last_(series), peaks_(series, 0.0) {}

void PeakObserver::on_piece(std::size_t series, const sim::Piece& piece) {
  double& peak = peaks_[series];
  peak = std::max({peak, last_[series](std::min(piece.at, end_)), piece.value});
  last_[series] = piece;
}

std::vector<double> PeakObserver::peaks() const {
  std::vector<double> peaks = peaks_;
  for (std::size_t i = 0; i < peaks.size(); ++i) peaks[i] = std::max(peaks[i], last_[i](end_));
  return peaks;
}

std::vector<std::size_t> choose_series(const std::vector<models::SeriesKey>& series,
                                       const std::vector<double>& peaks, std::size_t most) {
  std::map<std::string, double> volume_peak;  // of the largest owner or the total, by volume
  for (std::size_t i = 0; i < series.size(); ++i)
    if (series[i].quantity == "volume_used") {
      double& peak = volume_peak[series[i].subject];
      peak = std::max(peak, peaks[i]);
    }
  // Within a class the largest first; sizes come before counts, so that one unit is compared with
  // itself.
  std::vector<std::tuple<int, bool, double, std::size_t>> ranked;
  for (std::size_t i = 0; i < series.size(); ++i)
    if (peaks[i] > 0)
      ranked.emplace_back(importance(series[i], peaks[i], volume_peak[series[i].subject]),
                          series[i].unit != "bytes", -peaks[i], i);
  std::sort(ranked.begin(), ranked.end());
  ranked.resize(std::min(ranked.size(), most));
  std::vector<std::size_t> chosen;
  for (const auto& rank : ranked) chosen.push_back(std::get<3>(rank));
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

GridObserver::GridObserver(const std::vector<int>& rank, const Grid& grid, std::span<float> values)
    : rank_{rank}, grid_{grid}, values_{values}, cursors_(values.size() / grid.points) {
  std::fill(values_.begin(), values_.end(), no_value);
}

sim::Duration GridObserver::resolution() const {
  return grid_.horizon / static_cast<std::int64_t>(2 * grid_.points);
}

void GridObserver::on_piece(std::size_t series, const sim::Piece& piece) {
  if (rank_[series] < 0) return;
  const auto rank = static_cast<std::size_t>(rank_[series]);
  evaluate_before(rank, sim::seconds(piece.at));
  cursors_[rank].piece = piece;
  cursors_[rank].begun = true;
}

void GridObserver::evaluate_before(std::size_t rank, double t) {
  Cursor& cursor = cursors_[rank];
  const double begin = sim::seconds(cursor.piece.at);
  for (; cursor.next < grid_.points && grid_.seconds(cursor.next) < t; ++cursor.next)
    if (cursor.begun)
      values_[rank * grid_.points + cursor.next] = static_cast<float>(
          cursor.piece.value + cursor.piece.slope * (grid_.seconds(cursor.next) - begin));
}

void GridObserver::finish() {
  for (std::size_t rank = 0; rank < cursors_.size(); ++rank)
    evaluate_before(rank, std::numeric_limits<double>::infinity());
}

Bands::Bands(const std::vector<models::SeriesKey>& series, std::vector<std::size_t> chosen,
             Grid grid, std::size_t replicates)
    : series_{series},
      chosen_{std::move(chosen)},
      rank_(series.size(), -1),
      grid_{grid},
      replicates_{replicates},
      values_(replicates * chosen_.size() * grid.points) {
  for (std::size_t i = 0; i < chosen_.size(); ++i) rank_[chosen_[i]] = static_cast<int>(i);
}

GridObserver Bands::observer(std::size_t replicate) {
  const std::size_t size = chosen_.size() * grid_.points;
  return {rank_, grid_, std::span{values_}.subspan(replicate * size, size)};
}

Band Bands::percentiles_of(std::size_t rank, std::size_t replicates) const {
  Band band;
  band.key = series_[chosen_[rank]];
  std::vector<float> values;
  for (std::size_t point = 0; point < grid_.points; ++point) {
    values.clear();
    double sum = 0;
    for (std::size_t r = 0; r < replicates; ++r) {
      const float value = values_[(r * chosen_.size() + rank) * grid_.points + point];
      if (std::isnan(value)) continue;
      values.push_back(value);
      sum += double{value};
    }
    std::sort(values.begin(), values.end());
    const bool none = values.empty();
    band.t.push_back(grid_.seconds(point));
    band.p5.push_back(none ? no_value : nearest_rank(values, 0.05));
    band.p50.push_back(none ? no_value : nearest_rank(values, 0.50));
    band.p95.push_back(none ? no_value : nearest_rank(values, 0.95));
    band.mean.push_back(none ? no_value
                             : static_cast<float>(sum / static_cast<double>(values.size())));
  }
  return band;
}

std::vector<Band> Bands::percentiles(std::size_t replicates, unsigned threads) const {
  replicates = std::min(replicates, replicates_);
  std::vector<Band> bands(replicates == 0 ? 0 : chosen_.size());
  const std::atomic<bool> never_stop = false;
  sim::for_each_replicate(bands.size(), threads, never_stop, [&](std::uint64_t rank) {
    bands[rank] = percentiles_of(static_cast<std::size_t>(rank), replicates);
  });
  return bands;
}

}  // namespace plan
