#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <vector>

#include "tests/tools/scenario/loading.hpp"
#include "tools/scenario/yaml_document.hpp"

// Seeded mutations of real scenarios: each must load or be refused with problems, never crash, hang
// or throw anything else. The seed of a failing round replays it.

namespace scenario {
namespace {

const char* const pieces[] = {"{",
                              "}",
                              "[",
                              "]",
                              ",",
                              ":",
                              ": ",
                              "\n",
                              "- ",
                              "  ",
                              "\t",
                              "|",
                              ">",
                              "'",
                              "\"",
                              "#",
                              "&a ",
                              "*a",
                              "!t ",
                              "%",
                              "..",
                              "~",
                              "-1",
                              "0",
                              "1e308",
                              "nan",
                              "5GB",
                              "3d12h",
                              "10%",
                              "600/s",
                              "null",
                              "like: x",
                              "count: 3",
                              "{n}",
                              "\xc3",
                              "\xe2\x80\xa6",
                              ";",
                              "$1",
                              "--",
                              "/*",
                              "sql:",
                              "ddl:",
                              "at: ",
                              "for: ",
                              "every: ",
                              "p50: ",
                              "CREATE TABLE ",
                              "SELECT ",
                              "(",
                              ")",
                              "99999999999999999999",
                              "-0",
                              "<<: *a",
                              "? ",
                              "\r"};

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_{seed} {}

  std::string operator()(std::string text) {
    const std::size_t changes = 1 + below(6);
    for (std::size_t i = 0; i < changes && !text.empty(); ++i) change(text);
    return text;
  }

  std::size_t below(std::size_t limit) {
    return limit == 0 ? 0 : static_cast<std::size_t>(random_() % limit);
  }

 private:
  void change(std::string& text) {
    const std::size_t at = below(text.size()), length = 1 + below(20);
    switch (below(7)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, pieces[below(std::size(pieces))]);
        break;
      case 2:
        text[at] = static_cast<char>(below(256));
        break;
      case 3:
        text.insert(at, text.substr(below(text.size()), length * 4));
        break;
      case 4:
        text.replace(at, length, pieces[below(std::size(pieces))]);
        break;
      case 5:
        swap_lines(text);
        break;
      default:
        text.resize(at);
        break;
    }
  }

  void swap_lines(std::string& text) {
    const std::size_t a = text.rfind('\n', below(text.size())),
                      b = text.find('\n', below(text.size()));
    if (a == std::string::npos || b == std::string::npos || a >= b) return;
    const std::size_t end = std::min(text.find('\n', b + 1), text.size());
    const std::string line = text.substr(b, end - b);
    text.erase(b, end - b);
    text.insert(a, line);
  }

  std::mt19937_64 random_;
};

/// Loads or is refused; anything else fails the test.
void expect_no_accident(const std::string& text, const std::string& file,
                        const std::vector<std::string>& overrides) {
  try {
    const Loaded loaded = load_text(text, file, {.overrides = overrides});
    EXPECT_EQ(loaded.hash.size(), 64u);
  } catch (const ScenarioError& error) {
    EXPECT_FALSE(error.problems().empty());
    EXPECT_LE(error.problems().size(), 100u);
  }
}

TEST(Fuzz, MutatedScenariosLoadOrAreRefused) {
  const std::string folder = std::string{SOURCE_DIR} + "/scenarios/";
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts{small_mesh};
  for (const std::string& file : files) texts.push_back(read_bounded(file));
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Mutator mutate{seed};
    expect_no_accident(mutate(texts[mutate.below(texts.size())]), folder + "fuzz.yaml", {});
  }
}

TEST(Fuzz, MutatedOverridesApplyOrAreRefused) {
  const std::vector<std::string> overrides{
      "nodes.a.settings.max_wal_size=8GB",     "domains.shop.tables[\"orders\"].rows=1M",
      "links[0].rtt={p50: 1ms, p90: 9ms}",     "domains.shop.workload.inserts.rate=1..2/s",
      "governance.kill_routine={every: 1min}", "products.orders.count=3"};
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Mutator mutate{seed};
    const std::string first = overrides[mutate.below(overrides.size())],
                      second = overrides[mutate.below(overrides.size())];
    expect_no_accident(small_mesh, "fuzz.yaml", {mutate(first), mutate(second)});
  }
}

}  // namespace
}  // namespace scenario
