#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <type_traits>

namespace sim {

namespace detail {
using Replicate = std::function<void(std::uint64_t replicate, unsigned worker)>;
std::uint64_t run_replicates(std::uint64_t count, unsigned threads, const std::atomic<bool>& stop,
                             const Replicate& run, std::atomic<std::uint64_t>* done);
}  // namespace detail

/// Runs replicates 0 … count - 1, each once, on a pool of threads that take the next number from a
/// shared counter. `run(replicate)` or `run(replicate, worker)` is called concurrently and stores
/// its result by replicate index, so that the number of threads never changes a result; `worker` (0
/// … threads - 1) picks memory to reuse.
///
/// Takes     threads   0 = as many as the machine has cores; never more than replicates
///           stop      set from anywhere, a signal handler too: replicates that run are finished,
///           no more are started done      counts finished replicates while they run, for a
///           progress display of the caller
/// Returns   how many leading replicates finished: 0 … that number - 1 are complete, `count` unless
/// stopped Throws    what `run` threw; of several, the one with the lowest replicate, whatever the
/// number of threads
template <class Run>
std::uint64_t for_each_replicate(std::uint64_t count, unsigned threads,
                                 const std::atomic<bool>& stop, Run&& run,
                                 std::atomic<std::uint64_t>* done = nullptr) {
  if constexpr (std::is_invocable_v<Run&, std::uint64_t, unsigned>)
    return detail::run_replicates(count, threads, stop, std::ref(run), done);
  else
    return detail::run_replicates(
        count, threads, stop, [&run](std::uint64_t replicate, unsigned) { run(replicate); }, done);
}

/// What for_each_replicate does with `threads`.
unsigned worker_count(std::uint64_t replicates, unsigned threads);

}  // namespace sim
