#include "tools/emit/topology.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace emit {
namespace {

using models::Mechanism;

std::string text_of(const std::vector<Complaint>& complaints) {
  std::string text;
  for (const Complaint& complaint : complaints) {
    const models::Place& place = complaint.place;
    if (!place.file.empty()) text += place.file + ":";
    if (place.line > 0) text += fmt::format("{}:", place.line);
    text += fmt::format("{}error: {}\n", text.ends_with(':') ? " " : "", complaint.message);
    if (!complaint.hint.empty()) text += fmt::format("hint: {}\n", complaint.hint);
  }
  return text;
}

int domain_index(const models::Mesh& mesh, const std::string& name) {
  for (std::size_t d = 0; d < mesh.domains.size(); ++d)
    if (mesh.domains[d].name == name) return static_cast<int>(d);
  return -1;
}

/// Builds the topology and collects what is wrong.
class Survey {
 public:
  Survey(const models::Mesh& mesh, const models::Provisioning& provisioning)
      : topology_{mesh, provisioning, {}}, mesh_{mesh}, provisioning_{provisioning} {}

  Topology result() {
    check_names();
    for (std::size_t p = 0; p < mesh_.products.size(); ++p)
      for (std::size_t c = 0; c < mesh_.products[p].consumers.size(); ++c) add_flow(p, c);
    check_shared_names();
    check_schema_owners();
    if (!complaints_.empty()) throw EmitError{std::move(complaints_)};
    return std::move(topology_);
  }

 private:
  void complain(const models::Place& place, std::string message, std::string hint = {}) {
    complaints_.push_back({place, std::move(message), std::move(hint)});
  }

  void check_name(const models::Place& place, const std::string& name, const std::string& what) {
    try {
      Identifier{name};
    } catch (const QuoteError& error) {
      complain(place, fmt::format("{}: {}", what, error.what()), "give it a shorter name");
    }
    if (name.starts_with("pg_"))
      complain(place, fmt::format("{} {}: names with pg_ are PostgreSQL's own", what, name),
               "give it another name");
  }

  void check_names() {
    for (std::size_t d = 0; d < mesh_.domains.size(); ++d) {
      const models::Place& place = mesh_.domains[d].place;
      const models::DomainProvisioning& domain = provisioning_.domains[d];
      if (mesh_.domains[d].database >= 0)
        check_name(place, mesh_.databases[static_cast<std::size_t>(mesh_.domains[d].database)].name,
                   "database");
      check_name(place, domain.owner, "owner");
      check_name(place, domain.reader, "reader");
      for (const models::RoleProvisioning& role : domain.roles)
        check_name(role.place, role.name, "role");
      for (const std::string& schema : topology_.schemas_of(static_cast<int>(d)))
        if (schema == "governance")
          complain(place, "schema governance is emission's own",
                   "name the domain's schema otherwise");
    }
  }

  static Identifier word(const std::string& name) { return Identifier{name}; }

  void add_flow(std::size_t p, std::size_t c) {
    const models::Product& product = mesh_.products[p];
    const models::Consumer& consumer = product.consumers[c];
    const models::ConsumerProvisioning& spec = provisioning_.products[p].consumers[c];
    if (product.tables.empty()) return;
    if (spec.domain < 0) {
      complain(
          consumer.place,
          fmt::format("consumer {}: in which database does it read?", consumer.name),
          "name one of its node's domains with domain:, or add one: domains: {NAME: {node: …}}");
      return;
    }
    Flow flow;
    flow.product = &product;
    flow.consumer = &consumer;
    flow.provisioning = &spec;
    flow.mechanism = consumer.mechanism;
    flow.place = consumer.place;
    const models::Table& first = table(product.tables.front());
    flow.from = first.database;
    flow.producer_domain = domain_index(mesh_, first.domain);
    flow.consumer_domain = spec.domain;
    flow.to = mesh_.domains[static_cast<std::size_t>(spec.domain)].database;
    flow.reader_role = spec.role;
    if (!places_fit(flow)) return;
    name_objects(flow, p);
    for (std::size_t t = 0; t < product.tables.size(); ++t) add_table(flow, p, t);
    if (flow.tables.size() == product.tables.size()) topology_.flows.push_back(std::move(flow));
  }

