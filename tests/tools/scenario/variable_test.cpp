#include "tools/scenario/variable.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/temporary_folder.hpp"

namespace scenario {
namespace {

class VariableTest : public testing::Test {
 protected:
  VariableTest() {
    std::ofstream{file_} << R"y(meshplan: 1
name: log
horizon: 3d
nodes:
  db: {postgres: 15, volumes: {data: {size: 50GB, reserved: 5%}}, settings: {wal_level: logical}}
domains:
  app:
    node: db
    ddl: CREATE TABLE log (id bigserial PRIMARY KEY, line text NOT NULL);
    tables: {log: {rows: 1M, widths: {line: 80}}}
    workload:
      - {name: lines, sql: "INSERT INTO log (line) VALUES ($1)", rate: 50..150/s}
incidents:
  - {name: night, kind: open_transaction, domain: app, at: 1d, for: {p50: 1h, p95: 9h}}
)y";
  }
  Variable at(const std::string& path) const { return variable(file_, {}, path); }

  TemporaryFolder folder_;
  std::string file_ = (folder_.path() / "mesh.yaml").string();
};

TEST_F(VariableTest, KnowsTheUnitAndThePresentValueOfAnyNumber) {
  const Variable size = at("nodes.db.volumes.data.size");
  EXPECT_EQ(size.unit, Unit::bytes);
  EXPECT_EQ(size.current, 50.0 * (1 << 30));
  EXPECT_EQ(at("nodes.db.volumes.data.reserved").unit, Unit::share);
  const Variable rate = at("domains.app.workload.lines.rate");
  EXPECT_EQ(rate.unit, Unit::per_second);
  EXPECT_EQ(rate.current, 100);  // of a uniform spread the middle
  const Variable outage = at("incidents[0].for");
  EXPECT_EQ(outage.unit, Unit::seconds);
  EXPECT_EQ(outage.current, 3600);  // the median
}

TEST_F(VariableTest, FindsSettingsThatTheScenarioDoesNotGive) {
  const Variable cap = at("nodes.db.settings.max_slot_wal_keep_size");
  EXPECT_EQ(cap.unit, Unit::bytes);
  EXPECT_FALSE(cap.current);
  const Variable factor = at("nodes.db.settings.autovacuum_vacuum_scale_factor");
  EXPECT_EQ(factor.unit, Unit::count);
  EXPECT_FALSE(factor.whole);
  EXPECT_TRUE(at("nodes.db.settings.autovacuum_vacuum_threshold").whole);
}

TEST_F(VariableTest, WhatItSpellsIsReadBack) {
  const Variable size = at("nodes.db.volumes.data.size");
  EXPECT_EQ(size.spelled(64.0 * (1 << 20)), "64MB");
  EXPECT_NEAR(*size.read(size.spelled(123456789.0)) / 123456789.0, 1, 1e-3);
  const Variable outage = at("incidents[0].for");
  EXPECT_EQ(outage.spelled(5400), "5400s");
  EXPECT_EQ(outage.spelled(0.25), "250ms");
  const Variable rate = at("domains.app.workload.lines.rate");
  for (const double value : {0.00123, 0.5, 7.777, 123.4, 56789.0})
    EXPECT_NEAR(*rate.read(rate.spelled(value)) / value, 1, 1e-3) << rate.spelled(value);
}

TEST_F(VariableTest, APathThatLeadsNowhereOrToNoNumberIsAnError) {
  EXPECT_THROW(at("nodes.db.volumes.data.sizes"), ScenarioError);
  EXPECT_THROW(at("nodes.elsewhere.cores"), ScenarioError);
  EXPECT_THROW(at("incidents[5].for"), ScenarioError);
  EXPECT_THROW(at("incidents[0].kind"), ScenarioError);
}

}  // namespace
}  // namespace scenario
