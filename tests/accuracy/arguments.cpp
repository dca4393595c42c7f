#include "tests/accuracy/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

namespace accuracy {
namespace {

std::uint64_t number(const std::string& name, const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw UsageError(fmt::format("{}: '{}' is not a whole number", name, text));
  return value;
}

/// "15,18"
std::vector<int> majors(const std::string& text) {
  std::vector<int> versions;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    versions.push_back(static_cast<int>(number("--versions", text.substr(begin, end - begin))));
    begin = end + 1;
  }
  return versions;
}

}  // namespace

const char* const usage =
    R"(Plays scenarios on real PostgreSQL servers, simulates them, and compares the two.

Usage: tools/accuracy [OPTIONS] [SCENARIO.yaml ...]

  SCENARIO.yaml      files to compare; without any and without --random: the core set
  --versions 15,18   plays the given files on these majors instead of their own
  --random N         draws N workloads: columns, indexes, rates, skew, settings, version, outages
  --seed S           of the draws (1)
  --first K          number of the first drawn workload (1)
  --into DIR         where drawn scenarios and recordings are kept (accuracy)
  --repeat R         plays each scenario R times and reports the spread (1)
  --again            compares what was recorded before with the models as they are now
  --draw-only        writes the drawn scenarios and stops
  --markdown FILE    writes the table as Markdown …
  --notes FILE       … with this text about the worst misses
  --db FILE          adds the lines to a results file of meshplan
)";

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  const std::map<std::string, std::function<void(const std::string&)>> with_value{
      {"--random", [&](const auto& v) { arguments.random = number("--random", v); }},
      {"--seed", [&](const auto& v) { arguments.seed = number("--seed", v); }},
      {"--first", [&](const auto& v) { arguments.first = number("--first", v); }},
      {"--repeat",
       [&](const auto& v) {
         arguments.repeat = static_cast<int>(number("--repeat", v));
         if (arguments.repeat < 1 || arguments.repeat > 100)
           throw UsageError("--repeat: from 1 to 100");
       }},
      {"--versions", [&](const auto& v) { arguments.versions = majors(v); }},
      {"--into", [&](const auto& v) { arguments.into = v; }},
      {"--markdown", [&](const auto& v) { arguments.markdown = v; }},
      {"--notes", [&](const auto& v) { arguments.notes = v; }},
      {"--db", [&](const auto& v) { arguments.database = v; }},
  };
  const std::map<std::string, bool*> flags{{"--again", &arguments.again},
                                           {"--draw-only", &arguments.draw_only},
                                           {"--help", &arguments.help},
                                           {"-h", &arguments.help}};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (const auto flag = flags.find(argument); flag != flags.end()) {
      *flag->second = true;
    } else if (const auto option = with_value.find(argument); option != with_value.end()) {
      if (++i == argc) throw UsageError(argument + ": a value is missing");
      option->second(argv[i]);
    } else if (argument.starts_with("-")) {
      throw UsageError(argument + ": unknown option");
    } else {
      arguments.scenarios.emplace_back(argument);
    }
  }
  return arguments;
}

}  // namespace accuracy
