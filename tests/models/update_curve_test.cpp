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

TEST(UpdateCurve, DeletedRowsLeaveRoomForVersionsOfTheirNeighbours) {
  // Full pages, and a row deleted anywhere for every second update: measured on PostgreSQL 15 with
  // 1 delete to 3.3 updates, 3384 of 4000 updates of 40 000 rows HOT (3196 without the deletes'
  // room)
  UpdateCurve::Shape shape = narrow(100);
  const double alone = UpdateCurve{shape}.at(0.2).hot;
  shape.deletes = 0.5;
  const UpdateCurve::Point beside = UpdateCurve{shape}.at(0.2);
  EXPECT_GT(beside.hot, 1.05 * alone);
  EXPECT_GE(beside.stubs, 0.05);  // a stub for many a deleted row
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

/// A bulk UPDATE of the whole table, at its end.
UpdateCurve::Point swept(UpdateCurve::Shape shape, UpdateCurve::Past past = {}) {
  past.begin_sweep(0, 1);
  shape.past = past;
  return UpdateCurve{shape}.at(1);
}

TEST(UpdateCurve, ABulkUpdateOfPackedPagesMovesEveryRow) {
  // 48 free bytes hold none of the versions of 116; 70 of them fill a new page.
  const UpdateCurve::Point p = swept(narrow(100));
  EXPECT_EQ(p.hot, 0);
  EXPECT_NEAR(p.other_page, 1, 1e-9);
  EXPECT_NEAR(p.new_pages, 1.0 / 70, 0.02 / 70);
}

TEST(UpdateCurve, ABulkUpdateFillsTheReserveAndMovesTheRest) {
  // 56 rows leave 1672 bytes, which hold 14 more; new pages get 56 again.
  const UpdateCurve::Point p = swept(narrow(80));
  EXPECT_NEAR(p.hot, 14.0 / 56, 1e-9);
  EXPECT_NEAR(p.other_page, 42.0 / 56, 1e-9);
  EXPECT_NEAR(p.new_pages, 42.0 / 56 / 56, 0.02 / 56);
}

TEST(UpdateCurve, ABulkUpdateOfAnIndexedColumnIsNotHot) {
  UpdateCurve::Shape shape = narrow(80);
  shape.sweep_hot_share = 0;
  const UpdateCurve::Point p = swept(shape);
  EXPECT_EQ(p.hot, 0);
  EXPECT_NEAR(p.same_page, 14.0 / 56, 1e-9);
}

TEST(UpdateCurve, AfterAVacuumTheNextBulkUpdateFindsRoomForNearlyAll) {
  // A fourth of the rows is alone on the old pages and stays; of the others, on new pages, 14 of 56
  // stay and the rest goes back to the old ones.
  const UpdateCurve::Point p = swept(narrow(80), {.sweep = 1, .swept_before = 1});
  EXPECT_NEAR(p.hot, 0.25 + 0.75 * 0.25, 0.03);
  // Per old page 0.75 * 42 = 31.5 of them; two versions of 14 rows and the reserve leave room for
  // 28: the others get new pages of 56.
  EXPECT_NEAR(p.new_pages, 3.5 / 56 / 56, 0.03 / 56);
}

TEST(UpdateCurve, WithoutAVacuumTheNextBulkUpdateAddsAsManyPages) {
  const UpdateCurve::Point p = swept(narrow(100), {.sweep = 1, .sweeps = 1});
  EXPECT_NEAR(p.other_page, 1, 0.02);  // what pruning freed on old pages nobody knows of
  EXPECT_NEAR(p.new_pages, 1.0 / 70, 0.02 / 70);
}

TEST(UpdateCurve, AfterABulkUpdateOldVersionsArePrunedByWhoComesToThem) {
  UpdateCurve::Past past{};
  past.begin_sweep(0, 1);
  past.end_sweep();
  UpdateCurve::Shape shape = narrow(50);  // 34 of 70 rows: all versions fit
  shape.past = past;
  const UpdateCurve::Point p = UpdateCurve{shape}.at(0.5);
  EXPECT_NEAR(p.new_pages, 0, 1e-9);
  EXPECT_GT(p.removed, 0.9);
}

TEST(UpdateCurve, APageTakesNoMoreThan291LinePointers) {
  // 120 rows of 68 bytes. Every update leaves a line pointer behind, so after six a row there are
  // seven per row.
  const UpdateCurve::Shape shape{
      .t_len = 64, .rows_per_page = 120, .page_free = 8168 - 120 * 68, .hot_share = 0};
  const double least = 7.0 / 291 - 1.0 / 120;
  const UpdateCurve::Point p = UpdateCurve{shape}.at(6);
  EXPECT_GE(p.new_pages, least);
  EXPECT_LT(p.new_pages, 1.2 * least);
}

/// One row of 64 bytes on a page with room for 120.
UpdateCurve::Shape single_row() {
  return {.t_len = 64, .rows_per_page = 1, .places_per_row = 120, .page_free = 8168 - 68};
}

TEST(UpdateCurve, ASingleRowStaysOnItsPageForEver) {
  // Room for 119 more versions; the first look-up with less than 819 bytes free prunes 108 of them:
  // 8100 - 108 * 68 = 756.
  const UpdateCurve curve{single_row()};
  for (const double x : {1.0, 5.0, 100.0}) {
    EXPECT_NEAR(curve.at(x).hot, x, 1e-4 * x);
    EXPECT_EQ(curve.at(x).new_pages, 0);
  }
  const UpdateCurve::Point a = curve.at(10), b = curve.at(1000);
  EXPECT_NEAR((b.prunes - a.prunes) / 990, 1 / 108.0, 0.03 / 108.0);
  EXPECT_NEAR(b.x - b.removed, a.x - a.removed, 1e-6);  // as many dead as before
  EXPECT_LT(b.x - b.removed, 1);
}

TEST(UpdateCurve, WhatIsReadOftenIsPrunedAtOnce) {
  // Rows on full pages move when they are first updated; reads prune the pages they left, and what
  // is updated from then on.
  UpdateCurve::Shape shape = narrow(100);
  const UpdateCurve::Point alone = UpdateCurve{shape}.at(0.1);
  shape.reads = 8;
  const UpdateCurve::Point read = UpdateCurve{shape}.at(0.1);
  EXPECT_NEAR(read.hot, alone.hot, 0.03 * 0.1);
  EXPECT_GT(read.removed, alone.removed);
}

TEST(UpdateCurvePast, AVacuumAfterABulkUpdateBeginsTheCyclesAnew) {
  UpdateCurve::Past past{.cycle = 0.2, .vacuums = 3};
  past.begin_sweep(0.1, 0.5);
  EXPECT_TRUE(past.sweeping);
  past.end_sweep();
  EXPECT_EQ(past.sweeps, 1);
  EXPECT_DOUBLE_EQ(past.before_sweep, 0.1);
  past.vacuum(0.05);
  EXPECT_EQ(past, (UpdateCurve::Past{.sweep = 0.5, .swept_before = 1}));
  past.vacuum(0.3);
  EXPECT_EQ(past, (UpdateCurve::Past{.cycle = 0.3, .vacuums = 1, .sweep = 0.5, .swept_before = 1}));
}

TEST(UpdateCurveProperty, ABulkUpdateAccountsForEveryRowAndLeavesNoLessThanBefore) {
  for (const int fillfactor : {100, 90, 70, 50})
    for (const int sweeps : {0, 1, 3})
      for (const int swept_before : {0, 1}) {
        const UpdateCurve::Point p =
            swept(narrow(fillfactor), {.sweep = 1, .swept_before = swept_before, .sweeps = sweeps});
        EXPECT_NEAR(p.hot + p.same_page + p.other_page, 1, 1e-9);
        EXPECT_GE(p.new_pages, 0);
        // A page takes at most as many rows as an empty one holds.
        EXPECT_LE(p.new_pages, p.other_page / 30 + 0.001);
      }
}

}  // namespace
}  // namespace models
