#include <gtest/gtest.h>

#include "tests/harness/outcomes.hpp"
#include "tests/harness/stage.hpp"
#include "tests/measured/agreement.hpp"

/// The initial copy of a real subscription: what crosses the wire and what it fills.
namespace measured {
namespace {

TEST(Measured, AnInitialCopySendsTheBytesPredictedAndFillsAsMuch) {
  const models::Mesh mesh =
      scenario::load_file(std::string{MEASURED_SCENARIOS} + "initial_copy_15.yaml").mesh;
  const std::map<Quantity, double> predicted = accuracy::predict(mesh);
  const harness::Stage stage{mesh};  // is in sync when it stands
  harness::Connection mart = stage.connect_subscriber(0);
  const auto size = [&mart](const char* relation) {
    return std::stod(mart.value(fmt::format("SELECT pg_relation_size('{}')", relation)));
  };
  const auto expect = [&](const char* metric, const char* subject, double measured) {
    const double wanted = predicted.at({metric, subject});
    fmt::print("{:12} {:32} {:12.0f} {:12.0f} {:+.2f} %\n", metric, subject, wanted, measured,
               100 * (wanted - measured) / measured);
    EXPECT_NEAR(wanted / measured, 1, harness::tolerance_of(metric, 0).relative)
        << metric << " of " << subject;
  };
  expect("copy_bytes", "mart", harness::link_bytes(stage).at("mart"));
  expect("heap_size", "sales.orders@mart", size("sales.orders"));
  expect("index_size", "sales.orders_pkey@mart", size("sales.orders_pkey"));
  expect("index_size", "sales.orders_customer@mart", size("sales.orders_customer"));
}

}  // namespace
}  // namespace measured
