// S3: how does the cost of an event grow with the number of tables, the load staying the same?
#include <benchmark/benchmark.h>

#include "bench/many_tables.hpp"
#include "models/simulate.hpp"

namespace {

void Simulate(benchmark::State& state) {
  const models::Model model{bench::many_tables(static_cast<int>(state.range(0)))};
  std::uint64_t replicate = 0, events = 0;
  for (auto _ : state) events += model.simulate(1, replicate++ % 16).events;
  state.counters["ns_per_event"] =
      benchmark::Counter(static_cast<double>(events) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["events"] =
      benchmark::Counter(static_cast<double>(events), benchmark::Counter::kAvgIterations);
}
BENCHMARK(Simulate)->ArgName("tables")->Arg(5)->Arg(50)->Arg(400)->Unit(benchmark::kMillisecond);

}  // namespace
