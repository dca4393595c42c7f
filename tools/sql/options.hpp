#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/sql/prepare.hpp"

namespace sql {

/// Value of an A_Const integer. libpg_query 15-4.0 writes no negative integers, so their text is
/// looked at.
std::int64_t integer_constant(const Prepared& statement, Node constant);

/// Value of a DefElem (name = value of WITH (…), COPY or VACUUM options) as text; `true` when only
/// the name stands.
std::string option_text(const Prepared& statement, Node option);
/// As a number within the bounds, or as a boolean; nothing when it is neither.
std::optional<double> option_number(const Prepared& statement, Node option, double least,
                                    double most);
std::optional<bool> option_flag(const Prepared& statement, Node option);

}  // namespace sql
