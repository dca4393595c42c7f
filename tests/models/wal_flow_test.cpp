#include "models/wal_flow.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace models {
namespace {

/// One relation of 1000 pages, touched 100 times a second, 60 record bytes a touch.
Load one_relation() {
  Load load;
  load.clocks.push_back({});
  load.drivers.push_back({0});
  load.nodes.resize(1);
  load.nodes[0].wal = {{0, 6000.0}};
  load.nodes[0].records = {{0, 100.0}};
  RelationLoad relation;
  relation.node = 0;
  relation.pages = 1000;
  relation.imaged.push_back({1, 0, 8000, {{0, 100.0}}, {}, {}});
  load.relations.push_back(relation);
  return load;
}

WalFlow started(const Load& load, const Settings& settings = {}) {
  WalFlow flow{load, 0, settings, 16_MiB};
  flow.start_at(Lsn{0});
  flow.start_cycle(Instant{}, {1000});
  flow.set_rates(Instant{}, {1.0}, {});
  return flow;
}

TEST(WalFlow, ImagesSaturateExponentially) {
  const Load load = one_relation();
  const WalFlow flow = started(load);
  // 1000 (1 - e^(-100 * 10 / 1000)) = 632.1 images after 10 s
  EXPECT_NEAR(flow.images(Instant{10s}), 632.12, 0.01);
  // (6000 * 10 + 632.12 * 8000) * 8192/8168, and 16 more bytes a segment
  EXPECT_NEAR(flow.lsn(Instant{10s}).bytes, (60'000 + 632.12 * 8000) * 8192 / 8168, 300);
  EXPECT_DOUBLE_EQ(flow.records(Instant{10s}), 1000);
}

TEST(WalFlow, ARedoPointStartsThemAgain) {
  const Load load = one_relation();
  WalFlow flow = started(load);
  flow.start_cycle(Instant{10s}, {1000});
  flow.set_rates(Instant{10s}, {1.0}, {});
  EXPECT_NEAR(flow.images(Instant{20s}), 2 * 632.12, 0.02);
}

TEST(WalFlow, ALoadStepKeepsWhatHasBeenImaged) {
  const Load load = one_relation();
  WalFlow flow = started(load);
  flow.set_rates(Instant{5s}, {2.0}, {});  // twice the load for the other half of the touches
  EXPECT_NEAR(flow.images(Instant{7500ms}), 632.12, 0.01);
}

/// The same pages under a statement that passes them in 20 s, 50 rows on each.
Load passed_in_order(double touches_at_random) {
  Load load = one_relation();
  load.relations[0].imaged = {{1, 0, 8000, {{0, touches_at_random}}, {{0, 2500.0}}, {{0, 0.05}}}};
  return load;
}

TEST(WalFlow, AStatementThatGoesFromPageToPageImagesEachOnce) {
  const Load load = passed_in_order(0);
  WalFlow flow = started(load);
  EXPECT_NEAR(flow.images(Instant{10s}), 500, 0.1);  // at random it were all but 7 by then
  // A redo point in between wants nothing again of what is behind.
  flow.start_cycle(Instant{10s}, {1000});
  flow.set_rates(Instant{10s}, {1.0}, {});
  EXPECT_NEAR(flow.images(Instant{20s}), 1000, 0.2);
  flow.set_rates(Instant{20s}, {0.0}, {});
  EXPECT_NEAR(flow.images(Instant{30s}), 1000, 0.2);
  // A second pass in the same cycle finds half of the pages without an image.
  flow.set_rates(Instant{30s}, {1.0}, {});
  EXPECT_NEAR(flow.images(Instant{50s}), 1500, 0.3);
}

TEST(WalFlow, ACursorAndTouchesAtRandomNeverImageMoreThanAllPages) {
  for (const double touches : {1.0, 20.0, 100.0, 1000.0}) {
    const Load load = passed_in_order(touches);
    WalFlow flow = started(load);
    double last = 0;
    for (int second = 1; second <= 20; ++second) {
      const Instant now{std::chrono::seconds{second}};
      EXPECT_GE(flow.images(now), last);
      last = flow.images(now);
      flow.set_rates(now, {1.0}, {});
    }
    // Within a step the two may count a page twice: rates are set at every step of a curve.
    EXPECT_LE(last, 1000 * 1.03);
    EXPECT_GE(last, 1000 * 0.98);
  }
}

TEST(WalFlow, WithoutFullPageWritesThereAreNone) {
  Settings settings;
  settings.full_page_writes = false;
  const Load load = one_relation();
  EXPECT_EQ(started(load, settings).images(Instant{100s}), 0);
}

TEST(WalFlow, CompressedImagesAreAsLongAsTheRatioSays) {
  const Load load = one_relation();
  Settings settings;
  settings.wal_compression = WalCompression::pglz;
  const auto image_bytes = [&](double ratio) {
    WalFlow flow{load, 0, settings, 16_MiB};
    flow.compress_images(ratio);
    flow.start_at(Lsn{0});
    flow.start_cycle(Instant{}, {1000});
    flow.set_rates(Instant{}, {1.0}, {});
    return flow.image_bytes(Instant{10s});
  };
  EXPECT_NEAR(image_bytes(0.25), 632.12 * 0.25 * 8000, 20);
  EXPECT_NEAR(image_bytes(1.3), 632.12 * 8000, 80);  // never longer than the plain image
  settings.wal_compression = WalCompression::off;
  EXPECT_NEAR(image_bytes(0.25), 632.12 * 8000, 80);
}

TEST(WalFlow, TheTimeOfAPositionIsWhereThePositionIsReached) {
  const Load load = one_relation();
  const WalFlow flow = started(load);
  for (const double target : {1.0, 1e5, 4e6, 8.2e6, 1e8}) {
    const Instant at = flow.reaches(Lsn{target}, Instant{1000000s});
    ASSERT_NE(at, never);
    EXPECT_NEAR(flow.lsn(at).bytes, target, 1e-3 + 1e-9 * target);
  }
  EXPECT_EQ(flow.reaches(Lsn{1e8}, Instant{5s}), never);
}

TEST(WalFlow, WithChecksumsTheImagesOfPrunedPagesAreRecordsOfTheirOwn) {
  Load load = one_relation();
  load.relations[0].fill = 0;
  WalFlow flow{load, 0, {}, 16_MiB};
  flow.log_hints(true);
  flow.start_at(Lsn{0});
  flow.start_cycle(Instant{}, {1000});
  // 28 % of the first touches prune: 4126 FPI_FOR_HINT among 14 564 images were measured.
  flow.set_rates(Instant{}, {1.0}, {PageFill{8000, 0.72}});
  EXPECT_NEAR(flow.records(Instant{10s}), 1000 + 0.28 * 632.12, 0.1);
  EXPECT_NEAR(flow.images(Instant{10s}), 632.12, 0.01);
}

}  // namespace
}  // namespace models
