#include "tools/scenario/yaml_document.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace scenario {
namespace {

struct Parsed {
  Problems problems;
  Node root;
};

Parsed parse(const std::string& text, const YamlLimits& limits = {}) {
  Parsed parsed;
  const int source = parsed.problems.add_source("test.yaml", text);
  parsed.root = parse_yaml(source, parsed.problems, limits);
  return parsed;
}

std::string error_of(const std::string& text, const YamlLimits& limits = {}) {
  try {
    parse(text, limits).problems.throw_if_any();
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "";
}

TEST(Yaml, NodesKnowTheirPlaces) {
  const Parsed parsed = parse("a: 1\nb:\n  - x\n  - {c: \"y\"}\n");
  EXPECT_EQ(parsed.root.find("a")->text, "1");
  EXPECT_TRUE(parsed.root.find("a")->plain);
  const Node& second = parsed.root.find("b")->items[1];
  EXPECT_TRUE(second.flow);
  EXPECT_EQ(second.find("c")->mark.line, 4);
  EXPECT_EQ(second.find("c")->mark.column, 9);
  EXPECT_FALSE(second.find("c")->plain);
}

TEST(Yaml, AliasesAreCopies) {
  const Parsed parsed = parse("a: &x {k: 1}\nb: *x\n");
  EXPECT_EQ(parsed.root.find("b")->find("k")->text, "1");
}

TEST(Yaml, AnAliasInsideWhatItNamesIsRefused) {
  EXPECT_EQ(error_of("a: &x [1, *x]\n"),
            "test.yaml:1:11: error: this alias stands inside what it names, which would never end\n"
            "a: &x [1, *x]\n"
            "          ^\n");
}

TEST(Yaml, AliasesThatMultiplyAreBounded) {
  std::string text = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name < 'k'; ++name) {
    text += std::string{name} + ": &" + name + " [";
    for (int i = 0; i < 10; ++i) text += std::string{"*"} + static_cast<char>(name - 1) + ",";
    text += "]\n";
  }
  EXPECT_NE(error_of(text).find("more than 1000000 values in one scenario"), std::string::npos);
  EXPECT_NE(error_of("a: &x " + std::string(1 << 20, 'y') + "\nb: [" +
                     [] {
                       std::string many;
                       for (int i = 0; i < 100; ++i) many += "*x,";
                       return many;
                     }() +
                     "]\n")
                .find("aliases copy more than 64 MB of text"),
            std::string::npos);
}

TEST(Yaml, AMillionValuesAreTooMany) {
  std::string block, flow = "a: [";
  for (int i = 0; i < 1'000'001; ++i) {
    block += "- x\n";
    flow += "x,";
  }
  EXPECT_NE(error_of(block).find("more than 1000000 values"), std::string::npos);
  EXPECT_NE(error_of(flow + "]").find("more than 1000000 values"), std::string::npos);
}

TEST(Yaml, DeepNestingIsRefusedInAnyStyle) {
  for (const std::string& text : {std::string(100'000, '['), std::string(100'000, '{'), [] {
                                    std::string dashes;
                                    for (int i = 0; i < 10'000; ++i) dashes += "- ";
                                    return dashes;
                                  }()})
    EXPECT_NE(error_of(text).find("nested more than 64 levels deep"), std::string::npos);
}

TEST(Yaml, BracketsByTheMillionNeverReachTheParser) {
  EXPECT_EQ(error_of(std::string(std::size_t{15} << 20, '[')),
            "test.yaml: error: more than 1500000 brackets, commas and colons: no scenario needs as "
            "many\n");
}

TEST(Yaml, DuplicateKeysAreAllReported) {
  EXPECT_EQ(error_of("a: 1\nb: {c: 1, c: 2}\na: 2\n"),
            "test.yaml:2:11: error: key 'c' is given twice\n"
            "b: {c: 1, c: 2}\n"
            "          ^\n"
            "hint: it stands in line 2 already\n"
            "test.yaml:3:1: error: key 'a' is given twice\n"
            "a: 2\n"
            "^\n"
            "hint: it stands in line 1 already\n");
}

TEST(Yaml, EmptyAndBinaryTextsAreRefused) {
  EXPECT_NE(error_of("").find("the scenario is empty"), std::string::npos);
  EXPECT_NE(error_of("# only a comment\n").find("the scenario is empty"), std::string::npos);
  EXPECT_NE(error_of(std::string("\x7f"
                                 "ELF\0\1",
                                 6))
                .find("not a text file: byte 0x7f at offset 0"),
            std::string::npos);
  EXPECT_NE(error_of("name: caf\xe9\n").find("byte 0xe9 at offset 9"), std::string::npos);
  EXPECT_NE(error_of("\xff\xfen\0a\0").find("not a text file"), std::string::npos);  // UTF-16
}

TEST(Yaml, TabsAsIndentationAreNamed) {
  EXPECT_NE(error_of("nodes:\n\ta: 1\n").find("hint: indent YAML with spaces, not tabs"),
            std::string::npos);
}

TEST(Yaml, SqlThatBreaksYamlGetsAHint) {
  EXPECT_NE(
      error_of("a:\n  sql: SELECT '{\"a\": 1}'\n").find("must be quoted, or written as a block"),
      std::string::npos);
}

TEST(Yaml, ASecondDocumentIsRefused) {
  EXPECT_NE(error_of("a: 1\n---\nb: 2\n").find("a second YAML document"), std::string::npos);
}

TEST(Yaml, AHundredProblemsAreEnough) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a: 1\n";
  try {
    parse(text);
    FAIL();
  } catch (const ScenarioError& error) {
    EXPECT_EQ(error.problems().size(), 100u);
    EXPECT_NE(std::string{error.what()}.find("and more: the first 100 are shown"),
              std::string::npos);
  }
}

TEST(Positions, SqlInABlockPointsAtItsOwnLine) {
  const std::string text = "a:\n  sql: |\n    SELECT one,\n           two\n    FROM t\n";
  const Parsed parsed = parse(text);
  const Node& sql = *parsed.root.find("a")->find("sql");
  const Mark mark = position_in_scalar(parsed.problems, sql, sql.text.find("two"));
  EXPECT_EQ(mark.line, 4);
  EXPECT_EQ(mark.column, 12);  // four columns of indent, seven of the SQL's own
}

TEST(Positions, FoldedQuotedAndEscapedTextsAreFollowed) {
  const std::string text =
      "a: >\n  SELECT one\n  FROM two\n"
      "b: 'it''s two'\n"
      "c: \"x\\n\\\"y\\\" two\"\n"
      "d: SELECT\n  two\n";
  const Parsed parsed = parse(text);
  const auto place = [&](const char* key) {
    const Node& node = *parsed.root.find(key);
    const Mark mark = position_in_scalar(parsed.problems, node, node.text.find("two"));
    return std::pair{mark.line, mark.column};
  };
  EXPECT_EQ(place("a"), (std::pair{3, 8}));
  EXPECT_EQ(place("b"), (std::pair{4, 11}));
  EXPECT_EQ(place("c"), (std::pair{5, 14}));
  EXPECT_EQ(place("d"), (std::pair{7, 3}));
}

TEST(Files, TooLargeMissingAndDirectoriesAreRefusedBeforeReading) {
  const std::string path = testing::TempDir() + "scenario_large.yaml";
  { std::ofstream{path}; }
  std::filesystem::resize_file(path, (std::uintmax_t{16} << 20) + 1);  // sparse: nothing is read
  EXPECT_THROW(read_bounded(path), ScenarioError);
  std::filesystem::remove(path);
  EXPECT_THROW(read_bounded(path), ScenarioError);
  EXPECT_THROW(read_bounded(testing::TempDir()), ScenarioError);
  EXPECT_THROW(read_bounded("/dev/zero"), ScenarioError);
}

}  // namespace
}  // namespace scenario
