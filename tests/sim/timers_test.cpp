#include "sim/timers.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "sim/rng.hpp"

namespace {
using namespace std::chrono_literals;
using sim::Instant;
using sim::TimerId;
using sim::Timers;

/// Fires everything in order and returns the indexes.
std::vector<std::uint32_t> fire_all(Timers& timers) {
  std::vector<std::uint32_t> fired;
  for (auto next = timers.next(); next.at != sim::never; next = timers.next()) {
    fired.push_back(next.id.index);
    timers.cancel(next.id);
  }
  return fired;
}

TEST(Timers, NothingIsNextUntilATimerIsSet) {
  Timers timers;
  EXPECT_EQ(timers.next().at, sim::never);
  const TimerId id = timers.add();
  EXPECT_EQ(timers.next().at, sim::never);
  EXPECT_FALSE(timers.is_set(id));
  EXPECT_EQ(timers.at(id), sim::never);
}

TEST(Timers, TheEarliestIsNextAndStaysSoUntilMoved) {
  Timers timers;
  const TimerId checkpoint = timers.add(), vacuum = timers.add();
  timers.set(checkpoint, Instant{300s});
  timers.set(vacuum, Instant{60s});
  EXPECT_EQ(timers.next().id, vacuum);
  EXPECT_EQ(timers.next().id, vacuum);
  EXPECT_EQ(timers.next().at, Instant{60s});
  timers.set(vacuum, Instant{360s});
  EXPECT_EQ(timers.next().id, checkpoint);
  EXPECT_EQ(timers.at(vacuum), Instant{360s});
  timers.cancel(checkpoint);
  EXPECT_EQ(timers.next().id, vacuum);
}

TEST(Timers, TiesFireByPriorityThenByIndexWhateverTheOrderOfSetting) {
  Timers timers;
  const TimerId late = timers.add(3), first = timers.add(0), second = timers.add(0);
  const TimerId third = timers.add(1);
  for (const TimerId id : {third, second, late, first}) timers.set(id, Instant{1s});
  EXPECT_EQ(fire_all(timers), (std::vector{first.index, second.index, third.index, late.index}));
}

TEST(Timers, ANanosecondOutweighsEveryPriority) {
  Timers timers;
  const TimerId urgent = timers.add(0), relaxed = timers.add(7);
  timers.set(urgent, Instant{1'000'000'001ns});
  timers.set(relaxed, Instant{1s});
  EXPECT_EQ(timers.next().id, relaxed);
}

TEST(Timers, TheStartAndTheLatestInstantAreKept) {
  Timers timers;
  const TimerId a = timers.add(7), b = timers.add(0), c = timers.add(0);
  timers.set(a, Instant{});
  timers.set(b, Instant{});
  timers.set(c, Timers::latest);
  EXPECT_EQ(timers.at(a), Instant{});
  EXPECT_EQ(timers.at(c), Timers::latest);
  EXPECT_EQ(fire_all(timers), (std::vector{b.index, a.index, c.index}));
}

TEST(Timers, NeverAndBeyondTheLatestInstantMeansNotSet) {
  Timers timers;
  const TimerId id = timers.add(7);
  timers.set(id, Instant{5s});
  timers.set(id, sim::never);
  EXPECT_FALSE(timers.is_set(id));
  timers.set(id, Timers::latest + 1ns);
  EXPECT_FALSE(timers.is_set(id));
  EXPECT_EQ(timers.next().at, sim::never);
}

TEST(Timers, ARemovedIndexIsUsedAgainWithItsNewPriority) {
  Timers timers;
  const TimerId kept = timers.add(1), transient = timers.add(7);
  timers.set(kept, Instant{1s});
  timers.set(transient, Instant{1s});
  timers.remove(transient);
  EXPECT_EQ(timers.size(), 1U);
  const TimerId again = timers.add(0);
  EXPECT_EQ(again, transient);
  EXPECT_FALSE(timers.is_set(again));
  timers.set(again, Instant{1s});
  EXPECT_EQ(fire_all(timers), (std::vector{again.index, kept.index}));
}

TEST(Timers, GrowingKeepsWhatIsSet) {
  Timers timers;
  for (int i = 0; i < 100; ++i) timers.set(timers.add(), Instant{(100 - i) * 1s});
  const auto fired = fire_all(timers);
  ASSERT_EQ(fired.size(), 100U);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(fired[i], 99 - i);
}

TEST(TimersDeathTest, ABugStopsTheProgram) {
  Timers timers;
  const TimerId id = timers.add();
  EXPECT_DEATH(timers.set(id, Instant{-1ns}), "before the start");
  EXPECT_DEATH(timers.set(TimerId{5}, Instant{}), "unknown timer");
  EXPECT_DEATH(timers.add(8), "priority");
}

/// Orders timers the slow way.
class Reference {
 public:
  void set(std::uint32_t index, std::uint32_t priority, Instant at) {
    clear(index);
    entries_[index] = {at, priority, index};
    order_.insert(entries_[index]);
  }
  void clear(std::uint32_t index) {
    if (const auto found = entries_.find(index); found != entries_.end()) {
      order_.erase(found->second);
      entries_.erase(found);
    }
  }
  bool empty() const { return order_.empty(); }
  std::uint32_t next() const { return std::get<2>(*order_.begin()); }

 private:
  using Entry = std::tuple<Instant, std::uint32_t, std::uint32_t>;
  std::map<std::uint32_t, Entry> entries_;
  std::set<Entry> order_;
};

TEST(TimersProperty, AgreeWithASortedSetUnderAnyMixOfMoves) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    Timers timers;
    Reference reference;
    std::vector<std::pair<TimerId, std::uint32_t>> live;
    const auto most = rng.between(1, 200);
    for (int step = 0; step < 1'000; ++step) {
      const auto pick = [&] {
        return static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(live.size()) - 1));
      };
      const std::int64_t action = rng.between(0, 9);
      if (live.empty() || (action == 0 && static_cast<std::int64_t>(live.size()) < most)) {
        const auto priority = static_cast<std::uint32_t>(rng.between(0, 7));
        live.emplace_back(timers.add(priority), priority);
      } else if (action == 1) {
        const std::size_t i = pick();
        timers.remove(live[i].first);
        reference.clear(live[i].first.index);
        live.erase(live.begin() + static_cast<std::ptrdiff_t>(i));
      } else if (action == 2) {
        const std::size_t i = pick();
        timers.cancel(live[i].first);
        reference.clear(live[i].first.index);
      } else {  // few distinct times: many ties
        const auto [id, priority] = live[pick()];
        const Instant at{rng.between(0, 20) * 1s};
        timers.set(id, at);
        reference.set(id.index, priority, at);
      }
      ASSERT_EQ(timers.next().at == sim::never, reference.empty());
      if (!reference.empty()) {
        ASSERT_EQ(timers.next().id.index, reference.next());
      }
      ASSERT_EQ(timers.size(), live.size());
    }
  }
}