  bool places_fit(const Flow& flow) {
    const std::string& name = flow.consumer->name;
    const int from = topology_.node_index(flow.from), to = topology_.node_index(flow.to);
    if (flow.consumer->node != to) {
      complain(flow.place,
               fmt::format("consumer {} reads on node {}, but its domain lives on {}", name,
                           mesh_.nodes[static_cast<std::size_t>(flow.consumer->node)].name,
                           mesh_.nodes[static_cast<std::size_t>(to)].name),
               "make node: and domain: agree");
      return false;
    }
    if (flow.mechanism == Mechanism::logical && flow.from != flow.to) {
      complain(flow.place,
               fmt::format("consumer {}: mechanism logical needs producer and consumer in one "
                           "database",
                           name),
               "move the consumer's domain into the producer's database, or take another "
               "mechanism (emit --mechanism logical moves it for you)");
      return false;
    }
    if (flow.mechanism == Mechanism::databases && from != to) {
      complain(flow.place,
               fmt::format("consumer {}: mechanism databases needs both on one node", name),
               "use federated between nodes (emit --mechanism databases moves the database)");
      return false;
    }
    if (flow.mechanism != Mechanism::logical && flow.from == flow.to) {
      complain(flow.place, fmt::format("consumer {} reads in the producer's own database", name),
               "inside one database the mechanism is logical");
      return false;
    }
    if (flow.reader_role.empty()) {
      complain(flow.place, fmt::format("consumer {}: its domain has no login role", name),
               "give the domain roles: {NAME: {}}");
      return false;
    }
    return true;
  }

  void name_objects(Flow& flow, std::size_t p) {
    const std::string& consumer = flow.consumer->name;
    flow.publication = provisioning_.products[p].publication;
    if (flow.mechanism == Mechanism::event && flow.consumer->subscription >= 0) {
      flow.subscription_spec =
          &mesh_.subscriptions[static_cast<std::size_t>(flow.consumer->subscription)];
      flow.subscription = flow.subscription_spec->name;
      flow.slot = flow.subscription_spec->slot;
    }
    if (flow.mechanism == Mechanism::event)
      flow.remote_role = joined_name({"repl", flow.product->name, consumer});
    if (flow.mechanism == Mechanism::federated || flow.mechanism == Mechanism::databases) {
      flow.remote_role = joined_name({"fdw", flow.product->name, consumer});
      flow.server = joined_name({flow.product->name, "at", topology_.node_of(flow.from).name});
      flow.foreign_schema = joined_name({"foreign", flow.product->name});
    }
    check_name(flow.place, flow.publication, "publication");
    if (!flow.subscription.empty()) check_name(flow.place, flow.subscription, "subscription");
  }

  const models::Table& table(int index) const {
    return mesh_.tables[static_cast<std::size_t>(index)];
  }

  void add_table(Flow& flow, std::size_t p, std::size_t t) {
    const models::Product& product = mesh_.products[p];
    const models::Table& source = table(product.tables[t]);
    std::string view = flow.provisioning->view;
    if (view.empty()) view = "shared_products." + source.name;
    const std::size_t dot = view.find('.');
    if (dot == std::string::npos || view.find('.', dot + 1) != std::string::npos) {
      complain(flow.place,
               fmt::format("view {} of consumer {} has no schema", view, flow.consumer->name),
               "write view: schema.name");
      return;
    }
    std::vector<int> columns = product.column_lists[t];
    if (columns.empty()) columns = plain_columns(source);
    try {
      flow.tables.push_back({&source, columns, product.row_filters[t],
                             QualifiedName{source.schema, source.name},
                             QualifiedName{view.substr(0, dot), view.substr(dot + 1)}});
    } catch (const QuoteError& error) {
      complain(flow.place, error.what());
      return;
    }
    if (topology_.row_security_of(product.tables[t]) != nullptr) flow.row_security = true;
    if (flow.mechanism == Mechanism::event) check_published(flow, flow.tables.back());
  }

