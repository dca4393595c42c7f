#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tools/plan/results.hpp"

/// Percentile bands of the series that matter, on a grid common to all replicates, in bounded
/// memory.
namespace plan {

/// Notes the largest value of every series; a few replicates of it tell which series matter.
class PeakObserver : public models::Observer {
 public:
  PeakObserver(std::size_t series, sim::Duration horizon);
  void on_piece(std::size_t series, const sim::Piece& piece) override;
  void on_event(const models::Event&) override {}
  bool wants_events() const override { return false; }
  sim::Duration resolution() const override { return sim::Duration::max(); }  // curves only rise
  std::vector<double> peaks() const;  // closes every series at the horizon

 private:
  sim::Instant end_;
  std::vector<sim::Piece> last_;
  std::vector<double> peaks_;
};

/// The series worth a band, at most `most`, in the order of the model: totals of volumes, slots and
/// pg_wal, owners of more than 1 % of their volume, then the largest of the rest. Series that stay
/// at zero are left out.
std::vector<std::size_t> choose_series(const std::vector<models::SeriesKey>& series,
                                       const std::vector<double>& peaks, std::size_t most);

/// Where series are evaluated: `points` instants from the start to the horizon, both included.
struct Grid {
  sim::Duration horizon;
  std::size_t points;
  double seconds(std::size_t point) const {
    return sim::seconds(horizon) * static_cast<double>(point) / static_cast<double>(points - 1);
  }
};

/// The values of the chosen series on the grid, for one replicate.
class GridObserver : public models::Observer {
 public:
  /// Takes     rank    of each series among the chosen ones, or -1
  ///           values  chosen series x points, to be filled; NaN before a series begins
  GridObserver(const std::vector<int>& rank, const Grid& grid, std::span<float> values);
  void on_piece(std::size_t series, const sim::Piece& piece) override;
  void on_event(const models::Event&) override {}
  bool wants_events() const override { return false; }
  sim::Duration resolution() const override;  // half the distance of two points
  void finish();                              // evaluates the last pieces up to the horizon

 private:
  struct Cursor {
    sim::Piece piece;
    bool begun = false;
    std::size_t next = 0;  // first point not evaluated yet
  };
  void evaluate_before(std::size_t rank, double t);

  const std::vector<int>& rank_;
  Grid grid_;
  std::span<float> values_;
  std::vector<Cursor> cursors_;
};

/// The grid values of many replicates, and their percentiles.
class Bands {
 public:
  Bands(const std::vector<models::SeriesKey>& series, std::vector<std::size_t> chosen, Grid grid,
        std::size_t replicates);

  std::size_t replicates() const { return replicates_; }
  GridObserver observer(std::size_t replicate);
  /// Over the first `replicates`; series in the order of the model.
  std::vector<Band> percentiles(std::size_t replicates, unsigned threads) const;

 private:
  Band percentiles_of(std::size_t rank, std::size_t replicates) const;

  const std::vector<models::SeriesKey>& series_;
  std::vector<std::size_t> chosen_;
  std::vector<int> rank_;
  Grid grid_;
  std::size_t replicates_;
  std::vector<float> values_;  // replicate x chosen series x points
};

}  // namespace plan
