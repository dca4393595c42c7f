#include "tools/plan/outcomes.hpp"

#include <algorithm>
#include <utility>

#include "sim/statistics.hpp"

namespace plan {
namespace {

Estimate percentile(const sim::Sample& sample, double p) {
  const sim::Estimate e = sample.percentile_estimate(p);
  return {e.value, e.low, e.high};
}

}  // namespace

Outcome summarise(models::OutcomeKey key, bool time_to, std::vector<double> values) {
  const sim::Sample sample{values};
  Outcome outcome;
  outcome.key = std::move(key);
  outcome.time_to = time_to;
  outcome.mean = sample.mean();
  outcome.p5 = percentile(sample, 0.05);
  outcome.p50 = percentile(sample, 0.50);
  outcome.p95 = percentile(sample, 0.95);
  outcome.p99 = percentile(sample, 0.99);
  outcome.minimum = sample.minimum();
  outcome.maximum = sample.maximum();
  const bool yes_or_no = outcome.key.unit == "0/1";
  if (time_to || yes_or_no) {
    const auto happened =
        yes_or_no ? std::count_if(values.begin(), values.end(), [](double v) { return v > 0; })
                  : static_cast<std::ptrdiff_t>(sample.reached());
    const sim::Estimate share = sim::wilson(static_cast<std::uint64_t>(happened), values.size());
    outcome.probability = share.value;
    outcome.probability_low = share.low;
    outcome.probability_high = share.high;
  }
  outcome.values = std::move(values);
  return outcome;
}

const models::Metric* metric(const std::string& name) {
  const auto& all = models::metrics();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const Outcome* find(const std::vector<Outcome>& outcomes, const std::string& metric,
                    const std::string& subject) {
  const auto found = std::find_if(outcomes.begin(), outcomes.end(), [&](const Outcome& o) {
    return o.key.metric == metric && o.key.subject == subject;
  });
  return found == outcomes.end() ? nullptr : &*found;
}

}  // namespace plan
