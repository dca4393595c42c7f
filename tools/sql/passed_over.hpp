#pragma once

#include <string_view>

#include "tools/sql/lexer.hpp"

namespace sql {

/// Kinds that capacity does depend on, by other ways.
inline constexpr std::string_view data_statements = "statements that write data";
inline constexpr std::string_view unread_triggers = "AFTER, INSTEAD OF and statement triggers";

inline constexpr std::string_view unread_code = "DO, CALL and IMPORT FOREIGN SCHEMA";

/// What kind of statement this is, when capacity does not need it and it is not even parsed; else
/// empty.
std::string_view passed_over_kind(const Lexed& lexed);

}  // namespace sql