  void check_published(const Flow& flow, const SharedTable& shared) {
    const models::Table& source = *shared.table;
    const auto primary = std::find_if(source.indexes.begin(), source.indexes.end(),
                                      [](const models::Index& index) { return index.primary; });
    if (primary == source.indexes.end()) {
      complain(flow.product->place,
               fmt::format("{} is published without a primary key: updates and deletes fail on the "
                           "producer, apply fails on the consumer",
                           source.qualified_name()),
               "give it a primary key in the DDL");
      return;
    }
    for (const models::IndexColumn& key : primary->keys)
      if (std::find(shared.columns.begin(), shared.columns.end(), key.column) ==
          shared.columns.end())
        complain(
            flow.product->place,
            fmt::format("columns: of {} leave out {} of the primary key", source.qualified_name(),
                        source.columns[static_cast<std::size_t>(key.column)].name),
            "a column list must contain the replica identity");
    if (topology_.row_security_of(topology_.table_index(source)) != nullptr &&
        shared.filter.empty())
      complain(flow.product->place,
               fmt::format("{} has row security and is replicated: the initial copy obeys it, the "
                           "stream does not",
                           source.qualified_name()),
               "say which rows the consumer gets: where: (a row filter of the publication)");
    for (const int column : shared.columns)
      if (source.columns[static_cast<std::size_t>(column)].is_enum)
        complain(flow.product->place,
                 fmt::format("column {}.{} is an enum, which the consumer does not have",
                             source.qualified_name(),
                             source.columns[static_cast<std::size_t>(column)].name),
                 "publish it as text, or leave it out of columns:");
  }

  /// Two flows that would make the same object.
  void check_shared_names() {
    std::map<std::pair<int, std::string>, const Flow*> seen;
    for (const Flow& flow : topology_.flows)
      for (const SharedTable& shared : flow.tables) {
        const auto claim = [&](const std::string& what) {
          const auto [at, fresh] = seen.emplace(std::pair{flow.to, what}, &flow);
          if (!fresh)
            complain(flow.place,
                     fmt::format("consumers {} and {} both make {} in one database",
                                 at->second->consumer->name, flow.consumer->name, what),
                     "give one of them another view:, or let one consumer serve both");
        };
        claim("view " + shared.view.sql());
        if (flow.mechanism == Mechanism::event) claim("table " + shared.source.sql());
      }
  }

  void check_schema_owners() {
    std::map<std::pair<int, std::string>, std::size_t> owners;
    for (std::size_t d = 0; d < mesh_.domains.size(); ++d)
      for (const std::string& schema : topology_.schemas_of(static_cast<int>(d))) {
        if (schema == "public") continue;
        const auto [at, fresh] = owners.emplace(std::pair{mesh_.domains[d].database, schema}, d);
        if (!fresh && provisioning_.domains[at->second].owner != provisioning_.domains[d].owner)
          complain(mesh_.domains[d].place,
                   fmt::format("domains {} and {} share schema {} but not its owner",
                               mesh_.domains[at->second].name, mesh_.domains[d].name, schema),
                   "one domain owns a schema");
      }
  }

  Topology topology_;
  const models::Mesh& mesh_;
  const models::Provisioning& provisioning_;
  std::vector<Complaint> complaints_;
};

bool any_flow(const Topology& topology, const std::function<bool(const Flow&)>& wanted) {
  return std::any_of(topology.flows.begin(), topology.flows.end(), wanted);
}

}  // namespace

EmitError::EmitError(std::vector<Complaint> complaints)
    : runtime_error{text_of(complaints)}, complaints_{std::move(complaints)} {}

