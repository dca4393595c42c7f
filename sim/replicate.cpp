#include "sim/replicate.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace sim {
namespace {

/// The exception of the lowest replicate that threw.
class FirstFailure {
 public:
  void keep(std::uint64_t replicate, std::exception_ptr exception) {
    const std::scoped_lock lock{mutex_};
    if (exception_ && replicate_ < replicate) return;
    replicate_ = replicate;
    exception_ = std::move(exception);
    failed_ = true;
  }
  bool failed() const { return failed_; }
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::mutex mutex_;
  std::uint64_t replicate_ = 0;
  std::exception_ptr exception_;
  std::atomic<bool> failed_ = false;
};

}  // namespace

unsigned worker_count(std::uint64_t replicates, unsigned threads) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::clamp<std::uint64_t>(replicates, 1, threads));
}

std::uint64_t detail::run_replicates(std::uint64_t count, unsigned threads,
                                     const std::atomic<bool>& stop, const Replicate& run,
                                     std::atomic<std::uint64_t>* done) {
  std::atomic<std::uint64_t> next = 0;
  FirstFailure failure;
  // Numbers are taken in order and every one taken is finished, so the finished ones are always a
  // leading stretch, and no replicate below a failed one is left out.
  const auto work = [&](unsigned worker) {
    while (!stop && !failure.failed()) {
      const std::uint64_t replicate = next++;
      if (replicate >= count) return;
      try {
        run(replicate, worker);
      } catch (...) {
        failure.keep(replicate, std::current_exception());
        return;
      }
      if (done != nullptr) ++*done;
    }
  };
  {
    std::vector<std::jthread> pool;
    const unsigned workers = worker_count(count, threads);
    try {
      for (unsigned worker = 1; worker < workers; ++worker) pool.emplace_back(work, worker);
    } catch (const std::system_error&) {
      // The system gives no more threads: those that run do all the work, with the same results.
    }
    work(0);
  }
  failure.rethrow();
  return std::min<std::uint64_t>(next, count);
}

}  // namespace sim
