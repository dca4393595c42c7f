#pragma once

#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// Merges neighbouring pieces of one series that a single line describes to within an allowed
/// error; a jump beyond the error stays where it is. Every value of what comes out is at most that
/// error away from what went in.
class Simplifier {
 public:
  explicit Simplifier(double allowed_error) : allowed_{allowed_error} {}
  void add(const sim::Piece& piece);
  std::vector<sim::Piece> take();  // once, at the end

 private:
  /// The line that the next piece put out will follow: from `start`, with any slope from low to
  /// high. `last` is the newest piece that it describes.
  struct Line {
    sim::Piece start, last;
    double low, high;
    bool merged = false;  // describes more than one piece
    bool open = false;
  };
  bool passes(Line& line, sim::Instant at, double value) const;
  void begin(const sim::Piece& piece);
  void close();

  double allowed_;
  Line line_{};
  std::vector<sim::Piece> pieces_;
};

/// Records one replicate: the chosen series and every event. Series are simplified to within
/// `tolerance` of their peak (owners of a volume: of the volume's), so that a month of checkpoints
/// stays readable; a series that still needs more than `most_pieces` is simplified further.
class Recorder : public models::Observer {
 public:
  static constexpr double tolerance = 0.001;
  static constexpr std::size_t most_pieces = 5'000;

  /// Takes     chosen   indexes of series, ascending
  ///           peaks    the largest value of every series
  Recorder(const std::vector<models::SeriesKey>& series, const std::vector<std::size_t>& chosen,
           const std::vector<double>& peaks);
  void on_piece(std::size_t series, const sim::Piece& piece) override;
  void on_event(const models::Event& event) override;
  bool wants_events() const override { return true; }

  Trace take();  // once, at the end

 private:
  std::vector<int> rank_;
  std::vector<double> allowed_;  // error, by rank
  std::vector<Simplifier> simplifiers_;
  Trace trace_;
};

}  // namespace plan
