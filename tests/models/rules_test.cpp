#include "models/rules.hpp"

#include <gtest/gtest.h>

#include <set>

namespace models {
namespace {

TEST(Rules, ChangeWithTheMajorThatBroughtThem) {
  EXPECT_FALSE(rules(15).hot_ignores_brin);
  EXPECT_TRUE(rules(16).hot_ignores_brin);
  EXPECT_FALSE(rules(16).checkpoint_redo_record);
  EXPECT_TRUE(rules(17).checkpoint_redo_record);
  EXPECT_FALSE(rules(17).checksums_default);
  EXPECT_TRUE(rules(18).checksums_default);
  EXPECT_EQ(rules(15).reorder_change_bytes, 88);
  EXPECT_EQ(rules(16).reorder_change_bytes, 80);
  EXPECT_EQ(rules(17).inplace_record, 188);
  EXPECT_EQ(rules(18).inplace_record, 258);
}

TEST(Rules, AreToldInWordsWithASource) {
  for (int major = 15; major <= 18; ++major) {
    SCOPED_TRACE(major);
    EXPECT_EQ(rules(major).major, major);
    std::set<std::string> names;
    for (const RuleNote& note : rules(major).notes) {
      EXPECT_FALSE(note.text.empty());
      EXPECT_FALSE(note.source.empty());
      EXPECT_TRUE(names.insert(note.name).second) << note.name;
    }
    for (const char* name : {"prune_record", "checkpoint_redo_record", "data_checksums", "hot_brin",
                             "insert_vacuum_threshold", "cost_limit", "slot_retention"})
      EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace models
