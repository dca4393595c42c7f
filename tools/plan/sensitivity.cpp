#include "tools/plan/sensitivity.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tools/plan/landmarks.hpp"
#include "tools/plan/objectives.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/selection.hpp"
#include "tools/plan/variant.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t one_at_a_time_replicates = 100;
constexpr std::size_t most_outcomes = 3;

/// Mean 0, length 1; all 0 when the values never vary.
Eigen::VectorXd standardised(const std::vector<double>& values) {
  Eigen::VectorXd v =
      Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
  if (v.size() == 0) return v;
  v.array() -= v.mean();
  const double length = v.norm();
  if (length > 1e-9)
    v /= length;
  else
    v.setZero();
  return v;
}

struct Target {
  const Outcome* outcome;
  std::string statistic;  // p50, p99, probability …
};

double figure(const Outcome& o, const std::string& statistic) {
  if (statistic == "probability") return o.probability;
  if (statistic == "p5") return o.p5.value;
  if (statistic == "p50") return o.p50.value;
  return statistic == "p99" ? o.p99.value : o.p95.value;
}

/// P95 in place of P99: a hundred replicates tell no more.
std::vector<Target> targets(const Results& results) {
  std::vector<Target> all;
  const auto add = [&](const Outcome* o, std::string statistic) {
    if (o == nullptr || all.size() == most_outcomes) return;
    for (const Target& t : all)
      if (t.outcome == o) return;
    all.push_back({o, std::move(statistic)});
  };
  for (const ObjectiveResult& o : results.objectives)
    add(find(results.outcomes, o.objective.metric, o.subject), o.objective.probability_below
                                                                   ? "probability"
                                                               : o.objective.at == "p5"  ? "p5"
                                                               : o.objective.at == "p50" ? "p50"
                                                                                         : "p95");
  if (all.empty())
    if (const auto danger = most_dangerous(results.outcomes)) {
      const Outcome& o = results.outcomes[*danger];
      add(&o, o.key.unit == "0/1" || o.time_to ? "probability" : "p95");
    }
  return all;
}

/// The mesh with one input held; a uniform draw between equal ends takes its number from the stream
/// as the spread did, so that nothing else moves.
models::Mesh held(const models::Mesh& mesh, std::size_t parameter, double value) {
  models::Mesh variant = mesh;
  variant.parameters[parameter].distribution = {models::Distribution::Kind::uniform, value, value,
                                                0};
  return variant;
}

std::string in_words(const models::Parameter& p, double value) {
  if (p.unit == "bytes") return bytes_in_words(value);
  if (p.unit == "s") return duration_in_words(value);
  if (p.unit == "ratio") return share_in_words(value);
  if (p.unit == "1/s") return fmt::format("{:.4g}/s", value);
  if (p.unit == "bytes/s") return bytes_in_words(value) + "/s";
  return fmt::format("{:.4g}{}{}", value, p.unit.empty() ? "" : " ", p.unit);
}

double swing(const Influence& i) {
  const double s = std::abs(i.at_high - i.at_low);
  return std::isnan(s) ? std::numeric_limits<double>::infinity() : s;
}

}  // namespace

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    return std::isnan(values[i]) ? std::numeric_limits<double>::infinity() : values[i];
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && key(order[end]) == key(order[i])) ++end;
    for (std::size_t k = i; k < end; ++k) ranks[order[k]] = static_cast<double>(i + end + 1) / 2;
    i = end;
  }
  return ranks;
}

