#include "tools/sql/spelling.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sql {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("session", "session"), 0U);
  EXPECT_EQ(edit_distance("sesion", "session"), 1U);
  EXPECT_EQ(edit_distance("sessiom", "session"), 1U);
  EXPECT_EQ(edit_distance("sessoin", "session"), 1U);  // swapped neighbours
  EXPECT_EQ(edit_distance("SESSION", "session"), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(Nearest, SuggestsOnlyWhatIsNear) {
  const std::array<std::string, 3> names{"checkpoint_timeout", "max_wal_size", "min_wal_size"};
  EXPECT_EQ(nearest("max_wal_sise", names), "max_wal_size");
  EXPECT_EQ(nearest("mx_wal_size", names), "max_wal_size");  // one edit, min_wal_size takes two
  EXPECT_EQ(nearest("colour", names), "");
  EXPECT_EQ(nearest("id", std::array<const char*, 2>{"at", "is"}), "is");
  EXPECT_EQ(nearest(std::string(300, 'x'), names), "");
}

}  // namespace
}  // namespace sql
