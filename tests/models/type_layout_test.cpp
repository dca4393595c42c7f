#include "models/type_layout.hpp"

#include <gtest/gtest.h>

#include "models/tuple.hpp"
#include "tests/models/tables.hpp"

namespace models {
namespace {

Column typed(const std::string& type, int typmod = -1) {
  Column c;
  c.type = type;
  c.typmod = typmod;
  return c;
}

constexpr int numeric_typmod(int precision, int scale) { return precision * 65536 + scale; }

TEST(TypeLayout, KnowsFixedWidthTypesByEitherName) {
  for (const char* name : {"bigint", "int8", "pg_catalog.int8"}) {
    ASSERT_TRUE(type_layout(name)) << name;
    EXPECT_EQ(type_layout(name)->width, 8);
    EXPECT_EQ(type_layout(name)->align, 8);
  }
  EXPECT_EQ(type_layout("uuid")->align, 1);
  EXPECT_EQ(type_layout("macaddr")->width, 6);
  EXPECT_EQ(type_layout("time with time zone")->width, 12);
  EXPECT_EQ(type_layout("interval")->width, 16);
  EXPECT_EQ(type_layout("name")->width, 64);
}

TEST(TypeLayout, VarlenaAlignsToFourExceptOverEightByteElements) {
  EXPECT_EQ(type_layout("text")->width, -1);
  EXPECT_EQ(type_layout("text")->align, 4);
  EXPECT_EQ(type_layout("integer[]")->align, 4);
  EXPECT_EQ(type_layout("bigint[]")->align, 8);
  EXPECT_EQ(type_layout("timestamp with time zone[]")->align, 8);
  EXPECT_EQ(type_layout("tstzrange")->align, 8);
  EXPECT_EQ(type_layout("integer[][]")->width, -1);
}

TEST(TypeLayout, EnumsAreFourBytesAndUnknownTypesCountAsText) {
  EXPECT_EQ(type_layout("public.mood", true)->width, 4);
  EXPECT_FALSE(type_layout("public.mood"));
  EXPECT_EQ(column_layout(typed("public.mood")).width, -1);
  EXPECT_NE(payload_assumption(typed("public.mood")).find("unknown type public.mood"),
            std::string::npos);
}

TEST(TypeLayout, FindsExtensionTypesInAnySchema) {
  EXPECT_EQ(type_layout("public.citext")->width, -1);
  EXPECT_EQ(type_layout("postgis.geometry")->align, 8);
}

TEST(Payload, IsTheWidthOfAFixedWidthTypeWhateverIsGiven) {
  Column c = typed("integer");
  c.width = 99;
  EXPECT_EQ(payload(c), 4);
  EXPECT_EQ(payload_assumption(c), "");
}

TEST(Payload, GivenWinsOverAssumed) {
  Column c = typed("text");
  EXPECT_EQ(payload(c), 32);
  EXPECT_EQ(payload_assumption(c), "32 bytes on average (text)");
  c.width = 12;
  EXPECT_EQ(payload(c), 12);
  EXPECT_EQ(payload_assumption(c), "");
}

TEST(Payload, FollowsTheTypeModifier) {
  EXPECT_EQ(payload(typed("character varying", 24)), 12);
  EXPECT_EQ(payload_assumption(typed("character varying", 24)),
            "12 bytes on average (half of character varying(24))");
  EXPECT_EQ(payload(typed("character varying", 255)), 32);
  EXPECT_EQ(payload(typed("character", 10)), 10);
  EXPECT_EQ(payload(typed("bit", 12)), 6);  // length word and two bytes
  // numeric(10,2): 1 to 8 integer digits take 1 (four cases) or 2 (four) groups, the fraction one:
  // 2 + 2 * 2.5
  EXPECT_EQ(payload(typed("numeric", numeric_typmod(10, 2))), 7);
  EXPECT_EQ(payload(typed("numeric", numeric_typmod(4, 0))), 4);
  EXPECT_EQ(payload(typed("inet")), 6);
  EXPECT_EQ(payload(typed("integer[]")), 36);  // 20 + 4 * 4
  EXPECT_EQ(payload(typed("tstzrange")), 21);  // 22 with its header, as measured
}

TEST(Payload, AssumedTextSpreadsAndGivenTextDoesNot) {
  Column c = typed("text");
  EXPECT_EQ(payload_spread(c, 32), 16);
  c.width = 32;
  EXPECT_EQ(payload_spread(c, 32), 0);
  c.width_spread = 40;
  EXPECT_EQ(payload_spread(c, 32), 32);  // never below no bytes
  EXPECT_EQ(payload_spread(typed("numeric"), 8), 0);
}

TEST(StoredWidth, HasAOneByteHeaderUpTo126) {
  EXPECT_EQ(stored_width(0), 1);
  EXPECT_EQ(stored_width(126), 127);
  EXPECT_EQ(stored_width(127), 131);
  EXPECT_EQ(stored_width(126.5), 129);
}

TEST(DecimalDigits, AverageOverOneToN) {
  EXPECT_EQ(decimal_digits(9), 1);
  EXPECT_DOUBLE_EQ(decimal_digits(100), (9 + 90 * 2 + 3) / 100.0);
  EXPECT_DOUBLE_EQ(decimal_digits(1000), (9 + 180 + 2700 + 4) / 1000.0);
}

TEST(TextLength, OfCommonTypes) {
  EXPECT_EQ(text_length(typed("boolean")), 1);
  EXPECT_EQ(text_length(typed("uuid")), 36);
  EXPECT_EQ(text_length(typed("date")), 10);
  EXPECT_EQ(text_length(typed("timestamp with time zone")), 29);
  EXPECT_EQ(text_length(column("text", 40)), 40);
  EXPECT_EQ(text_length(column("bytea", 4)), 10);  // \xdeadbeef
  // numeric(10,2): 4.5 integer digits on average, the point, two decimals
  EXPECT_EQ(text_length(typed("numeric", numeric_typmod(10, 2))), 7.5);
  EXPECT_EQ(text_length(column("integer[]", 32)), 1 + 3 * 6);  // three elements of 5 digits
}

TEST(TextLength, OfIntegersFollowsRowsAndDistinctValues) {
  Column c = typed("bigint");
  c.order = KeyOrder::ascending;
  EXPECT_DOUBLE_EQ(text_length(c, 8, 0, 1000), decimal_digits(1000));
  c.distinct = 9;
  EXPECT_DOUBLE_EQ(text_length(c, 8, 0, 1000), 1);
  EXPECT_DOUBLE_EQ(text_length(c, 8, 3.5, 1000), 3.5);
}

TEST(BinaryLength, IsWhatTheSendFunctionsWrite) {
  EXPECT_EQ(binary_length(typed("smallint")), 2);
  EXPECT_EQ(binary_length(typed("timestamp with time zone")), 8);
  EXPECT_EQ(binary_length(column("text", 40)), 40);
  EXPECT_EQ(binary_length(column("numeric", 6)), 12);  // two digits: 8 + 2 * 2, stored 2 + 2 * 2
  EXPECT_EQ(binary_length(column("inet", 6)), 8);
  EXPECT_EQ(binary_length(column("integer[]", 32)), 20 + 3 * 8);
}

TEST(PayloadProperty, EveryKnownTypeHasPositiveSizes) {
  for (const char* name : {"boolean",        "smallint", "real",        "money",     "pg_lsn",
                           "point",          "path",     "text",        "character", "numeric",
                           "json",           "jsonb",    "xml",         "hstore",    "tsvector",
                           "bytea",          "cidr",     "bit varying", "int4range", "numrange",
                           "datemultirange", "geometry", "vector",      "uuid[]",    "text[]"}) {
    SCOPED_TRACE(name);
    EXPECT_GT(payload(typed(name)), 0);
    EXPECT_GT(text_length(typed(name)), 0);
    EXPECT_GT(binary_length(typed(name)), 0);
    EXPECT_EQ(payload_assumption(typed(name)).empty(), column_layout(typed(name)).width > 0);
  }
}

}  // namespace
}  // namespace models
