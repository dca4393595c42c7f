#pragma once

#include <string>

#include "models/prices.hpp"

namespace scenario {

/// Reads a price file: YAML with `currency:` and any of `storage_gb_month`, `core_month`,
/// `memory_gb_month`, `egress_gb`, `outage_minute`, `recopy`; what is left out costs nothing.
/// Throws ScenarioError: with every problem of the content, or when the file cannot be read.
models::Prices load_prices(const std::string& path);

}  // namespace scenario
