#include "tools/plan/recorder.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace plan {

Recorder::Recorder(const std::vector<std::size_t>& chosen, const std::vector<double>& peaks)
    : rank_(peaks.size(), -1), lines_(chosen.size()) {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    rank_[chosen[i]] = static_cast<int>(i);
    allowed_.push_back(tolerance * peaks[chosen[i]]);
    trace_.series.push_back({chosen[i], {}});
  }
}

void Recorder::on_event(const models::Event& event) { trace_.events.push_back(event); }

void Recorder::on_piece(std::size_t series, const sim::Piece& piece) {
  if (rank_[series] < 0) return;
  const auto rank = static_cast<std::size_t>(rank_[series]);
  if (lines_[rank].open)
    extend(rank, piece);
  else
    begin(lines_[rank], piece);
}

void Recorder::begin(Line& line, const sim::Piece& piece) {
  constexpr double any = std::numeric_limits<double>::infinity();
  line = {piece, piece, -any, any, false, true};
}

void Recorder::extend(std::size_t rank, const sim::Piece& piece) {
  Line& line = lines_[rank];
  // Narrows the slopes to those that come close enough to the value at piece.at; false if none
  // does.
  const auto passes = [&](Line& narrowed, double value) {
    const double length = sim::seconds(piece.at - narrowed.start.at);
    const double rise = value - narrowed.start.value;
    narrowed.low = std::max(narrowed.low, (rise - allowed_[rank]) / length);
    narrowed.high = std::min(narrowed.high, (rise + allowed_[rank]) / length);
    return narrowed.low <= narrowed.high;
  };
  const auto restart = [&](const sim::Piece& from) {
    close(rank);
    begin(line, from);
  };
  if (piece.at <= line.start.at) return begin(line, piece);  // nothing lasted no time
  if (piece.at > line.last.at) {
    Line longer = line;
    if (!passes(longer,
                line.last(piece.at))) {  // the last piece leaves the line: a new one begins with it
      const sim::Piece last = line.last;
      restart(last);
      longer = line;
      passes(longer, last(piece.at));
    }
    line = longer;
  }
  Line longer = line;
  if (!passes(longer, piece.value)) return restart(piece);  // a jump
  longer.last = piece;
  longer.merged = true;
  line = longer;
}

void Recorder::close(std::size_t rank) {
  Line& line = lines_[rank];
  if (!line.open) return;
  sim::Piece piece = line.start;
  if (line.merged) piece.slope = (line.low + line.high) / 2;
  trace_.series[rank].pieces.push_back(piece);
  line.open = false;
}

Trace Recorder::take() {
  // The last piece runs on to the horizon: a merged line need not follow its slope.
  for (std::size_t rank = 0; rank < lines_.size(); ++rank) {
    const Line line = lines_[rank];
    close(rank);
    if (line.open && line.merged) trace_.series[rank].pieces.push_back(line.last);
  }
  return std::move(trace_);
}

}  // namespace plan
