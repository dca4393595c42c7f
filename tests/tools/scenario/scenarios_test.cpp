#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "tools/scenario/keys.hpp"
#include "tools/scenario/scenario.hpp"
#include "tools/scenario/yaml_document.hpp"

namespace scenario {
namespace {

using nlohmann::json;

const std::string source = SOURCE_DIR;

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const char* folder : {"/scenarios", "/tests/measured", "/tools/scenario/presets"})
    for (const auto& entry : std::filesystem::directory_iterator{source + folder})
      if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// As much of JSON Schema as schema_json() uses.
class SchemaCheck {
 public:
  explicit SchemaCheck(json schema) : root_(std::move(schema)) {}  // braces would make an array

  std::string check(const Node& node) const { return check(node, root_, ""); }

 private:
  std::string check(const Node& node, const json& schema, const std::string& path) const {
    if (schema.contains("$ref"))
      return check(node, root_.at("$defs").at(schema.at("$ref").get<std::string>().substr(8)),
                   path);
    for (const char* several : {"anyOf", "oneOf"}) {
      if (!schema.contains(several)) continue;
      std::string first;
      bool good = false;
      for (const json& choice : schema.at(several)) {
        const std::string wrong = check(node, choice, path);
        good = good || wrong.empty();
        if (first.empty()) first = wrong;
      }
      if (!good) return first;
    }
    if (schema.contains("required"))
      for (const json& key : schema.at("required"))
        if (node.find(key.get<std::string>()) == nullptr)
          return path + " lacks " + key.get<std::string>();
    if (schema.contains("type") || schema.contains("properties"))
      return check_type(node, schema, path);
    if (schema.contains("const"))
      return scalar(schema.at("const")) == node.text
                 ? ""
                 : path + " is not " + scalar(schema.at("const"));
    if (schema.contains("enum")) {
      for (const json& word : schema.at("enum"))
        if (scalar(word) == node.text) return "";
      return path + ": " + node.text + " is not in the enum";
    }
    return "";
  }

  static std::string scalar(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  }

  std::string check_type(const Node& node, const json& schema, const std::string& path) const {
    const json type = schema.value("type", json{"object"});
    if (type == "object" || schema.contains("properties")) return check_object(node, schema, path);
    if (type == "array") {
      if (!node.is_sequence()) return path + " is no list";
      for (std::size_t i = 0; i < node.items.size(); ++i)
        if (std::string wrong =
                check(node.items[i], schema.at("items"), path + "[" + std::to_string(i) + "]");
            !wrong.empty())
          return wrong;
      return "";
    }
    if (!node.is_scalar()) return path + " is no scalar";
    const std::regex number{"[-+]?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?"};
    if (type == "number")
      return node.plain && std::regex_match(node.text, number)
                 ? ""
                 : path + ": " + node.text + " is no number";
    if (schema.contains("pattern") &&
        !std::regex_search(node.text, std::regex{schema.at("pattern").get<std::string>()}))
      return path + ": " + node.text + " does not match " + schema.at("pattern").get<std::string>();
    return "";
  }

  std::string check_object(const Node& node, const json& schema, const std::string& path) const {
    if (!node.is_map()) return path + " is no map";
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const std::string& key = node.keys[i].text;
      const std::string below = path + "." + key;
      const json* value = nullptr;
      if (schema.contains("properties") && schema.at("properties").contains(key))
        value = &schema.at("properties").at(key);
      if (value == nullptr && schema.contains("patternProperties"))
        for (const auto& [pattern, pattern_schema] : schema.at("patternProperties").items())
          if (std::regex_search(key, std::regex{pattern})) value = &pattern_schema;
      if (value == nullptr && schema.contains("additionalProperties") &&
          schema.at("additionalProperties").is_object())
        value = &schema.at("additionalProperties");
      if (value == nullptr) return below + " is not allowed";
      if (std::string wrong = check(node.items[i], *value, below); !wrong.empty()) return wrong;
    }
    return "";
  }

  json root_;
};

Node tree_of(const std::string& text) {
  Problems problems;
  return parse_yaml(problems.add_source("test", text), problems);
}

