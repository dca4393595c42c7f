#include "models/reorder_buffer.hpp"

#include <gtest/gtest.h>

namespace models {
namespace {

struct Case {
  Table table;
  TableGeometry geometry;
};

/// A row of t_len 24 + 8 + 4 = 36 with its key of 8 bytes in a tuple of 32: one NULL needs a
/// bitmap of one byte, which the header has room for.
Case counters() {
  Case c;
  Column id, counter;
  id.name = "id";
  id.type = "bigint";
  id.not_null = true;
  counter.name = "counter";
  counter.type = "integer";
  counter.not_null = true;
  c.table.columns = {id, counter};
  Index key;
  key.primary = key.unique = true;
  key.keys.emplace_back();
  key.keys.back().column = 0;
  c.table.indexes = {key};
  c.geometry.layout = row_layout(c.table, row_widths(c.table));
  c.geometry.t_len = heap_tuple(c.geometry.layout);
  return c;
}

Statement statement(StatementKind kind) {
  Statement s;
  s.kind = kind;
  return s;
}

TEST(ReorderBuffer, AnInsertIsAChangeAndItsRow) {
  const Case c = counters();
  EXPECT_EQ(reorder_bytes(statement(StatementKind::insert), c.table, c.geometry, 15), 88 + 24 + 36);
  EXPECT_EQ(reorder_bytes(statement(StatementKind::insert), c.table, c.geometry, 16), 80 + 24 + 36);
}

TEST(ReorderBuffer, ADeleteKeepsTheKeyOnly) {
  const Case c = counters();
  EXPECT_EQ(reorder_bytes(statement(StatementKind::delete_), c.table, c.geometry, 15),
            88 + 24 + 32);
}

TEST(ReorderBuffer, FullIdentityKeepsTheOldRowToo) {
  Case c = counters();
  c.table.replica_identity = ReplicaIdentity::full;
  EXPECT_EQ(reorder_bytes(statement(StatementKind::update), c.table, c.geometry, 17),
            80 + 2 * (24 + 36));
}

}  // namespace
}  // namespace models
