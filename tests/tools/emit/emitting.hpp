#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "tools/emit/bundle.hpp"
#include "tools/scenario/scenario.hpp"

namespace emit {

/// What the loader does for --mechanism.
inline scenario::Options shared_by(models::Mechanism mechanism,
                                   const std::vector<std::string>& overrides = {}) {
  return {.overrides = overrides, .translation = scenario::Translation{.mechanism = mechanism}};
}

/// The bundle of a scenario file or text.
inline std::vector<File> files_of(const scenario::Loaded& loaded,
                                  const BundleOptions& options = {}) {
  return bundle(topology(loaded.mesh, loaded.provisioning), options);
}

inline std::vector<File> media_files(models::Mechanism mechanism,
                                     const std::vector<std::string>& overrides = {},
                                     const BundleOptions& options = {}) {
  return files_of(
      scenario::load_file(SOURCE_DIR "/scenarios/media_mesh.yaml", shared_by(mechanism, overrides)),
      options);
}

inline std::string text_of(const std::vector<File>& files, const std::string& path) {
  for (const File& file : files)
    if (file.path == path) return file.text;
  return "<no file " + path + ">";
}

inline std::string all_text(const std::vector<File>& files) {
  std::string text;
  for (const File& file : files) text += "==== " + file.path + "\n" + file.text;
  return text;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A complaint's text; empty when the bundle was made.
inline std::string refusal(const std::string& yaml, const scenario::Options& options = {}) {
  try {
    files_of(scenario::load_text(yaml, "mesh.yaml", options));
    return {};
  } catch (const EmitError& error) {
    return error.what();
  }
}

}  // namespace emit
