#include "tools/emit/contract.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/cli/command.hpp"
#include "tools/cli/parse.hpp"
#include "tools/scenario/scenario.hpp"

namespace cli {
namespace {

std::string note(const emit::ContractChange& change) {
  return change.dbt_misses ? " (dbt's enforced contract does not see this)" : "";
}

std::string as_text(const std::vector<emit::ContractChange>& changes, bool markdown) {
  std::string page;
  std::size_t breaking = 0;
  if (markdown) page = "| | Product | Change | Consequence |\n|:--|:--|:--|:--|\n";
  for (const emit::ContractChange& change : changes) {
    breaking += change.breaking ? 1 : 0;
    if (markdown)
      page += fmt::format("| {} | {} | {}{} | {} |\n", change.breaking ? "**breaking**" : "ok",
                          change.product, change.what, note(change), change.consequence);
    else
      page += fmt::format(
          "{} {}: {}{}\n{}", change.breaking ? "BREAKING" : "ok      ", change.product, change.what,
          note(change), change.consequence.empty() ? "" : "         " + change.consequence + "\n");
  }
  if (changes.empty()) return "No contract changes.\n";
  return page + fmt::format("{}{} of {} changes break{} a contract.\n", markdown ? "\n" : "",
                            breaking, changes.size(), breaking == 1 ? "s" : "");
}

std::string as_json(const std::vector<emit::ContractChange>& changes) {
  nlohmann::ordered_json j{{"format_version", 1}};
  j["changes"] = nlohmann::ordered_json::array();
  for (const emit::ContractChange& change : changes)
    j["changes"].push_back({{"breaking", change.breaking},
                            {"product", change.product},
                            {"change", change.what},
                            {"consequence", change.consequence},
                            {"dbt_misses", change.dbt_misses}});
  return j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Exit contract(Arguments arguments) {
  std::string before, after;
  Format format = Format::text;
  Parser parser{
      "contract",
      "Say what a new scenario breaks for consumers of the old one's products; exits with 3 "
      "when it does.",
      "meshplan contract main.yaml branch.yaml"};
  parser.options().add_option("OLD", before, "The scenario as it is")->required()->type_name("");
  parser.options()
      .add_option("NEW", after, "The scenario as it shall be")
      ->required()
      ->type_name("");
  parser.add_format(format);
  if (!parser.parse(arguments)) return done;
  const std::vector<emit::ContractChange> changes =
      emit::contract_changes(scenario::load_file(before).mesh, scenario::load_file(after).mesh);
  print(format == Format::json ? as_json(changes) : as_text(changes, format == Format::markdown));
  for (const emit::ContractChange& change : changes)
    if (change.breaking) return objective_missed;
  return done;
}

}  // namespace cli
