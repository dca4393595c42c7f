#pragma once

#include <string>
#include <vector>

#include "tools/emit/topology.hpp"

/// What a new scenario changes for those who read the old one's products.
namespace emit {

struct ContractChange {
  bool breaking = false;
  std::string product;
  std::string what;         // column country_code: character varying(10) -> character varying(5)
  std::string consequence;  // what happens to consumers
  bool dbt_misses = false;  // dbt's enforced contract, which compares type names, lets it through
};

/// Takes     two meshes with their provisioning, old and new
/// Returns   changes of products in order of product, table and column; types are compared in full
///           (length, precision, collation), which data_type in a dbt contract does not do for
///           varchar and numeric
std::vector<ContractChange> contract_changes(const models::Mesh& old_mesh,
                                             const models::Mesh& new_mesh);

}  // namespace emit
