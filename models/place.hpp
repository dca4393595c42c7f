#pragma once

#include <string>

namespace models {

/// Where the user wrote something: what hazards and refusals point at.
struct Place {
  std::string file;  // as the user named it; empty = not known
  int line = 0;      // from 1; 0 = the file as a whole
  int column = 0;    // from 1, in characters
};

}  // namespace models
