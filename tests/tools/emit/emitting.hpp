#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "tools/emit/bundle.hpp"
#include "tools/scenario/scenario.hpp"

namespace emit {

/// The bundle of a scenario file or text.
inline std::vector<File> files_of(scenario::Loaded loaded,
                                  std::optional<models::Mechanism> mechanism = {},
                                  const BundleOptions& options = {}) {
  Rearranged mesh{std::move(loaded.mesh), std::move(loaded.provisioning)};
  if (mechanism)
    mesh = with_mechanism(std::move(mesh.mesh), std::move(mesh.provisioning), *mechanism);
  return bundle(topology(mesh.mesh, mesh.provisioning), options);
}

inline std::vector<File> media_files(models::Mechanism mechanism,
                                     const std::vector<std::string>& overrides = {},
                                     const BundleOptions& options = {}) {
  return files_of(scenario::load_file(SOURCE_DIR "/scenarios/media_mesh.yaml", {overrides}),
                  mechanism, options);
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
inline std::string refusal(const std::string& yaml,
                           std::optional<models::Mechanism> mechanism = {}) {
  try {
    files_of(scenario::load_text(yaml, "mesh.yaml"), mechanism);
    return {};
  } catch (const EmitError& error) {
    return error.what();
  }
}

}  // namespace emit
