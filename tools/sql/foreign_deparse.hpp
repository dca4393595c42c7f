#pragma once

#include <functional>
#include <string>

#include "tools/sql/foreign_expression.hpp"

namespace sql {

/// An expression as postgres_fdw writes it into the remote statement; constants that the planner
/// folded have the length of their type.
/// `column` writes a column: bare, or r1.name in a join.
/// Source    contrib/postgres_fdw/deparse.c, deparseExpr()
std::string deparsed(const Expr& expr, const PgCatalog& catalog,
                     const std::function<std::string(const Expr&)>& column);

}  // namespace sql
