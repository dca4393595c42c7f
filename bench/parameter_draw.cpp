// What does drawing the uncertain parameters of a replicate cost, next to the replicate itself
// (milliseconds)? And the elementary functions and the random stream behind it.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <string>

#include "models/simulate.hpp"
#include "sim/math.hpp"
#include "sim/rng.hpp"

namespace {

/// Parameters of every kind, named as a scenario names them.
models::Mesh mesh_with(std::int64_t parameters) {
  using models::Distribution;
  constexpr std::array<Distribution, 3> kinds{{{Distribution::Kind::uniform, 1, 2, 0},
                                               {Distribution::Kind::lognormal, 1, 2, 5},
                                               {Distribution::Kind::exponential, 3, 0, 0}}};
  models::Mesh mesh;
  for (std::int64_t i = 0; i < parameters; ++i)
    mesh.parameters.push_back({"domains.media.workload[" + std::to_string(i) + "].rate", "1/s",
                               kinds[static_cast<std::size_t>(i) % kinds.size()], "bench"});
  return mesh;
}

void DrawParameters(benchmark::State& state) {
  const models::Mesh mesh = mesh_with(state.range(0));
  std::uint64_t replicate = 0;
  for (auto _ : state) benchmark::DoNotOptimize(models::draw(mesh, 42, replicate++));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(DrawParameters)->ArgName("parameters")->Arg(10)->Arg(100)->Arg(1'000);

void RandomBits(benchmark::State& state) {
  sim::Rng rng{1};
  for (auto _ : state) benchmark::DoNotOptimize(rng.bits());
}
BENCHMARK(RandomBits);

void Normal(benchmark::State& state) {
  sim::Rng rng{1};
  for (auto _ : state) benchmark::DoNotOptimize(rng.normal());
}
BENCHMARK(Normal);

/// A sum over 1 024 arguments in -30 … 0, as page classes evaluate it.
template <class Function>
void sum(benchmark::State& state, Function function) {
  sim::Rng rng{1};
  std::array<double, 1024> arguments{};
  for (double& x : arguments) x = rng.uniform(-30, 0);
  for (auto _ : state) {
    double total = 0;
    for (const double x : arguments) total += function(x);
    benchmark::DoNotOptimize(total);
  }
  state.SetItemsProcessed(state.iterations() * 1024);
}
BENCHMARK_CAPTURE(sum, exp, [](double x) { return sim::exp(x); });
BENCHMARK_CAPTURE(sum, libm_exp, [](double x) { return std::exp(x); });
BENCHMARK_CAPTURE(sum, one_minus_exp, [](double x) { return sim::one_minus_exp(-x); });
BENCHMARK_CAPTURE(sum, libm_expm1, [](double x) { return -std::expm1(x); });

}  // namespace