std::vector<int> Topology::databases_of(int node) const {
  std::vector<int> found;
  for (std::size_t d = 0; d < mesh.databases.size(); ++d)
    if (mesh.databases[d].node == node && !domains_of(static_cast<int>(d)).empty())
      found.push_back(static_cast<int>(d));
  return found;
}

std::vector<int> Topology::domains_of(int database) const {
  std::vector<int> found;
  for (std::size_t d = 0; d < mesh.domains.size(); ++d)
    if (mesh.domains[d].database == database) found.push_back(static_cast<int>(d));
  return found;
}

std::vector<std::string> Topology::schemas_of(int domain) const {
  std::vector<std::string> schemas;
  for (const models::Table& table : mesh.tables)
    if (table.domain == mesh.domains[static_cast<std::size_t>(domain)].name &&
        std::find(schemas.begin(), schemas.end(), table.schema) == schemas.end())
      schemas.push_back(table.schema);
  return schemas;
}

bool Topology::in_contract(const models::Table& table) const {
  const int domain = domain_index(mesh, table.domain);
  if (domain < 0) return false;
  const std::vector<std::string>& given =
      provisioning.domains[static_cast<std::size_t>(domain)].contract;
  if (!given.empty())
    return std::find(given.begin(), given.end(), table.schema) != given.end() ||
           std::find(given.begin(), given.end(), table.qualified_name()) != given.end();
  return any_flow(*this, [&](const Flow& flow) {
    return std::any_of(flow.tables.begin(), flow.tables.end(),
                       [&](const SharedTable& shared) { return shared.table == &table; });
  });
}

const models::RowSecurity* Topology::row_security_of(int table) const {
  for (const models::DomainProvisioning& domain : provisioning.domains)
    for (const models::RowSecurity& row : domain.row_security)
      if (row.table == table) return &row;
  return nullptr;
}

bool Topology::publishes(int database) const {
  return any_flow(*this, [&](const Flow& flow) {
    return flow.mechanism == Mechanism::event && flow.from == database;
  });
}

bool Topology::subscribes(int database) const {
  return any_flow(*this, [&](const Flow& flow) {
    return flow.mechanism == Mechanism::event && flow.to == database;
  });
}

bool Topology::federates(int database) const {
  return any_flow(*this,
                  [&](const Flow& flow) { return !flow.server.empty() && flow.to == database; });
}

bool Topology::has_pg_cron(int node) const {
  const auto& given = mesh.nodes[static_cast<std::size_t>(node)].settings.given;
  const auto libraries = given.find("shared_preload_libraries");
  return libraries != given.end() && libraries->second.find("pg_cron") != std::string::npos;
}

std::string Topology::cron_database(int node) const {
  const auto& given = mesh.nodes[static_cast<std::size_t>(node)].settings.given;
  const auto name = given.find("cron.database_name");
  return name == given.end() ? "postgres" : name->second;
}

Topology topology(const models::Mesh& mesh, const models::Provisioning& provisioning) {
  return Survey{mesh, provisioning}.result();
}

std::vector<int> plain_columns(const models::Table& table) {
  std::vector<int> columns;
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (!table.columns[c].generated) columns.push_back(static_cast<int>(c));
  return columns;
}

std::string full_type(const models::Column& column) {
  if (column.typmod < 0) return column.type;
  // Arrays keep their element's modifier: character varying(10)[].
  std::string base = column.type, dimensions;
  while (base.ends_with("[]")) {
    base.resize(base.size() - 2);
    dimensions += "[]";
  }
  std::string modifier = fmt::format("({})", column.typmod);
  if (base == "numeric")
    modifier = fmt::format("({},{})", column.typmod >> 16, column.typmod & 0x7FF);
  // timestamp(3) without time zone: the modifier stands behind the first word.
  if (base.starts_with("time")) {
    const std::size_t space = std::min(base.find(' '), base.size());
    return base.substr(0, space) + modifier + base.substr(space) + dimensions;
  }
  if (base.starts_with("interval")) return base + dimensions;
  return base + modifier + dimensions;
}

}  // namespace emit