RankRegression rank_regression(const std::vector<std::vector<double>>& inputs,
                               const std::vector<double>& outcome) {
  RankRegression result;
  const Eigen::VectorXd y = standardised(ranks(outcome));
  Eigen::MatrixXd x(y.size(), static_cast<Eigen::Index>(inputs.size()));
  for (std::size_t p = 0; p < inputs.size(); ++p)
    x.col(static_cast<Eigen::Index>(p)) = standardised(ranks(inputs[p]));
  result.correlations.assign(inputs.size(), 0);
  result.coefficients.assign(inputs.size(), 0);
  if (inputs.empty() || y.size() == 0) return result;
  // The pseudo-inverse leaves inputs without variation at 0.
  const Eigen::VectorXd b = x.completeOrthogonalDecomposition().solve(y);
  for (std::size_t p = 0; p < inputs.size(); ++p) {
    result.coefficients[p] = b[static_cast<Eigen::Index>(p)];
    result.correlations[p] = x.col(static_cast<Eigen::Index>(p)).dot(y);
  }
  result.explained = y.squaredNorm() > 0 ? 1 - (y - x * b).squaredNorm() / y.squaredNorm() : 0;
  return result;
}

std::vector<bool> drawn_per_occurrence(const models::Mesh& mesh) {
  std::vector<bool> per_occurrence(mesh.parameters.size(), false);
  for (const models::Incident& incident : mesh.incidents)
    for (const models::Quantity* q : {&incident.every, &incident.duration})
      if (q->parameter >= 0) per_occurrence[static_cast<std::size_t>(q->parameter)] = true;
  return per_occurrence;
}

std::vector<Influence> influences(const models::Mesh& mesh, const Results& results,
                                  const RunOptions& options) {
  const std::vector<Target> wanted = targets(results);
  const std::size_t inputs = mesh.parameters.size();
  const std::vector<bool> per_occurrence = drawn_per_occurrence(mesh);
  std::vector<std::vector<double>> drawn(inputs, std::vector<double>(results.replicates, 0.0));
  for (std::uint64_t r = 0; r < results.replicates; ++r) {
    const models::Draws draws = models::draw(mesh, options.seed, r);
    for (std::size_t p = 0; p < inputs; ++p)
      if (!per_occurrence[p]) drawn[p][r] = draws.values[p];
  }
  RunOptions few = options;
  few.replicates = std::min(one_at_a_time_replicates, results.replicates);
  const Variant baseline = simulate_variant(mesh, few);
  std::vector<std::pair<Variant, Variant>> swings;  // by input
  for (const models::Parameter& p : mesh.parameters) {
    const std::size_t i = swings.size();
    swings.emplace_back(simulate_variant(held(mesh, i, percentile(p.distribution, 0.1)), few),
                        simulate_variant(held(mesh, i, percentile(p.distribution, 0.9)), few));
    if (options.stop != nullptr && *options.stop) return {};
  }
  std::vector<Influence> all;
  for (const Target& target : wanted) {
    const RankRegression regression = rank_regression(drawn, target.outcome->values);
    std::vector<Influence> of_one;
    const auto at = [&](const Variant& v) {
      const Outcome* o = find(v.outcomes, target.outcome->key.metric, target.outcome->key.subject);
      return o == nullptr ? none : figure(*o, target.statistic);
    };
    for (std::size_t p = 0; p < inputs; ++p) {
      const models::Parameter& parameter = mesh.parameters[p];
      Influence i;
      i.parameter = parameter.name;
      i.key = target.outcome->key;
      i.statistic = target.statistic;
      i.baseline = at(baseline);
      i.at_low = at(swings[p].first);
      i.at_high = at(swings[p].second);
      i.low = in_words(parameter, percentile(parameter.distribution, 0.1));
      i.high = in_words(parameter, percentile(parameter.distribution, 0.9));
      i.rank_correlation = per_occurrence[p] ? none : regression.coefficients[p];
      const bool moves = swing(i) > 1e-3 * std::abs(i.baseline) && i.at_low != i.at_high;
      if (moves || std::abs(i.rank_correlation) > 0.05) of_one.push_back(std::move(i));
    }
    std::stable_sort(of_one.begin(), of_one.end(),
                     [](const Influence& a, const Influence& b) { return swing(a) > swing(b); });
    all.insert(all.end(), of_one.begin(), of_one.end());
  }
  return all;
}

}  // namespace plan
