#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "tools/cli/command.hpp"
#include "tools/cli/parse.hpp"
#include "tools/scenario/scenario.hpp"

namespace cli {
namespace {

std::string presets() {
  std::string text = "Presets:\n";
  for (const scenario::Preset& preset : scenario::presets())
    text += fmt::format("  {:12} {}\n", preset.name, preset.about);
  return text;
}

/// Makes the file, whole or not at all; one that exists stays as it is.
void write_new_file(const std::string& path, std::string_view text) {
  std::FILE* file = std::fopen(path.c_str(), "wx");
  if (file == nullptr)
    throw OutputError{
        errno == EEXIST
            ? fmt::format("meshplan: '{}' exists already and is left as it is", path)
            : fmt::format("meshplan: cannot write '{}': {}", path, std::strerror(errno))};
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool flushed = std::fflush(file) == 0;
  const int why = errno;
  if (std::fclose(file) == 0 && written && flushed) return;
  std::filesystem::remove(path);
  throw OutputError{fmt::format("meshplan: cannot write '{}': {}", path, std::strerror(why))};
}

}  // namespace

Exit init(Arguments arguments) {
  std::string file, name{scenario::presets().front().name};
  Parser parser{"init", "Write a commented scenario to start from.", "meshplan init mesh.yaml"};
  parser.options()
      .add_option("FILE", file, "Where to write it; must not exist yet")
      ->required()
      ->type_name("");
  parser.options()
      .add_option("--preset", name, fmt::format("Which one [{}]", name))
      ->option_text("NAME");
  parser.options().footer(presets() + "\nExample:\n  meshplan init mesh.yaml");
  if (!parser.parse(arguments)) return done;
  const scenario::Preset* preset = scenario::preset(name);
  if (preset == nullptr)
    throw UsageError{fmt::format("meshplan init: there is no preset '{}'", name),
                     "see meshplan init --help"};
  write_new_file(file, preset->text);
  print(fmt::format("Wrote {}. Next: meshplan run {}\n", file, file));
  return done;
}

}  // namespace cli
