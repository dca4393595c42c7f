#include "tools/plan/recorder.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace plan {

// ---- Simplifier
// ------------------------------------------------------------------------------------------------------

/// Narrows the slopes of the line to those that come close enough to a value; false if none does.
bool Simplifier::passes(Line& line, sim::Instant at, double value) const {
  const double length = sim::seconds(at - line.start.at);
  const double rise = value - line.start.value;
  line.low = std::max(line.low, (rise - allowed_) / length);
  line.high = std::min(line.high, (rise + allowed_) / length);
  return line.low <= line.high;
}

void Simplifier::begin(const sim::Piece& piece) {
  constexpr double any = std::numeric_limits<double>::infinity();
  line_ = {piece, piece, -any, any, false, true};
}

void Simplifier::close() {
  if (!line_.open) return;
  sim::Piece piece = line_.start;
  if (line_.merged) piece.slope = (line_.low + line_.high) / 2;
  pieces_.push_back(piece);
  line_.open = false;
}

void Simplifier::add(const sim::Piece& piece) {
  if (!line_.open || piece.at <= line_.start.at)
    return begin(piece);  // what lasted no time is forgotten
  if (piece.at > line_.last.at) {
    Line longer = line_;
    if (!passes(
            longer, piece.at,
            line_.last(piece.at))) {  // the last piece leaves the line: a new one begins with it
      const sim::Piece last = line_.last;
      close();
      begin(last);
      longer = line_;
      passes(longer, piece.at, last(piece.at));
    }
    line_ = longer;
  }
  Line longer = line_;
  if (!passes(longer, piece.at, piece.value)) {  // a jump
    close();
    return begin(piece);
  }
  longer.last = piece;
  longer.merged = true;
  line_ = longer;
}

std::vector<sim::Piece> Simplifier::take() {
  const Line line = line_;
  close();
  // The last piece runs on for good: a merged line need not follow it.
  if (line.open && line.merged) pieces_.push_back(line.last);
  return std::move(pieces_);
}

// ---- Recorder
// --------------------------------------------------------------------------------------------------------

Recorder::Recorder(const std::vector<models::SeriesKey>& series,
                   const std::vector<std::size_t>& chosen, const std::vector<double>& peaks)
    : rank_(series.size(), -1) {
  std::map<std::string, double> volume_peak;
  for (const std::size_t i : chosen)
    if (series[i].quantity == "volume_used") {
      double& peak = volume_peak[series[i].subject];
      peak = std::max(peak, peaks[i]);
    }
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const models::SeriesKey& key = series[chosen[i]];
    rank_[chosen[i]] = static_cast<int>(i);
    allowed_.push_back(
        tolerance * (key.quantity == "volume_used" ? volume_peak[key.subject] : peaks[chosen[i]]));
    simplifiers_.emplace_back(allowed_.back());
    trace_.series.push_back({chosen[i], {}});
  }
}

void Recorder::on_event(const models::Event& event) { trace_.events.push_back(event); }

void Recorder::on_piece(std::size_t series, const sim::Piece& piece) {
  if (rank_[series] >= 0) simplifiers_[static_cast<std::size_t>(rank_[series])].add(piece);
}

Trace Recorder::take() {
  for (std::size_t rank = 0; rank < simplifiers_.size(); ++rank) {
    std::vector<sim::Piece>& pieces = trace_.series[rank].pieces;
    pieces = simplifiers_[rank].take();
    // Errors add up to less than twice the last one.
    for (double allowed = 2 * allowed_[rank]; pieces.size() > most_pieces; allowed *= 2) {
      Simplifier again{allowed};
      for (const sim::Piece& piece : pieces) again.add(piece);
      pieces = again.take();
    }
  }
  return std::move(trace_);
}

}  // namespace plan
