#pragma once

#include <string>
#include <vector>

#include "models/provisioning.hpp"
#include "tools/emit/topology.hpp"

/// The domain's DDL, made fit to be applied again and again.
namespace emit {

struct DdlScript {
  std::vector<std::string> extensions;  // to be made by a superuser beforehand
  std::string sql;                      // the rest, statement by statement, for psql
  std::vector<std::string> left_out;    // what scenario keys say instead: "GRANT, 3 statements"
};

/// Takes     DDL as a user writes it or as pg_dump -s does
/// Returns   the same objects by statements that change nothing when run twice: IF NOT EXISTS, OR
///           REPLACE, or a guard that looks into the catalog (psql's \gexec). Schemas, owners and
///           grants are left out: the scenario's keys make them.
/// Reports   statements that cannot be run twice, with their place
DdlScript rerunnable(const std::vector<models::DdlText>& ddl, std::vector<Complaint>& complaints);

}  // namespace emit