TEST(Scenarios, EveryFileLoads) {
  for (const std::string& file : scenario_files()) {
    SCOPED_TRACE(file);
    try {
      const Loaded loaded = load_file(file);
      EXPECT_FALSE(loaded.mesh.nodes.empty());
      EXPECT_FALSE(loaded.mesh.streams.empty() && loaded.mesh.jobs.empty());
    } catch (const ScenarioError& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

TEST(Scenarios, PresetsAreWhatInitWrites) {
  ASSERT_EQ(presets().size(), 3u);
  EXPECT_EQ(presets().front().name, "event");
  EXPECT_EQ(preset("none"), nullptr);
  for (const Preset& candidate : presets()) {
    SCOPED_TRACE(candidate.name);
    EXPECT_EQ(load_text(std::string{candidate.text}, "preset.yaml").mesh.name.empty(), false);
    std::stringstream file;
    file << std::ifstream{source + "/tools/scenario/presets/" + std::string{candidate.name} +
                          ".yaml"}
                .rdbuf();
    EXPECT_EQ(candidate.text, file.str());
  }
}

TEST(Schema, AllowsEveryScenario) {
  const SchemaCheck schema(json::parse(schema_json()));
  for (const std::string& file : scenario_files())
    EXPECT_EQ(schema.check(tree_of(read_bounded(file))), "") << file;
}

TEST(Schema, RefusesWhatTheLoaderRefuses) {
  const SchemaCheck schema(json::parse(schema_json()));
  const std::string start = "meshplan: 1\nname: x\nnodes:\n  a: {postgres: 15}\n";
  EXPECT_EQ(schema.check(tree_of(start)), "");
  EXPECT_EQ(schema.check(tree_of("meshplan: 1\nname: x\n")), " lacks nodes");
  EXPECT_NE(schema.check(tree_of(start + "horizn: 5d\n")), "");
  EXPECT_NE(schema.check(tree_of(start + "horizon: 5\n")), "");
  EXPECT_NE(schema.check(tree_of(start + "horizon: 5 weeks\n")), "");
  EXPECT_EQ(schema.check(tree_of(start + "horizon: 3d12h\n")), "");
  EXPECT_NE(schema.check(tree_of(start + "links:\n  - {between: [a, b], bandwidth: 1Gb/s}\n")), "");
  EXPECT_EQ(schema.check(tree_of(start + "links:\n  - {between: [a, b], bandwidth: 1..2Gbit/s, "
                                         "rtt: {p10: 1ms, p50: 2ms, p90: 9ms}}\n")),
            "");
  EXPECT_NE(schema.check(tree_of(start + "objectives:\n  - {metric: volume_usd, below: 5%}\n")),
            "");
}

TEST(Schema, NamesEveryKeyAndEveryObject) {
  const json schema = json::parse(schema_json());
  for (const Object* object : all_objects()) {
    std::string name{object->name};
    std::replace(name.begin(), name.end(), ' ', '-');
    const json& definition = object == &root_object() ? schema : schema.at("$defs").at(name);
    EXPECT_EQ(definition.at("properties").size(), object->keys.size()) << name;
  }
}

/// scenarios/README.md holds the tables between two marks; UPDATE_GOLDEN=1 rewrites them.
TEST(Reference, TheReadmeListsEveryKeyAsTheLoaderKnowsIt) {
  const std::string path = source + "/scenarios/README.md";
  const std::string begin = "<!-- keys: made from the loader's tables -->\n",
                    end = "<!-- end of keys -->";
  std::stringstream buffer;
  buffer << std::ifstream{path}.rdbuf();
  std::string readme = buffer.str();
  const std::size_t from = readme.find(begin), to = readme.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const std::string expected = "\n" + reference_markdown() + "\n";
  const std::size_t start = from + begin.size();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    readme.replace(start, to - start, expected);
    std::ofstream{path} << readme;
    return;
  }
  EXPECT_EQ(readme.substr(start, to - start), expected);
}

}  // namespace
}  // namespace scenario
