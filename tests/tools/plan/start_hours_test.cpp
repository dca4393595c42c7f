#include "tools/plan/start_hours.hpp"

#include <gtest/gtest.h>

#include "tests/tools/plan/outage_mesh.hpp"

namespace plan {
namespace {

SafeHours hours(std::initializer_list<int> safe) {
  SafeHours all{};
  for (const int h : safe) all[static_cast<std::size_t>(h)] = true;
  return all;
}

TEST(HoursInWords, AreStretchesOverMidnightToo) {
  EXPECT_EQ(hours_in_words(hours({})), "");
  EXPECT_EQ(hours_in_words(hours({3})), "at 03:00");
  EXPECT_EQ(hours_in_words(hours({1, 2, 3, 12})), "from 01:00 to 03:00 and at 12:00");
  EXPECT_EQ(hours_in_words(hours({23, 0, 1, 6, 7, 12})),
            "from 06:00 to 07:00, at 12:00 and from 23:00 to 01:00");
}

/// A table whose copy takes `seconds`, under a load that writes by day only; what it may retain is
/// an objective.
models::Mesh copied_mesh(double seconds, double most) {
  using namespace sim::units;
  models::Mesh mesh = outage_mesh({});
  mesh.incidents.clear();
  mesh.horizon = 13h;
  mesh.nodes[0].settings.autovacuum = false;
  mesh.subscriptions[0].copy_data = true;
  mesh.nodes[1].bulk_rate = mesh.tables[0].rows.value / seconds;
  models::Profile by_day;
  by_day.steps = {{0h, 0.0}, {8h, 1.0}, {20h, 0.0}};
  mesh.profiles = {by_day};
  for (models::Stream& stream : mesh.streams) stream.profile = 0;
  models::Objective objective;
  objective.metric = "retained_wal";
  objective.at = "max";
  objective.below = most;
  mesh.objectives = {objective};
  return mesh;
}

TEST(SafeStartHours, AreThoseThatKeepTheCopyOutOfTheDay) {
  // Six hours from 20:00 to 02:00 end before the day begins at 08:00; nothing is written then.
  const SafeHours safe = safe_start_hours(copied_mesh(6 * 3600, 20e6), {.replicates = 3});
  EXPECT_EQ(hours_in_words(safe), "from 20:00 to 02:00");
}

TEST(WhenToCopy, IsSaidOfInitialCopiesWithObjectives) {
  models::Mesh mesh = copied_mesh(6 * 3600, 20e6);
  EXPECT_EQ(when_to_copy(mesh, {.replicates = 3}),
            "Start the initial copy from 20:00 to 02:00 UTC: then every objective is met.");
  mesh.objectives[0].below = 1e12;
  EXPECT_EQ(when_to_copy(mesh, {.replicates = 3}), "The initial copy may start at any hour.");
  mesh.objectives[0].below = 1;
  EXPECT_EQ(when_to_copy(mesh, {.replicates = 3}),
            "There is no hour at which the initial copy can start safely.");
  mesh.subscriptions[0].copy_data = false;
  EXPECT_EQ(when_to_copy(mesh, {.replicates = 3}), "");
}

}  // namespace
}  // namespace plan
