#pragma once

#include <string_view>

#include "tools/sql/lexer.hpp"

namespace sql {

/// What kind of statement this is, when capacity does not need it and it is not even parsed; else
/// empty.
std::string_view passed_over_kind(const Lexed& lexed);

}  // namespace sql
