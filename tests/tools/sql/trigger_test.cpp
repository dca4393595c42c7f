#include <gtest/gtest.h>

#include "tests/tools/sql/read.hpp"
#include "tools/sql/trigger_body.hpp"

namespace sql {
namespace {

TEST(TriggerBody, FindsAssignmentsButNotComparisons) {
  const TriggerBody body = read_trigger_body(
      "DECLARE s text := 'NEW.quoted := 1;'; BEGIN /* NEW.comment := 1; */\n"
      "IF NEW.compared = OLD.compared AND NEW.other = 1 THEN NEW.first := 1; ELSE new.second = 2; "
      "END IF;\n"
      "<<label>> NEW.\"Third\" := 3; LOOP NEW.fourth[1] := 4; END LOOP; NEW.fifth.part := 5;\n"
      "SELECT a, b INTO NEW.sixth, NEW.seventh FROM t WHERE t.x = NEW.read; NEW.first := 9;\n"
      "PERFORM f(NEW.argument); RETURN NEW; END");
  EXPECT_EQ(body.assigns,
            (Names{"first", "second", "Third", "fourth", "fifth", "sixth", "seventh"}));
  EXPECT_FALSE(body.unknown);
}

TEST(TriggerBody, AssigningTheWholeRowIsUnknown) {
  EXPECT_TRUE(read_trigger_body("BEGIN NEW := f(NEW); RETURN NEW; END").unknown);
  EXPECT_TRUE(read_trigger_body("BEGIN SELECT * INTO NEW FROM t; RETURN NEW; END").unknown);
  EXPECT_FALSE(read_trigger_body("BEGIN RETURN NEW; END").unknown);
}

TEST(CreateTrigger, KnowsWhatItsFunctionAssigns) {
  const Read read = read_ddl(
      "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); "
      "NEW.missing := 1; RETURN NEW; END $$;"
      "CREATE TABLE t (a int, at timestamptz, v tsvector);"
      "CREATE TRIGGER one BEFORE INSERT OR UPDATE OF a ON t FOR EACH ROW WHEN (true) EXECUTE "
      "FUNCTION touch();"
      "CREATE TRIGGER two BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION "
      "tsvector_update_trigger(v, 'pg_catalog.english', a);"
      "CREATE TRIGGER three AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();"
      "ALTER TABLE t DISABLE TRIGGER two;");
  EXPECT_EQ(read.complaints(), Names{});
  const models::Table& table = read.table("public.t");
  ASSERT_EQ(table.triggers.size(), 3U);
  EXPECT_EQ(names_of(table, table.triggers[0].assigns), (Names{"at"}));
  EXPECT_EQ(names_of(table, table.triggers[0].update_of), (Names{"a"}));
  EXPECT_TRUE(table.triggers[0].before && table.triggers[0].on_insert &&
              table.triggers[0].on_update);
  EXPECT_EQ(names_of(table, table.triggers[1].assigns), (Names{"v"}));
  EXPECT_FALSE(table.triggers[1].enabled);
  EXPECT_FALSE(table.triggers[2].before);
  EXPECT_EQ(read.notices(), (Names{"AFTER, INSTEAD OF and statement triggers: 1 passed over, what "
                                   "their functions do is not read"}));
}

TEST(CreateTrigger, WarnsAboutFunctionsItCannotRead) {
  EXPECT_EQ(read_ddl("CREATE TABLE t (a int); CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW "
                     "EXECUTE FUNCTION elsewhere();")
                .complaints(),
            (Names{"1:25: trigger function elsewhere is not in this DDL"}));
  EXPECT_EQ(read_ddl("CREATE FUNCTION p() RETURNS trigger LANGUAGE plpython3u AS $$ TD['new']['a'] "
                     "= 1 $$; CREATE TABLE t (a int);"
                     "\nCREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION p();")
                .complaints(),
            (Names{"2:1: trigger function p may assign columns that cannot be read from it"}));
}

TEST(CreateTrigger, OnAPartitionedTableIsEveryPartitions) {
  const Read read = read_ddl(
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.b := 1; RETURN NEW; "
      "END $$;"
      "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE c (b int, a int); ALTER "
      "TABLE p ATTACH PARTITION c DEFAULT;"
      "CREATE TRIGGER t BEFORE INSERT ON p FOR EACH ROW EXECUTE PROCEDURE f();");
  EXPECT_EQ(read.table("public.c").triggers.at(0).assigns, (std::vector<int>{0}));
}

}  // namespace
}  // namespace sql
