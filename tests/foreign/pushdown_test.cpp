#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/foreign/cases.hpp"

namespace foreign {
namespace {

bool gives_reason(const models::ForeignPlan& plan, const std::string& wanted) {
  for (const models::ForeignRefusal& refusal : plan.refusals)
    if ((refusal.what + " " + refusal.reason).find(wanted) != std::string::npos) return true;
  return false;
}

void compare_all(int postgres) {
  Lab lab{{.postgres = postgres}};
  for (const Case& each : cases) {
    SCOPED_TRACE(each.sql);
    const Shape planned = lab.planned(each.sql), predicted = lab.predicted(each.sql);
    EXPECT_EQ(planned, predicted) << "server\n"
                                  << text(planned) << "predicted\n"
                                  << text(predicted) << lab.explain(each.sql);
    const models::ForeignPlan plan = lab.prediction(each.sql);
    std::string reasons;
    for (const models::ForeignRefusal& refusal : plan.refusals)
      reasons += refusal.what + " " + refusal.reason + "\n";
    if (*each.reason != '\0')
      EXPECT_TRUE(gives_reason(plan, each.reason)) << "wanted: " << each.reason << "\n" << reasons;
    else
      EXPECT_EQ(plan.refusals.size(), 0u) << reasons;
  }
}

TEST(PushDown, IsWhatExplainSaysOnPostgres15) { compare_all(15); }
TEST(PushDown, IsWhatExplainSaysOnPostgres18) { compare_all(18); }

}  // namespace
}  // namespace foreign
