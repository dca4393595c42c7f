#pragma once

#include <string>
#include <vector>

#include "models/mesh.hpp"

/// SQL that sets up a lab database from the structs of a mesh.
namespace harness {

/// CREATE SCHEMA, CREATE TABLE, indexes and keys of a database's tables, in an order that runs.
/// Used where the mesh carries no DDL text of its own.
std::string schema_sql(const models::Mesh& mesh, int database);

/// The schema as the scenario wrote it where there is text, else schema_sql().
std::string database_ddl(const models::Mesh& mesh, int database);

/// schema.table, quoted.
std::string quoted_name(const models::Table& table);

/// CREATE INDEX, or ALTER TABLE … ADD PRIMARY KEY.
std::string create_index_sql(const models::Table& table, const models::Index& index);

std::string publication_name(const models::Product& product);
std::string create_publication_sql(const models::Mesh& mesh, const models::Product& product);
std::string create_subscription_sql(const models::Mesh& mesh,
                                    const models::Subscription& subscription,
                                    const std::string& publisher_conninfo);

}  // namespace harness
