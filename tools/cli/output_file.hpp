#pragma once

#include <string>

namespace cli {

/// Replaces a file, whole or not at all: what was there stays until the new text is on disk. `-` is
/// stdout. Throws OutputError.
void write_file(const std::string& path, const std::string& text);

/// Says early that write_file() would not find its folder. Throws OutputError.
void check_writable(const std::string& path);

}  // namespace cli
