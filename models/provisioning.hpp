#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/place.hpp"
#include "sim/units.hpp"

/// What a mesh needs beyond its load to be set up on real servers: roles, boundaries, row security,
/// connections. Nothing here moves a simulation; tools/emit reads it. The vectors run parallel to
/// those of Mesh.
namespace models {
using namespace sim::units;

/// How other nodes reach a node.
struct NodeProvisioning {
  std::string host;  // default: the node's name
  int port = 5432;
  std::string sslmode = "verify-full";
  std::string sslrootcert;  // path on the connecting server; empty = libpq's default
  std::string passfile;     // path on this server for its own outgoing replication connections
};

/// A role of a domain besides its owner and its reader.
struct RoleProvisioning {
  std::string name;
  bool login = true;
  std::vector<std::string> member_of;
  int connection_limit = 8;                                   // -1 = none
  std::vector<std::pair<std::string, std::string>> settings;  // as written, in file order
  bool settings_given = false;                                // else the defaults of a login role
  Place place;
};

/// Who of a table's tenants a role is.
struct TenantGrant {
  std::string role;
  std::vector<std::string> tenants;
};

struct RowSecurity {
  int table = -1;
  int column = -1;  // the tenant
  std::vector<TenantGrant> grants;
  std::string auditor;  // role that reads every row; empty = nobody
  Place place;
};

/// Rows older than `keep` by a timestamp are deleted.
struct Retention {
  int table = -1;
  int column = -1;
  Duration keep{0};
  Duration every = 24h;
  Duration at{0};  // first time, from the start of the run
  Place place;
};

/// DDL with its place: line n of the text is line `place.line + n - 1` of the file.
struct DdlText {
  std::string text;
  Place place;
};

struct DomainProvisioning {
  std::string owner, reader;
  std::vector<std::string> contract;          // schemas, or schema.table, that others may read
  std::map<std::string, std::string> layers;  // schema: staging, intermediate, core, datamarts
  std::vector<RoleProvisioning> roles;
  std::vector<RowSecurity> row_security;
  std::vector<Retention> retention;
  std::vector<std::string> search_path;
  std::vector<DdlText> ddl;
  std::vector<std::string> extensions;  // that its DDL creates
  std::string dbt;                      // name of its dbt project; empty = none
};

struct ConsumerProvisioning {
  int domain = -1;   // whose database it reads in; -1 = none was found
  std::string role;  // login role that reads
  std::string view;  // schema.name the consumer reads by; of a product with one table
};

struct ProductProvisioning {
  std::string publication;
  std::vector<ConsumerProvisioning> consumers;
};

struct Provisioning {
  std::vector<NodeProvisioning> nodes;
  std::vector<DomainProvisioning> domains;
  std::vector<ProductProvisioning> products;
  std::vector<bool> scheduled_jobs;  // as Mesh::jobs: run by pg_cron rather than by the domain
  std::optional<Duration> heartbeat_every;
};

}  // namespace models
