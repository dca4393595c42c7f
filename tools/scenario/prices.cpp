#include "tools/scenario/prices.hpp"

#include "tools/scenario/section.hpp"

namespace scenario {
namespace {

constexpr Key price(std::string_view name, std::string_view meaning) {
  return within(0, unbounded, {name, Form::number, "0", meaning, Unit::factor});
}

constexpr Key price_keys[] = {
    {"currency", Form::text, "required", "what the numbers are in: EUR"},
    price("storage_gb_month", "a GB of a volume, a month"),
    price("core_month", "a core of a node, a month"),
    price("memory_gb_month", "a GB of a node's memory, a month"),
    price("egress_gb", "a GB between two nodes"),
    price("outage_minute", "a minute in which a node refuses writes"),
    price("recopy", "a lost slot: its subscription is copied again"),
};
constexpr Object price_object{"prices", "What things cost.", price_keys};

}  // namespace

models::Prices load_prices(const std::string& path) {
  Problems problems;
  const std::string text = read_bounded(path);
  const int source = problems.add_source(path, text);
  const Node tree = parse_yaml(source, problems);
  models::Mesh unused;  // a section names its uncertain numbers there: prices are none
  const Section root{problems, unused, tree, price_object, "", {source, 1, 1}};
  models::Prices prices;
  prices.currency = root.text("currency").value_or("");
  const auto read = [&](std::string_view key) { return root.number(key).value_or(0); };
  prices.storage_gb_month = read("storage_gb_month");
  prices.core_month = read("core_month");
  prices.memory_gb_month = read("memory_gb_month");
  prices.egress_gb = read("egress_gb");
  prices.outage_minute = read("outage_minute");
  prices.recopy = read("recopy");
  problems.throw_if_any();
  return prices;
}

}  // namespace scenario
