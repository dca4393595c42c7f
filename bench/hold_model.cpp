// S1: what does one event cost when as many stay pending, against std::priority_queue of 16-byte
// keys used the usual way (top, pop, push)? Both see the same gaps; the queue stays at `pending`:
// each event schedules its successor.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "sim/rng.hpp"
#include "sim/timers.hpp"

namespace {

/// Exponential gaps with a mean of one second, drawn beforehand so that only the queue is measured.
class Gaps {
 public:
  Gaps() {
    sim::Rng rng{1};
    for (auto& gap : gaps_) gap = sim::from_seconds(rng.exponential(1));
  }
  sim::Duration next() { return gaps_[drawn_++ % gaps_.size()]; }

 private:
  std::array<sim::Duration, 4096> gaps_{};
  std::size_t drawn_ = 0;
};

void Timers(benchmark::State& state) {
  Gaps gaps;
  sim::Timers timers;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    timers.set(timers.add(), sim::Instant{gaps.next()});
  for (auto _ : state) {
    const auto next = timers.next();
    timers.set(next.id, next.at + gaps.next());
  }
  state.SetItemsProcessed(state.iterations());
}

void PriorityQueue(benchmark::State& state) {
  struct Key {
    std::int64_t at;
    std::int64_t id;
    bool operator>(const Key& other) const {
      return at != other.at ? at > other.at : id > other.id;
    }
  };
  Gaps gaps;
  std::priority_queue<Key, std::vector<Key>, std::greater<>> queue;
  for (std::int64_t i = 0; i < state.range(0); ++i) queue.push({gaps.next().count(), i});
  for (auto _ : state) {
    Key key = queue.top();
    queue.pop();
    key.at += gaps.next().count();
    queue.push(key);
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(Timers)->ArgName("pending")->Arg(16)->Arg(100)->Arg(1'000)->Arg(10'000);
BENCHMARK(PriorityQueue)->ArgName("pending")->Arg(16)->Arg(100)->Arg(1'000)->Arg(10'000);

}  // namespace
