#include "tools/plan/moment.hpp"

#include <algorithm>

namespace plan {
namespace {

constexpr std::string_view slot_prefix = "WAL kept for slot ";

double value_at(const std::vector<sim::Piece>& pieces, sim::Instant t) {
  const auto after =
      std::upper_bound(pieces.begin(), pieces.end(), t,
                       [](sim::Instant at, const auto& piece) { return at < piece.at; });
  return after == pieces.begin() ? 0.0 : (*std::prev(after))(t);
}

const models::SeriesKey& key(const Results& results, const Trace::Series& series) {
  return results.series[series.series];
}

bool of_volume(const models::SeriesKey& key, const std::string& volume) {
  return key.quantity == "volume_used" && key.subject == volume;
}

std::optional<sim::Instant> filled_at(const Trace& trace, const std::string& volume) {
  for (const models::Event& event : trace.events)
    if (event.kind == "disk_full" && event.subject == volume) return event.at;
  return std::nullopt;
}

/// When the volume's total is largest: at the begin or the end of one of its pieces.
sim::Instant fullest_at(const Results& results, const Trace& trace, const std::string& volume) {
  sim::Instant best;
  double most = -1;
  const sim::Instant end = sim::after({}, results.horizon);
  for (const Trace::Series& series : trace.series) {
    if (!of_volume(key(results, series), volume) || !key(results, series).owner.empty()) continue;
    for (std::size_t i = 0; i < series.pieces.size(); ++i) {
      const sim::Piece& piece = series.pieces[i];
      const sim::Instant next = i + 1 < series.pieces.size() ? series.pieces[i + 1].at : end;
      for (const sim::Instant t : {piece.at, next})
        if (piece(t) > most) {
          most = piece(t);
          best = t;
        }
    }
  }
  return best;
}

Moment moment(const Results& results, const Trace& trace, const std::string& volume,
              sim::Instant at) {
  Moment moment;
  moment.at = at;
  for (const Trace::Series& series : trace.series) {
    if (!of_volume(key(results, series), volume) || series.pieces.empty()) continue;
    // Just before: at the moment itself a full volume may already have lost what was being written.
    const sim::Instant before = std::max(at - sim::Duration{1}, series.pieces.front().at);
    const double bytes = value_at(series.pieces, before);
    if (key(results, series).owner.empty())
      moment.bytes = bytes;
    else
      moment.owners.push_back({key(results, series).owner, bytes, series.pieces.front().value});
  }
  std::stable_sort(moment.owners.begin(), moment.owners.end(),
                   [](const auto& a, const auto& b) { return a.growth() > b.growth(); });
  return moment;
}

}  // namespace

std::optional<Moment> decisive_moment(const Results& results, const std::string& volume) {
  for (const Trace& trace : results.traces)  // median, bad, worst
    if (const auto at = filled_at(trace, volume)) {
      Moment full = moment(results, trace, volume, *at);
      full.full = true;
      return full;
    }
  if (results.traces.empty()) return std::nullopt;
  const auto bad = std::find_if(results.traces.begin(), results.traces.end(),
                                [](const Trace& trace) { return trace.label == "bad"; });
  const Trace& trace = bad == results.traces.end() ? results.traces.front() : *bad;
  Moment fullest = moment(results, trace, volume, fullest_at(results, trace, volume));
  if (fullest.owners.empty()) return std::nullopt;
  return fullest;
}

double missing_bytes(const Results& results, const std::string& volume) {
  double missing = 0;
  for (const Trace& trace : results.traces) {
    if (trace.label == "worst" && missing > 0) continue;
    const auto at = filled_at(trace, volume);
    if (!at || *at <= sim::Instant{}) continue;
    double growth = 0;
    for (const Moment::Share& share : moment(results, trace, volume, *at).owners)
      growth += share.growth();
    const double t = sim::seconds(*at);
    missing = std::max(missing, growth / t * (results.horizon - t));
  }
  return missing;
}

std::string slot_of(const std::string& owner) {
  return owner.starts_with(slot_prefix) ? owner.substr(slot_prefix.size()) : std::string{};
}

}  // namespace plan
