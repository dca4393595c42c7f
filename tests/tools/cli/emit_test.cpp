#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/cli/program.hpp"

namespace cli {
namespace {

/// emit and contract, for a shop whose subscriber is away long enough to fill the disk.
class EmitTest : public ProgramTest {
 protected:
  EmitTest() {
    write("shop.yaml", shop());
    write("wider.yaml", shop("note text, device text"));
    write("narrower.yaml", shop("other text"));
  }

  static std::string shop(const std::string& columns = "note text") {
    return R"y(meshplan: 1
name: shop
horizon: 3d
nodes:
  shop-prod:
    volumes: {data: {size: 20GB}}
    settings: {wal_level: logical, max_wal_size: 1GB, shared_buffers: 1GB}
  desk-prod: {}
domains:
  shop:
    node: shop-prod
    ddl: "CREATE SCHEMA sales; CREATE TABLE sales.orders (id bigserial PRIMARY KEY, )y" +
           columns + R"y();"
    tables: {sales.orders: {rows: 10M}}
    workload:
      - {name: edits, sql: "UPDATE sales.orders SET id = id WHERE id = $1", rate: 200/s}
  desk: {node: desk-prod}
products:
  orders: {table: sales.orders, consumers: {desk: {node: desk-prod}}}
incidents:
  - {name: desk away, kind: subscriber_down, product: orders, at: 6h, for: 2d}
)y";
  }

  std::string conf(const std::string& folder) const {
    return read_file(folder_ / folder / "shop-prod" / "postgresql.conf");
  }
};

TEST_F(EmitTest, WritesABundleAndLeavesWhatIsThereAlone) {
  const Ran ran = meshplan("emit shop.yaml --out provision");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(ran.out.find("Next: read provision/README.md"), std::string::npos) << ran.out;
  EXPECT_TRUE(exists("provision/apply.sh"));
  write("provision/mine.txt", "mine");
  const Ran again = meshplan("emit shop.yaml --out provision");
  EXPECT_EQ(again.exit, 1);
  EXPECT_NE(again.err.find("'provision' exists already and is left as it is"), std::string::npos);
  EXPECT_EQ(read_file(folder_ / "provision" / "mine.txt"), "mine");
}

TEST_F(EmitTest, RefusesAndWritesNothing) {
  const Ran unknown = meshplan("emit shop.yaml --out provision --mechanism magic");
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_NE(unknown.err.find("any of logical, databases, federated, event"), std::string::npos);
  write("lost.yaml", "meshplan: 1\nname: lost\n");
  EXPECT_EQ(meshplan("emit lost.yaml --out provision").exit, 2);
  EXPECT_FALSE(exists("provision"));
}

TEST_F(EmitTest, TheCapOfARunIsTheOneItsVerdictNames) {
  const Ran run = meshplan("run shop.yaml --replicates 20 --seed 3 --format json");
  EXPECT_EQ(run.exit, 0) << run.err;
  const std::string next = nlohmann::json::parse(run.out)["verdict"]["next_step"];
  std::smatch named;
  ASSERT_TRUE(std::regex_search(next, named,
                                std::regex{"max_slot_wal_keep_size = ([0-9]+MB) on shop-prod"}))
      << next;
  const Ran ran = meshplan("emit shop.yaml --out provision --from-run 1");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(conf("provision").find("max_slot_wal_keep_size = " + named.str(1) + " "),
            std::string::npos)
      << conf("provision");
  EXPECT_NE(conf("provision").find("run 1 (20 replicates)"), std::string::npos);

  write("other.yaml", std::regex_replace(shop(), std::regex{"name: shop\nh"}, "name: other\nh"));
  const Ran other = meshplan("emit other.yaml --out else --from-run 1");
  EXPECT_EQ(other.exit, 2);
  EXPECT_NE(other.err.find("run 1 is of scenario 'shop', not of 'other'"), std::string::npos)
      << other.err;
}

TEST_F(EmitTest, ContractTellsWhatBreaksByItsExitStatus) {
  const Ran same = meshplan("contract shop.yaml shop.yaml");
  EXPECT_EQ(same.exit, 0);
  EXPECT_EQ(same.out, "No contract changes.\n");
  const Ran more = meshplan("contract shop.yaml wider.yaml");
  EXPECT_EQ(more.exit, 0) << more.out;
  EXPECT_NE(more.out.find("sales.orders.device text is new"), std::string::npos) << more.out;
  const Ran broken = meshplan("contract shop.yaml narrower.yaml --format json");
  EXPECT_EQ(broken.exit, 3);
  const nlohmann::json changes = nlohmann::json::parse(broken.out)["changes"];
  EXPECT_EQ(changes.at(0)["breaking"], true);
  EXPECT_EQ(changes.at(0)["change"], "sales.orders.note is gone");
}

}  // namespace
}  // namespace cli
