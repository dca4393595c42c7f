#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/command.hpp"
#include "tools/plan/objectives.hpp"
#include "tools/scenario/scenario.hpp"
#include "tools/sql/spelling.hpp"
#include "tools/store/sqlite.hpp"

namespace cli {
namespace {

struct Command {
  std::string_view name;
  const char* summary;
  Exit (*run)(Arguments);
};

constexpr std::array commands{
    Command{"init", "Write a commented scenario to start from", init},
    Command{"check", "Say everything that is wrong with a scenario, and its hazards", check},
    Command{"run", "Simulate a scenario: when does which disk fill, and what to set", run},
    Command{"report", "Write what a stored run found: page, Markdown or JSON", report},
    Command{"explain", "Say in words why a stored run came out as it did", explain},
    Command{"compare", "Put variants, scenarios or stored runs side by side", compare},
    Command{"solve", "Find the value with which the objectives are still met", solve},
    Command{"sensitivity", "Say which uncertain input moves the answer most", sensitivity},
    Command{"sweep", "Simulate a scenario at every point of a grid of values", sweep},
    Command{"merge", "Join the shards of a sweep into one results file", merge},
    Command{"emit", "Write the SQL and settings that set it up on real servers", emit_bundle},
    Command{"contract", "Say what a new scenario breaks for consumers of the old one's", contract},
    Command{"runs", "List the runs of a results file", runs},
    Command{"schema", "Print the JSON Schema of scenarios, or what results consist of", schema}};

std::string help() {
  std::string text =
      "meshplan says when which disk of a PostgreSQL data mesh fills up, why, and what to set.\n\n"
      "Usage: meshplan COMMAND [OPTIONS] …\n\nCommands:\n";
  for (const Command& command : commands)
    text += fmt::format("  {:13}{}\n", command.name, command.summary);
  return text +
         "\nOptions:\n  --help   Print this help; after a command, its own\n  --version\n\n"
         "Example:\n  meshplan init mesh.yaml && meshplan run mesh.yaml\n";
}

Exit dispatch(Arguments arguments) {
  if (arguments.empty()) {
    std::fputs(help().c_str(), stderr);
    return wrong_use;
  }
  const std::string_view name{arguments.front()};
  if (name == "--help" || name == "-h" || name == "help") return print(help()), done;
  if (name == "--version") return print("meshplan " MESHPLAN_VERSION "\n"), done;
  std::vector<std::string_view> names;
  for (const Command& command : commands) {
    if (command.name == name) return command.run(arguments.subspan(1));
    names.push_back(command.name);
  }
  const std::string near = sql::nearest(name, names);
  throw UsageError{fmt::format("meshplan: there is no command '{}'", name),
                   near.empty() ? "see meshplan --help" : fmt::format("did you mean '{}'?", near)};
}

Exit complain(Exit code, std::string_view what, std::string_view hint = {}) {
  fmt::print(stderr, "{}{}", what, what.ends_with('\n') ? "" : "\n");
  if (!hint.empty()) fmt::print(stderr, "hint: {}\n", hint);
  return code;
}

}  // namespace

void print(const std::string& answer) {
  if (std::fwrite(answer.data(), 1, answer.size(), stdout) != answer.size() ||
      std::fflush(stdout) != 0)
    throw OutputError{fmt::format("meshplan: cannot write the answer: {}", std::strerror(errno))};
}

}  // namespace cli

int main(int argc, char** argv) {
  using namespace cli;
  try {
    return dispatch(Arguments{argv + 1, argc > 0 ? static_cast<std::size_t>(argc - 1) : 0});
  } catch (const UsageError& error) {
    return complain(wrong_use, error.what(), error.hint);
  } catch (const scenario::ScenarioError& error) {
    return complain(wrong_use, error.what());
  } catch (const plan::PlanError& error) {
    return complain(wrong_use, error.what());
  } catch (const store::StoreError& error) {
    return complain(failed, fmt::format("meshplan: {}", error.what()));
  } catch (const std::bad_alloc&) {
    return complain(failed, "meshplan: out of memory");
  } catch (const std::exception& error) {
    return complain(failed, error.what());
  }
}
