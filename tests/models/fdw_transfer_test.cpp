#include "models/fdw_transfer.hpp"

#include <gtest/gtest.h>

namespace models {
namespace {

ForeignScan narrow(double rows) {
  ForeignScan scan;
  scan.sql = "SELECT id FROM s.t";
  scan.columns = {{"id", "integer", 5, 0}};
  scan.rows = rows;
  scan.scanned_rows = rows;
  return scan;
}

TEST(DataRow, HasSevenBytesAndFourPerColumnBesideTheText) {
  ForeignScan scan = narrow(1);  // 7 + 4 + 5
  EXPECT_DOUBLE_EQ(data_row_bytes(scan), 16);
  scan.columns.push_back({"note", "text", 10, 0.5});  // + 4 + half of 10
  EXPECT_DOUBLE_EQ(data_row_bytes(scan), 25);
  scan.columns.clear();  // SELECT NULL: 7 + 4
  EXPECT_DOUBLE_EQ(data_row_bytes(scan), 11);
}

TEST(ScanTransfer, AFullLastBatchNeedsOneMoreFetch) {
  // DECLARE, FETCH …, CLOSE
  EXPECT_DOUBLE_EQ(scan_transfer(narrow(99), 100).trips, 3);
  EXPECT_DOUBLE_EQ(scan_transfer(narrow(100), 100).trips, 4);
  EXPECT_DOUBLE_EQ(scan_transfer(narrow(300'000), 100).trips, 3003);
  EXPECT_DOUBLE_EQ(scan_transfer(narrow(300'000), 50'000).trips, 9);
}

TEST(ScanTransfer, BytesOfAnEmptyAnswerAreTheProtocolsAlone) {
  const Transfer empty = scan_transfer(narrow(0), 100);
  // Down: DECLARE 15 + 20 + 6, FETCH description 7 + 2 + 19, "FETCH 0" 13, ready 6, CLOSE 18 + 6
  EXPECT_DOUBLE_EQ(empty.down, 41 + 28 + 13 + 6 + 24);
  // Up: Parse to Sync 46, DECLARE c1 CURSOR FOR 22, the statement 18, FETCH 100 FROM c1 23, CLOSE
  // 14
  EXPECT_DOUBLE_EQ(empty.up, 46 + 22 + 18 + 23 + 14);
}

TEST(ScanTransfer, AParameterizedScanIsPaidOncePerOuterRow) {
  ForeignScan inner = narrow(1);
  inner.loops = 40;
  EXPECT_DOUBLE_EQ(scan_transfer(inner, 100).trips, 120);
}

TEST(QuerySeconds, RoundTripsDominateWithSmallBatches) {
  ForeignPlan plan;
  plan.scans = {narrow(100'000)};
  const ForeignPath path{.rtt = 0.01};
  ForeignServer small{.fetch_size = 100}, big{.fetch_size = 50'000};
  // 1003 trips and two of the transaction at 10 ms, against 5 and two
  EXPECT_NEAR(query_seconds(plan, small, path) - query_seconds(plan, big, path), 9.98, 1e-9);
}

TEST(QuerySeconds, AsynchronousScansOverlap) {
  ForeignPlan plan;
  plan.scans = {narrow(5e5), narrow(5e5)};
  ForeignServer server{.fetch_size = 1'000'000};
  const double serial = query_seconds(plan, server, {});
  server.async_capable = true;
  EXPECT_NEAR(query_seconds(plan, server, {}), serial / 2, 1e-9);
}

TEST(QueryTransfer, MoreRowsNeverMoveFewerBytes) {
  double before = 0;
  for (double rows = 0; rows < 5000; rows += 137) {
    ForeignPlan plan;
    plan.scans = {narrow(rows)};
    const double bytes = query_transfer(plan, {}).bytes();
    EXPECT_GE(bytes, before) << rows;
    before = bytes;
  }
}

}  // namespace
}  // namespace models
