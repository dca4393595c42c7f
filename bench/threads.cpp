// S5: how much faster are two threads than one, and are the results the same bits?
#include <benchmark/benchmark.h>

#include <atomic>
#include <bit>
#include <cstdint>
#include <vector>

#include "bench/many_tables.hpp"
#include "models/simulate.hpp"
#include "sim/check.hpp"
#include "sim/replicate.hpp"

namespace {

constexpr std::uint64_t replicates = 16;
const std::atomic<bool> never_stop = false;

/// All outcomes of all replicates, folded into one number in order.
std::uint64_t digest(const models::Model& model, unsigned threads) {
  std::vector<std::vector<double>> outcomes(replicates);
  sim::for_each_replicate(replicates, threads, never_stop, [&](std::uint64_t replicate) {
    outcomes[replicate] = model.simulate(1, replicate).outcomes;
  });
  std::uint64_t hash = 0;
  for (const auto& replicate : outcomes)
    for (const double value : replicate)
      hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3U;
  return hash;
}

void Replicates(benchmark::State& state) {
  const models::Model model{bench::many_tables(5)};
  const std::uint64_t alone = digest(model, 1);
  const auto threads = static_cast<unsigned>(state.range(0));
  for (auto _ : state) sim::check(digest(model, threads) == alone, "threads changed a result");
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(replicates));
}
BENCHMARK(Replicates)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
