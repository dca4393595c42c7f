#include "models/update_curve.hpp"

#include <gtest/gtest.h>

namespace models {
namespace {

UpdateCurve::Shape narrow(int fillfactor) {  // t_len 105: 116 bytes with its line pointer
  const int rows = static_cast<int>((8168 - 8192 * (100 - fillfactor) / 100) / 116);
  return {.t_len = 105,
          .rows_per_page = rows,
          .fillfactor = fillfactor,
          .page_free = 8168.0 - rows * 116};
}

TEST(UpdateCurve, ThreeUpdatesPerRowWithoutFillfactorAreHotAsMeasured) {
  // Measured on PostgreSQL 15: 50 000 rows, 150 000 random updates, fillfactor 100: 98.4 % HOT
  EXPECT_NEAR(UpdateCurve{narrow(100)}.at(3).hot / 3, 0.984, 0.005);
}

TEST(UpdateCurve, AReserveMakesEveryUpdateHot) {
  for (const int fillfactor : {95, 90, 80, 70}) {
    SCOPED_TRACE(fillfactor);
    const UpdateCurve curve{narrow(fillfactor)};
    EXPECT_NEAR(curve.at(3).hot / 3, 1.0, 0.001);
    EXPECT_LT(curve.at(3).new_pages, 0.0005);
  }
}

TEST(UpdateCurve, TheFirstUpdateOfAFullPageMovesTheRow) {
  // 70 rows of 116 bytes leave 48 bytes: no room. At x = 0.0005 only one page in 29 has seen an
  // update.
  const UpdateCurve::Point p = UpdateCurve{narrow(100)}.at(0.0005);
  EXPECT_GT(p.other_page / p.x, 0.9);
}

TEST(UpdateCurve, WhileASnapshotHoldsNothingIsPrunedAndTheTableGrows) {
  UpdateCurve::Shape held = narrow(100);
  held.prunable = false;
  const UpdateCurve::Point p = UpdateCurve{held}.at(2);
  EXPECT_EQ(p.prunes, 0);
  // Two versions per row on top: 2/70 pages per row, a few of them in what pages had left.
  EXPECT_NEAR(p.new_pages, 2.0 / 70, 0.002);
}

TEST(UpdateCurveProperty, EveryUpdateIsHotOrSamePageOrMoves) {
  for (const double hot_share : {0.0, 0.3, 1.0})
    for (const int fillfactor : {100, 80}) {
      UpdateCurve::Shape shape = narrow(fillfactor);
      shape.hot_share = hot_share;
      const UpdateCurve curve{shape};
      double previous = 0;
      for (const double x : {0.01, 0.1, 0.5, 1.0, 4.0, 9.0}) {
        const UpdateCurve::Point p = curve.at(x);
        EXPECT_NEAR(p.hot + p.same_page + p.other_page, x, 0.01 * x + 1e-4);
        EXPECT_GE(p.prunes, previous);
        previous = p.prunes;
      }
    }
}

/// Pages per row that a curve adds between 0 and x.
double grown(UpdateCurve::Shape shape, UpdateCurve::Past past, double x) {
  shape.past = past;
  return UpdateCurve{shape}.at(x).new_pages;
}

TEST(UpdateCurve, KeyUpdatesUnderVacuumFindTheirSizeWithinFewCycles) {
  UpdateCurve::Shape shape = narrow(100);
  shape.hot_share = 0;
  // Stubs of a cycle of 20 % and rows waiting for space: a few percent of 1/70 pages per row.
  double pages = UpdateCurve{shape}.at(0.2).new_pages;
  for (int vacuums = 1; vacuums < UpdateCurve::settled_cycles; ++vacuums)
    pages += grown(shape, {.cycle = 0.2, .vacuums = vacuums}, 0.2);
  EXPECT_GT(pages, 0.01 / 70);
  EXPECT_LT(pages, 0.10 / 70);
  EXPECT_LT(grown(shape, {.cycle = 0.2, .vacuums = UpdateCurve::settled_cycles}, 0.2), 0.005 / 70);
}

TEST(UpdateCurve, AVacuumFindsAStubForEveryUpdateThatIsNotHot) {
  UpdateCurve::Shape shape = narrow(100);
  shape.hot_share = 0;
  shape.past = {.cycle = 0.2, .vacuums = 1};
  const UpdateCurve::Point found = UpdateCurve{shape}.at(0.2);
  EXPECT_NEAR(found.stubs, 0.2, 0.004);
  // 14 changes a page: none is left untouched.
  EXPECT_NEAR(found.stub_pages, 1.0 / 70, 0.05 / 70);
}

TEST(UpdateCurve, UnderAHeldHorizonTheTableGrowsByEveryVersion) {
  // Free space of a packed page, 48 bytes, holds none of them; in 20 % reserve 14 more fit.
  UpdateCurve::Past held{.before = 0.005, .horizon = UpdateCurve::Past::Horizon::held};
  EXPECT_NEAR(grown(narrow(100), held, 0.5), 0.5 / 70, 0.02 / 70);
  EXPECT_LT(grown(narrow(80), held, 0.1), 0.01 / 56);
}

TEST(UpdateCurve, AfterTheReleaseTheSpaceIsUsedAgainAndNothingGrows) {
  const UpdateCurve::Past after{.held_before = 0.5};
  UpdateCurve::Shape keys = narrow(100);
  keys.hot_share = 0;
  EXPECT_DOUBLE_EQ(grown(keys, after, 0.3), 0);
}

TEST(UpdateCurve, WhenTheHorizonMovesPagesArePrunedAsTheyAreVisited) {
  UpdateCurve::Shape shape = narrow(100);
  shape.past = {.before = 0.1, .held = 0.5, .horizon = UpdateCurve::Past::Horizon::released};
  // 0.5 dead versions a row wait; half a visit per row prunes nearly every page once.
  const UpdateCurve::Point visited = UpdateCurve{shape}.at(0.5);
  EXPECT_GT(visited.removed + visited.dead, 0.5);
}

}  // namespace
}  // namespace models
