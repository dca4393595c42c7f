#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/plan/results.hpp"

namespace plan {

/// Who owns the bytes of a volume at one moment of a recorded replicate.
struct Moment {
  struct Share {
    std::string owner;
    double bytes = 0, at_start = 0;
    double growth() const { return bytes - at_start; }
  };
  sim::Instant at;
  bool full = false;          // the volume was full then; else it is its fullest moment
  double bytes = 0;           // all owners together
  std::vector<Share> owners;  // recorded ones, the one that grew most first
};

/// The moment in which a volume fills up, taken from the most typical recorded replicate in which
/// it does; if it does not fill up in any, the fullest moment of the bad one. None when nothing of
/// the volume was recorded.
std::optional<Moment> decisive_moment(const Results& results, const std::string& volume);

/// Bytes that the volume lacks to last to the horizon, were it to grow on at its mean rate, in the
/// worst of the recorded replicates up to the bad one (P95); zero when it does not fill up in them.
double missing_bytes(const Results& results, const std::string& volume);

/// WAL owners are called "WAL for …", "WAL kept …" by the models: they shrink again, and a cap can
/// bound them.
bool is_wal(const Moment::Share& share);
/// The slot behind "WAL kept for slot s"; empty for every other owner.
std::string slot_of(const std::string& owner);

}  // namespace plan
