#include "tools/plan/bands.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sim/rng.hpp"
#include "tools/plan/recorder.hpp"

namespace plan {
namespace {

using namespace sim::units;

sim::Instant at(double t) { return sim::after({}, t); }

TEST(PeakObserver, SeesThePeakAtTheEndOfAPiece) {
  PeakObserver observer{2, 100s};
  observer.on_piece(0, {at(0), 10, 1});    // 10 … 50
  observer.on_piece(0, {at(40), 0, 0.1});  // 0 … 6
  observer.on_piece(1, {at(0), 0, 2});     // 0 … 200 at the horizon
  EXPECT_EQ(observer.peaks(), (std::vector<double>{50, 200}));
}

TEST(ChooseSeries, PrefersTotalsAndSlotsThenOwnersAboveOnePercentThenTheRest) {
  const std::vector<models::SeriesKey> series{
      {"dead_rows", "a.t", "", "count"},                  // 0: a count
      {"volume_used", "n/data", "heap of a.t", "bytes"},  // 1: 20 % of the volume
      {"volume_used", "n/data", "heap of a.u", "bytes"},  // 2: 0.1 %
      {"volume_used", "n/data", "", "bytes"},             // 3: the total
      {"retained_wal", "s", "", "bytes"},                 // 4
      {"replay_lag", "s", "", "s"},                       // 5: stays at zero
      {"wal_written", "n", "", "bytes"}};                 // 6
  const std::vector<double> peaks{1e9, 20, 0.1, 100, 3, 0, 1e6};
  EXPECT_EQ(choose_series(series, peaks, 3), (std::vector<std::size_t>{1, 3, 4}));
  EXPECT_EQ(choose_series(series, peaks, 4), (std::vector<std::size_t>{1, 3, 4, 6}));
  EXPECT_EQ(choose_series(series, peaks, 99), (std::vector<std::size_t>{0, 1, 2, 3, 4, 6}));
}

TEST(Bands, EvaluateThePiecesOnTheGrid) {
  const std::vector<models::SeriesKey> series{{"x", "", "", ""}, {"y", "", "", ""}};
  Bands bands{series, {1}, Grid{100s, 5}, 1};  // 0, 25, 50, 75, 100 s
  GridObserver observer = bands.observer(0);
  observer.on_piece(0, {at(0), 99, 0});  // not chosen
  observer.on_piece(1, {at(0), 0, 1});
  observer.on_piece(1, {at(50), 200, -2});  // from 50 s on, exactly there too
  observer.finish();
  const auto result = bands.percentiles(1, 1);
  ASSERT_EQ(result.size(), 1u);
  EXPECT_EQ(result[0].key.quantity, "y");
  EXPECT_EQ(result[0].t, (std::vector<double>{0, 25, 50, 75, 100}));
  EXPECT_EQ(result[0].p50, (std::vector<float>{0, 25, 200, 150, 100}));
}

TEST(Bands, ArePercentilesOverTheFinishedReplicates) {
  const std::vector<models::SeriesKey> series{{"x", "", "", ""}};
  Bands bands{series, {0}, Grid{10s, 2}, 30};
  for (std::size_t r = 0; r < 20; ++r) {  // constant 20, 19 … 1; the other ten never ran
    GridObserver observer = bands.observer(r);
    observer.on_piece(0, {at(0), 20.0 - static_cast<double>(r), 0});
    observer.finish();
  }
  const Band band = bands.percentiles(20, 2).at(0);
  EXPECT_EQ(band.p5[0], 1);
  EXPECT_EQ(band.p50[1], 10);
  EXPECT_EQ(band.p95[1], 19);
  EXPECT_EQ(band.mean[1], 10.5F);
  EXPECT_TRUE(bands.percentiles(0, 2).empty());
}

TEST(Bands, ASeriesThatBeginsLateHasNoValueBefore) {
  const std::vector<models::SeriesKey> series{{"x", "", "", ""}};
  Bands bands{series, {0}, Grid{10s, 3}, 1};
  GridObserver observer = bands.observer(0);
  observer.on_piece(0, {at(5), 7, 0});
  observer.finish();
  const Band band = bands.percentiles(1, 1).at(0);
  EXPECT_TRUE(std::isnan(band.p50[0]));
  EXPECT_EQ(band.p50[1], 7);
}

// ---- recorded replicates
// -------------------------------------------------------------------------------------------

TEST(Simplifier, KeepsJumpsAndSlopesAsTheyAre) {
  Simplifier simplifier{0.1};
  for (const sim::Piece& piece : {sim::Piece{at(0), 0, 1}, {at(50), 100, -1}, {at(80), 10, 0}})
    simplifier.add(piece);
  const auto pieces = simplifier.take();
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[0].slope, 1);
  EXPECT_EQ(pieces[1].value, 100);
  EXPECT_EQ(pieces[1].slope, -1);
  EXPECT_EQ(pieces[2].at, at(80));
}

TEST(Simplifier, MergesPiecesThatOneLineDescribes) {
  Simplifier simplifier{1};
  for (int i = 0; i < 1'000; ++i) simplifier.add({at(i), i + (i % 2 == 0 ? 0.4 : -0.4), 1});
  EXPECT_LE(simplifier.take().size(), 3u);
}

// Whatever the pieces, what comes out stays within the error just after and just before every one
// of them.
TEST(SimplifierProperty, NeverStraysFurtherThanAllowed) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    sim::Rng rng{seed};
    std::vector<sim::Piece> pieces;
    double t = 0, value = 0;
    for (int i = 0; i < 100; ++i) {
      const double slope = rng.uniform(-1, 1);
      if (rng.uniform() < 0.1) value = rng.uniform(0, 100);
      pieces.push_back({at(t), value, slope});
      const double length = rng.uniform() < 0.05 ? 0 : rng.exponential(5);
      t += length;
      value += slope * length + (rng.uniform() < 0.5 ? rng.uniform(-0.05, 0.05) : 0);
    }
    Simplifier simplifier{0.1};
    for (const sim::Piece& piece : pieces) simplifier.add(piece);
    const auto simple = simplifier.take();
    EXPECT_LT(simple.size(), pieces.size());
    const auto value_at = [](const std::vector<sim::Piece>& all, sim::Instant when) {
      std::size_t i = all.size() - 1;
      while (i > 0 && all[i].at > when) --i;
      return all[i](when);
    };
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i)
      for (const sim::Instant when : {pieces[i].at, pieces[i + 1].at - sim::Duration{1}}) {
        if (when < pieces[i].at) continue;
        EXPECT_NEAR(value_at(simple, when), value_at(pieces, when), 0.1 + 1e-6)
            << "at " << sim::seconds(when);
      }
  }
}

