#include "sim/replicate.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/rng.hpp"

namespace {

const std::atomic<bool> go_on = false;

std::vector<double> results(unsigned threads) {
  std::vector<double> values(500);
  const auto finished = sim::for_each_replicate(500, threads, go_on, [&](std::uint64_t i) {
    values[i] = sim::Streams{42, i}.named("load").normal();
  });
  EXPECT_EQ(finished, 500U);
  return values;
}

TEST(Replicates, GiveTheSameResultsOnAnyNumberOfThreads) {
  const auto alone = results(1);
  for (const unsigned threads : {2U, 3U, 8U, 0U}) EXPECT_EQ(results(threads), alone) << threads;
}

TEST(Replicates, RunOnceEachAndCountAsTheyFinish) {
  std::vector<std::atomic<int>> runs(300);
  std::atomic<std::uint64_t> done = 0;
  sim::for_each_replicate(
      300, 4, go_on, [&](std::uint64_t i) { ++runs[i]; }, &done);
  for (const auto& run : runs) EXPECT_EQ(run, 1);
  EXPECT_EQ(done, 300U);
}

TEST(Replicates, KnowTheirWorker) {
  std::vector<unsigned> worker(200);
  sim::for_each_replicate(200, 3, go_on, [&](std::uint64_t i, unsigned w) { worker[i] = w; });
  for (const unsigned w : worker) EXPECT_LT(w, 3U);
}

TEST(Replicates, NoneIsFine) {
  EXPECT_EQ(sim::for_each_replicate(0, 4, go_on, [](std::uint64_t) { FAIL(); }), 0U);
}

TEST(Replicates, StoppingLeavesALeadingStretchFinished) {
  for (const unsigned threads : {1U, 4U}) {
    std::atomic<bool> stop = false;
    std::vector<std::atomic<int>> runs(1'000);
    const auto finished = sim::for_each_replicate(1'000, threads, stop, [&](std::uint64_t i) {
      if (i == 100) stop = true;
      ++runs[i];
    });
    EXPECT_GT(finished, 100U);
    EXPECT_LT(finished, 1'000U);
    for (std::uint64_t i = 0; i < 1'000; ++i) EXPECT_EQ(runs[i], i < finished ? 1 : 0);
  }
}

TEST(Replicates, AStopBeforeTheStartRunsNothing) {
  const std::atomic<bool> stop = true;
  EXPECT_EQ(sim::for_each_replicate(10, 2, stop, [](std::uint64_t) { FAIL(); }), 0U);
}

TEST(Replicates, ThrowTheFailureOfTheLowestReplicate) {
  for (const unsigned threads : {1U, 2U, 8U}) {
    try {
      sim::for_each_replicate(1'000, threads, go_on, [](std::uint64_t i) {
        if (i % 10 == 7) throw std::runtime_error{std::to_string(i)};
      });
      FAIL() << "nothing thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "7");
    }
  }
}

TEST(Replicates, NeverUseMoreThreadsThanThereIsWork) {
  EXPECT_EQ(sim::worker_count(3, 8), 3U);
  EXPECT_EQ(sim::worker_count(100, 8), 8U);
  EXPECT_EQ(sim::worker_count(0, 8), 1U);
  EXPECT_GE(sim::worker_count(100, 0), 1U);
}

}  // namespace
