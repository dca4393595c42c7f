#pragma once

#include <cstdint>
#include <vector>

#include "tools/store/sqlite.hpp"

namespace store {

inline constexpr std::int64_t application_id =
    0x6d657368;  // "mesh"; file(1) and PRAGMA application_id show it
inline constexpr std::int64_t schema_version = 4;  // PRAGMA user_version

/// Brings an empty or older database to schema_version; leaves a current one alone.
/// Throws    StoreError for a database of another application or of a newer meshplan
void migrate(Database& database, std::string_view name);

/// The tables behind the views; no interface.
const std::vector<const char*>& table_names();

}  // namespace store
