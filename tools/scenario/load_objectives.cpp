#include <fmt/format.h>

#include <algorithm>

#include "models/simulate.hpp"
#include "tools/scenario/loading.hpp"

namespace scenario {
namespace {

using models::Metric;
using models::Objective;

const Metric* find_metric(const Section& section) {
  const std::optional<Word> word = section.word("metric");
  if (!word) return nullptr;
  std::vector<std::string_view> names;
  for (const Metric& metric : models::metrics()) {
    if (word->text == metric.name) return &metric;
    names.emplace_back(metric.name);
  }
  const std::string hint = did_you_mean(word->text, names);
  section.problem(word->mark, fmt::format("there is no metric {}", in_quotes(word->text)),
                  hint.empty() ? "there is " + listed(names, 40) : hint);
  return nullptr;
}

std::optional<Unit> unit_of(const Metric& metric) {
  const std::string_view unit = metric.unit;
  if (unit == "bytes") return Unit::bytes;
  if (unit == "s") return Unit::seconds;
  if (unit == "ratio") return Unit::share;
  if (unit == "count") return Unit::count;
  return std::nullopt;  // 0/1
}

std::vector<std::string_view> subject_keys(const Metric& metric) {
  const std::string_view subject = metric.subject;
  if (subject == "node") return {"node"};
  if (subject == "volume") return {"node", "volume"};
  if (subject == "slot") return {"product", "consumer", "slot"};
  if (subject == "table") return {"domain", "table"};
  if (subject == "index") return {"index"};
  if (subject == "domain") return {"domain"};
  if (subject == "query") return {"product", "consumer"};
  return {};
}

std::vector<std::string> node_subjects(const Loading& loading, const Section& section,
                                       bool volumes) {
  std::vector<std::string> subjects;
  const int only =
      section.given("node") ? resolve(section, "node", loading.mesh.nodes, "node") : -1;
  if (section.given("node") && only < 0) return subjects;
  const std::string_view volume = volumes ? section.choice("volume").value_or("") : "";
  for (std::size_t n = 0; n < loading.mesh.nodes.size(); ++n) {
    const models::Node& node = loading.mesh.nodes[n];
    if (only >= 0 && only != static_cast<int>(n)) continue;
    if (!volumes) {
      subjects.push_back(node.name);
      continue;
    }
    if (volume != "wal") subjects.push_back(node.name + "/data");
    if (volume != "data" && node.wal) subjects.push_back(node.name + "/wal");
  }
  if (subjects.empty() && volume == "wal")
    section.problem_at("volume", "there is no separate WAL volume",
                       "pg_wal is on the data volume: write volume: data");
  return subjects;
}

std::vector<std::string> slots_of_product(const Loading& loading, const Section& section) {
  std::vector<std::string> subjects;
  const int index = resolve(section, "product", loading.mesh.products, "product");
  if (index < 0) return subjects;
  const models::Product& product = loading.mesh.products[static_cast<std::size_t>(index)];
  const int only =
      section.given("consumer") ? resolve(section, "consumer", product.consumers, "consumer") : -1;
  if (section.given("consumer") && only < 0) return subjects;
  for (std::size_t c = 0; c < product.consumers.size(); ++c) {
    const int subscription = product.consumers[c].subscription;
    if (subscription >= 0 && (only < 0 || only == static_cast<int>(c)))
      subjects.push_back(loading.mesh.subscriptions[static_cast<std::size_t>(subscription)].slot);
  }
  const bool any_event = std::any_of(product.consumers.begin(), product.consumers.end(),
                                     [](const models::Consumer& consumer) {
                                       return consumer.mechanism == models::Mechanism::event;
                                     });
  if (subjects.empty() && !any_event)
    section.problem_at(
        "product",
        fmt::format("no consumer of {} uses logical replication, so it has no slot", product.name));
  return subjects;
}

std::vector<std::string> slot_subjects(const Loading& loading, const Section& section) {
  if (section.given("product")) return slots_of_product(loading, section);
  if (section.given("consumer"))
    section.problem_at("consumer", "a consumer of which product?", "give product: too");
  const std::optional<Word> word = section.word("slot");
  if (!word) return {};
  std::vector<std::string_view> names;
  for (const models::Subscription& subscription : loading.mesh.subscriptions)
    names.push_back(subscription.slot);
  for (const models::Standby& standby : loading.mesh.standbys) names.push_back(standby.slot);
  if (std::find(names.begin(), names.end(), word->text) != names.end()) return {word->text};
  section.problem(word->mark, fmt::format("there is no slot {}", in_quotes(word->text)),
                  did_you_mean(word->text, names));
  return {};
}

/// A table or index subject; `@node` names the copy that a subscription fills there.
std::vector<std::string> relation_subject(const Loading& loading, const Section& section,
                                          std::string_view key,
                                          const std::vector<std::string>& known) {
  const std::optional<Word> word = section.word(key);
  if (!word) return {};
  const std::size_t at = std::min(word->text.find('@'), word->text.size());
  const std::string name = word->text.substr(0, at);
  const std::string node = at < word->text.size() ? word->text.substr(at + 1) : "";
  if (!node.empty() && index_of(loading.mesh.nodes, node) < 0)
    section.problem(word->mark, fmt::format("there is no node {}", in_quotes(node)),
                    did_you_mean(node, names_of(loading.mesh.nodes)));
  for (const std::string& candidate : known)
    if (candidate == name || candidate.substr(candidate.find('.') + 1) == name)
      return {candidate + (node.empty() ? "" : "@" + node)};
  section.problem(word->mark, fmt::format("there is no {} {}", key, in_quotes(name)),
                  did_you_mean(name, {known.begin(), known.end()}));
  return {};
}

std::vector<std::string> table_subjects(const Loading& loading, const Section& section) {
  std::vector<std::string> names, of_domain;
  const int domain =
      section.given("domain") ? resolve(section, "domain", loading.mesh.domains, "domain") : -1;
  for (const models::Table& table : loading.mesh.tables) {
    names.push_back(table.qualified_name());
    if (domain >= 0 && table.domain == loading.mesh.domains[static_cast<std::size_t>(domain)].name)
      of_domain.push_back(names.back());
  }
  return section.given("table") ? relation_subject(loading, section, "table", names) : of_domain;
}

std::vector<std::string> index_subjects(const Loading& loading, const Section& section) {
  std::vector<std::string> names;
  for (const models::Table& table : loading.mesh.tables)
    for (const models::Index& index : table.indexes)
      names.push_back(table.schema + "." + index.name);
  return relation_subject(loading, section, "index", names);
}

/// Consumers stand for all their queries: consumer/query.
std::vector<std::string> query_subjects(const Loading& loading, const Section& section) {
  std::vector<std::string> subjects;
  const std::string product = section.text("product").value_or("");
  const std::string consumer = section.text("consumer").value_or("");
  for (const models::Product& each : loading.mesh.products)
    for (const models::Consumer& reader : each.consumers)
      if ((product.empty() || each.name == product) &&
          (consumer.empty() || reader.name == consumer))
        subjects.push_back(reader.name);
  if (subjects.empty())
    section.problem(section.mark(), "there is no such consumer of federated queries");
  return subjects;
}

/// The subjects that the objective names; none of the keys given: every subject of the metric.
std::vector<std::string> subjects_of(const Loading& loading, const Section& section,
                                     const Metric& metric) {
  const std::vector<std::string_view> allowed = subject_keys(metric);
  bool named = false;
  for (const std::string_view key :
       {"node", "volume", "product", "consumer", "slot", "domain", "table", "index"}) {
    if (!section.given(key)) continue;
    named = true;
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      section.problem_at(key, fmt::format("{} is a metric of a {}", metric.name, metric.subject),
                         "name it with " + listed(allowed));
      return {};
    }
  }
  const std::string_view subject = metric.subject;
  if (!named) return {""};
  if (subject == "node" || subject == "volume")
    return node_subjects(loading, section, subject == "volume");
  if (subject == "slot") return slot_subjects(loading, section);
  if (subject == "table") return table_subjects(loading, section);
  if (subject == "query") return query_subjects(loading, section);
  if (subject == "domain") {
    const int domain = resolve(section, "domain", loading.mesh.domains, "domain");
    if (domain < 0) return {};
    return {loading.mesh.domains[static_cast<std::size_t>(domain)].name};
  }
  return index_subjects(loading, section);
}

std::optional<double> threshold(const Section& section, std::string_view key,
                                const Metric& metric) {
  const std::optional<Word> word = section.word(key);
  if (!word) return std::nullopt;
  const std::optional<Unit> unit = unit_of(metric);
  if (!unit) {
    section.problem_at(key, fmt::format("{} happens or not", metric.name),
                       "write probability_below: 1%");
    return std::nullopt;
  }
  const Reading<double> read = read_number(word->text, *unit);
  if (!read.value)
    section.problem_at(key,
                       fmt::format("{} ({} is in {})", read.wrong, metric.name,
                                   *unit == Unit::count ? "rows or pieces" : symbol(*unit)),
                       read.hint);
  return read.value;
}

void load_objective(Loading& loading, const Section& section) {
  const Metric* metric = find_metric(section);
  if (metric == nullptr) return;
  Objective objective;
  objective.metric = metric->name;
  objective.line = section.mark().line;
  objective.at = section.choice("at").value_or(metric->time_to ? "p5" : "p99");
  objective.below = threshold(section, "below", *metric);
  objective.above = threshold(section, "above", *metric);
  objective.probability_below = section.number("probability_below");
  const int limits =
      section.given("below") + section.given("above") + section.given("probability_below");
  if (limits != 1)
    section.problem(
        section.mark(),
        fmt::format("an objective needs exactly one of below, above and probability_below, not {}",
                    limits));
  if (section.given("probability_below") && unit_of(*metric) && !metric->time_to)
    section.problem_at("probability_below",
                       fmt::format("{} is a size, not something that happens", metric->name),
                       "write below: or above:");
  if (section.given("probability_below") && section.given("at"))
    section.problem_at("at", "a probability is over all replicates: it has no percentile");
  for (const std::string& subject : subjects_of(loading, section, *metric)) {
    objective.subject = subject;
    const std::string limit =
        objective.probability_below
            ? fmt::format("probability below {}",
                          written(*objective.probability_below, Unit::share))
        : objective.below
            ? fmt::format("{} below {}", objective.at, section.text("below").value_or(""))
            : fmt::format("{} above {}", objective.at, section.text("above").value_or(""));
    objective.text =
        fmt::format("{}{}{}: {}", objective.metric, subject.empty() ? "" : " of ", subject, limit);
    objective.name = section.name().empty() ? objective.text : section.name();
    loading.mesh.objectives.push_back(objective);
  }
}

}  // namespace

void load_objectives(Loading& loading, const Section& root) {
  for (const Section& objective : root.objects("objectives")) load_objective(loading, objective);
}

}  // namespace scenario
