#include "tools/emit/contract.hpp"

#include <gtest/gtest.h>

#include "tests/tools/emit/emitting.hpp"

namespace emit {
namespace {

const std::string before = R"(meshplan: 1
name: shop
nodes: {a: {settings: {wal_level: logical}}, b: {}}
domains:
  shop:
    node: a
    ddl: |
      CREATE TABLE public.t (id int PRIMARY KEY, code varchar(10) COLLATE "C" NOT NULL,
        amount numeric(12,2) NOT NULL, note text);
  desk: {node: b}
products:
  t: {table: public.t, consumers: {desk: {node: b}}}
)";

std::vector<ContractChange> changes(const std::string& from, const std::string& to) {
  std::string after = before;
  const std::size_t at = after.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  after.replace(at, from.size(), to);
  return contract_changes(scenario::load_text(before, "old.yaml").mesh,
                          scenario::load_text(after, "new.yaml").mesh);
}

void expect_one(const std::vector<ContractChange>& found, bool breaking, const std::string& what,
                bool dbt_misses) {
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].breaking, breaking);
  EXPECT_EQ(found[0].what, what);
  EXPECT_EQ(found[0].dbt_misses, dbt_misses);
}

TEST(Contract, TheSameScenarioChangesNothing) {
  EXPECT_TRUE(changes("note text", "note text").empty());
}

TEST(Contract, TypesAreComparedInFullAndDbtDoesNot) {
  expect_one(changes("varchar(10)", "varchar(5)"), true,
             "public.t.code: character varying(10) -> character varying(5)", true);
  expect_one(changes("varchar(10)", "varchar(50)"), true,
             "public.t.code: character varying(10) -> character varying(50)", true);
  expect_one(changes("numeric(12,2)", "numeric(12,4)"), true,
             "public.t.amount: numeric(12,2) -> numeric(12,4)", true);
  expect_one(changes("id int ", "id bigint "), true, "public.t.id: integer -> bigint", false);
}

TEST(Contract, ColumnsThatGoBreakAndColumnsThatComeDoNot) {
  expect_one(changes(", note text", ""), true, "public.t.note is gone", false);
  expect_one(changes("note text", "note text, device text"), false, "public.t.device text is new",
             false);
  const auto renamed = changes("note text", "remark text");
  ASSERT_EQ(renamed.size(), 2u);
  EXPECT_TRUE(renamed[0].breaking);
}

TEST(Contract, CollationsNullsKeysFiltersAndConsumersCount) {
  expect_one(changes("COLLATE \"C\" ", ""), true, "public.t.code: collation C -> default", true);
  expect_one(changes("\"C\" NOT NULL", "\"C\""), true, "public.t.code: NULL is allowed now", true);
  expect_one(changes("note text)", "note text NOT NULL)"), false, "public.t.note: NOT NULL now",
             false);
  expect_one(changes("table: public.t,", "table: public.t, where: amount > 0, share: 50%,"), true,
             "public.t: the row filter changed from '' to 'amount > 0'", true);
  expect_one(changes("consumers: {desk:", "consumers: {other:"), true, "consumer desk is gone",
             true);
  const auto renamed = changes("  t: {table", "  u: {table");
  ASSERT_EQ(renamed.size(), 2u);
  EXPECT_EQ(renamed[0].what, "the product is gone");
  EXPECT_TRUE(renamed[0].breaking);
  EXPECT_EQ(renamed[1].what, "the product is new");
}

}  // namespace
}  // namespace emit
