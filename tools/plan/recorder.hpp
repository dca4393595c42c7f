#pragma once

#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// Records one replicate: the pieces of the chosen series and every event. Neighbouring pieces that
/// one line describes to within `tolerance` of the series' peak become one, so that a month of
/// checkpoints stays readable; a jump beyond the tolerance is always kept where it is.
class Recorder : public models::Observer {
 public:
  static constexpr double tolerance = 0.001;

  /// Takes     chosen   indexes of series, ascending
  ///           peaks    the largest value of every series, which the tolerance refers to
  Recorder(const std::vector<std::size_t>& chosen, const std::vector<double>& peaks);
  void on_piece(std::size_t series, const sim::Piece& piece) override;
  void on_event(const models::Event& event) override;
  bool wants_events() const override { return true; }

  Trace take();  // once, at the end

 private:
  /// The line that the next recorded piece will follow: from `start`, with any slope from low to
  /// high. `last` is the newest piece of the simulation that it describes.
  struct Line {
    sim::Piece start, last;
    double low, high;
    bool merged = false;  // describes more than one piece
    bool open = false;
  };
  void begin(Line& line, const sim::Piece& piece);
  void extend(std::size_t rank, const sim::Piece& piece);
  void close(std::size_t rank);

  std::vector<int> rank_;
  std::vector<double> allowed_;  // error, by rank
  std::vector<Line> lines_;
  Trace trace_;
};

}  // namespace plan
