#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace accuracy {

struct Arguments {
  std::vector<std::filesystem::path> scenarios;  // given files
  std::vector<int> versions;                     // majors to play these on; empty: as they say
  std::uint64_t random = 0;                      // workloads to draw …
  std::uint64_t seed = 1;                        // … with this seed …
  std::uint64_t first = 1;                       // … from this number on
  std::filesystem::path into = "accuracy";       // where drawn scenarios and recordings go
  int repeat = 1;                                // runs of each scenario
  bool again = false;                            // compare recordings; play only what has none
  bool draw_only = false;
  std::filesystem::path markdown, notes, database;
  bool help = false;
};

/// Wrong usage; what() names the argument.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Arguments parse(int argc, char** argv);
extern const char* const usage;

}  // namespace accuracy