TEST(Recorder, RecordsTheChosenSeriesAndEveryEvent) {
  const std::vector<models::SeriesKey> series{{"pg_wal", "n", "", "bytes"},
                                              {"volume_used", "n/data", "", "bytes"},
                                              {"volume_used", "n/data", "WAL", "bytes"}};
  Recorder recorder{series, {1, 2}, {7, 1'000, 10}};
  recorder.on_piece(0, {at(0), 7, 0});
  recorder.on_piece(1, {at(0), 1'000, 0});
  recorder.on_piece(2, {at(0), 10, 0});
  recorder.on_piece(2,
                    {at(5), 9.5, 0});  // 0.1 % of the volume's 1000, not of the owner's 10: no jump
  recorder.on_event({at(5), "disk_full", "n/data", ""});
  const Trace trace = recorder.take();
  ASSERT_EQ(trace.series.size(), 2u);
  EXPECT_EQ(trace.series[0].series, 1u);
  EXPECT_EQ(trace.series[1].pieces.size(), 2u);
  EXPECT_NEAR(trace.series[1].pieces[0].slope, 0, 1);
  EXPECT_EQ(trace.events.size(), 1u);
}

TEST(Recorder, BoundsTheNumberOfPiecesOfASeriesThatNeverSettles) {
  const std::vector<models::SeriesKey> series{{"pg_wal", "n", "", "bytes"}};
  Recorder recorder{series, {0}, {100}};
  for (int i = 0; i < 100'000; ++i) recorder.on_piece(0, {at(i), i % 2 == 0 ? 100.0 : 50.0, 0});
  EXPECT_LE(recorder.take().series[0].pieces.size(), Recorder::most_pieces);
}

}  // namespace
}  // namespace plan
