#include <fmt/format.h>

#include <algorithm>

#include "tools/scenario/guc.hpp"
#include "tools/scenario/loading.hpp"
#include "tools/sql/ddl.hpp"

namespace scenario {
namespace {

using models::Incident;
using Kind = models::Incident::Kind;
using namespace std::chrono_literals;

struct KindKeys {
  std::string_view name;
  Kind kind;
  std::vector<std::string_view> keys;  // besides kind, name, at, every, for
};

const KindKeys& keys_of(std::string_view name) {
  static const KindKeys kinds[] = {
      {"link_down", Kind::link_down, {"link"}},
      {"subscriber_down", Kind::subscriber_down, {"product", "consumer", "slot"}},
      {"open_transaction", Kind::open_transaction, {"domain", "node", "isolation", "writes"}},
      {"standby_down", Kind::standby_down, {"standby"}},
      {"archiver_failing", Kind::archiver_failing, {"node"}},
      {"ddl", Kind::ddl, {"domain", "sql", "repaired_by"}},
      {"runaway_query", Kind::runaway_query, {"domain", "workers", "rows", "row_width", "role"}},
  };
  for (const KindKeys& kind : kinds)
    if (kind.name == name) return kind;
  return kinds[0];
}

/// `a/b`, `b/a` or the link's own name.
int resolve_link(Loading& loading, const Section& section) {
  const std::optional<Word> word = section.word("link");
  if (!word) return -1;
  const models::Mesh& mesh = loading.mesh;
  std::vector<std::string> names;
  for (std::size_t l = 0; l < mesh.links.size(); ++l) {
    const models::Link& link = mesh.links[l];
    if (link.a < 0 || link.b < 0) return -1;  // reported where the link stands
    const std::string& a = mesh.nodes[static_cast<std::size_t>(link.a)].name;
    const std::string& b = mesh.nodes[static_cast<std::size_t>(link.b)].name;
    if (word->text == link.name || word->text == a + "/" + b || word->text == b + "/" + a)
      return static_cast<int>(l);
    names.push_back(link.name);
  }
  std::string hint = did_you_mean(word->text, {names.begin(), names.end()});
  if (hint.empty())
    hint = names.empty() ? "the scenario has no links"
                         : "there is " + listed({names.begin(), names.end()});
  section.problem(word->mark, fmt::format("link: there is no link {}", in_quotes(word->text)),
                  hint);
  return -1;
}

int resolve_slot(Loading& loading, const Section& section) {
  const std::optional<Word> word = section.word("slot");
  std::vector<std::string_view> names;
  if (!word) return -1;
  for (std::size_t s = 0; s < loading.mesh.subscriptions.size(); ++s) {
    if (loading.mesh.subscriptions[s].slot == word->text) return static_cast<int>(s);
    names.push_back(loading.mesh.subscriptions[s].slot);
  }
  section.problem(word->mark,
                  fmt::format("slot: no subscription uses slot {}", in_quotes(word->text)),
                  did_you_mean(word->text, names));
  return -1;
}

int resolve_subscriber(Loading& loading, const Section& section) {
  if (section.given("slot")) return resolve_slot(loading, section);
  if (!section.given("product")) {
    section.problem(section.mark(), "subscriber_down: whose?",
                    "give product: (and consumer:), or slot:");
    return -1;
  }
  const int index = resolve(section, "product", loading.mesh.products, "product");
  if (index < 0) return -1;
  const models::Product& product = loading.mesh.products[static_cast<std::size_t>(index)];
  int found = -1;
  if (section.given("consumer")) {
    found = resolve(section, "consumer", product.consumers, "consumer");
    if (found < 0) return -1;
  } else if (product.consumers.size() != 1) {
    section.problem_at("product",
                       fmt::format("{} has {} consumers", product.name, product.consumers.size()),
                       "name one with consumer:");
    return -1;
  } else {
    found = 0;
  }
  const models::Consumer& consumer = product.consumers[static_cast<std::size_t>(found)];
  if (consumer.mechanism != models::Mechanism::event)
    section.problem(section.mark(),
                    fmt::format("subscriber_down: consumer {} does not use logical replication",
                                consumer.name));
  return consumer.subscription;
}

void load_timing(Loading& loading, const Section& section, Incident& incident) {
  const bool once = section.given("at"), again = section.given("every");
  if (once == again)
    section.problem(section.mark(),
                    once ? "an incident happens at a time or every so often, not both"
                         : "when does this happen?",
                    "give at: (a time) or every: (gaps, ~5d for random ones)");
  incident.at = read_moment(loading, section, "at");
  if (incident.at && *incident.at >= loading.mesh.horizon)
    section.problem_at("at", "the incident begins after the horizon",
                       "move it, or make horizon: longer");
  incident.every = section.quantity("every");
  incident.duration = section.quantity("for");
  if (!incident.at || incident.duration.parameter >= 0 || incident.duration.value <= 0) return;
  const sim::Duration left = loading.mesh.horizon - *incident.at;
  if (left > 0s && sim::from_seconds(incident.duration.value) > left)
    loading.notices.push_back(
        {"incident_past_horizon",
         fmt::format("{} is still going on when the run ends", section.path()),
         "make horizon: longer to see the recovery", Severity::notice, incident.place});
}

void load_open_transaction(Loading& loading, const Section& section, Incident& incident) {
  if (section.given("domain") == section.given("node"))
    section.problem(section.mark(), "open_transaction: where?", "give either domain: or node:");
  if (section.given("node")) incident.node = resolve(section, "node", loading.mesh.nodes, "node");
  if (section.given("domain")) {
    const int domain = resolve(section, "domain", loading.mesh.domains, "domain");
    if (domain >= 0) {
      incident.domain = loading.mesh.domains[static_cast<std::size_t>(domain)].name;
      incident.database = loading.mesh.domains[static_cast<std::size_t>(domain)].database;
    }
  }
  incident.repeatable_read =
      section.choice("isolation").value_or("read_committed") == "repeatable_read";
  incident.writes = section.flag("writes", true);
}

/// What the statement makes of the published tables: the DDL reader alters a copy of them.
void derive_drifts(Loading& loading, const Section& section, Incident& incident) {
  if (incident.database < 0 || section.value("sql") == nullptr) return;
  const models::Mesh& mesh = loading.mesh;
  const auto database = static_cast<std::size_t>(incident.database);
  sql::Schema schema = loading.databases[database].schema;
  schema.tables.clear();
  std::vector<int> numbers;
  for (std::size_t t = 0; t < mesh.tables.size(); ++t) {
    if (mesh.tables[t].database != incident.database) continue;
    schema.tables.push_back(mesh.tables[t]);
    numbers.push_back(static_cast<int>(t));
  }
  const int domain = index_of(mesh.domains, incident.domain);
  if (domain >= 0 && static_cast<std::size_t>(domain) < loading.search_paths.size())
    schema.search_path = loading.search_paths[static_cast<std::size_t>(domain)];
  const std::vector<models::Table> before = schema.tables;
  std::vector<sql::Problem> found;
  sql::load_ddl(loading.texts.add(*section.value("sql")),
                mesh.nodes[static_cast<std::size_t>(mesh.databases[database].node)].postgres,
                schema, found);
  std::erase_if(found, [](const sql::Problem& problem) {
    return problem.severity != sql::Problem::Severity::error;
  });
  loading.texts.report(found, loading.problems, loading.notices);
  if (schema.tables.size() < before.size()) return;  // dropped: it has no changes any more
  for (std::size_t t = 0; t < before.size(); ++t) {
    const models::SchemaDrift drift = models::schema_drift(numbers[t], before[t], schema.tables[t]);
    if (drift.any()) incident.drifts.push_back(drift);
  }
}

void load_ddl_incident(Loading& loading, const Section& section, Incident& incident) {
  incident.sql = section.text("sql").value_or("");
  if (!section.given("sql")) section.problem(section.mark(), "ddl: which statement?", "give sql:");
  incident.repaired_by = section.choice("repaired_by").value_or("nobody");
  if (!section.given("domain")) {
    if (loading.mesh.domains.size() == 1) {
      incident.domain = loading.mesh.domains.front().name;
      incident.database = loading.mesh.domains.front().database;
    }
    return;
  }
  const int domain = resolve(section, "domain", loading.mesh.domains, "domain");
  if (domain < 0) return;
  incident.domain = loading.mesh.domains[static_cast<std::size_t>(domain)].name;
  incident.database = loading.mesh.domains[static_cast<std::size_t>(domain)].database;
}

/// A node's settings as a role of the domain has them: what it is given, or the defaults of a login
/// role.
models::Settings settings_of_role(const Loading& loading, const Section& section,
                                  std::size_t domain, const models::Node& node) {
  models::Settings settings = node.settings;
  if (!section.given("role")) return settings;
  const auto& roles = loading.provisioning.domains[domain].roles;
  const int index = resolve(section, "role", roles, "role");
  if (index < 0) return settings;
  const models::RoleProvisioning& role = roles[static_cast<std::size_t>(index)];
  if (!role.settings_given && role.login) {
    settings.statement_timeout = 30s;
    settings.temp_file_limit = models::Bytes{std::int64_t{2} << 30};
  }
  for (const auto& [name, text] : role.settings) {
    const Guc* guc = find_guc(name, node.postgres);
    if (guc == nullptr) continue;
    if (const Reading<GucValue> read = read_guc(*guc, text); read.value)
      apply_guc(settings, *guc, *read.value, text);
  }
  return settings;
}

void load_runaway(Loading& loading, const Section& section, Incident& incident) {
  models::Mesh& mesh = loading.mesh;
  if (!section.given("domain"))
    section.problem(section.mark(), "runaway_query: whose query?", "give domain:");
  const int index = resolve(section, "domain", mesh.domains, "domain");
  if (index < 0) return;
  const auto domain = static_cast<std::size_t>(index);
  incident.domain = mesh.domains[domain].name;
  incident.database = mesh.domains[domain].database;
  if (incident.database < 0) return;
  const int n = mesh.databases[static_cast<std::size_t>(incident.database)].node;
  const models::Node& node = mesh.nodes[static_cast<std::size_t>(n)];
  incident.workers =
      section.given("workers")
          ? section.quantity("workers")
          : models::Quantity{static_cast<double>(node.settings.max_parallel_workers_per_gather)};
  incident.temp_rows = section.quantity("rows");
  incident.temp_width = section.quantity("row_width", 100);
  const models::Settings settings = settings_of_role(loading, section, domain, node);
  incident.statement_timeout = settings.statement_timeout;
  incident.temp_file_limit = settings.temp_file_limit;
  incident.work_mem = settings.work_mem;
  for (const models::Table& table : mesh.tables)
    if (table.domain == incident.domain)
      incident.policy_cost = std::max(incident.policy_cost, table.policy_cost.value);
  if (incident.temp_rows.value > 0)
    assume_cpu(loading, static_cast<std::size_t>(n), {"row", "scanned_row"});
}

void load_target(Loading& loading, const Section& section, Incident& incident,
                 std::string& target) {
  const models::Mesh& mesh = loading.mesh;
  switch (incident.kind) {
    case Kind::link_down:
      if (!section.given("link"))
        section.problem(section.mark(), "link_down: which link?", "give link: a/b");
      incident.link = resolve_link(loading, section);
      if (incident.link >= 0) target = mesh.links[static_cast<std::size_t>(incident.link)].name;
      break;
    case Kind::subscriber_down:
      incident.subscription = resolve_subscriber(loading, section);
      if (incident.subscription >= 0)
        target = mesh.subscriptions[static_cast<std::size_t>(incident.subscription)].name;
      break;
    case Kind::open_transaction:
      load_open_transaction(loading, section, incident);
      target = incident.node >= 0 ? mesh.nodes[static_cast<std::size_t>(incident.node)].name
                                  : incident.domain;
      break;
    case Kind::standby_down:
      if (!section.given("standby"))
        section.problem(section.mark(), "standby_down: which standby?", "give standby:");
      incident.standby = resolve(section, "standby", mesh.standbys, "standby");
      if (incident.standby >= 0)
        target = mesh.standbys[static_cast<std::size_t>(incident.standby)].name;
      break;
    case Kind::archiver_failing:
      if (!section.given("node"))
        section.problem(section.mark(), "archiver_failing: on which node?", "give node:");
      incident.node = resolve(section, "node", mesh.nodes, "node");
      if (incident.node >= 0) target = mesh.nodes[static_cast<std::size_t>(incident.node)].name;
      break;
    case Kind::ddl:
      load_ddl_incident(loading, section, incident);
      derive_drifts(loading, section, incident);
      target = incident.domain;
      break;
    case Kind::runaway_query:
      load_runaway(loading, section, incident);
      target = incident.domain;
      break;
  }
}

void load_incident(Loading& loading, const Section& section) {
  const std::optional<std::string_view> kind_name = section.choice("kind");
  if (!kind_name) return;  // reported
  const KindKeys& kind = keys_of(*kind_name);
  for (const std::string_view key :
       {"link", "product", "consumer", "slot", "standby", "node", "domain", "isolation", "writes",
        "sql", "repaired_by", "workers", "rows", "row_width", "role"})
    if (section.given(key) && std::find(kind.keys.begin(), kind.keys.end(), key) == kind.keys.end())
      section.problem_at(key, fmt::format("has no meaning for {}", kind.name),
                         "it takes " + listed(kind.keys));
  Incident incident;
  incident.kind = kind.kind;
  incident.place = section.place();
  std::string target;
  load_target(loading, section, incident, target);
  load_timing(loading, section, incident);
  incident.name = !section.name().empty()
                      ? section.name()
                      : std::string{kind.name} + (target.empty() ? "" : " " + target);
  // Draws go by name: two incidents of one name would fall together.
  if (index_of(loading.mesh.incidents, incident.name) >= 0) {
    int number = 2;
    while (index_of(loading.mesh.incidents, fmt::format("{} #{}", incident.name, number)) >= 0)
      ++number;
    incident.name += fmt::format(" #{}", number);
  }
  loading.mesh.incidents.push_back(std::move(incident));
}

void load_governance(Loading& loading, const Section& root) {
  const std::optional<Section> section = root.object("governance");
  if (!section) return;
  models::Governance& governance = loading.mesh.governance;
  if (const auto kill = section->object("kill_routine")) {
    governance.kill_routine_every = kill->duration("every").value_or(5min);
    governance.kill_routine_xmin_age = kill->number("xmin_age").value_or(500000);
  }
  if (const auto heartbeat = section->object("heartbeat"))
    loading.provisioning.heartbeat_every = heartbeat->duration("every").value_or(1min);
  if (const auto interceptor = section->object("drift_interceptor")) {
    governance.drift_interceptor_every = interceptor->duration("every").value_or(60s);
  }
}

}  // namespace

void load_incidents(Loading& loading, const Section& root) {
  for (const Section& incident : root.objects("incidents")) load_incident(loading, incident);
  load_governance(loading, root);
}

}  // namespace scenario
