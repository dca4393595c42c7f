// A real application's pg_dump -s, made by pg_dump 15 from a schema with everything in it.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tools/sql/read.hpp"

namespace sql {
namespace {

TEST(PgDump, LoadsWithOneNoticePerKindOfWhatIsPassedOver) {
  const Read read = read_ddl(read_file("application_dump.sql"));
  EXPECT_EQ(read.complaints(), Names{});
  Names kinds;
  for (const std::string& notice : read.notices())
    kinds.push_back(notice.substr(0, notice.find(':')));
  EXPECT_EQ(kinds,
            (Names{"AFTER, INSTEAD OF and statement triggers",
                   "ALTER SEQUENCE",
                   "ALTER TABLE actions on owner, statistics, storage, row security and the like",
                   "ALTER of what is not a table",
                   "ALTER … OWNER TO",
                   "COMMENT",
                   "CREATE AGGREGATE",
                   "CREATE CAST",
                   "CREATE COLLATION",
                   "CREATE EVENT TRIGGER",
                   "CREATE FUNCTION",
                   "CREATE OPERATOR",
                   "CREATE POLICY",
                   "CREATE PROCEDURE",
                   "CREATE PUBLICATION",
                   "CREATE RULE",
                   "CREATE SERVER",
                   "CREATE STATISTICS",
                   "CREATE TEXT SEARCH",
                   "CREATE USER MAPPING",
                   "GRANT",
                   "SET",
                   "psql meta-commands"}));
  EXPECT_TRUE(std::find(read.schema.extensions.begin(), read.schema.extensions.end(), "pg_trgm") !=
              read.schema.extensions.end());
  EXPECT_EQ(read.schema.tables.size(), 20U);
}

TEST(PgDump, CarriesTriggersStorageParametersAndPartitions) {
  const Read read = read_ddl(read_file("application_dump.sql"));
  const models::Table& customers = read.table("sales.customers");
  EXPECT_EQ(names_of(customers, customers.triggers.at(0).assigns),
            (Names{"updated_at", "version"}));
  EXPECT_EQ(customers.autovacuum.vacuum_scale_factor, 0.02);
  EXPECT_EQ(customers.toast_tuple_target, 4080);
  const models::Table& leaf = read.table("media.plays_2025_de");
  EXPECT_EQ(names_of(leaf, leaf.triggers.at(0).assigns), (Names{"search"}));
  EXPECT_EQ(read.schema.parents.at("media.plays_2025_de").at(0).bound,
            "FOR VALUES IN ('de', 'at')");
  const models::Table& orders = read.table("sales.orders");
  EXPECT_EQ(orders.indexes.at(static_cast<std::size_t>(orders.replica_identity_index)).name,
            "orders_x");
  EXPECT_EQ(read.schema.enums.at("sales.order_status"),
            (Names{"new", "paid", "it's shipped", "lost; forever"}));
}

/// The dump again and again, each time with its schemas under other names.
std::string repeated_dump(int times) {
  const std::string dump = read_file("application_dump.sql");
  std::string text;
  for (int i = 0; i < times; ++i) {
    std::string copy = dump;
    for (const std::string schema : {"sales", "media", "public"}) {
      const std::string renamed = schema + std::to_string(i);
      for (std::size_t at = 0; (at = copy.find(schema + ".", at)) != std::string::npos;
           at += renamed.size() + 1)
        copy.replace(at, schema.size(), renamed);
    }
    for (std::size_t at = 0; (at = copy.find("\"Odd Names\"", at)) != std::string::npos; at += 11)
      copy.replace(at, 11, "\"Odd Name" + std::to_string(i) + "\"");
    text += copy;
  }
  return text;
}

TEST(PgDump, OfThousandsOfLinesGivesTheSameTablesAgainAndAgain) {
  const std::string dump = repeated_dump(12);
  EXPECT_GT(std::count(dump.begin(), dump.end(), '\n'), 15'000);
  const Read once = read_ddl(read_file("application_dump.sql")), often = read_ddl(dump);
  EXPECT_EQ(often.complaints(), Names{});
  EXPECT_EQ(often.schema.tables.size(), 12 * once.schema.tables.size());
  EXPECT_EQ(often.problems.size(), once.problems.size());  // still one notice per kind
  EXPECT_EQ(often.table("sales7.orders").indexes.size(), once.table("sales.orders").indexes.size());
}

}  // namespace
}  // namespace sql
