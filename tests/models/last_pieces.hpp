#pragma once

#include <map>

#include "models/simulate.hpp"

namespace models {

/// The value of every series at the last piece that reached it.
class LastPieces : public Observer {
 public:
  void on_piece(std::size_t series, const sim::Piece& piece) override { last[series] = piece; }
  void on_event(const Event&) override {}
  bool wants_events() const override { return false; }
  std::map<std::size_t, sim::Piece> last;
};

}  // namespace models
