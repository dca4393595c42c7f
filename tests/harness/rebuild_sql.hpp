#pragma once

#include <string>
#include <vector>

#include "models/mesh.hpp"

namespace harness {

/// Statements that carry out a job's rebuild once, in order; BEGIN and COMMIT among them.
///   swap             as dbt's table materialization: CREATE TABLE AS, indexes, two renames in one
///                    transaction, then DROP of the old table
///   truncate_insert  TRUNCATE and INSERT in one transaction
///   delete_insert    DELETE and INSERT in one transaction
///   merge            the scenario's own statement
///   refresh          REFRESH MATERIALIZED VIEW, refresh_concurrently … CONCURRENTLY
/// Throws HarnessError when the scenario does not give the statement that fills the table.
std::vector<std::string> rebuild_sql(const models::Mesh& mesh, const models::Job& job);

}  // namespace harness
