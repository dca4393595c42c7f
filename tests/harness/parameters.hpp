#pragma once

#include <string>
#include <vector>

#include "models/statement.hpp"
#include "models/table.hpp"

namespace harness {

/// What a statement's $n stands for.
struct ParameterUse {
  enum class Role {
    inserted,     // a column of a new row
    assigned,     // a new value of a column
    matched,      // the value a column has in the chosen row; the first of a range
    matched_end,  // … in the last row of a range of Statement::rows rows
  };
  Role role = Role::matched;
  int column = -1;  // of the statement's table
  int row = 0;      // inserted: which of several VALUES lists
};

/// Reads $1 … $n out of INSERT … VALUES, UPDATE … SET … WHERE, DELETE … WHERE and SELECT … WHERE:
/// the column list, assignments, and comparisons `column op $n` and `column BETWEEN $n AND $m`.
/// A scan over tokens, enough for lab scenarios. Throws HarnessError for a parameter it cannot
/// place.
std::vector<ParameterUse> parameter_uses(const models::Statement& statement,
                                         const models::Table& table);

}  // namespace harness
