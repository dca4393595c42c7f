// What does it cost to solve when a curve of many page classes reaches a threshold, next to
// evaluating it once?
#include "sim/crossing.hpp"

#include <benchmark/benchmark.h>

#include <vector>

#include "sim/math.hpp"
#include "sim/rng.hpp"

namespace {

/// Curves of `terms` classes whose rates span nine decades.
std::vector<sim::Mixture> curves(std::int64_t terms) {
  std::vector<sim::Mixture> result;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    sim::Rng rng{seed};
    sim::Mixture curve{1e9, sim::pow(2, rng.uniform(-20, 20))};
    for (std::int64_t i = 0; i < terms; ++i)
      curve.add(sim::pow(2, rng.uniform(0, 40)), sim::pow(2, rng.uniform(-20, 10)));
    result.push_back(curve);
  }
  return result;
}

void Evaluate(benchmark::State& state) {
  const auto all = curves(state.range(0));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(all[i++ % all.size()](1.0));
}

void Crossing(benchmark::State& state) {
  const auto all = curves(state.range(0));
  sim::Rng rng{1};
  std::size_t i = 0;
  for (auto _ : state) {
    const sim::Mixture& curve = all[i++ % all.size()];
    const double rise = (curve.asymptote() - curve.value()) * rng.uniform();
    benchmark::DoNotOptimize(curve.crossing(curve.value() + rise));
  }
}

BENCHMARK(Evaluate)->ArgName("terms")->Arg(1)->Arg(8)->Arg(32);
BENCHMARK(Crossing)->ArgName("terms")->Arg(1)->Arg(8)->Arg(32);

}  // namespace
