#include "tools/cli/mechanisms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/cli/interrupt.hpp"
#include "tools/cli/progress.hpp"
#include "tools/plan/mechanisms.hpp"
#include "tools/scenario/prices.hpp"
#include "tools/scenario/values.hpp"

namespace cli {
namespace {

using models::Mechanism;

constexpr std::array all{Mechanism::logical, Mechanism::databases, Mechanism::federated,
                         Mechanism::event};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

class Question {
 public:
  Question(const Planning& planning, const Mechanisms& wanted, const scenario::Loaded& loaded)
      : planning_{planning}, wanted_{wanted}, loaded_{loaded} {}

  plan::MechanismQuestion ask() const {
    plan::MechanismQuestion question;
    for (const std::string& word : wanted_.names) question.variants.push_back(variant(word));
    if (std::none_of(question.variants.begin(), question.variants.end(),
                     [](const auto& v) { return v.mesh.has_value(); }))
      throw UsageError{"meshplan compare: no mechanism can be built: " +
                       question.variants.front().refusal};
    question.reading = variant("federated").mesh;
    question.objectives = loaded_.mesh.objectives;
    for (std::size_t p = 0; p < loaded_.mesh.products.size(); ++p)
      if (is_wanted(loaded_.mesh.products[p])) question.products.push_back(product(p));
    if (!wanted_.prices.empty()) question.prices = scenario::load_prices(wanted_.prices);
    if (!wanted_.statement_cpu.empty()) {
      const auto read = scenario::read_number(wanted_.statement_cpu, scenario::Unit::seconds);
      if (!read.value || !(*read.value > 0))
        throw UsageError{
            fmt::format("meshplan compare: '{}' is no time of a statement", wanted_.statement_cpu),
            "write --statement-cpu 200us"};
      question.statement_cpu = *read.value;
    }
    return question;
  }

 private:
  bool is_wanted(const models::Product& product) const {
    return !product.consumers.empty() &&
           (wanted_.products.empty() || std::find(wanted_.products.begin(), wanted_.products.end(),
                                                  product.name) != wanted_.products.end());
  }

  plan::MechanismVariant variant(const std::string& word) const {
    plan::MechanismVariant variant;
    variant.name = word;
    variant.mechanism = read_mechanism("compare", word);
    scenario::Options options = planning_.overrides();
    options.translation = {variant.mechanism, wanted_.products, wanted_.hardware != "drop"};
    try {
      scenario::Loaded translated = scenario::load_file(planning_.file, options);
      variant.mesh = std::move(translated.mesh);
      variant.rules = std::move(translated.rules);
    } catch (const scenario::ScenarioError& error) {
      variant.refusal =
          error.problems().empty() ? first_line(error.what()) : error.problems().front().message;
    }
    return variant;
  }

  plan::SharedProduct product(std::size_t p) const {
    plan::SharedProduct shared;
    shared.index = static_cast<int>(p);
    for (const models::ConsumerProvisioning& consumer :
         loaded_.provisioning.products[p].consumers) {
      plan::SharedProduct::Reader reader;
      if (consumer.domain >= 0) {
        const auto d = static_cast<std::size_t>(consumer.domain);
        reader.domain = loaded_.mesh.domains[d].name;
        reader.runaway_seconds =
            timeout_of(loaded_.provisioning.domains[d], consumer.role).value_or(3'600);
      }
      shared.readers.push_back(std::move(reader));
    }
    return shared;
  }

  /// statement_timeout of the role that reads; 0 is none.
  static std::optional<double> timeout_of(const models::DomainProvisioning& domain,
                                          const std::string& role) {
    for (const models::RoleProvisioning& known : domain.roles)
      for (const auto& [setting, value] : known.settings) {
        if (known.name != role || setting != "statement_timeout") continue;
        const auto read = scenario::read_number(value, scenario::Unit::seconds);
        if (read.value && *read.value > 0) return *read.value;
      }
    return std::nullopt;
  }

  const Planning& planning_;
  const Mechanisms& wanted_;
  const scenario::Loaded& loaded_;
};

}  // namespace

Mechanism read_mechanism(std::string_view command, const std::string& word) {
  for (const Mechanism mechanism : all)
    if (scenario::name(mechanism) == word) return mechanism;
  throw UsageError{fmt::format("meshplan {}: there is no mechanism '{}'", command, word),
                   "any of logical, databases, federated, event"};
}

void add_mechanisms(Parser& parser, Mechanisms& wanted) {
  CLI::App& options = parser.options();
  options
      .add_option("--mechanisms", wanted.names,
                  "Share the products by each of these: logical, databases, federated, event (200 "
                  "replicates)")
      ->option_text("A,B")
      ->delimiter(',');
  options
      .add_option("--product", wanted.products,
                  "With --mechanisms: only this product; may be repeated [all]")
      ->option_text("NAME")
      ->expected(1)
      ->take_all();
  options
      .add_option("--hardware", wanted.hardware,
                  "With --mechanisms: keep or drop the cores and memory of a node that vanishes "
                  "[keep]")
      ->option_text("keep|drop")
      ->check(CLI::IsMember({"keep", "drop"}));
  options
      .add_option(
          "--statement-cpu", wanted.statement_cpu,
          "With --mechanisms: CPU time of one statement, as pg_stat_statements shows it for "
          "data in memory; decides isolation [60us to 400us]")
      ->option_text("TIME");
  options.add_option("--prices", wanted.prices, "With --mechanisms: what things cost, a YAML file")
      ->option_text("FILE");
}

plan::Results compare_mechanisms(const Planning& planning, const Mechanisms& wanted) {
  constexpr std::uint64_t default_replicates = 200;  // of four meshes and their faults
  const scenario::Loaded loaded = scenario::load_file(planning.file, planning.overrides());
  plan::RunOptions options = planning.options(loaded);
  if (!planning.replicates) options.replicates = std::min(options.replicates, default_replicates);
  const plan::MechanismQuestion question = Question{planning, wanted, loaded}.ask();
  if (question.products.empty())
    throw UsageError{
        fmt::format("meshplan compare: {} has no product with a consumer", planning.file)};
  const Interrupt interrupt;
  options.stop = &interrupt.requested();
  plan::Results results;
  plan::MechanismAnswer answer;
  {
    Progress progress{options.replicates + plan::matrix_replicates(question, options.replicates)};
    options.done = &progress.done();
    results = plan::run(loaded.mesh, options);
    if (!results.interrupted) answer = plan::compare_mechanisms(question, options);
  }
  GivenOptions given{{"--mechanisms", {fmt::format("{}", fmt::join(wanted.names, ","))}},
                     {"--product", wanted.products}};
  if (wanted.hardware != "keep") given.push_back({"--hardware", {wanted.hardware}});
  if (!wanted.statement_cpu.empty()) given.push_back({"--statement-cpu", {wanted.statement_cpu}});
  if (!wanted.prices.empty()) given.push_back({"--prices", {wanted.prices}});
  describe_scenario(planning, loaded, results, given);
  results.interrupted = results.interrupted || answer.interrupted;
  results.comparisons = std::move(answer.comparisons);
  for (plan::Assumption& assumption : answer.assumptions)
    results.assumptions.push_back(std::move(assumption));
  return results;
}

}  // namespace cli
