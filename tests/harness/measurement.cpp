#include "tests/harness/measurement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace harness {

std::optional<double> Measurement::outcome(const std::string& metric,
                                           const std::string& subject) const {
  const auto found = outcomes.find({metric, subject});
  return found == outcomes.end() ? std::nullopt : std::optional{found->second};
}

double Measurement::maximum(const std::string& series_name, const std::string& subject) const {
  double most = -std::numeric_limits<double>::infinity();
  const auto found = series.find({series_name, subject});
  if (found != series.end())
    for (const auto& [t, value] : found->second) most = std::max(most, value);
  return most;
}

double Measurement::last(const std::string& series_name, const std::string& subject) const {
  const auto found = series.find({series_name, subject});
  return found == series.end() || found->second.empty() ? std::numeric_limits<double>::quiet_NaN()
                                                        : found->second.back().second;
}

std::optional<double> Measurement::first(const std::string& kind,
                                         const std::string& subject) const {
  for (const Happening& happening : timeline)
    if (happening.kind == kind && (subject.empty() || happening.subject == subject))
      return happening.at;
  return std::nullopt;
}

std::string describe(const Measurement& measurement) {
  std::string text = "outcomes\n";
  for (const auto& [key, value] : measurement.outcomes)
    text += fmt::format("  {:26} {:40} {:>18.6g}\n", key.name, key.subject, value);
  text += "streams\n";
  for (const StreamResult& stream : measurement.streams)
    text +=
        fmt::format("  {:40} wanted {:.0f} committed {} failed {} latest {:.3f} s late\n",
                    stream.name, stream.wanted, stream.committed, stream.failed, stream.behind_max);
  text += "timeline\n";
  for (const Happening& happening : measurement.timeline)
    text += fmt::format("  {:8.3f} {:20} {:24} {}\n", happening.at, happening.kind,
                        happening.subject, happening.text.substr(0, 200));
  return text;
}

}  // namespace harness
