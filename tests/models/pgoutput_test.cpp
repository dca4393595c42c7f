#include "models/pgoutput.hpp"

#include <gtest/gtest.h>

#include "tests/models/tables.hpp"

namespace models {
namespace {

/// (id integer PRIMARY KEY, note text): "7" and "hello".
Table notes() {
  Table t = table({column("integer"), column("text", 5)});
  t.columns[0].text_width = 1;
  t.columns[0].name = "id";
  t.columns[1].name = "note";
  t.indexes = {primary_key({0})};
  return t;
}

RowLayout layout_of(const Table& t) { return row_layout(t, row_widths(t)); }

TEST(Pgoutput, ATupleHasFiveBytesPerValueAndOnePerNull) {
  EXPECT_EQ(wire_tuple(notes(), row_widths(notes()), {}), 2 + 6 + 10);
  Table t = notes();
  t.columns[1] = column("text", 5, 0.5);
  EXPECT_EQ(wire_tuple(t, row_widths(t), {}), 2 + 6 + 0.5 * 10 + 0.5 * 1);
}

TEST(Pgoutput, ChangesAreFramedTuples) {
  const Table t = notes();
  const RowWidths widths = row_widths(t);
  EXPECT_EQ(wire_insert(t, widths, {}), 30 + 6 + 18);
  EXPECT_EQ(wire_update(t, widths, layout_of(t), {}, {1}), 30 + 6 + 18);
  EXPECT_EQ(wire_update(t, widths, layout_of(t), {}, {0}), 30 + 6 + 1 + 9 + 18);  // key 2 + 6 + 1
  EXPECT_EQ(wire_delete(t, widths, {}), 30 + 6 + 9);
  EXPECT_EQ(wire_begin, 51);
  EXPECT_EQ(wire_commit, 56);
  EXPECT_EQ(wire_truncate(2), 44);
}

TEST(Pgoutput, FullIdentitySendsTheOldRow) {
  Table t = notes();
  t.replica_identity = ReplicaIdentity::full;
  EXPECT_EQ(wire_update(t, row_widths(t), layout_of(t), {}, {1}), 30 + 6 + 1 + 18 + 18);
  EXPECT_EQ(wire_delete(t, row_widths(t), {}), 30 + 6 + 18);
}

TEST(Pgoutput, HundredDeletesOfThreeDigitKeysAreAsMeasured) {
  Table t = table({column("integer"), column("text", 5), column("bigint"), column("date"),
                   column("boolean"), column("numeric", 6)});
  t.columns[0].text_width = 3;
  t.indexes = {primary_key({0})};
  EXPECT_EQ(100 * wire_delete(t, row_widths(t), {}), 5100);  // 30 + 6 + 2 + 8 + 5 NULLs
}

TEST(Pgoutput, ColumnListsAndGeneratedColumnsNarrowTheTuple) {
  Table t = notes();
  EXPECT_EQ(wire_insert(t, row_widths(t), {.columns = {0}}), 30 + 6 + 2 + 6);
  t.columns[1].generated = true;
  EXPECT_EQ(wire_insert(t, row_widths(t), {}), 30 + 6 + 2 + 6);
}

TEST(Pgoutput, BinarySendsFixedWidths) {
  const Table t = notes();
  EXPECT_EQ(wire_insert(t, row_widths(t), {.columns = {}, .binary = true}), 30 + 6 + 2 + 9 + 10);
}

TEST(Pgoutput, UntouchedToastedValuesAreOneByte) {
  Table t = table({column("integer"), column("integer"), column("text", 8000)});
  t.columns[0].text_width = t.columns[1].text_width = 1;
  t.columns[2].storage = 'e';
  t.indexes = {primary_key({0})};
  EXPECT_EQ(wire_update(t, row_widths(t), layout_of(t), {}, {1}), 30 + 6 + 2 + 6 + 6 + 1);
  EXPECT_EQ(wire_update(t, row_widths(t), layout_of(t), {}, {2}), 30 + 6 + 2 + 6 + 6 + 8005);
}

TEST(Pgoutput, RelationNamesEveryColumn) {
  // 30 + 8 + "public" 7 + "t" 2 + (1 + "id" 3 + 8) + (1 + "note" 5 + 8)
  EXPECT_EQ(wire_relation(notes(), {}), 30 + 8 + 7 + 2 + 12 + 14);
}

TEST(InitialCopy, SendsTextLinesOrBinaryRows) {
  const Table t = notes();
  EXPECT_EQ(wire_copy_row(t, row_widths(t), {}), 5 + 1 + 5 + 2);
  EXPECT_EQ(wire_copy_row(t, row_widths(t), {.columns = {}, .binary = true}, 15), 5 + 1 + 5 + 2);
  EXPECT_EQ(wire_copy_row(t, row_widths(t), {.columns = {}, .binary = true}, 16), 5 + 2 + 8 + 9);
  Table nullable = notes();
  nullable.columns[1] = column("text", 5, 1);
  EXPECT_EQ(wire_copy_row(nullable, row_widths(nullable), {}), 5 + 1 + 2 + 2);  // \N
}

TEST(KeepaliveRate, IsOnePerFlushAndTwoWhenTheReplyIsLate) {
  EXPECT_DOUBLE_EQ(keepalive_rate(250, true, 0), 250);
  EXPECT_NEAR(keepalive_rate(250, true, 0.1), 500, 1e-6);  // 25 flushes in a round trip
  // In a round of 0.2 s some of 250 commits a second are there, of 1 a second in 1 - exp(-0.2).
  EXPECT_NEAR(keepalive_rate(250, false, 0), 5, 1e-6);
  EXPECT_NEAR(keepalive_rate(1, false, 0), 5 * 0.181269, 1e-5);
}

TEST(FlushesCommits, UnlessSynchronousCommitIsOff) {
  Settings settings;
  EXPECT_TRUE(flushes_commits(settings));
  settings.given["synchronous_commit"] = "local";
  EXPECT_TRUE(flushes_commits(settings));
  settings.given["synchronous_commit"] = "off";
  EXPECT_FALSE(flushes_commits(settings));
}

TEST(TcpOverhead, IsPerPacket) {
  EXPECT_EQ(tcp_overhead(100, 1), 66);
  EXPECT_EQ(tcp_overhead(14'480, 1), 660);
  EXPECT_EQ(tcp_overhead(1000, 20), 20 * 66);  // small sends are a packet each
}

}  // namespace
}  // namespace models
