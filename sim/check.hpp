#pragma once

#include <cstdio>
#include <cstdlib>

namespace sim {

/// A bug of ours: says where and stops, in release builds too. Wrong input is never reported this way.
inline void check(bool holds, const char* what, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (holds) [[likely]] return;
  std::fprintf(stderr, "meshplan: internal error: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace sim
