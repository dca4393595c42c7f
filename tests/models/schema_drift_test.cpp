#include "models/schema_drift.hpp"

#include <gtest/gtest.h>

namespace models {
namespace {

Column column(const char* name, const char* type, bool not_null = true) {
  Column c;
  c.name = name;
  c.type = type;
  c.not_null = not_null;
  return c;
}

Table orders() {
  Table table;
  table.schema = "sales";
  table.name = "orders";
  table.columns = {column("id", "bigint"), column("note", "text", false),
                   column("counter", "integer")};
  return table;
}

TEST(SchemaDrift, AnAddedColumnFailsAtEveryChangeUnlessAColumnListLeavesItOut) {
  Table after = orders();
  after.columns.push_back(column("channel", "integer", false));
  const SchemaDrift drift = schema_drift(0, orders(), after);
  EXPECT_TRUE(drift.column_added);
  EXPECT_EQ(apply_fails(drift, orders(), {}, false), ApplyFails::at_every_change);
  EXPECT_EQ(apply_fails(drift, orders(), {0, 2}, false), ApplyFails::never);
}

TEST(SchemaDrift, AGeneratedColumnIsNotPublished) {
  Table after = orders();
  after.columns.push_back(column("total", "integer", false));
  after.columns.back().generated = true;
  EXPECT_EQ(apply_fails(schema_drift(0, orders(), after), orders(), {}, false), ApplyFails::never);
}

TEST(SchemaDrift, ADroppedColumnIsMissedOnlyWhereTheSubscriberWantsAValue) {
  Table without_note = orders(), without_counter = orders();
  without_note.columns.erase(without_note.columns.begin() + 1);
  without_counter.columns.erase(without_counter.columns.begin() + 2);
  EXPECT_EQ(apply_fails(schema_drift(0, orders(), without_note), orders(), {}, false),
            ApplyFails::never);
  EXPECT_EQ(apply_fails(schema_drift(0, orders(), without_counter), orders(), {}, false),
            ApplyFails::at_inserts);
}

TEST(SchemaDrift, ARenamedColumnFailsWhereItIsPublished) {
  Table after = orders();
  after.columns[2].name = "visits";
  const SchemaDrift drift = schema_drift(0, orders(), after);
  EXPECT_EQ(drift.renamed_columns, std::vector<int>{2});
  EXPECT_EQ(apply_fails(drift, orders(), {}, false), ApplyFails::at_every_change);
  EXPECT_EQ(apply_fails(drift, orders(), {0, 1}, false), ApplyFails::never);
}

TEST(SchemaDrift, AWiderTypeIsReadFromTextButNotFromBinary) {
  Table after = orders();
  after.columns[2].type = "bigint";
  const SchemaDrift drift = schema_drift(0, orders(), after);
  EXPECT_EQ(apply_fails(drift, orders(), {}, false), ApplyFails::never);
  EXPECT_EQ(apply_fails(drift, orders(), {}, true), ApplyFails::at_every_change);
}

TEST(SchemaDrift, ARenamedTableHasNoTarget) {
  Table after = orders();
  after.name = "purchases";
  EXPECT_EQ(apply_fails(schema_drift(0, orders(), after), orders(), {0}, false),
            ApplyFails::at_every_change);
  EXPECT_FALSE(schema_drift(0, orders(), orders()).any());
}

}  // namespace
}  // namespace models