TEST(TimersProperty, AnMM1QueueHasItsMeanNumberInSystem) {
  // Load 0.8: mean number in system 0.8 / 0.2 = 4. Batch means over 50 runs; their 95 % interval is
  // about +-0.25.
  double sum = 0;
  constexpr int runs = 50;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    sim::Rng gaps{seed, 0, 0, 0}, services{seed, 0, 0, 1};
    Timers timers;
    const TimerId arrival = timers.add(), departure = timers.add();
    timers.set(arrival, sim::after(Instant{}, gaps.exponential(1 / 0.8)));
    const Instant horizon{4'000s};
    Instant now{};
    double area = 0;
    int present = 0;
    for (auto next = timers.next(); next.at <= horizon; next = timers.next()) {
      area += present * sim::seconds(next.at - now);
      now = next.at;
      if (next.id == arrival) {
        timers.set(arrival, sim::after(now, gaps.exponential(1 / 0.8)));
        if (++present == 1) timers.set(departure, sim::after(now, services.exponential(1)));
      } else if (--present == 0) {
        timers.cancel(departure);
      } else {
        timers.set(departure, sim::after(now, services.exponential(1)));
      }
    }
    sum += area / sim::seconds(now);
  }
  EXPECT_NEAR(sum / runs, 4, 0.4);
}

}  // namespace
