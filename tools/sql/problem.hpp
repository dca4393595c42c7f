#pragma once

#include <string>

namespace sql {

/// Something to tell the user about DDL or a statement.
///   error    capacity needs it and cannot use it: the scenario does not load
///   warning  usable, but probably not what was meant
///   notice   passed over, because capacity does not depend on it; one per kind and file, with a
///   count
struct Problem {
  enum class Severity { error, warning, notice };

  Severity severity = Severity::error;
  std::string file;
  int line = 0, column = 0;  // in the user's file, from 1; columns count characters
  std::string message;
  std::string hint;         // what to do; may be empty
  std::string source_line;  // the line the position is on, as far as the Source holds it
};

}  // namespace sql
