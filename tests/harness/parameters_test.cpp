#include "tests/harness/parameters.hpp"

#include <gtest/gtest.h>

#include "tests/harness/process.hpp"
#include "tests/harness/schedule.hpp"

namespace harness {
namespace {

using Role = ParameterUse::Role;
using namespace std::chrono_literals;

models::Table orders() {
  models::Table table;
  for (const char* name : {"id", "customer", "note"}) {
    models::Column column;
    column.name = name;
    table.columns.push_back(column);
  }
  return table;
}

std::vector<ParameterUse> uses(const char* sql) {
  models::Statement statement;
  statement.sql = sql;
  return parameter_uses(statement, orders());
}

TEST(ParameterUses, InsertFollowsItsColumnList) {
  const auto found = uses("INSERT INTO sales.orders (note, id) VALUES ($2, $1)");
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(found[0].column, 0);
  EXPECT_EQ(found[1].column, 2);
  EXPECT_EQ(found[1].role, Role::inserted);
}

TEST(ParameterUses, InsertWithoutListFollowsTheTable) {
  const auto found = uses("INSERT INTO orders VALUES ($1, 7, lower($2)), ($3, 8, $4)");
  ASSERT_EQ(found.size(), 4);
  EXPECT_EQ(found[1].column, 2);
  EXPECT_EQ(found[2].row, 1);
}

TEST(ParameterUses, UpdateTellsAssignedFromMatched) {
  const auto found = uses("UPDATE orders SET customer = $1, note = $2 WHERE orders.id = $3");
  ASSERT_EQ(found.size(), 3);
  EXPECT_EQ(found[0].role, Role::assigned);
  EXPECT_EQ(found[1].column, 2);
  EXPECT_EQ(found[2].role, Role::matched);
  EXPECT_EQ(found[2].column, 0);
}

TEST(ParameterUses, RangesHaveTwoEnds) {
  const auto between = uses("DELETE FROM orders WHERE id BETWEEN $1 AND $2");
  ASSERT_EQ(between.size(), 2);
  EXPECT_EQ(between[0].role, Role::matched);
  EXPECT_EQ(between[1].role, Role::matched_end);
  const auto compared = uses("SELECT note FROM orders WHERE id >= $1 AND id <= $2");
  EXPECT_EQ(compared[1].role, Role::matched_end);
}

TEST(ParameterUses, RefusesWhatItCannotPlace) {
  EXPECT_THROW(uses("UPDATE orders SET customer = 1 WHERE mod(id, 2) = $1"), HarnessError);
}

TEST(Schedule, FollowsStepsWithinItsWindow) {
  models::Mesh mesh;
  mesh.horizon = 60s;
  mesh.profiles.push_back({"steps", 24h, {{0s, 1}, {10s, 3}, {20s, 0}}, true});
  models::Stream stream;
  stream.rate = 100.0;
  stream.profile = 0;
  stream.from = 5s;
  const Schedule schedule{mesh, stream};
  EXPECT_EQ(schedule.due(5), 0);
  EXPECT_DOUBLE_EQ(schedule.due(10), 500);         // 5 s at 100
  EXPECT_DOUBLE_EQ(schedule.due(15), 500 + 1500);  // then at 300
  EXPECT_DOUBLE_EQ(schedule.due(60), 500 + 3000);
}

TEST(Schedule, StopsAfterItsExecutions) {
  models::Mesh mesh;
  mesh.horizon = 60s;
  models::Stream stream;
  stream.rate = 100.0;
  stream.executions = 1000;
  const Schedule schedule{mesh, stream};
  EXPECT_DOUBLE_EQ(schedule.due(5), 500);
  EXPECT_DOUBLE_EQ(schedule.due(20), 1000);
  EXPECT_DOUBLE_EQ(schedule.total(), 1000);
}

}  // namespace
}  // namespace harness
