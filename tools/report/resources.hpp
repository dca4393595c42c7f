#pragma once

#include <span>
#include <string_view>

/// Files that the program carries: tools/report/html, the JSON's schema and Chart.js, embedded when
/// it is built.
namespace report {

struct EmbeddedFile {
  std::string_view name, text;
};
std::span<const EmbeddedFile> embedded_files();

/// The text of a file that is embedded.
inline std::string_view resource(std::string_view name) {
  for (const EmbeddedFile& file : embedded_files())
    if (file.name == name) return file.text;
  return {};
}

}  // namespace report
