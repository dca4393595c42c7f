#include <gtest/gtest.h>

#include "tests/emit/emitted_mesh.hpp"

namespace emit {
namespace {

/// Names with quotes, blanks, keywords, Unicode and 63 bytes, through every file of the bundle.
void expect_names_stay_names(models::Mechanism mechanism) {
  MeshOptions options;
  options.scenario = SOURCE_DIR "/tests/emit/hostile.yaml";
  options.mechanism = mechanism;
  EmittedMesh mesh{options};
  const std::string before = mesh.dump();
  mesh.apply_twice();
  harness::Connection producer = mesh.superuser("a", "order; \"x\" -- y");
  producer.execute("INSERT INTO \"S q\".\"ta\"\"b'le\" VALUES (1, 'g', 'ü')");
  producer.close();
  harness::Connection app = mesh.as("desk; app", "b", std::string(63, 'b'));
  EXPECT_EQ(eventually(app, "SELECT \"Ünïcode $sql$\" FROM shared_products.\"v i'e\"\"w\"", "ü"),
            "ü");
  app.close();
  const EmittedMesh::Ran dropped = mesh.script("rollback.sh --drop-data");
  EXPECT_EQ(dropped.exit, 0) << dropped.output;
  EXPECT_EQ(mesh.dump(), before);
}

TEST(EmittedHostile, NamesStayNamesInReplication) {
  expect_names_stay_names(models::Mechanism::event);
}
TEST(EmittedHostile, NamesStayNamesInFederation) {
  expect_names_stay_names(models::Mechanism::federated);
}

}  // namespace
}  // namespace emit
