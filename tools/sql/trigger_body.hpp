#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sql {

/// What a PL/pgSQL trigger function assigns to the new row: NEW.column := …, NEW.column = … and
/// SELECT … INTO NEW.column. Assigning NEW as a whole sets `unknown`.
struct TriggerBody {
  std::vector<std::string> assigns;  // each once
  bool unknown = false;
};
TriggerBody read_trigger_body(std::string_view body);

}  // namespace sql
