#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/mesh.hpp"
#include "models/provisioning.hpp"
#include "tools/emit/quote.hpp"

/// What has to exist where: worked out once, before any text is written.
namespace emit {

/// One thing that emission lacks or refuses.
struct Complaint {
  models::Place place;
  std::string message;
  std::string hint;
};

/// Everything that keeps a bundle from being written; what() is all of it, for a terminal.
class EmitError : public std::runtime_error {
 public:
  explicit EmitError(std::vector<Complaint> complaints);
  const std::vector<Complaint>& complaints() const { return complaints_; }

 private:
  std::vector<Complaint> complaints_;
};

/// A table on its way to a consumer.
struct SharedTable {
  const models::Table* table = nullptr;
  std::vector<int> columns;  // of the contract, in order
  std::string filter;        // row filter of the publication; empty = none
  QualifiedName source, view;
};

/// One product on its way to one consumer.
struct Flow {
  const models::Product* product = nullptr;
  const models::Consumer* consumer = nullptr;
  const models::ConsumerProvisioning* provisioning = nullptr;
  models::Mechanism mechanism = models::Mechanism::event;
  const models::Subscription* subscription_spec = nullptr;  // event
  int from = -1, to = -1;                                   // databases
  int producer_domain = -1, consumer_domain = -1;
  std::string reader_role;  // login role of the consumer
  std::vector<SharedTable> tables;
  models::Place place;

  std::string publication, subscription, slot;  // event
  std::string remote_role;                      // what the consumer logs in to the producer as
  std::string server, foreign_schema;           // federated, databases
  bool row_security = false;                    // one of its tables has it
};

/// Roles that belong to no domain; made where they are needed.
inline constexpr const char* subscriber_role = "mesh_subscriber";  // owns replicated tables
inline constexpr const char* federation_role = "mesh_federation";  // owns foreign tables
inline constexpr const char* operator_role = "mesh_operator";      // runs the jobs

struct Topology {
  const models::Mesh& mesh;
  const models::Provisioning& provisioning;
  std::vector<Flow> flows;

  const models::Node& node_of(int database) const {
    return mesh
        .nodes[static_cast<std::size_t>(mesh.databases[static_cast<std::size_t>(database)].node)];
  }
  const models::DomainProvisioning& domain(int domain) const {
    return provisioning.domains[static_cast<std::size_t>(domain)];
  }
  const std::string& database_name(int database) const {
    return mesh.databases[static_cast<std::size_t>(database)].name;
  }
  const std::string& node_name(int node) const {
    return mesh.nodes[static_cast<std::size_t>(node)].name;
  }
  int node_index(int database) const {
    return mesh.databases[static_cast<std::size_t>(database)].node;
  }
  std::vector<int> databases_of(int node) const;  // those with a domain
  std::vector<int> domains_of(int database) const;
  std::vector<std::string> schemas_of(int domain) const;  // of its tables, in DDL order
  /// schema.table or a whole schema that others may read.
  bool in_contract(const models::Table& table) const;
  const models::RowSecurity* row_security_of(int table) const;
  int table_index(const models::Table& table) const {
    return static_cast<int>(&table - mesh.tables.data());
  }
  bool publishes(int database) const;
  bool subscribes(int database) const;
  bool federates(int database) const;
  /// pg_cron is preloaded on the node.
  bool has_pg_cron(int node) const;
  std::string cron_database(int node) const;
  /// Sign left in comments on what emission made, so that rollback removes nothing else.
  Literal mark() const { return Literal{"made by meshplan for " + mesh.name}; }
};

/// Throws EmitError with everything that is missing or impossible.
Topology topology(const models::Mesh& mesh, const models::Provisioning& provisioning);

/// Columns of the table whose values are stored, as a contract lists them.
std::vector<int> plain_columns(const models::Table& table);

/// character varying(10), numeric(12,2) … as format_type() writes it.
std::string full_type(const models::Column& column);

}  // namespace emit
